"""Value of information: what investigations show, outcomes with a known worth, verdicts, refusals, a whole run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from experiments.build import build, compose, job_of
from experiments.calibrated import calibrate
from experiments.cli import main
from experiments.horizon import measured, measures
from experiments.information.analysis import curve, known_parameters
from experiments.information.fieldwork import Fieldwork
from experiments.information.investigations import ABTest, Investigation, Look, Survey, price_of, sizes_of
from experiments.information.job import Information
from experiments.information.results import TOGETHER, InformationResult, load
from experiments.pilot import solve_baseline
from experiments.reporting.information import information_sheet
from experiments.reporting.information_tables import NO, OPEN_QUESTION, YES, gain_of, verdict
from experiments.space.results import Outcomes
from experiments.study import Study
from sim.errors import ConfigError, ParameterError
from strategies import Nothing, OverDelivery
from tests.experiments.small import TINY, study

SETTINGS, REPLICATIONS, SPREAD = 400, 2, 30.0
GIFT = ABTest("gift", outcome="profit", weeks=4, customers=400)


def planted(seed: int = 1, known: float = 1.0, mean: float = 0.5) -> Outcomes:
    """A gift that gains N(mean, 1) per customer, which an A/B test of profit sees; customers spread by 30.

    A share `known` of the variance is the gift's lift; the rest is a parameter of the mind. A third does not matter.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.standard_normal((SETTINGS, 3))
    gain = mean + sqrt(known) * drawn[:, 0] + sqrt(1 - known) * drawn[:, 1]
    look, rows = Look("gift", "profit", 4), []
    for setting in range(SETTINGS):
        for replicate in range(REPLICATIONS):
            for arm, value in (("nothing", 0.0), ("gift", gain[setting])):
                rows += [
                    (setting, replicate, arm, metric, number)
                    for metric, number in (("value", value), (look.mean, value), (look.spread, SPREAD))
                ]
    outcomes = pd.DataFrame(rows, columns=["setting", "replicate", "arm", "metric", "value"])
    names = ["arms.gift.lift", "mind.slope", "mind.colour"]
    settings = pd.DataFrame(drawn, columns=names).assign(setting=range(SETTINGS))
    infos = tuple(info for info in measures("USD") if info.name == "value")
    return Outcomes(outcomes, settings, infos, "nothing", REPLICATIONS, 100, 8, "", {})


@cache
def knowledge(mean: float) -> pd.DataFrame:
    held = planted(mean=mean)
    return known_parameters(held, held.differences("value"))


def result(
    value: float = 1.0, error: float = 0.1, price: float = 100.0, perfect: float = 2.0, mean: float = 0.5,
) -> InformationResult:  # fmt: skip
    """What a job would leave of a planted gift, with an investigation of a given worth."""
    held = planted(mean=mean)
    rows = [("trial", n, price * n / 400, False, value * n / 400, error, 0.3) for n in (200, 400, 800)]
    columns = ["investigation", "customers", "price", "limited", "value", "standard_error", "changes"]
    worth = {"value": perfect, "standard_error": 0.1 * perfect, "changes": 0.4 * bool(perfect)}
    return InformationResult(
        **{one.name: getattr(held, one.name) for one in fields(held)},
        metric="value", deciding_for=100, perfect={"low": worth, "high": worth},
        knowledge=knowledge(mean),
        investigations={"trial": {"meaning": "a trial", "customers": 400}}, curves=pd.DataFrame(rows, columns=columns),
    )  # fmt: skip


def loss(mean: float, sd: float) -> float:
    """E max(x, 0) - max(E x, 0) of a normal x."""
    return float(sd * norm.pdf(mean / sd) - abs(mean) * norm.sf(abs(mean) / sd))


def arms(**more: Any) -> Study:
    return study({"nothing": Nothing(), "gift": OverDelivery()}, **more)


def test_noise_of_a_test_by_hand():
    """400 customers, 200 in each half, spread 3 and 4: sqrt((9 + 16) / 200)."""
    assert GIFT.noise([np.array([3.0]), np.array([4.0])], 400, arms()) == pytest.approx(sqrt(25 / 200))
    assert GIFT.shows([np.array([3.0]), np.array([1.0])]) == pytest.approx(2.0)


