"""The house figure style: quiet axes, one colour per arm, names beside the lines instead of a legend."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator, MultipleLocator

from experiments.reporting.paired import twins
from experiments.reporting.wording import plain
from experiments.results import StudyResult

_LOG = logging.getLogger(__name__)
WIDTH = 8.0  # inches: at 800 pixels a 9 point letter is then 12 pixels high
INK, QUIET, FAINT = "#222222", "#6b6b6b", "#d9d9d9"
CONTROL = "#7a7a7a"
# Okabe & Ito 2008 without black and yellow: told apart with the common colour deficiencies and on paper.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#AA4499", "#E69F00", "#56B4E9")
_CJK = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei")
_LABEL_GAP = 0.085  # share of the panel's height that one line of text takes
_STYLE: dict[Any, Any] = {
    "axes.edgecolor": "#9a9a9a",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.labelcolor": QUIET,
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.7,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "figure.facecolor": "white",
    "font.size": 9,
    "grid.color": "#ececec",
    "grid.linewidth": 0.7,
    "lines.linewidth": 1.7,
    "lines.solid_capstyle": "round",
    "svg.fonttype": "none",
    "svg.hashsalt": "cxlab",
    "text.color": INK,
    "text.parse_math": False,  # an arm may be called "5$ off"
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
}


@dataclass(frozen=True)
class Look:
    """How an arm is drawn, the same in every figure."""

    color: str
    dash: str = "-"
    width: float = 1.7


@contextmanager
def house_style(words: Iterable[str] = ()) -> Iterator[None]:
    """Apply the style while a figure is made or written; nothing outside is changed.

    A name in letters that no installed font has is drawn as boxes, with one message instead of a warning per letter.

    Args:
        words: all that is written in the figure; fonts for Chinese take a second to load and are asked for only then.
    """
    known = set(fontManager.get_font_names()) if any(letter >= "\u2e80" for word in words for letter in word) else set()
    fonts = ["DejaVu Sans", *(font for font in _CJK if font in known)]
    settings: dict[Any, Any] = {**_STYLE, "font.family": "sans-serif", "font.sans-serif": fonts}
    with mpl.rc_context(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        mpl.rcdefaults()  # a user's own matplotlibrc must not change our bytes
        mpl.rcParams.update(settings)
        yield
    missing = [one for one in caught if "missing from font" in str(one.message)]
    if missing:
        _say_letters_are_missing()
    for one in caught:
        if one not in missing:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)


def looks(result: StudyResult) -> dict[str, Look]:
    """Arm -> look: the control grey, arms equal to it dashed grey, the others one colour each in the study's order."""
    exact = twins(result)
    colors = [arm for arm in result.arms if arm != result.control and arm not in exact]
    found = {arm: Look(CONTROL, "-") for arm in result.arms if arm == result.control}
    found |= {arm: Look("#b0b0b0", ":", 1.2) for arm in exact}
    for index, arm in enumerate(colors):
        round_ = index // len(PALETTE)
        found[arm] = Look(PALETTE[index % len(PALETTE)], ("-", "--", "-.")[min(round_, 2)])
    return found


def figure(height: float, width: float = WIDTH) -> Figure:
    """An empty figure that belongs to no window."""
    made = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(made)
    return made


def settle(made: Figure) -> None:
    """Lay a figure out once and then fix it: each further drawing gives the same bytes, and is faster.

    The solver's places differ by 1e-16 from time to time, and SVG clip paths are named after them: hence rounded.
    """
    made.canvas.draw()
    made.set_layout_engine("none")
    for axes in made.axes:
        x, y, width, height = (round(float(part), 6) for part in axes.get_position().bounds)
        axes.set_position((x, y, width, height))


def name_lines(axes: Axes, ends: Mapping[str, float], result: StudyResult, reach: float = 0.05) -> None:
    """Write each arm's name at the end of its line, moved apart where they would overlap; equal arms share one name.

    Args:
        axes: the panel, its limits final.
        ends: arm -> height of its line at the right edge, in data units.
        result: says which arms are equal to the control.
        reach: distance of the names from the panel, as a share of its width.
    """
    style, exact = looks(result), twins(result) & set(ends)
    low, high = axes.get_ylim()
    shown = {arm: (value - low) / (high - low) for arm, value in ends.items() if arm not in exact and value == value}
    names = {arm: plain(arm) for arm in shown}
    if result.control in names and exact:
        names[result.control] = " = ".join([names[result.control], *sorted(plain(arm) for arm in exact)])
    heights = spread(list(shown.values()), _LABEL_GAP)
    for arm, wanted, height in zip(shown, shown.values(), heights, strict=True):
        axes.annotate(
            names[arm],
            xy=(1.0, wanted),
            xytext=(1 + reach, height),
            xycoords="axes fraction",
            textcoords="axes fraction",
            color=style[arm].color,
            va="center",
            fontsize=8.5,
            arrowprops={
                "arrowstyle": "-",
                "color": style[arm].color,
                "lw": 0.5,
                "shrinkA": 1,
                "shrinkB": 1,
                "relpos": (0, 0.5),
            },
            annotation_clip=False,
        )


def mark_quarters(axes: Axes, weeks: int) -> None:
    """Put week ticks a quarter apart where the run is long enough for it."""
    step = 13 * max(1, round(weeks / 65))
    axes.xaxis.set_major_locator(MultipleLocator(step) if weeks >= 26 else MaxNLocator(5, integer=True))


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Move heights apart until neighbours are a gap from each other, staying near what was wanted and not below 0.

    Example:
        >>> [round(height, 2) for height in spread([0.5, 0.5, 0.9], 0.1)]
        [0.45, 0.55, 0.9]
    """

    def centre(members: list[int]) -> float:
        mean = sum(wanted[member] for member in members) / len(members)
        return max(mean, gap * (len(members) - 1) / 2)

    clusters: list[list[int]] = []
    for index in sorted(range(len(wanted)), key=lambda place: wanted[place]):
        clusters.append([index])
        while len(clusters) > 1:
            below, above = clusters[-2:]
            if centre(above) - centre(below) >= gap * (len(above) + len(below)) / 2:
                break
            clusters[-2:] = [below + above]
    heights = list(wanted)
    for members in clusters:
        for place, member in enumerate(members):
            heights[member] = centre(members) + gap * (place - (len(members) - 1) / 2)
    return heights


def drawn(made: Figure, kind: str) -> bytes:
    """A figure as PNG or SVG bytes, the same each time: no dates, no random identifiers."""
    buffer = BytesIO()
    with house_style(text.get_text() for text in made.findobj(Text)):
        empty: dict[str, str | None] = {"Date": None} if kind == "svg" else {"Software": None}
        made.savefig(buffer, format=kind, dpi=150, metadata=empty)
    return buffer.getvalue()


@lru_cache
def _say_letters_are_missing() -> None:
    """Once per process, however many figures hold the name."""
    _LOG.warning(
        "No installed font draws all letters of the names in the figures: install one, for Chinese fonts-noto-cjk"
    )
