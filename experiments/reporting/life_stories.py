"""Single customers under several arms: what they expected, lived and felt, told in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.reporting.wording import count_of, listed, named
from experiments.results import StudyResult

_PLAIN_EVENTS = {"", "nan", "bought", "purchase", "treated", "left"}  # told by columns of their own
_MOST_EVENTS = 3
_NOTICED = 0.005  # smaller changes vanish in two digits


@dataclass(frozen=True)
class Story:
    """One customer's life: a title, and per arm the weeks up to leaving."""

    title: str
    lives: dict[str, pd.DataFrame]


def stories(result: StudyResult) -> list[Story]:
    """The stories of a study, the control's life first; weeks after leaving are cut off."""
    told = []
    for _, rows in result.stories.groupby("story", sort=False):
        lives = {arm: _until_left(rows[rows["arm"] == arm]) for arm in result.arms if (rows["arm"] == arm).any()}
        if lives:
            told.append(Story(str(rows["title"].iloc[0]), lives))
    return told


def sentences(story: Story) -> list[str]:
    """What moved this customer, week by week: first contact with a plan, best and worst encounter, leaving."""
    told = [entry for arm, life in story.lives.items() for entry in _told(arm, life)]
    return [text for _, text in sorted(told, key=lambda entry: entry[0])]


def why(result: StudyResult, story: Story) -> list[str]:
    """Why this customer stayed or left, one sentence pair per plan; empty without the control's life beside it."""
    if result.control not in story.lives:
        return []
    base = story.lives[result.control]
    return [_ending(arm, life, result.control, base) for arm, life in story.lives.items() if arm != result.control]


def left_in(life: pd.DataFrame) -> int | None:
    """The week in which the customer left, None if they stayed."""
    weeks = life.loc[life["left"].astype(bool), "week"]
    return int(weeks.iloc[0]) if len(weeks) else None


def _until_left(life: pd.DataFrame) -> pd.DataFrame:
    life = life.sort_values("week")
    week = left_in(life)
    life = life if week is None else life[life["week"] <= week]
    # What is expected when the encounter comes is what was learned up to the week before.
    return life.assign(expected=life["expectation"].shift(1).fillna(life["expectation"])).reset_index(drop=True)


def _told(arm: str, life: pd.DataFrame) -> list[tuple[int, str]]:
    """Weeks worth telling, each with its sentence."""
    told: list[tuple[int, str]] = []
    gaps = (life["quality"] - life["expected"]).to_numpy(dtype=float)
    if np.isfinite(gaps).any():
        worst, best = int(np.nanargmin(gaps)), int(np.nanargmax(gaps))
        told += [_encounter(arm, life, best, "the best surprise")] if gaps[best] >= _NOTICED else []
        told += [_encounter(arm, life, worst, "the worst disappointment")] if gaps[worst] <= -_NOTICED else []
    reached = life.loc[life["treated"].astype(bool), "week"]
    if len(reached):
        times = f"the first of {len(reached)} times" if len(reached) > 1 else "the only time"
        told.append(_at(int(reached.iloc[0]), arm, f"reached by the plan, {times}."))
    events = life[~life["event"].fillna("").astype(str).str.lower().isin(_PLAIN_EVENTS)]
    events = events.drop_duplicates("event").head(_MOST_EVENTS)
    for week, event in zip(events["week"], events["event"], strict=True):
        told.append(_at(int(week), arm, f"{str(event).rstrip('.')}."))
    week = left_in(life)
    if week is not None:
        last = life.iloc[-1]
        state = f"satisfaction at {last['satisfaction']:.2f} and trust at {last['trust']:.2f}"
        told.append(_at(week, arm, f"left, with {state}."))
    return told


def _at(week: int, arm: str, what: str) -> tuple[int, str]:
    return week, f"Week {week}, {named(arm)}: {what}"


def _encounter(arm: str, life: pd.DataFrame, row: int, rank: str) -> tuple[int, str]:
    now, before = life.iloc[row], life.iloc[max(row - 1, 0)]
    text = (
        f"delivered quality {now['quality']:.2f} against an expectation of {now['expected']:.2f}, {rank}; "
        f"{_moved('satisfaction', before, now)}, {_moved('trust', before, now)}."
    )
    return _at(int(now["week"]), arm, text)


def _moved(state: str, before: pd.Series[Any], now: pd.Series[Any]) -> str:
    change = float(now[state] - before[state])
    if abs(change) < _NOTICED:
        return f"{state} stayed at {now[state]:.2f}"
    return f"{state} {'rose' if change > 0 else 'fell'} from {before[state]:.2f} to {now[state]:.2f}"


def _ending(arm: str, life: pd.DataFrame, control: str, base: pd.DataFrame) -> str:
    shared = int(min(base["week"].iloc[-1], life["week"].iloc[-1]))
    ours, theirs = (frame[frame["week"] == shared].iloc[-1] for frame in (life, base))
    states = [
        f"{state} {ours[state]:.2f} instead of {theirs[state]:.2f}"
        for state in ("satisfaction", "trust", "expectation")
        if abs(ours[state] - theirs[state]) >= _NOTICED
    ]
    feeling = f"the customer has {listed(states)}" if states else "the customer feels the same in both lives"
    return (
        f"{_fate(arm, control, left_in(life), left_in(base))} The luck is the same in both lives, only the plan "
        f"differs: in week {shared}, the last they share, {feeling}."
    )


def _fate(arm: str, control: str, ours: int | None, theirs: int | None) -> str:
    plan, base = named(arm), named(control)
    if ours is None and theirs is None:
        return f"Stays with and without {plan}."
    if ours is None:
        return f"Leaves in week {theirs} under {base}, stays under {plan}: saved."
    if theirs is None:
        return f"Stays under {base}, leaves in week {ours} under {plan}: made worse."
    later = ours - theirs
    if later == 0:
        return f"Leaves in week {ours} either way."
    return f"Leaves either way, under {plan} {count_of(abs(later), 'week')} {'later' if later > 0 else 'earlier'}."