def test_noise_of_a_survey_by_hand():
    """100 asked, 25 answer; states spread by 0.3, one point of noise in ten is 0.2 of a state from -1 to 1."""
    one = Survey(response=0.25)
    assert one.noise([np.array([0.3])], 100, arms()) == pytest.approx(sqrt((0.09 + 0.04) / 25))
    assert Survey("trust").noise([np.array([0.3])], 500, arms()) == pytest.approx(sqrt((0.09 + 0.01) / 100))


def test_sizes_stay_within_what_there_is():
    assert sizes_of(ABTest("gift", customers=100), 700) == (20, 25, 50, 100, 200, 400, 700)
    assert price_of(ABTest("gift", price=2.0, fixed=30.0), 100) == 230


def test_watching_changes_nothing_and_sees_what_is_there():
    """Numbers at the horizon are those of a study that nobody watches; what is seen last is what is then true."""
    own = arms(weeks=6)
    calibration = calibrate(own)
    baseline = solve_baseline(own, calibration, 300)
    looks = (Look("gift", "retention", 6), Look("gift", "satisfaction", 6), Look("nothing", "profit", 3))
    watched = Fieldwork(looks)(own, calibration, baseline, 0).set_index(["arm", "metric"])["value"]
    plain = measured(own, calibration, baseline, 0).set_index(["arm", "metric"])["value"]
    pd.testing.assert_series_equal(watched[plain.index], plain)
    assert len(watched) == len(plain) + 6
    share = plain["gift", "retention"]
    assert watched["gift", looks[0].mean] == pytest.approx(share)
    assert watched["gift", looks[0].spread] == pytest.approx(sqrt(share * (1 - share)))
    assert watched["gift", looks[1].mean] == pytest.approx(plain["gift", "satisfaction"], abs=1e-6)
    fees = watched["nothing", looks[2].mean]
    assert 0 < fees < plain["nothing", "profit"]


def test_a_parameter_is_worth_what_it_decides():
    """Half of the variance is the lift's: the linear-normal value; what does not matter is worth nothing (seed 2)."""
    held = planted(seed=2, known=0.5)
    found = known_parameters(held, held.differences("value")).set_index("name")
    lift, colour = found.loc["arms.gift.lift"], found.loc["mind.colour"]
    assert abs(lift["value"] - loss(0.5, sqrt(0.5))) < 4 * lift["standard_error"]
    assert lift["value"] > lift["floor"]
    assert colour["value"] <= max(colour["floor"], 0.01)
    assert list(found.index[-2:]) == ["mind.*", TOGETHER]
    assert abs(found.loc[TOGETHER, "value"] - loss(0.5, 1.0)) < 4 * found.loc[TOGETHER, "standard_error"]


def test_a_test_is_worth_its_closed_form():
    """A test of n customers has variance 4 x 30² / n; 400 settings, seed 3: within 4 standard errors at every size."""
    held = planted(seed=3)
    found = curve("trial", GIFT, held, held.differences("value"), arms(), 5_000)
    assert list(found["customers"]) == [25, 50, 100, 200, 400, 800, 1_600, 3_200, 5_000]
    for _, row in found.iterrows():
        truth = loss(0.5, 1 / sqrt(1 + 4 * SPREAD**2 / row["customers"]))
        assert abs(row["value"] - truth) < max(4 * row["standard_error"], 0.01)
    assert found["price"].iloc[-1] == 5_000


def test_no_test_is_more_exact_than_the_simulation():
    """Replications differ by noise of variance 25 = 4 x 30² / 144: sizes beyond 144 are left out but the one asked."""
    held = planted(seed=4)
    seen = held.outcomes["metric"].eq(Look("gift", "profit", 4).mean) & held.outcomes["arm"].eq("gift")
    luck = np.random.default_rng(4).normal(0, 5, len(held.outcomes))
    held.outcomes.loc[seen, "value"] += luck[seen]
    found = curve("trial", GIFT, held, held.differences("value"), arms(), 5_000).set_index("customers")
    assert list(found.index) == [25, 50, 100, 200, 400]
    assert list(found["limited"]) == [False, False, False, True, True]
    assert found["value"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("value", "error", "price", "word"),
    [(2.0, 0.1, 100.0, YES), (0.5, 0.1, 100.0, NO), (1.1, 0.1, 100.0, OPEN_QUESTION)],
)
def test_a_verdict_needs_its_interval(value: float, error: float, price: float, word: str):
    """2 x 100 customers - 100 with an error of 10 is surely a gain, 50 - 100 surely none, 110 - 100 is open."""
    own = result(value, error, price)
    assert verdict(own, "trial") == word
    assert gain_of(own, own.curves.iloc[1]).value == pytest.approx(100 * value - price)
    said = dict(information_sheet(own).answers)["Trial"]
    assert said.startswith({YES: "worth its", NO: "not worth its", OPEN_QUESTION: "open whether"}[word])


