"""The columns of the standard model: who is a customer, how often they buy, how they leave. Minds bring their own."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.chance import F32, U64, Bool
from sim.table import Column

KEY = Column("key", np.uint64, doc="identity; never changes, never reused")
ACTIVE = Column("active", np.bool_, doc="has started and has not left")
SEGMENT = Column("segment", np.uint8, doc="which segment this customer belongs to")
START = Column("start", np.float32, unit="week", doc="time of the first (trial) purchase or signature")
RATE = Column("rate", np.float32, unit="per week", low=0, doc="purchases (contractual: service uses) while active")
DROPOUT = Column("dropout", np.float32, low=0, high=1, doc="chance to leave after a repeat purchase, or at a renewal")
BASKET = Column("basket", np.float32, unit="money", low=0, doc="mean spend per purchase (contractual: fee per period)")
PATIENCE = Column("patience", np.float32, 1.0, low=0, doc="Exp(1), drawn once a life: leaves when strain reaches it")
STRAIN = Column("strain", np.float32, low=0, doc="sum of -log(1 - chance of leaving) so far")
STRATUM = Column("stratum", np.uint8, doc="cell of dropout x rate in which the baseline is held")
LEFT = Column("left", np.float32, float("nan"), unit="week", doc="when the customer left; NaN while active")
REASON = Column("reason", np.uint8, doc="why the customer left the last time: a place in REASONS")
RETURNS = Column("returns", np.uint8, doc="how often the customer came back after leaving")
WENT_TO = Column("went_to", np.uint8, doc="rival the customer left for the last time: 1 the first named one, 0 none")
PEOPLE = (KEY, ACTIVE, SEGMENT, START, RATE, DROPOUT, BASKET, PATIENCE, STRAIN, STRATUM, LEFT, REASON, RETURNS, WENT_TO)

# Only where customers buy from several firms:
SHARE = Column("share", np.float32, 1.0, low=0, high=1, doc="share of purchases in the category that is made here")
ELSEWHERE = Column("elsewhere", np.uint32, doc="purchases made from others since the first one here")

REASONS = ("still here", "need", "service", "price", "contact", "rival", "dismissed")

INITIAL, ORGANIC, REFERRED = 0, 1, 2  # acquisition sources


@dataclass(frozen=True)
class Newcomers:
    """Customers who enter the model [n], with what the firm already knows of them.

    Attributes:
        keys: identities, uint64; initial customers carry their ordinal.
        start: week of the first purchase, float32; negative for customers older than the model.
        active: whether they are still customers (a start in the future is activated when it comes).
        rate: purchases per week, float32.
        dropout: chance to leave after a repeat purchase (non-contractual) or at a renewal (contractual).
        basket: mean spend per purchase, or fee per renewal period.
        purchases: purchases on record so far, the first one included, uint16; 0 for a start still to come.
        last: week of the latest purchase on record.
        spend: money on record so far.
        source: INITIAL, ORGANIC or REFERRED, uint8.
        share: share of purchases in the category that is made here, float32; None where nobody looks elsewhere.
    """

    keys: U64
    start: F32
    active: Bool
    rate: F32
    dropout: F32
    basket: F32
    purchases: NDArray[np.uint16]
    last: F32
    spend: F32
    source: NDArray[np.uint8]
    share: F32 | None = None

    def __post_init__(self) -> None:
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        sizes = {name: len(values) for name, values in given.items() if values is not None}
        if len(set(sizes.values())) > 1:
            raise ValueError(f"Newcomers need arrays of one length, got {sizes}.")

    def __len__(self) -> int:
        return len(self.keys)
