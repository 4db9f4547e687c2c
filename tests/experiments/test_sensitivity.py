"""Sensitivity as a job: sizes, refusals, what is run, what the page says, and a whole run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from agents.mind import NoMind
from experiments.build import build, compose, job_of
from experiments.calibrated import calibrate
from experiments.cli import main
from experiments.horizon import measures
from experiments.reporting.sensitivity import sensitivity_sheet
from experiments.reporting.sensitivity_flips import change, turns
from experiments.sensitivity.job import Sensitivity
from experiments.sensitivity.results import METHODS, SensitivityResult, load
from experiments.sensitivity.work import scores, start_of
from experiments.space.factors import factors_from
from experiments.study import Study
from sim.errors import ParameterError
from strategies import Nothing, OverDelivery, Placebo
from tests.experiments.small import TINY, study

LIFT, PRICE = "arms.over_delivery.lift", "arms.over_delivery.price"
ARMS = {"nothing": Nothing(), "over_delivery": OverDelivery(), "placebo": Placebo()}


def made(flips: list[tuple[str, int, float, float, float, str]]) -> SensitivityResult:
    """A tornado of two parameters, the lead 1 all along, with flips as given."""
    nan, tried = float("nan"), (("a", 1.0, 3.0), ("b", 0.0, 4.0))
    walks = [
        (factor, at, arm, replicate, level + 0.1 * replicate)
        for factor, *ends in tried
        for at in {2.0, *ends}
        for arm, level in (("nothing", 0.0), ("plan", 2.0), ("other", 1.0))
        for replicate in range(3)
    ]
    leads = [(factor, at, "other", 0.8, 1.0, 1.2) for factor, *ends in tried for at in (2.0, *ends)]
    ranges = [(factor, low, high, 2.0, "1", f"what {factor} means", "") for factor, low, high in tried]
    return SensitivityResult(
        outcomes=pd.DataFrame(), settings=pd.DataFrame(),
        walks=pd.DataFrame(walks, columns=["factor", "at", "arm", "replicate", "value"]),
        ranges=pd.DataFrame(ranges, columns=["factor", "low", "high", "own", "unit", "doc", "source"]),
        leads=pd.DataFrame(leads, columns=["factor", "at", "rival", "low", "mean", "high"]),
        flips=pd.DataFrame(flips or [("a", 1, nan, nan, nan, "")], columns=_FLIP),
        indices=pd.DataFrame(), pairs=pd.DataFrame(), metrics=measures("USD"), method="tornado", measure="value",
        winner="plan", arm="plan", control="nothing", arms=["nothing", "plan", "other"], replications=3, repeats=1,
        customers=10, weeks=4, configuration="", provenance={},
    )  # fmt: skip


_FLIP = ["factor", "side", "may", "flips", "surely", "rival"]


def test_the_nearest_flip_comes_first_and_is_told():
    """b flips 25% below the study's value, a 45% above: b is named first."""
    result = made([("a", 1, 2.4, 2.9, float("nan"), "other"), ("b", -1, 1.7, 1.5, 1.2, "nothing")])
    assert [turn.factor for turn in turns(result)] == ["b", "a"]
    said = dict(sensitivity_sheet(result).answers)
    assert said["Nearest flip"] == 'b would have to fall from 2 to 1.5 (-25%); then "nothing" is best'
    assert said["Then"].startswith("a would have to rise from 2 to 2.9 (+45%)")
    assert said["Do not flip it alone"].startswith("0 of 2")


def test_a_flip_that_may_be_is_no_flip():
    said = dict(sensitivity_sheet(made([("a", 1, 2.4, float("nan"), float("nan"), "other")])).answers)
    assert '"plan" has the highest mean over the whole range' in said["No flip"]
    assert said["Do not flip it alone"].startswith("1 of 2")


def test_nothing_flips():
    result = made([])
    assert turns(result) == []
    assert dict(sensitivity_sheet(result).answers)["Do not flip it alone"].startswith("2 of 2")


def test_a_lead_that_is_not_sure_is_said_and_names_no_parameter():
    """What may flip as the study stands says nothing of a parameter."""
    result = made([("a", 1, 2.0, float("nan"), float("nan"), "other"), ("b", 1, 2.0, 3.5, float("nan"), "other")])
    result = replace(result, leads=result.leads.assign(low=-0.1))
    sheet = sensitivity_sheet(result)
    assert [turn.factor for turn in turns(result)] == ["b"]
    assert "not sure even as the study stands" in dict(sheet.answers)["Beware"]
    assert "its lead is not sure" in sheet.sections[0].tables[1].caption


def test_a_change_from_zero_is_no_percentage():
    assert change(0.0, -0.25) == "-0.25"
    assert change(-2.0, -1.0) == "+50%"


