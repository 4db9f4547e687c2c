"""From a notebook it is as easy as on the command line, and finds the same results."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from experiments.build import build, compose, described, job_of, resolved
from experiments.execution import Execution
from experiments.notebook import Compared, Study, experiment
from sim.errors import ConfigError, ParameterError, StoreError
from strategies import Nothing, OverDelivery

SMALL = ("population.size=300", "weeks=6", "replications=3", "compare=[nothing,over_delivery]", "mind=none")
EXPERIMENTS = sorted(path.stem for path in (Path(__file__).parents[2] / "configs" / "experiment").glob("*.yaml"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def found(store: Path) -> Compared:
    return Study.of(*SMALL).run(execution=Execution(output=str(store), progress=False, workers=1))


def test_a_study_in_one_line_is_compared_in_another(found: Compared):
    table = found.compare(versus="nothing").table()
    assert list(table.columns) == ["over delivery"]
    assert any(label.startswith("Retention") for label in table.index)


def test_the_same_study_on_the_command_line_finds_the_same_folder(found: Compared, store: Path):
    again = experiment(*SMALL, f"execution.output={store}", "execution.progress=false", "execution.workers=1")
    assert again.folder == found.folder


def test_frames_come_out_tidy(found: Compared):
    assert {"arm", "replicate", "segment", "metric", "value"} <= set(found.to_frame().columns)
    assert {"arm", "metric", "mean", "low", "high", "p_holm"} <= set(found.compare().frame().columns)
    assert list(found.summary.index) == ["nothing", "over_delivery"]
    with pytest.raises(StoreError, match="choose one of"):
        found.to_frame("nonsense")


def test_the_frame_given_away_is_a_copy(found: Compared):
    mine = found.compare().frame()
    mine["mean"] = 0.0
    assert not found.compare().frame()["mean"].eq(0.0).all()


@pytest.mark.parametrize("metric", ["churn", "retention", "active"])
def test_a_metric_is_drawn_over_the_weeks(found: Compared, metric: str):
    assert found.plot(metric).axes[0].lines


def test_a_metric_is_drawn_against_an_arm(found: Compared):
    assert found.compare("nothing").plot("churn").axes[0].lines
    assert found.compare("over_delivery").plot().axes[0].get_title(loc="left").endswith('"over delivery"')


def test_a_metric_or_arm_that_is_not_there_is_named_with_those_that_are(found: Compared):
    with pytest.raises(ParameterError, match="churn"):
        found.plot("happiness")
    with pytest.raises(ParameterError, match="value"):
        found.compare().plot("happiness")
    with pytest.raises(ParameterError, match="over_delivery"):
        found.compare("magic")


def test_a_comparison_and_a_whole_run_are_saved_and_nothing_is_overwritten(found: Compared, tmp_path: Path):
    path = found.compare().save(tmp_path / "differences.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(path), found.compare().frame())
    assert "retention" in found.compare().save(tmp_path / "differences.csv").read_text()
    copy = found.save(tmp_path / "copy")
    assert (copy / "report.html").is_file()
    with pytest.raises(StoreError, match="nothing is overwritten"):
        found.save(copy)
    with pytest.raises(StoreError, match=r"\.csv or \.parquet"):
        found.compare().save(tmp_path / "differences.docx")


def test_a_study_of_objects_needs_no_configuration():
    study = Study({"nothing": Nothing(), "over_delivery": OverDelivery(lift=0.2)}, weeks=4)
    assert study.arms["over_delivery"] == OverDelivery(lift=0.2)
    with pytest.raises(ParameterError, match="control"):
        Study({"over_delivery": OverDelivery()})


def test_a_mistake_says_what_to_mend():
    with pytest.raises(ConfigError, match="weeks"):
        Study.of("weeks=none")


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_objects_are_described_as_the_configuration_that_built_them(name: str):
    config = compose([f"experiment={name}"])
    study, job = build(config), job_of(config)
    told = yaml.safe_load(described(study, job))
    assert _holds(told, yaml.safe_load(resolved(config)))
    rebuilt = build(compose([f"experiment={name}"]))
    assert described(rebuilt, job) == described(study, job)


def _holds(whole: object, part: object) -> bool:
    """Whether everything a configuration says is also in the description; defaults it left out may be added."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and _holds(whole[key], part[key]) for key in part)
    return whole == part


@dataclass(frozen=True)
class Odd(Nothing):
    """A play that holds what no configuration can say."""

    thing: Any = field(default_factory=object)


def test_what_cannot_be_written_down_is_refused_by_name(tmp_path: Path):
    study = Study({"nothing": Nothing(), "odd": Odd()}, weeks=4)
    with pytest.raises(ConfigError, match=r"arms\.odd\.thing.*numbers"):
        study.run(Execution(output=str(tmp_path / "runs")))