def test_the_page_says_what_is_worth_knowing():
    said = dict(information_sheet(result()).answers)
    assert said["Decision now"].startswith("gift, ")
    assert said["Worth knowing"].startswith("arms.gift.lift (")
    assert "800 customers leave most" in dict(information_sheet(result(2.0)).answers)["Trial"]


def test_the_page_says_when_nothing_is_worth_knowing():
    """The gift always wins: perfect information is worth exactly nothing, and no parameter stands above its noise."""
    said = dict(information_sheet(result(perfect=0.0, mean=50.0)).answers)
    assert said["Knowing everything"].startswith("nothing: ")
    assert said["Worth knowing"].startswith("no single parameter")


BAD: list[tuple[Mapping[str, Investigation], str]] = [
    ({"t": ABTest("gifts")}, "job.investigations.t.arm = 'gifts' is none of the arms"),
    ({"t": ABTest("nothing")}, "is the control: nothing would differ"),
    ({"t": ABTest("gift", outcome="joy")}, "outcome = 'joy' is none of profit, revenue, retention"),
    ({"t": ABTest("gift", weeks=9)}, "weeks = 9 lies beyond the horizon of 8 weeks"),
    ({"s": Survey("joy")}, "state = 'joy' cannot be asked for: this mind can be asked for satisfaction, trust"),
    ({"s": Survey(arm="gifts")}, "job.investigations.s.arm = 'gifts'"),
    ({"s": Survey(customers=20_000)}, "customers = 20,000 is more than the 10,000 customers there are"),
]


@pytest.mark.parametrize(("investigations", "words"), BAD)
def test_bad_investigations_are_refused(investigations: Mapping[str, Investigation], words: str):
    job = Information(("arms.gift.lift",), investigations)
    with pytest.raises(ParameterError, match=words.replace("(", r"\(")):
        job.check(arms())


def test_bad_studies_are_refused():
    job = Information(("arms.gift.lift",))
    with pytest.raises(ParameterError, match="cannot be split"):
        job.check(arms(replications=1))
    with pytest.raises(ParameterError, match="nothing to decide"):
        job.check(study({"nothing": Nothing()}))
    with pytest.raises(ParameterError, match="no parameter of this study"):
        Information(("arms.gift.lifts",)).check(arms())
    with pytest.raises(ParameterError, match="none of value, profit"):
        Information(metric="trust")
    with pytest.raises(ConfigError, match="draws = 3"):
        job_of(compose(["experiment=information", "job.draws=3"]))


def test_nobody_is_seen_leaving_where_there_is_no_contract():
    own = build(compose(["compare=[nothing,over_delivery]"]))
    job = Information(investigations={"t": ABTest("over_delivery", outcome="retention")})
    with pytest.raises(ParameterError, match="nobody is seen leaving"):
        job.check(own)


def test_the_experiment_builds_and_is_sound():
    config = compose(["experiment=information"])
    job, own = job_of(config), build(config)
    assert isinstance(job, Information)
    job.check(own)
    assert {type(one) for one in job.investigations.values()} == {ABTest, Survey}


@pytest.mark.slow
def test_a_run_leaves_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """20 settings of tiny studies; the second time it is found, with the same answers."""
    command = [
        "run", "experiment=information", "job.draws=20", "compare=[nothing,over_delivery,personalised_service]",
        "job.factors=[arms.over_delivery.lift,mind.intention.hold]", "job.investigations.test_of_surprises.weeks=4",
        "~job.investigations.test_of_personal_service", "~job.investigations.survey_after_surprises",
        "job.investigations.survey_of_satisfaction.weeks=2", f"execution.output={tmp_path}", *TINY,
    ]  # fmt: skip
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "Knowing everything" in said
    (folder,) = tmp_path.glob("information-*")
    assert (folder / "report.html").is_file()
    assert (folder / "figures" / "samples.png").is_file()
    found = load(folder)
    assert len(found.settings) == 20
    assert set(found.curves["investigation"]) == {"test_of_surprises", "survey_of_satisfaction"}
    assert main(command) == 0
    assert capsys.readouterr().out == said
