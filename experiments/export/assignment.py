"""Who is assigned to a play: by lot, or by what the firm knows, so that naive comparisons mislead."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from sim.chance import Bool
from sim.errors import ParameterError
from sim.ledger import F64
from sim.records import ANSWER, COMPLAINTS, SINCE
from sim.view import View
from strategies.targeting import rfm_score

RANDOMISED, TARGETED = ASSIGNMENTS = ("randomised", "targeted")
SCORE = "standardised mean of four standardised scores on record: recency-frequency-money rank, tenure, latest survey "
SCORE += "answer (the mean answer where there is none), and few complaints"
_FAR = 60.0  # log odds


def propensity(assignment: str, view: View, there: Bool, share: float, strength: float) -> F64:
    """The chance of each customer to be assigned [N]; 0 for those who are not there.

    Randomised: the same for all. Targeted: `logit p = a + strength * z`, z how good a customer looks on record; `a`
    makes the mean what it is to be. It depends on records only and is never 0 or 1: given the records, assignment is
    as good as random.

    Args:
        assignment: RANDOMISED or TARGETED.
        view: the firm's records at the launch.
        there: who takes part [N].
        share: mean chance of those who do.
        strength: change of the log odds with one standard deviation of z.

    Raises:
        ParameterError: nothing on record tells customers apart.
    """
    chances = np.zeros(len(view))
    if assignment == RANDOMISED:
        chances[there] = share
        return chances
    z = standing(view, there)
    if not z.any():
        raise ParameterError(
            "job.assignment = 'targeted': nothing on record tells customers apart at the launch. Choose a longer "
            "job.history, more customers, or job.assignment=randomised."
        )
    level = brentq(lambda a: float(expit(a + strength * z).mean()) - share, -_FAR, _FAR)
    chances[there] = expit(level + strength * z)
    return chances


def standing(view: View, there: Bool) -> F64:
    """How good those who are there look on record: standardised mean of standardised scores (`SCORE`) [n of them]."""
    answer = view[ANSWER][there].astype(float)
    answer[answer < 0] = answer[answer >= 0].mean() if (answer >= 0).any() else 0.0
    scores = (rfm_score(view)[there], view.week - view[SINCE][there], answer, -view[COMPLAINTS][there].astype(float))
    mean: F64 = np.mean([_standardised(score.astype(float)) for score in scores], axis=0)
    return _standardised(mean)


def _standardised(score: F64) -> F64:
    """With mean 0 and standard deviation 1; 0 where all are equal, or nobody is there."""
    spread = float(score.std()) if len(score) else 0.0
    return (score - score.mean()) / spread if spread > 1e-9 else np.zeros(len(score))
