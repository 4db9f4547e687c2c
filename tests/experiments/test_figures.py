"""Figures: present, not empty, the same bytes each time, and unharmed by odd names and small studies."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import matplotlib.image
import numpy as np
import pytest
from matplotlib.figure import Figure

from experiments.reporting.figure_style import CONTROL, PALETTE, drawn, looks, spread
from experiments.reporting.figures import figures, save_figures
from experiments.reporting.life_stories import sentences, stories, why
from experiments.reporting.who_gained import mean_counts
from experiments.results import StudyResult
from sim.errors import StoreError
from tests.experiments.synthetic import Plan, drawings, lone, single, small, study

NAMES = {"trajectories", "survival", "differences", "who_gained", "story_1", "story_2", "story_3"}


@pytest.fixture(scope="module")
def result() -> StudyResult:
    return small()


@pytest.fixture(scope="module")
def made(result) -> dict[str, Figure]:
    return drawings(result)


def test_every_figure_has_ink(made):
    assert set(made) == NAMES
    for name, figure in made.items():
        pixels = matplotlib.image.imread(BytesIO(drawn(figure, "png")), format="png")
        assert pixels.shape[1] == 1_200, name
        assert 0.005 < np.mean(pixels[..., :3].min(axis=2) < 0.9) < 0.5, name


@pytest.mark.parametrize(
    ("shown", "names"), [(lone, {"trajectories", "survival"}), pytest.param(small, NAMES, marks=pytest.mark.slow)]
)
def test_same_study_same_bytes(shown, names, tmp_path: Path):
    with mpl.rc_context({"lines.linewidth": 9, "font.size": 20}):  # a user's settings must not reach us
        first = save_figures(shown(), tmp_path / "first")
    second = save_figures(shown(), tmp_path / "second", drawings(shown()))
    assert {path.name for path in first} == {f"{name}.{kind}" for name in names for kind in ("png", "svg")}
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name
    assert b"<dc:date>" not in first[1].read_bytes()


def test_drawing_again_changes_nothing(made):
    assert drawn(made["who_gained"], "svg") == drawn(made["who_gained"], "svg")


def test_colors_are_fixed_and_the_control_is_grey(result):
    found = looks(result)
    assert found["nothing"].color == CONTROL
    assert [found[arm].color for arm in result.plans[1:]] == list(PALETTE[:3])
    assert found["placebo"].dash == ":"


def test_one_replication_and_one_arm_still_draw():
    assert set(drawings(single())) == {"trajectories", "survival", "differences", "who_gained"}
    assert set(drawings(lone())) == {"trajectories", "survival"}


def test_everybody_gone_still_draws():
    plans = {"nothing": Plan((99, 99, 99)), "late": Plan((50, 50, 50))}
    doomed = study(plans=plans, customers=60, replications=3, told=False)
    assert "survival" in figures(doomed)


def test_odd_names_are_drawn_as_they_are(caplog):
    odd = study(
        plans={"nothing": Plan(), "$5 & <b>$ 折扣": Plan(cost=0.1)}, customers=60, replications=2, weeks=8, told=False
    )
    text = drawn(figures(odd)["differences"], "svg").decode()
    assert "$5 &amp; &lt;b&gt;$ 折扣" in text
    assert all("fonts-noto-cjk" in record.message for record in caplog.records)


def test_counts_add_up_to_the_customers(result):
    for counts in mean_counts(result).values():
        assert sum(counts.values()) == pytest.approx(300)


def test_unwritable_folder(result, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot write figures"):
        save_figures(result, tmp_path / "file", {})


def test_labels_keep_their_distance():
    heights = spread([0.2, 0.21, 0.22, 0.9], 0.1)
    assert np.diff(sorted(heights)).min() == pytest.approx(0.1)
    assert heights[3] == 0.9
    assert heights == sorted(heights)


def test_story_sentences_are_true(result):
    saved = stories(result)[0]
    left = saved.lives["nothing"]
    week = int(left["week"].iloc[-1])
    told = sentences(saved)
    assert any(text.startswith(f'Week {week}, "nothing": left') for text in told)
    worst = left.loc[(left["quality"] - left["expected"]).idxmin()]
    number = f"delivered quality {worst['quality']:.2f} against an expectation of {worst['expected']:.2f}"
    assert any(number in text and "worst disappointment" in text for text in told)
    assert why(result, saved)[0].startswith(
        f'Leaves in week {week} under "nothing", stays under "over delivery": saved.'
    )
