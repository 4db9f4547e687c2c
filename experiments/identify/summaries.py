"""Summary statistics of a firm's records: levels where a mind sets them, changes where the market does.

How much is bought and how many leave is the market's level, which a calibration absorbs: both are told as changes from
the quiet weeks only, or as differences between groups. What complaints, referrals and answers amount to is the mind's
own, so there the level counts as well.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.identify.observing import Page
from sim.records import ANSWER, COMPLAINTS, EARNED, KNOWN, MEMBER, POINTS, PURCHASES, REFERRALS, TREATED

Bool = NDArray[np.bool_]
F64 = NDArray[np.float64]
_FEW = 20  # answers from which a slope is drawn


@dataclass(frozen=True, eq=False)
class Window:
    """One window, of those who were on record when it began [N].

    Attributes:
        start: its first week.
        here: who had not left when it began.
        used: purchases (contractual: uses) in it.
        usual: purchases per window in the quiet weeks, 0 for those who came later.
        left: who was seen to leave in it.
        complained: complaints in it.
        referred: referrals in it.
        redeemed: points redeemed in it.
        answer: latest answer at its end, NaN for none.
        before: latest answer at its beginning, NaN for none.
        spoke: who had complained before it began.
        tested: on whom something was tried by its end.
        member: who was in a program by its end.
        booked: lines of the ledger, by segment [S].
    """

    start: int
    here: Bool
    used: F64
    usual: F64
    left: Bool
    complained: F64
    referred: F64
    redeemed: F64
    answer: F64
    before: F64
    spoke: Bool
    tested: Bool
    member: Bool
    booked: Mapping[str, F64]


def summarised(pages: Sequence[Page], quiet: int) -> dict[str, float]:
    """Every summary by name, in the same order for every firm with these windows.

    Args:
        pages: what is on record at the end of each window; the first one is only the beginning.
        quiet: how many windows after the first nothing happened in.
    """
    windows = windows_from(pages, quiet)
    calm = float(np.mean([leaving(window, window.here) for window in windows[:quiet]]))
    found: dict[str, float] = {}
    for number, window in enumerate(windows):
        values = _levels(window)
        if number >= quiet:
            values |= {"uses": uses(window, window.here), "leaving": leaving(window, window.here) - calm}
            values |= _contrast("test group", window, window.tested, ~window.tested)
            values |= _contrast("members", window, window.member, window.tested & ~window.member)
        found |= {f"{name}, weeks from {window.start}": value for name, value in values.items()}
    return found | _links(windows) | _groups(windows, quiet) | _segments(windows, quiet)


def windows_from(pages: Sequence[Page], quiet: int) -> list[Window]:
    """What happened between each page and the next."""
    usual = (pages[quiet][PURCHASES][: len(pages[0])] - pages[0][PURCHASES].astype(np.float64)) / quiet
    return [_window(one, other, usual) for one, other in itertools.pairwise(pages)]


def uses(window: Window, group: Bool) -> float:
    """Log of a group's purchases over what the same customers used to buy."""
    group = group & window.here & (window.usual > 0)
    return float(np.log((window.used[group].sum() + 0.5) / (window.usual[group].sum() + 0.5)))


def leaving(window: Window, group: Bool) -> float:
    """Logit of the share of a group that is seen to leave."""
    group = group & window.here
    left = window.left[group].sum()
    return float(np.log((left + 0.5) / (group.sum() - left + 0.5)))


def complaints(window: Window, group: Bool) -> float:
    """Log of a group's complaints per purchase."""
    group = group & window.here
    return float(np.log((window.complained[group].sum() + 0.5) / (window.used[group].sum() + 1)))


def answer(window: Window, group: Bool) -> float:
    """Mean of a group's latest answers."""
    return _mean(window.answer[group & window.here & ~window.left])


def spread(window: Window, group: Bool) -> float:
    """Standard deviation of a group's latest answers."""
    values = window.answer[group & window.here & ~window.left]
    values = values[~np.isnan(values)]
    return float(values.std()) if len(values) else 0.0


_KINDS: Mapping[str, Callable[[Window, Bool], float]] = {
    "uses": uses,
    "leaving": leaving,
    "complaints": complaints,
    "answer": answer,
    "spread of answers": spread,
}


def _window(one: Page, other: Page, usual: F64) -> Window:
    n = len(one)

    def more(name: str) -> F64:
        difference: F64 = other.crm[name][:n].astype(np.float64) - one.crm[name]
        return difference

    def told(values: NDArray[np.int8]) -> F64:
        return np.where(values >= 0, values.astype(np.float64), np.nan)

    return Window(
        start=other.start,
        here=one[KNOWN],
        used=more(PURCHASES.name),
        usual=np.append(usual, np.zeros(n - len(usual))),
        left=one[KNOWN] & ~other[KNOWN][:n],
        complained=more(COMPLAINTS.name),
        referred=more(REFERRALS.name),
        redeemed=more(EARNED.name) - more(POINTS.name),
        answer=told(other[ANSWER][:n]),
        before=told(one[ANSWER]),
        spoke=one[COMPLAINTS] > 0,
        tested=other[TREATED][:n],
        member=other[MEMBER][:n],
        booked=other.booked,
    )


