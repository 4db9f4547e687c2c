"""Single customers under several arms: what they expected, lived and felt, told in sentences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.results import StudyResult
from experiments.wording import plain

_PLAIN_EVENTS = {"", "nan", "bought", "purchase", "treated", "left"}  # told by columns of their own
_MOST_EVENTS = 3


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


def sentences(result: StudyResult, story: Story) -> list[str]:
    """Why this customer stayed or left: the encounters that moved them most, and how the arms ended."""
    told: list[str] = []
    for arm, life in story.lives.items():
        told += _told(arm, life)
    told += _ending(result, story)
    return told


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


def _told(arm: str, life: pd.DataFrame) -> list[str]:
    gaps = (life["quality"] - life["expected"]).to_numpy(dtype=float)
    told: list[tuple[int, str]] = []
    if np.isfinite(gaps).any():
        worst, best = int(np.nanargmin(gaps)), int(np.nanargmax(gaps))
        told += [(row, _encounter(arm, life, row)) for row in {worst, best} if abs(gaps[row]) >= 0.01]
    treated = np.flatnonzero(life["treated"].to_numpy(dtype=bool))
    if len(treated):
        first = int(treated[0])
        times = f"{len(treated)} times" if len(treated) > 1 else "once"
        told.append((first, f"Week {_week(life, first)} ({plain(arm)}): first reached by the plan, {times} in all."))
    events = life[~life["event"].fillna("").astype(str).str.lower().isin(_PLAIN_EVENTS)]
    for row, event in list(events["event"].drop_duplicates().items())[:_MOST_EVENTS]:
        place = int(str(row))
        told.append((place, f"Week {_week(life, place)} ({plain(arm)}): {str(event).rstrip('.')}."))
    week = left_in(life)
    if week is not None:
        last = life.iloc[-1]
        told.append(
            (
                len(life),
                f"Week {week} ({plain(arm)}): left, with satisfaction at {last['satisfaction']:.2f} and trust at "
                f"{last['trust']:.2f}.",
            )
        )
    return [text for _, text in sorted(told, key=lambda entry: entry[0])]


def _encounter(arm: str, life: pd.DataFrame, row: int) -> str:
    now, before = life.iloc[row], life.iloc[max(row - 1, 0)]
    better = now["quality"] > now["expected"]
    return (
        f"Week {_week(life, row)} ({plain(arm)}): delivered quality {now['quality']:.2f} against an expectation of "
        f"{now['expected']:.2f}, {'the best surprise' if better else 'the worst disappointment'}; "
        f"{_moved('satisfaction', before, now)}, {_moved('trust', before, now)}."
    )


def _moved(state: str, before: pd.Series, now: pd.Series) -> str:
    change = float(now[state] - before[state])
    if abs(change) < 0.005:
        return f"{state} stayed at {now[state]:.2f}"
    return f"{state} {'rose' if change > 0 else 'fell'} from {before[state]:.2f} to {now[state]:.2f}"


def _ending(result: StudyResult, story: Story) -> list[str]:
    if result.control not in story.lives or len(story.lives) < 2:
        return []
    base = story.lives[result.control]
    told = []
    for arm, life in story.lives.items():
        if arm == result.control:
            continue
        shared = int(min(base["week"].iloc[-1], life["week"].iloc[-1]))
        ours, theirs = (frame[frame["week"] == shared].iloc[-1] for frame in (life, base))
        told.append(
            f"Why: {_fate(arm, result.control, left_in(life), left_in(base))} The luck is the same in both lives; in week "
            f"{shared}, the last they share, satisfaction stands at {ours['satisfaction']:.2f} against "
            f"{theirs['satisfaction']:.2f}, trust at {ours['trust']:.2f} against {theirs['trust']:.2f} and expectation at "
            f"{ours['expectation']:.2f} against {theirs['expectation']:.2f} ({plain(arm)} against {plain(result.control)})."
        )
    return told


def _fate(arm: str, control: str, ours: int | None, theirs: int | None) -> str:
    plan, base = plain(arm), plain(control)
    if ours is None and theirs is None:
        return f"stays with and without {plan}."
    if ours is None:
        return f"leaves in week {theirs} under {base} and stays under {plan}."
    if theirs is None:
        return f"stays under {base} and leaves in week {ours} under {plan}: made worse."
    later = ours - theirs
    if later == 0:
        return f"leaves in week {ours} either way."
    return f"leaves either way, under {plan} {abs(later)} weeks {'later' if later > 0 else 'earlier'}."


def _week(life: pd.DataFrame, row: int) -> int:
    return int(life["week"].iloc[row])
