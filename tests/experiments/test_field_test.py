"""The firm's own evaluation beside the truth: designs on made-up customers, worlds, refusals, scores, a whole run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from experiments.build import compose, job_of
from experiments.calibrated import calibrate
from experiments.cli import main
from experiments.field_test.designs import (
    METRICS,
    BeforeAfter,
    HoldOutTest,
    MembersOrNot,
    metric_infos,
    truths,
)
from experiments.field_test.job import FieldTest, fieldwork
from experiments.field_test.results import FieldTestResult, load
from experiments.field_test.worlds import Moment, Window, Worlds
from experiments.pilot import solve_baseline
from experiments.replication import root_of
from experiments.reporting.field_test import field_test_sheet, score
from sim.baseline import Baseline
from sim.errors import ParameterError
from sim.network import WattsStrogatz
from strategies import Nothing, OverDelivery, Placebo, RewardProgram
from tests.experiments.small import TINY, study

N = 400


def moment(week: int, spend: np.ndarray, there: np.ndarray | None = None) -> Moment:
    """Customers who have spent so much by a week; all are there unless said otherwise, and answer nothing."""
    there = np.ones(N, np.bool_) if there is None else there
    return Moment(
        week, known=there, met=np.ones(N, np.bool_), there=there, spend=spend, answer=np.full(N, np.nan),
        answered=np.full(N, -1e6, np.float32), gone=~there, score=np.full(N, 7.0),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class MadeUp:
    """Worlds in which the play adds `effect` to everybody's spend, members spend more anyway, and spend falls."""

    seed: int = 0
    effect: float = 2.0

    n: int = N

    @property
    def usual(self) -> np.ndarray:
        return np.random.default_rng(self.seed).normal(100, 10, N)

    @property
    def start(self) -> Moment:
        return moment(0, np.zeros(N))

    @property
    def launch(self) -> Moment:
        return moment(10, self.usual + 5)  # five more in the history than in the test

    @property
    def history(self) -> Window:
        return Window(self.start, self.launch)

    def lived(self, treated: np.ndarray) -> Window:
        return Window(self.launch, moment(20, self.launch.spend + self.usual + self.effect * treated))

    @property
    def nobody(self) -> Window:
        return self.lived(np.zeros(N))

    @property
    def everybody(self) -> Window:
        return self.lived(np.ones(N))

    @property
    def members(self) -> np.ndarray:
        return self.usual > 100

    def trial(self, treated: np.ndarray) -> Window:
        return self.lived(treated)

    def order(self) -> np.ndarray:
        return np.random.default_rng([self.seed, 1]).random(N)

    def coin(self) -> np.ndarray:
        return np.random.default_rng([self.seed, 2]).random(N)


def made_up(seed: int = 0, effect: float = 2.0) -> Worlds:
    return cast(Worlds, MadeUp(seed, effect))


def lab(play: Any, size: int = 200, talks: bool = False) -> Worlds:
    """Real worlds of a small subscription: four weeks of history, four of test."""
    own = study({"nothing": Nothing()}, size=size)
    own = replace(own, network=WattsStrogatz()) if talks else own
    calibration = calibrate(own)
    baseline = solve_baseline(own, calibration, 300) if talks else Baseline.none()
    return Worlds(root_of(own, calibration, baseline, 0), play, Nothing(), 4, 13)


def test_a_hold_out_test_is_right_on_average_and_its_interval_holds():
    """200 made-up firms of 400 customers, seeds 0-199: bias within 4 standard errors; coverage 95% within 4."""
    found = [HoldOutTest(0.5).evaluate(made_up(seed))[0]["spend"] for seed in range(200)]
    missed = np.array([one.mean - 2.0 for one in found])
    assert abs(missed.mean()) < 4 * missed.std(ddof=1) / np.sqrt(200)
    covered = np.mean([one.low <= 2 <= one.high for one in found])
    assert abs(covered - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 200)


def test_groups_have_the_size_they_should():
    treated, held = HoldOutTest(0.25, sample=100).groups(made_up())
    assert (treated.sum(), held.sum(), (treated & held).sum()) == (75, 25, 0)


def test_before_and_after_takes_a_trend_for_an_effect():
    """Spend falls by five whatever is done, and the play adds two: it shows 2 - 5."""
    found, whom = BeforeAfter().evaluate(made_up())
    assert found["spend"].mean == pytest.approx(-3)
    assert truths(made_up(), whom)["spend"] == pytest.approx(2)


def test_members_look_better_though_the_play_does_nothing():
    """Who spends more joins: about 2 x 0.8 x 10 more, at an effect of zero."""
    found, whom = MembersOrNot().evaluate(made_up(effect=0.0))
    assert truths(made_up(effect=0.0), whom)["spend"] == 0
    assert found["spend"].low > 10


def test_nobody_to_compare_gives_no_estimate():
    found, _ = MembersOrNot().evaluate(lab(OverDelivery(), size=40))
    assert all(np.isnan(one.mean) for one in found.values())


def test_a_play_that_does_nothing_has_no_effect_at_all():
    worlds = lab(Placebo())
    assert truths(worlds, worlds.launch.known) == dict.fromkeys(METRICS, 0.0)


def test_where_nobody_talks_each_group_lives_its_own_world():
    """Those treated live as where all are treated, those held out as where nobody is, to the bit."""
    worlds = lab(OverDelivery(lift=0.3))
    treated, held = HoldOutTest(0.5).groups(worlds)
    trial = worlds.trial(treated)
    for group, world in ((treated, worlds.everybody), (held, worlds.nobody)):
        for name in METRICS:
            np.testing.assert_array_equal(trial.true(name)[group], world.true(name)[group])
    assert (worlds.everybody.true("survey") != worlds.nobody.true("survey")).any()


