"""What a plan does to customers it was never meant for: by talk, by the firm's image, by nothing at all."""

from __future__ import annotations

import numpy as np

from sim.chance import Bool
from sim.model import CustomerModel
from sim.people import LEFT
from sim.records import SPEND, TREATED


def spillover_of(model: CustomerModel, control: CustomerModel, counted: Bool, changed: Bool) -> dict[str, float]:
    """Counts and means over the initial customers whom the plan never treated, against their own life under control.

    Args:
        model: the plan's model at the horizon.
        control: the control arm's, same customers and luck.
        counted: whom to count [n].
        changed: whose life differs from that under control in anything [n].

    Returns:
        Customers never treated, how many of them live another life, how many were saved and how many made worse by it,
        and what all of them spend more, in money per one of them (NaN without any).
    """
    n = len(counted)
    untreated = counted & ~model.records.crm[TREATED][:n]
    stays, stayed = np.isnan(model.table[LEFT][:n]), np.isnan(control.table[LEFT][:n])
    more = (model.records.crm[SPEND][:n].astype(np.float64) - control.records.crm[SPEND][:n])[untreated]
    return {
        "spillover: never treated": float(untreated.sum()),
        "spillover: another life": float((untreated & changed).sum()),
        "spillover: saved": float((untreated & stays & ~stayed).sum()),
        "spillover: made worse": float((untreated & ~stays & stayed).sum()),
        "spillover: more spend": float(more.mean()) if len(more) else float("nan"),
    }