def test_less_may_be_better():
    frame = pd.DataFrame({"replicate": [0, 0, 1, 1], "arm": ["a", "b"] * 2, "value": [1.0, 2.0, 3.0, 4.0]})
    assert scores(frame, ["b", "a"], -1).tolist() == [[-2, -1], [-4, -3]]


def test_sizes_are_said_and_kept():
    """8 trajectories of 2 parameters and luck are 32 settings; 8 Sobol rows are 40, with pairs 64."""
    own = study(ARMS)
    factors = (LIFT, PRICE)
    assert Sensitivity(factors=factors, trajectories=8).tasks(own) == 8 * 4 + 2
    assert Sensitivity("sobol", factors, base=8).tasks(own) == 8 * 5 + 2
    assert Sensitivity("sobol", factors, base=8, second_order=True, luck=False).tasks(own) == 8 * 6 + 2
    assert Sensitivity("tornado", factors).tasks(own) == 2
    assert "8 trajectories through 2 parameters and luck = 32 settings x 1 replication" in Sensitivity(
        factors=factors, trajectories=8
    ).size(own)


@pytest.mark.parametrize(
    ("job", "changes", "words"),
    [
        (Sensitivity(factors=(LIFT,)), {"compare": ("nothing",)}, "a plan beside it"),
        (Sensitivity(factors=(LIFT,)), {"compare": ("over_delivery", "placebo")}, "needs the control 'nothing'"),
        (Sensitivity(factors=(LIFT,)), {"compare": ("nothing", "placebo")}, "over_delivery is not run"),
        (Sensitivity(factors=(LIFT,)), {"replications": 1}, "gives no interval"),
        (Sensitivity(factors=(LIFT,), arm="nothing"), {}, "job.arm = 'nothing' is none of the plans"),
        (Sensitivity(factors=(LIFT,), measure="joy"), {}, "job.measure = 'joy' is not measured"),
        (Sensitivity(factors=(LIFT,), measure="contacted"), {}, "no better direction"),
        (Sensitivity(factors=("arms.over_delivery.lft",)), {}, "no parameter of this study.*lift"),
        (Sensitivity(factors=(f"{LIFT} 0.3..0.1",)), {}, "bounds reversed"),
        (Sensitivity(factors=(LIFT,), most=20), {}, "more than job.most = 20.*job.most=40"),
        (Sensitivity(), {"mind": NoMind()}, "matches 'mind"),
    ],
)
def test_bad_input_is_refused_before_anything_runs(job: Sensitivity, changes: dict[str, object], words: str):
    with pytest.raises(ParameterError, match=words):
        job.check(replace(study(ARMS), **changes))


def test_unknown_methods_and_odd_bases_are_refused():
    with pytest.raises(ParameterError, match="not one of tornado, morris, sobol"):
        Sensitivity("guess")
    with pytest.raises(ParameterError, match="choose 64 or 128"):
        Sensitivity(base=100)


def test_a_fitted_parameter_starts_at_its_estimate():
    """The declared default of a market's parameter is not what a fitted study runs with."""
    own = Study(arms=ARMS)
    calibration = calibrate(own)
    (one,) = factors_from(["market.alpha"], own)
    moved = replace(calibration, market=replace(calibration.market, alpha=9.0))
    assert start_of(one, moved) == 9.0
    assert start_of(factors_from([LIFT], own)[0], moved) == own.arms["over_delivery"].lift


def test_the_experiment_compares_four_arms():
    job, own = job_of(compose(["experiment=sensitivity"])), build(compose(["experiment=sensitivity"]))
    assert isinstance(job, Sensitivity)
    job.check(own)
    assert len(own.chosen) == 4


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_a_run_leaves_a_page(method: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    command = ["run", "job=sensitivity", f"job.method={method}", "job.second_order=true", "job.base=4"]
    command += ["job.trajectories=2", "job.steps=1", "job.halvings=1", "compare=[nothing,placebo,over_delivery]"]
    command += [f"job.factors=[mind.intention.pull,{PRICE} 0.1..40]", f"execution.output={tmp_path}", *TINY]
    assert main(command) == 0
    assert "Best as the study stands" in capsys.readouterr().out
    (folder,) = tmp_path.glob("sensitivity-*")
    assert (folder / "report.html").is_file()
    result = load(folder)
    assert (folder / "figures" / "tornado.png").is_file()
    assert (folder / "figures" / "sobol-pairs.png").is_file() == (method == "sobol")
    assert set(result.walks["at"][result.walks["factor"] == PRICE]) >= {0.1, 1.5, 40.0}
    assert len(result.settings) == {"tornado": 0, "morris": 2 * 4, "sobol": 4 * 8}[method]
    spread = result.indices[result.indices["index"].isin(["mu_star", "ST"])]
    if method != "tornado":
        level = spread[spread["outcome"] == "nothing"].set_index("factor")["value"]
        assert level[PRICE] == 0  # the plan's price is nothing to the control
        assert level["luck"] > 0
        assert np.isfinite(spread["value"]).all()