def test_where_friends_talk_those_held_out_hear_of_it():
    worlds = lab(OverDelivery(lift=0.3), talks=True)
    treated, held = HoldOutTest(0.5).groups(worlds)
    changed = worlds.trial(treated).true("survey")[held] != worlds.nobody.true("survey")[held]
    assert changed.any()


def test_members_are_those_who_joined():
    worlds = lab(RewardProgram())
    assert 0 < worlds.members.sum() < worlds.n
    assert not lab(OverDelivery()).members.any()


def test_a_window_shows_what_the_records_hold():
    """Answers from before the window do not count; spend is that of the window; who left does not feel."""
    first, last = moment(10, np.full(N, 3.0)), moment(20, np.full(N, 5.0), np.arange(N) > 0)
    last = replace(last, answer=np.full(N, 8.0), answered=np.where(np.arange(N) == 1, 9, 12).astype(np.float32))
    window = Window(first, last)
    assert window.seen("survey")[:3].tolist()[::2] == [8, 8]
    assert np.isnan(window.seen("survey")[1])
    assert window.seen("spend")[0] == 2
    assert window.seen("retention")[:2].tolist() == window.true("retention")[:2].tolist() == [0, 1]


def test_scores_by_hand():
    """Truth 1; estimates 3 and 1: bias 1, RMSE root of 2; one of two intervals holds it, one finds it."""
    rows = [("ab", "spend", 3.0, 2.0, 4.0, 1.0, 0), ("ab", "spend", 1.0, -1.0, 3.0, 1.0, 1)]
    rows += [("ab", "retention", np.nan, np.nan, np.nan, 0.1, replicate) for replicate in (0, 1)]
    columns = ["design", "metric", "estimate", "low", "high", "truth", "replicate"]
    result = FieldTestResult(
        estimates=pd.DataFrame(rows, columns=columns), designs={"ab": {"title": "A/B", "meaning": "two groups"}},
        metrics=metric_infos("USD"), play="gift", replications=2, customers=100, weeks=8, configuration="",
        provenance={},
    )  # fmt: skip
    found = score(result, "ab", "spend")
    assert (found.bias.mean, found.coverage, found.power, found.wrong, found.usable) == (1, 0.5, 0.5, 0, 2)
    assert found.rmse == pytest.approx(np.sqrt(2))
    assert score(result, "ab", "retention").usable == 0
    assert "no design gave an estimate" in dict(field_test_sheet(result).answers)["Retention seen"]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (lambda: FieldTest(hold_out=0.0), "leaves nobody held out"),
        (lambda: FieldTest(hold_out=1.0), "leaves nobody treated"),
        (lambda: FieldTest(hold_out=1.5), "hold_out"),
        (lambda: FieldTest(among=("tarot",)), "unknown design 'tarot'"),
        (lambda: check(FieldTest(small=15)), "sample of 15 .* leaves 8 customers held out"),
        (lambda: check(FieldTest(hold_out=0.01, sample=200)), "leaves 2 customers held out"),
        (lambda: check(FieldTest(small=9_999)), r"job.small = 9,999 is more than the 700 customers"),
        (lambda: check(FieldTest(play="rain_dance")), "'rain_dance' is no arm"),
        (lambda: check(FieldTest(), weeks=9), "Choose an even number"),
        (lambda: check(FieldTest(), replications=1), "no bias and no power"),
        (lambda: HoldOutTest(0.5, sample=401).groups(made_up()), "more than the 400 customers on record"),
        (lambda: lab(Nothing()).trial(np.ones(200, np.bool_)), "Nothing has no targeting"),
    ],
)
def test_bad_input_is_refused(bad, words: str):
    with pytest.raises(ParameterError, match=words):
        bad()


def check(job: FieldTest, weeks: int = 8, replications: int = 2) -> None:
    """Have a job look at a study of 700 customers with a reward program."""
    arms = {"nothing": Nothing(), "reward_program": RewardProgram()}
    job.check(study(arms, size=700, weeks=weeks, replications=replications))


def test_a_replication_has_every_design_and_metric():
    """Both rooms, the quiet one and the one where friends talk; the truth of a placebo is zero in each."""
    own = study({"nothing": Nothing(), "gift": OverDelivery(lift=0.0, price=0.0)}, weeks=8)
    job = FieldTest(play="gift", small=60)
    calibration = calibrate(own)
    rooms = {talks: (own, calibration, Baseline.none()) for talks in (False, True)}
    rows = fieldwork(job, rooms, 0)
    assert len(rows) == 5 * 3
    assert (rows["truth"].dropna() == 0).all()
    assert rows[rows["design"] == "members"]["estimate"].isna().all()


@pytest.mark.slow
def test_a_run_leaves_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    job = job_of(compose(["experiment=field_test"]))
    assert isinstance(job, FieldTest)
    assert isinstance(job.network, WattsStrogatz)
    command = ["run", "experiment=field_test", "job.small=60", f"execution.output={tmp_path}", *TINY]
    assert main(command) == 0
    assert "before and after" in capsys.readouterr().out
    (folder,) = tmp_path.glob("field-test-*")
    assert {"retention.svg", "spend.svg", "survey.svg"} <= {path.name for path in (folder / "figures").iterdir()}
    assert (folder / "report.html").is_file()
    assert len(load(folder).estimates) == 5 * 3 * 2
