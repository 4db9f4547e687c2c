"""Whom to reach when not all can be: the first by a score."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.chance import F32, Bool, Draws
from sim.errors import ParameterError
from sim.parameters import ASSUMED, Parametric, param
from sim.view import View
from strategies.play import UNLIMITED
from strategies.scores import ChurnRisk, Rfm, Score, Uplift
from strategies.targeting import Everyone, Targeting


@dataclass(frozen=True)
class TopK(Parametric):
    """The best few by a score: at most k, and no more than the money of a week pays for.

    Ranking couples customers: who is picked depends on who else there is. Equals are told apart by a lasting luck.
    """

    k: int = param(1_000, unit="customers", low=1, high=1_000_000_000, doc="at most so many", source=ASSUMED)
    money: float = param(UNLIMITED, unit="money per week", low=0.01, high=UNLIMITED, doc="what may be spent on them")
    price: float = param(1.0, unit="money per head", low=0.01, high=1e9, doc="what one of them costs", source=ASSUMED)
    score: Score = field(default_factory=Rfm)
    of: Targeting = field(default_factory=Everyone)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.money < self.price:
            raise ParameterError(
                f"TopK.money = {self.money:g} pays for nobody at a price of {self.price:g} per head (range: "
                f"{self.price:g} or more): raise money or lower price."
            )

    def pick(self, view: View, draws: Draws) -> Bool:
        """The best of those picked by `of` [N]."""
        among, score = self.of.pick(view, draws), self.score.score(view, draws)
        return best(score, among, min(self.k, int(self.money / self.price * (1 + 1e-9))), draws)


@dataclass(frozen=True)
class ChurnScore(Parametric):
    """The share most at risk to be lost, as the firm predicts it from its records.

    Side effect: at risk is not the same as persuadable (Ascarza 2018); `UpliftScore` is the remedy.
    """

    top: float = param(0.2, unit="share", low=0.001, high=1, doc="how many are picked", source=ASSUMED)
    risk: ChurnRisk = field(default_factory=ChurnRisk)
    of: Targeting = field(default_factory=Everyone)

    def pick(self, view: View, draws: Draws) -> Bool:
        """The top share of those picked by `of`, by predicted risk [N]."""
        among, score = self.of.pick(view, draws), self.risk.score(view, draws)
        return best(score, among, round(self.top * int(among.sum())), draws)


@dataclass(frozen=True)
class UpliftScore(Parametric):
    """Those whom the play helps most, as a randomised pilot inside the run tells; in the pilot its treated group.

    Nobody is picked whom the play is predicted to harm.
    """

    top: float = param(0.3, unit="share", low=0.001, high=1, doc="how many are picked", source=ASSUMED)
    uplift: Uplift = field(default_factory=Uplift)

    def pick(self, view: View, draws: Draws) -> Bool:
        """The pilot's treated group, then the top share of those eligible with an uplift above 0 [N]."""
        treated = self.uplift.piloted(view, draws)
        if treated is not None:
            return treated
        gain = self.uplift.score(view, draws)
        return best(gain, gain > 0, round(self.top * int(np.isfinite(gain).sum())), draws)


def best(score: F32, among: Bool, k: int, draws: Draws) -> Bool:
    """The k of `among` with the highest score [N]; minus infinity is never picked."""
    if score.shape != among.shape or np.isnan(score[among]).any():
        raise ValueError(
            f"a score of shape {score.shape} holds NaN or is not one number for each of the {len(among)} customers: "
            f"give minus infinity to those who are never to be picked."
        )
    rows = np.flatnonzero(among & (score > -np.inf))
    if len(rows) > k:
        luck = draws.lasting("ties").take(rows)
        rows = rows[np.lexsort((luck, -score.take(rows)))[:k]]
    picked = np.zeros(len(score), np.bool_)
    picked[rows] = True
    return picked
