"""Pitfalls against remedies: the numbers compared, verdicts that may go against the remedy, refusals, a whole run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.build import build, compose, job_of
from experiments.calibrated import calibrate
from experiments.cli import main
from experiments.horizon import measured, measures
from experiments.pilot import solve_baseline
from experiments.pitfalls.job import Pitfalls
from experiments.pitfalls.pairs import Pair
from experiments.pitfalls.results import PitfallsResult, load
from experiments.replication import replicate
from experiments.reporting.pitfalls import corrected, duel, pitfalls_sheet, verdict
from experiments.reporting.sheet import write_sheet
from experiments.results import ALL
from sim.errors import ParameterError
from strategies import Nothing, OverDelivery, Placebo
from tests.experiments.small import TINY, study

NOISE = np.array([-0.1, 0.0, 0.1, 0.05, -0.05])


def made(**effects: float) -> PitfallsResult:
    """A result with one metric: arms `bad` and `good` and more, each with a mean effect over the control."""
    levels = {"nothing": 0.0} | effects
    wobble = {arm: np.roll(NOISE, place) for place, arm in enumerate(levels)}
    rows = [
        (arm, metric, 10 + level + wobble[arm][replicate], replicate)
        for arm, level in levels.items()
        for metric in ("value", "retention", "satisfaction")
        for replicate in range(5)
    ]
    return PitfallsResult(
        outcomes=pd.DataFrame(rows, columns=["arm", "metric", "value", "replicate"]),
        pairs={"one": {"pitfall": "bad", "remedy": "good", "measure": "satisfaction", "title": "one", "meaning": ""}},
        metrics=tuple(info for info in measures("USD") if info.name in ("value", "retention", "satisfaction")),
        control="nothing", replications=5, customers=100, weeks=8, configuration="", provenance={},
    )  # fmt: skip


def test_numbers_are_those_of_the_main_job():
    """Value is profit and what lies beyond; money and retention equal the comparison's own, to rounding."""
    own = study({"nothing": Nothing(), "gift": OverDelivery()})
    calibration = calibrate(own)
    baseline = solve_baseline(own, calibration, 300)
    mine = measured(own, calibration, baseline, 0).pivot_table(index="metric", columns="arm", values="value")
    outcomes = replicate(own, calibration, baseline, 0).outcomes
    theirs = outcomes[outcomes["segment"] == ALL].pivot_table(index="metric", columns="arm", values="value")
    for metric in ("profit", "value_beyond", "revenue", "cost", "retention", "loyalty"):
        np.testing.assert_allclose(mine.loc[metric], theirs.loc[metric], rtol=1e-9, err_msg=metric)
    np.testing.assert_allclose(mine.loc["value"], mine.loc["profit"] + mine.loc["value_beyond"], rtol=1e-12)


def test_an_arm_that_does_nothing_differs_by_exactly_zero():
    own = study({"nothing": Nothing(), "placebo": Placebo()})
    calibration = calibrate(own)
    found = measured(own, calibration, solve_baseline(own, calibration, 300), 0)
    wide = found.pivot_table(index="metric", columns="arm", values="value")
    assert (wide["placebo"] == wide["nothing"]).all()


def test_a_duel_by_hand():
    """Remedy +1, pitfall -2: the gap is 3, and each stands against the control."""
    one = duel(made(bad=-2.0, good=1.0), "one", "value")
    assert [round(side.mean, 9) for side in (one.gap, one.pitfall, one.remedy)] == [3.0, -2.0, 1.0]


@pytest.mark.parametrize(("good", "way", "words"), [(2.0, 1, "wins"), (-2.0, -1, "loses"), (0.0, 0, "cannot be told")])
def test_a_remedy_that_loses_is_said_to_lose(good: float, way: int, words: str):
    result = made(bad=0.0, good=good)
    assert verdict(result, "one") == way
    assert words in pitfalls_sheet(result).answers[0][0].lower()


def test_many_pairs_are_corrected_for():
    """Holm: two pairs with the same p-value both get twice that."""
    result = made(bad=0.0, good=0.05)
    twice = replace(result, pairs={"one": result.pairs["one"], "two": result.pairs["one"]})
    alone = corrected(result)["one"]
    assert alone < 0.5
    assert corrected(twice) == pytest.approx({"one": 2 * alone, "two": 2 * alone})


def test_the_experiment_names_arms_that_exist():
    job, own = job_of(compose(["experiment=pitfalls"])), build(compose(["experiment=pitfalls"]))
    assert isinstance(job, Pitfalls)
    run = job.arms(own)
    assert set(run.compare) == {"nothing"} | {arm for p in job.pairs.values() for arm in (p.pitfall, p.remedy)}
    assert all(run.arms[pair.pitfall] != run.arms[pair.remedy] for pair in job.pairs.values())


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (lambda: Pair("a", "a"), "name two arms"),
        (lambda: Pair("a", "b", measure="joy"), "'joy' is unknown"),
        (lambda: Pitfalls(among=("greed",)), "unknown pair 'greed'"),
        (lambda: Pitfalls().arms(study({"nothing": Nothing()})), "is none of the arms"),
        (lambda: Pitfalls().arms(study({"nothing": Nothing()}, replications=1)), "gives no interval"),
        (lambda: Pitfalls(pairs={}).arms(study({"nothing": Nothing()})), "job.pairs is empty"),
    ],
)
def test_bad_input_is_refused(bad, words: str):
    with pytest.raises(ParameterError, match=words):
        bad()


def test_the_page_and_its_figure_are_written(tmp_path: Path):
    """A measure that the mind does not have is said to be missing."""
    result = made(bad=0.0, good=1.0)
    lacking = {"one": {**result.pairs["one"], "measure": "trust"}}
    write_sheet(pitfalls_sheet(replace(result, pairs=lacking)), tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Does the remedy beat the pitfall?" in page
    assert "none" in page
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {"forest.png", "forest.svg"}


@pytest.mark.slow
def test_a_run_leaves_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """One pair from the command line: figure, page, numbers."""
    command = ["run", "experiment=pitfalls", "job.among=[over_contact]", f"execution.output={tmp_path}", *TINY]
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "over-contact" in said
    (folder,) = tmp_path.glob("pitfalls-*")
    assert {"report.html", "study.json", "outcomes.parquet", "config.yaml"} <= {path.name for path in folder.iterdir()}
    assert (folder / "figures" / "forest.svg").is_file()
    assert set(load(folder).outcomes["arm"]) == {"nothing", "over_contact", "tiered_communication"}
