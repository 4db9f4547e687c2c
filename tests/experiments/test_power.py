"""Power as a job: what a pilot says by hand, what is refused, what the page says, a whole run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from agents.competitors import Competitors
from agents.staff import Team
from experiments.build import build, compose, job_of
from experiments.cli import main
from experiments.horizon import measures
from experiments.inference.power import power_of, replications_needed
from experiments.power.job import Power, coupled
from experiments.power.results import PowerResult, load, needs_of, save
from experiments.reporting.power import power_sheet
from sim.errors import ParameterError
from sim.network import WattsStrogatz
from strategies import Nothing, OverDelivery
from tests.experiments.small import TINY, study

COUNT = 12
WOBBLE = np.resize([-1.0, 1.0], COUNT)  # its standard deviation is sqrt(12 / 11)


def made(spreads: dict[str, float], difference: float = 0.5, replications: int = 20, **more: object) -> PowerResult:
    """Plans 2 above the control whose paired differences in value spread as given; retention does not move."""
    luck = np.linspace(0, 9, COUNT)
    rows = [("nothing", "value", one, number) for number, one in enumerate(luck)]
    for plan, spread in spreads.items():
        lead = 2.0 * (spread > 0)
        own = luck + lead + spread * WOBBLE * np.sqrt(11 / 12)
        rows += [(plan, "value", one, number) for number, one in enumerate(own)]
    given = {
        "outcomes": pd.DataFrame(rows, columns=["arm", "metric", "value", "replicate"]),
        "differences": {"value": difference}, "metrics": measures("USD")[:1], "control": "nothing", "level": 0.95,
        "power": 0.8, "pilot_replications": COUNT, "replications": replications, "customers": 100, "weeks": 8,
        "coupled": (), "configuration": "", "provenance": {},
    }  # fmt: skip
    return PowerResult(**{**given, **more})


def test_a_need_by_hand():
    """A spread of 1 and half a unit to show: 34 replications; the 20 planned have the power of a paired t test."""
    need = needs_of(made({"play": 1.0}))["value"]["play"]
    assert need.spread.mean == pytest.approx(1)
    assert need.found.mean == pytest.approx(2)
    assert need.replications.mean == 34
    assert need.replications.low == replications_needed(need.spread.low, 0.5) < 34 < need.replications.high
    assert need.power == pytest.approx(power_of(1.0, 0.5, 20))
    assert power_of(1.0, need.shown, 20) == pytest.approx(0.8)


def test_customers_make_up_for_replications():
    """Half the spread needs a quarter of the customers, and what the replications planned do not show needs more."""
    needs = needs_of(made({"wild": 2.0, "calm": 1.0}))["value"]
    assert needs["calm"].customers.mean == pytest.approx(needs["wild"].customers.mean / 4, abs=1)
    assert needs["wild"].customers.mean > 100
    assert needs["wild"].power < 0.8


def test_a_placebo_shows_nothing_and_a_calm_plan_is_enough():
    said = dict(power_sheet(made({"placebo": 0.0, "calm": 0.1})).answers)["Value, 0.5 USD per customer"]
    assert said.startswith("the 20 replications planned suffice for every plan. ")
    assert said.endswith("in any run: placebo.")
    alone = dict(power_sheet(made({"placebo": 0.0})).answers)["Value, 0.5 USD per customer"]
    assert alone == "nothing can be shown. No difference from the control in any run: placebo."


def test_what_does_not_suffice_is_said():
    (said,) = (answer for _, answer in power_sheet(made({"calm": 0.1, "wild": 3.0})).answers)
    assert "suffice for calm. The most is needed for wild" in said
    (nobody,) = (answer for _, answer in power_sheet(made({"wild": 3.0})).answers)
    assert "suffice for no plan" in nobody
    (perhaps,) = (answer for _, answer in power_sheet(made({"play": 0.7})).answers)
    assert "not over all of its interval" in perhaps


def test_ties_between_customers_are_said():
    """The page calls the customers' column a guess, and the limits name what ties them."""
    tied = power_sheet(made({"play": 1.0}, coupled=("talk", "staff")))
    assert "tied together by talk and staff" in tied.sections[0].tables[0].notes
    assert any("tied together by talk and staff" in text for _, text in tied.limits)
    assert not any("tied together by" in text for _, text in power_sheet(made({"play": 1.0})).limits)


def test_what_ties_customers_is_seen():
    own = study({"nothing": Nothing(), "play": OverDelivery()})
    assert coupled(own) == ()
    assert coupled(replace(own, network=WattsStrogatz(), crew=Team())) == ("talk", "staff")
    assert coupled(replace(own, rivals=Competitors())) == ("competitors",)


def test_results_survive_the_store(tmp_path: Path):
    result = made({"play": 1.0})
    power_sheet(result)
    save(result, tmp_path)
    assert needs_of(load(tmp_path)) == needs_of(result)


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        ({}, "job.difference is empty"),
        ({"value": 0.0}, "job.difference.value = 0.0 is not above 0"),
        ({"value": float("nan")}, "is not above 0"),
        ({"value": float("inf")}, "is not above 0"),
    ],
)
def test_senseless_differences_are_refused(difference: dict[str, float], words: str):
    with pytest.raises(ParameterError, match=words):
        Power(difference=difference)


@pytest.mark.parametrize(
    ("change", "difference", "words"),
    [
        ({"compare": ("nothing",)}, {"value": 1.0}, "compares nothing"),
        ({"compare": ("play",)}, {"value": 1.0}, "needs the control 'nothing'"),
        ({"replications": 1}, {"value": 1.0}, "replications = 1: one replication shows no difference"),
        ({}, {"roi": 1.0}, "measures no 'roi'; choose from value, profit"),
    ],
)
def test_a_study_that_cannot_be_planned_is_refused(change, difference: dict[str, float], words: str):
    own = replace(study({"nothing": Nothing(), "play": OverDelivery()}), **change)
    with pytest.raises(ParameterError, match=words):
        Power(difference=difference).check(own)


def test_the_preset_plans_the_main_job():
    job, own = job_of(compose(["experiment=power"])), build(compose(["experiment=power"]))
    assert job == Power()
    assert list(own.chosen) == list(build(compose()).chosen)


@pytest.mark.slow
def test_a_run_leaves_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    command = ["run", "experiment=power", "market=contractual", "population.start=cohort", "market.period=1"]
    command += [
        "compare=[nothing,placebo,over_delivery]",
        "~job.difference.retention",
        "+job.difference.satisfaction=0.01",
    ]
    assert main([*command, "job.pilot_replications=5", f"execution.output={tmp_path}", *TINY]) == 0
    assert "Satisfaction: needed to show 0.01" in capsys.readouterr().out
    (folder,) = tmp_path.glob("power-*")
    assert (folder / "report.html").is_file()
    assert (folder / "figures" / "power-value.png").is_file()
    assert set(load(folder).outcomes["metric"]) == {"value", "satisfaction"}
    assert main([*command, "job.pilot_replications=5", f"execution.output={tmp_path}", *TINY]) == 0
    assert len(list(tmp_path.glob("power-*"))) == 1
