"""The main job as a user meets it: what is found again, what is refused, what is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.build import build, compose
from experiments.calibrated import calibrate
from experiments.calibration.log import read_log
from experiments.cli import main
from experiments.pilot import baseline_of
from experiments.replication import replicate
from experiments.results import ALL, load
from experiments.study import Study
from strategies import Nothing

SMALL = (
    "population.size=200",
    "replications=2",
    "weeks=3",
    "warm_up=2",
    "execution.progress=false",
    "execution.workers=1",
)
PLAYS = '''"""Plays that go wrong."""

from dataclasses import dataclass

import numpy as np

from sim.plan import Plan
from sim.records import PURCHASES


@dataclass(frozen=True)
class Raises:
    """Fails."""

    def plan(self, view, draws):
        raise KeyError("no such thing")


@dataclass(frozen=True)
class WritesToTheView:
    """Tries to change the records."""

    def plan(self, view, draws):
        view[PURCHASES].setflags(write=True)
        return Plan()


@dataclass(frozen=True)
class ReturnsNothing:
    """Forgets its plan."""

    def plan(self, view, draws):
        return None


@dataclass(frozen=True)
class FreeMoney:
    """Costs less than nothing."""

    def plan(self, view, draws):
        return Plan(cost=np.full(len(view), -5, np.float32))
'''
THEORY = '''"""A theory that writes no number."""

from dataclasses import dataclass
from typing import ClassVar

from agents.customers import EXPECT_TECHNICAL
import numpy as np


@dataclass(frozen=True)
class Nowhere:
    """Expects NaN."""

    writes: ClassVar = (EXPECT_TECHNICAL,)

    def learn(self, people, lived):
        people[EXPECT_TECHNICAL] = np.full(len(people), np.nan, np.float32)

    def hear(self, people, heard):
        """Nobody is listened to."""
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "bad_plays.py").write_text(PLAYS, encoding="utf-8")
    (tmp_path / "bad_theory.py").write_text(THEORY, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


def test_a_study_is_found_again_and_made_afresh_only_when_asked(folder: Path, capfd: pytest.CaptureFixture[str]):
    assert main(["run", *SMALL]) == 0
    (found,) = [path for path in (folder / "runs").iterdir() if not path.name.startswith(".")]
    first = (found / "study.json").stat().st_mtime_ns
    held = {path.name for path in found.iterdir()}
    assert held >= {"config.yaml", "report.html", "figures", "weeks.parquet", "outcomes.parquet", "study.json"}
    assert "BG/NBD on 2,357 customers: r 0.2426 (se 0.013)" in " ".join(capfd.readouterr().err.split())
    assert main(["run", *SMALL]) == 0
    assert (found / "study.json").stat().st_mtime_ns == first
    assert "nothing was computed again" in capfd.readouterr().err
    assert main(["run", *SMALL, "execution.fresh=true"]) == 0
    assert (found / "study.json").stat().st_mtime_ns > first
    result = load(found)
    assert result.provenance["seeds"] == "1000000 to 1000001"
    assert "21 of 6919 rows" in result.provenance["log"]


@pytest.mark.parametrize(
    ("play", "said"),
    [
        ("raises", "strategy Raises, week 0: KeyError: 'no such thing'"),
        ("writes_to_the_view", "strategy WritesToTheView, week 0: ValueError: cannot set WRITEABLE flag"),
        ("returns_nothing", "strategy ReturnsNothing, week 0: TypeError: plan() returned NoneType, not a Plan"),
        ("free_money", "Plan.cost runs from -5 to -5: allowed are 0 to inf"),
    ],
)
def test_a_play_that_fails_is_named_with_its_week(
    folder: Path, capfd: pytest.CaptureFixture[str], play: str, said: str
):
    asked = ["run", "--plugin", "bad_plays", *SMALL, f"+strategy@arms.bad={play}", "compare=[nothing,bad]"]
    assert main(asked) == 2
    err = capfd.readouterr().err
    assert said in err
    assert "Traceback" not in err
    assert not [path for path in (folder / "runs").iterdir() if not path.name.startswith(".")]


def test_a_theory_that_writes_nan_is_stopped(folder: Path, capfd: pytest.CaptureFixture[str]):
    with np.errstate(all="ignore"):
        assert main(["run", "--plugin", "bad_theory", *SMALL, "mind/expectation=nowhere"]) == 2
    assert "Nowhere wrote NaN or infinity to 'expect_technical' in week 0: mend Nowhere." in capfd.readouterr().err


def test_the_shipped_contract_experiment_has_leavers_and_stories():
    study = build(compose(["experiment=contract", "population.size=400", "compare=[nothing,over_delivery]"]))
    calibration = calibrate(study)
    baseline = baseline_of(study, calibration, size=1_500)
    outcomes = replicate(study, calibration, baseline, 0).outcomes
    churn = outcomes[(outcomes["metric"] == "churn") & (outcomes["segment"] == ALL)].set_index("arm")["value"]
    assert 0.2 < churn["over_delivery"] < churn["nothing"] < 0.6


def test_a_horizon_without_a_renewal_is_refused(capfd: pytest.CaptureFixture[str]):
    assert main(["run", "market=contractual", "population.start=cohort", "weeks=52"]) == 2
    assert "holds no renewal" in capfd.readouterr().err


@pytest.mark.parametrize("spoil", [lambda path: path.write_bytes(b""), lambda path: path.write_bytes(b"PK\x03\x04 no")])
def test_a_damaged_baseline_is_solved_again(tmp_path: Path, spoil):
    study = Study(arms={"nothing": Nothing()}, weeks=2)
    calibration = calibrate(study)
    first = baseline_of(study, calibration, tmp_path, size=300)
    (stored,) = tmp_path.iterdir()
    spoil(stored)
    again = baseline_of(study, calibration, tmp_path, size=300)
    np.testing.assert_array_equal(first.rate, again.rate)
    assert len(list(tmp_path.iterdir())) == 1


def test_two_columns_of_one_name_are_refused(tmp_path: Path):
    log = tmp_path / "log.csv"
    log.write_text("customer,date,amount,amount\nA,2026-01-01,1,2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="more than one column is called 'amount'"):
        read_log(log)
