"""How promising is each customer? Scores to rank by, learnt from the View alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from sim.chance import F32, Bool, Draws
from sim.errors import ParameterError
from sim.parameters import ASSUMED, Parametric, param
from sim.records import KNOWN, LAST
from sim.view import View
from strategies.features import Logit, Snapshot, features, learn
from strategies.targeting import Everyone, Targeting, rank_of, rfm_score


@runtime_checkable
class Score(Protocol):
    """A number per customer [N], higher is sooner to be picked; minus infinity is never picked."""

    def score(self, view: View, draws: Draws) -> F32: ...


@dataclass(frozen=True)
class Rfm:
    """Value so far: mean percentile rank of recency, frequency and money, after Hughes 1994."""

    def score(self, view: View, draws: Draws) -> F32:
        """0-1 [N]."""
        return rfm_score(view)


@dataclass(frozen=True)
class ChurnRisk(Parametric):
    """Predicted chance to be lost within the window: a logistic regression on the CRM, refitted as time goes on.

    Every `every` weeks the records are copied; `window` weeks later it shows who was lost (seen leaving, or, where
    nobody is ever seen leaving, without a purchase), and the model is fitted to that. Until there is something to fit
    to, and as long as all customers ended alike, it ranks by recency: the longer the silence, the higher.

    Side effect: those most at risk are not those whom a play can keep (Ascarza 2018).
    """

    window: int = param(8, unit="weeks", low=1, high=520, doc="how far it looks ahead", source=ASSUMED)
    every: int = param(8, unit="weeks", low=1, high=520, doc="how often records are copied and it learns anew")

    def score(self, view: View, draws: Draws) -> F32:
        """Chance to be lost 0-1 [N], or the rank of the silence 0-1 before there is a model."""
        notes = view.desk(repr(self)).memory
        about = features(view)
        waiting: list[Snapshot] = notes.setdefault("waiting", [])
        ripe = [copy for copy in waiting if view.week - copy.week >= self.window]
        if ripe:
            notes["waiting"] = waiting = [copy for copy in waiting if view.week - copy.week < self.window]
            self._fit(view, ripe[-1])
        if view.week - notes.get("copied", -np.inf) >= self.every:
            notes["copied"] = view.week
            waiting.append(Snapshot.of(view, about, view[KNOWN]))
        model: Logit | None = notes.get("model")
        return rank_of(-view[LAST]) if model is None else model.chance(about)

    def _fit(self, view: View, past: Snapshot) -> None:
        """Learn from what became of those of a snapshot; what was learnt before stays if they all ended alike."""
        notes = view.desk(repr(self)).memory
        lost, counts = past.lost(view)
        model = learn(past.features[counts], lost[counts])
        if model is not None:
            notes["model"] = model
        elif not notes.get("alike"):
            notes["alike"] = True
            fate = "lost" if lost[counts].any() else "kept"
            goes_on = "its earlier model" if "model" in notes else "recency instead"
            note(view, f"churn risk: all {counts.sum():,} customers of week {past.week} were {fate}; uses {goes_on}")


@dataclass(frozen=True)
class Uplift(Parametric):
    """Predicted change, by the play, in the chance to be kept: learnt in a randomised pilot inside the run.

    In the first `pilot` weeks of the play a random `share` of those eligible is treated and the others are held out.
    Then one logistic regression per group predicts who was kept (not seen leaving, or, where nobody is ever seen
    leaving, who bought), and the score is the difference (two models, "T-learner": Kunzel, Sekhon, Bickel & Yu 2019).
    It compares groups as they were assigned, so it stays honest if something keeps the play from some of them. If a
    group ended alike to the last customer there is nothing to learn, and the pilot goes on until it does not.

    Side effect: the pilot costs the held-out customers the play, and a small one ranks by noise.

    Raises:
        ParameterError: in the pilot's first week, when nobody is left to hold out or to treat.
    """

    pilot: int = param(13, unit="weeks", low=1, high=520, doc="how long the pilot takes", source=ASSUMED)
    share: float = param(0.5, unit="share", low=0.01, high=0.99, doc="treated in the pilot; the rest is held out")
    of: Targeting = field(default_factory=Everyone)

    def score(self, view: View, draws: Draws) -> F32:
        """Predicted uplift -1 to 1 [N]; in the pilot 0 for those to be treated and minus infinity for all others."""
        treated = self.piloted(view, draws)
        if treated is not None:
            return np.where(treated, np.float32(0), np.float32(-np.inf))
        helped, left_alone = view.desk(repr(self)).memory["models"]
        about = features(view)
        gain: F32 = helped.chance(about) - left_alone.chance(about)
        return np.where(self.of.pick(view, draws), gain, np.float32(-np.inf))

    def piloted(self, view: View, draws: Draws) -> Bool | None:
        """Whom the pilot treats this week [N]; None when it is over."""
        notes = view.desk(repr(self)).memory
        if "models" in notes:
            return None
        first = draws.lasting("pilot") < self.share
        if "began" not in notes:
            eligible = self.of.pick(view, draws)
            if not eligible.any():
                return eligible
            self._refuse_one_group(first[eligible])
            notes["began"], notes["treated"] = Snapshot.of(view, features(view), eligible), first
        began: Snapshot = notes["began"]
        if view.week - began.week >= self.pilot and self._learn(view, began, notes["treated"]):
            return None
        return first & self.of.pick(view, draws)

    def _learn(self, view: View, began: Snapshot, treated: Bool) -> bool:
        """Fit one model per group; False when a group ended alike."""
        notes = view.desk(repr(self)).memory
        lost, counts = began.lost(view)
        group = treated[began.rows]
        models = [learn(began.features[who & counts], ~lost[who & counts]) for who in (group, ~group)]
        if None in models:
            if not notes.get("alike"):
                notes["alike"] = True
                note(view, f"uplift: a group of the pilot of week {began.week} ended all alike; the pilot goes on")
            return False
        notes["models"] = models
        del notes["began"], notes["treated"]
        note(view, f"uplift: pilot over, {group.sum():,} treated and {(~group).sum():,} held out; now by uplift")
        return True

    def _refuse_one_group(self, treated: Bool) -> None:
        if treated.all() or not treated.any():
            nobody = "held out" if treated.all() else "treated"
            raise ParameterError(
                f"Uplift.share = {self.share!r} leaves nobody {nobody} among {len(treated)} eligible customers (range "
                f"0.01 to 0.99): choose a share nearer to 0.5, a wider targeting or more customers."
            )


def note(view: View, text: str) -> None:
    """Leave a line for the firm's journal; the play that looks at this View passes it on with its plan."""
    view.memory.setdefault("notes", []).append(text)