def _levels(window: Window) -> dict[str, float]:
    """What the mind itself sets the level of."""
    here, came = window.here, window.here & (window.used > 0)
    again = ~np.isnan(window.answer) & (window.answer != np.nan_to_num(window.before, nan=-1))
    members = float((window.member & here).sum())
    return {
        "complaints": complaints(window, here),
        "referrals": float(np.log((window.referred[here].sum() + 0.5) / (window.used[here].sum() + 1))),
        "answer": answer(window, here),
        "spread of answers": spread(window, here),
        "change of answers": _mean((window.answer - window.before)[here & again]),
        "answered": float((again & came).sum() + 0.5) / float(came.sum() + 1),
        "redeemed": float(window.redeemed[here].sum()) / members if members else 0.0,
    }


def _contrast(name: str, window: Window, group: Bool, others: Bool) -> dict[str, float]:
    """Each kind of summary of a group less that of others; 0 where one of them has nobody."""
    nobody = not (group & window.here).any() or not (others & window.here).any()
    return {f"{name}: {kind}": 0.0 if nobody else of(window, group) - of(window, others) for kind, of in _KINDS.items()}


def _links(windows: Sequence[Window]) -> dict[str, float]:
    """Whether those who answered better come more, leave less and answer better again: mean slope per point of 10."""
    slopes: dict[str, list[float]] = {"leaving": [], "uses": [], "answer": []}
    for window in windows:
        told = window.here & ~np.isnan(window.before)
        again = told & (window.answer != window.before) & ~window.left
        left, ratio = window.left[told].mean() if told.any() else 0.0, np.exp(uses(window, window.here))
        beyond = (window.used - ratio * window.usual) / max(float(window.used[window.here].mean()), 0.05)
        slopes["leaving"].append(_slope(window.left / max(float(left), 0.005), window.before, told))
        slopes["uses"].append(_slope(beyond, window.before, told & (window.usual > 0)))
        slopes["answer"].append(_slope(window.answer, window.before, again))
    return {f"{kind} by the answer before": float(np.mean(values)) for kind, values in slopes.items()}


def _groups(windows: Sequence[Window], quiet: int) -> dict[str, float]:
    """Heavy against light users, and those who complained before against all others; means over the windows."""
    rows: dict[str, list[dict[str, float]]] = {"heavy users": [], "complainers": []}
    for window in windows:
        heavy = window.usual > np.median(window.usual[window.usual > 0]) if (window.usual > 0).any() else window.here
        rows["heavy users"].append(_contrast("heavy users", window, heavy, ~heavy))
        rows["complainers"].append(_contrast("complainers", window, window.spoke, ~window.spoke))
    found = {name: _mean_of(rows["complainers"], name) for name in rows["complainers"][0]}
    for name in rows["heavy users"][0]:
        calm = _mean_of(rows["heavy users"][:quiet], name) if name.endswith("leaving") else 0.0
        found[name] = _mean_of(rows["heavy users"][quiet:], name) - calm
    return found


def _segments(windows: Sequence[Window], quiet: int) -> dict[str, float]:
    """Each further segment against the first, from the books; means over the windows."""
    found = {}
    lines = {line: np.array([window.booked[line] for window in windows]) for line in windows[0].booked}  # [W, S]
    rates = {
        "uses": np.log(lines["encounters"] + 0.5),
        "leaving": np.log((lines["left"] + 0.5) / (lines["encounters"] + 1)),
        "complaints": np.log((lines["complained"] + 0.5) / (lines["encounters"] + 1)),
    }
    for kind, rate in rates.items():
        apart = rate[:, 1:] - rate[:, :1]
        calm = np.zeros(apart.shape[1]) if kind == "complaints" else apart[:quiet].mean(axis=0)
        for segment, value in enumerate(apart[quiet:].mean(axis=0) - calm, 2):
            found[f"segment {segment}: {kind}"] = float(value)
    return found


def _slope(values: F64, by: F64, among: Bool) -> float:
    """Least-squares slope among some; 0 where they are few or all alike."""
    y, x = values[among], by[among]
    if len(x) < _FEW or x.std() == 0:
        return 0.0
    return float(((x - x.mean()) * (y - y.mean())).mean() / x.var())


def _mean(values: F64) -> float:
    """Mean of what is no NaN; 0 where nothing is."""
    told = values[~np.isnan(values)]
    return float(told.mean()) if len(told) else 0.0


def _mean_of(rows: Sequence[Mapping[str, float]], name: str) -> float:
    return float(np.mean([row[name] for row in rows]))
