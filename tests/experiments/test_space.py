"""What can be varied: addresses, ranges, values put in their place, and a study at a setting with its own baseline."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.calibrated import calibrate
from experiments.horizon import measured, measures
from experiments.pilot import solve_baseline
from experiments.space import (
    Declared,
    Outcomes,
    Setting,
    Settings,
    declared,
    factors_from,
    value_at,
    with_values,
)
from experiments.space.factors import usual_range
from experiments.study import Study
from sim.behaviour import Contractual, NonContractual
from sim.errors import ParameterError
from sim.scenario import Event, Scenario
from strategies import Nothing, OverDelivery, RewardProgram
from tests.experiments.small import WEEKLY, study

ARMS = {"nothing": Nothing(), "gift": OverDelivery(), "points": RewardProgram()}
OWN = study(ARMS)


def test_every_number_and_switch_has_an_address():
    """Of arms by name, of the mind's parts, of the market, of events; luck itself is not among them."""
    known = declared(replace(OWN, scenario=Scenario({"flood": Event(start=2)})))
    assert {"arms.gift.lift", "mind.trust.build", "market.fee", "weeks", "scenario.events.flood.failure"} <= set(known)
    assert not {"seed", "replications", "control"} & set(known)
    assert known["arms.gift.lift"].value == OverDelivery().lift
    assert known["weeks"].kind == "int"
    assert (known["arms.gift.price"].low, known["arms.gift.price"].unit) == (0, "money per surprise")


def test_a_value_is_put_in_its_place_and_nothing_else_changes():
    changed = with_values(OWN, {"arms.gift.lift": 0.3, "mind.trust.build": 0.01, "weeks": 5.4})
    assert changed.arms["gift"] == OverDelivery(lift=0.3)
    assert value_at(changed, "mind.trust.build") == 0.01
    assert changed.weeks == 5
    back = with_values(changed, {name: value_at(OWN, name) for name in ("arms.gift.lift", "mind.trust.build", "weeks")})
    assert back == OWN


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"arms.gift.lft": 0.1}, "no parameter of this study. Did you mean 'arms.gift.lift'"),
        ({"arms.gift.lift": 1.5}, "arms.gift.lift = 1.5 is outside 0 to 1"),
        ({"arms.gift.lift": float("nan")}, "outside"),
        ({"seed": 3}, "no parameter"),
    ],
)
def test_a_wrong_value_is_refused(values: dict[str, float], words: str):
    with pytest.raises(ParameterError, match=words.replace("?", r"\?")):
        with_values(OWN, values)


def test_texts_become_factors():
    """A bare address takes a third to three times the value; bounds, values and wildcards as written."""
    bare, ranged, listed = factors_from(["market.fee", "arms.gift.lift: 0.05 .. 0.4", "weeks 4|8"], OWN)
    assert (bare.low, bare.high) == (pytest.approx(35 / 3), 105)
    assert (ranged.low, ranged.high, ranged.values) == (0.05, 0.4, ())
    assert listed.values == (4, 8)
    trust = factors_from(["mind.trust.*"], OWN)
    assert {one.address for one in trust} == {name for name in declared(OWN) if name.startswith("mind.trust.")}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("arms.gift.lft", r"job.factors: 'arms.gift.lft' is no parameter.*Did you mean 'arms.gift.lift'\?"),
        ("minds.*", "no parameter of this study matches 'minds"),
        ("arms.gift.lift 0.4..0.05", r"bounds reversed: write arms.gift.lift 0.05..0.4"),
        ("arms.gift.lift 0.1..2", "leaves what is allowed, 0 to 1"),
        ("arms.gift.lift 0.1..0.1", "does not vary"),
        ("arms.gift.lift much", r"cannot be read. Write ADDRESS, ADDRESS LOW\.\.HIGH"),
        ("arms.gift.lift 0.1|nan", "cannot be read"),
        ("weeks 4|5.5", "not in whole numbers"),
        ("weeks 4.5..8", "not in whole numbers"),
        ("mind.trust", "no parameter"),
        ("", "no parameter"),
    ],
)
def test_a_factor_that_cannot_be_is_refused(text: str, words: str):
    with pytest.raises(ParameterError, match=words):
        factors_from([text], OWN)


def test_a_parameter_is_named_once_and_of_an_arm_that_is_run():
    """Wildcards leave out arms that are not run; naming one of their parameters is an error, as it changes nothing."""
    with pytest.raises(ParameterError, match="there twice"):
        factors_from(["mind.trust.*", "mind.trust.build"], OWN)
    without = replace(OWN, compare=("nothing", "gift"))
    assert {one.address.split(".")[1] for one in factors_from(["arms.*.budget"], without)} == {"gift"}
    with pytest.raises(ParameterError, match="points is not run"):
        factors_from(["arms.points.threshold"], without)


def about(value: float, low: float, high: float, kind: str = "float") -> Declared:
    return Declared("x", value, low, high, kind, "1", "", "")


def test_the_usual_range_stays_within_what_is_allowed():
    assert usual_range(about(0.5, 0, 1)) == (pytest.approx(0.5 / 3), 1)
    assert usual_range(about(-3, -100, 0)) == (-9, -1)
    assert usual_range(about(0, 0, 10)) == (0, 0.5)
    assert usual_range(about(0, 0, 10, "int")) == (0, 1)
    assert usual_range(about(4, 1, 100, "int")) == (2, 12)
    assert usual_range(about(1, 0, 1, "bool")) == (0, 1)


def test_whole_numbers_have_equal_shares():
    (factor,) = factors_from(["weeks 4..7"], OWN)
    found = [factor.at(u) for u in (0, 0.24, 0.26, 0.49, 0.51, 0.74, 0.76, 1.0)]
    assert found == [4, 4, 5, 5, 6, 6, 7, 7]
    (listed,) = factors_from(["weeks 9|2"], OWN)
    assert [listed.at(u) for u in (0, 0.49, 0.5, 1.0)] == [9, 9, 2, 2]


def frames_equal(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    columns = ["arm", "metric", "replicate", "value"]
    return one[columns].reset_index(drop=True).equals(other[columns].reset_index(drop=True))


def at_own(own: Study, pilot: int = 300, replications: int = 2) -> pd.DataFrame:
    """What a study gives when it is calibrated and run by itself."""
    calibration = calibrate(own)
    baseline = solve_baseline(own, calibration, pilot)
    return pd.concat([measured(own, calibration, baseline, n) for n in range(replications)])


def test_a_setting_is_the_study_with_these_values(tmp_path: Path):
    """To the bit: whether only an arm differs, or the world, whose baseline is then its own; kept baselines change
    nothing."""
    own = study({"nothing": Nothing(), "gift": OverDelivery()}, size=120, weeks=4)
    calibration = calibrate(own)
    settings = (Setting({"arms.gift.lift": 0.4}), Setting({"mind.trust.build": 0.15, "market.fee": 20.0}))
    baseline = solve_baseline(own, calibration, 300)
    for folder in (None, tmp_path, tmp_path):
        work = Settings(own, calibration, baseline, settings, 2, 300, folder=folder)
        for number, setting in enumerate(settings):
            assert frames_equal(work(number), at_own(setting.study(own)))
    assert len([*tmp_path.iterdir()]) == 1  # the world that differs; the other setting shares the study's baseline


def test_the_seed_of_a_setting_moves_luck_to_replications_of_its_own():
    own = study({"nothing": Nothing()}, size=80, weeks=2)
    calibration = calibrate(own)
    work = Settings(own, calibration, solve_baseline(own, calibration, 300), (Setting(), Setting(seed=1)), 2, 300)
    first, second = (work(number).query("metric == 'value'")["value"].tolist() for number in (0, 1))
    assert not set(first) & set(second)
    alone = measured(own, calibration, work.baseline, 3).query("metric == 'value'")["value"].tolist()
    assert second[1:] == alone


def test_a_fitted_parameter_that_is_varied_takes_the_place_of_its_estimate():
    """In the market, and in the customers that are drawn; the other estimates stay."""
    own = Study(arms={"nothing": Nothing()})
    calibration = calibrate(own)
    moved = Setting({"market.r": 0.5, "market.spend_q": 5.0})
    found = moved.calibration(moved.study(own), calibration)
    assert found.buying is not None
    assert found.spending is not None
    assert calibration.buying is not None
    assert isinstance(found.market, NonContractual)
    assert isinstance(calibration.market, NonContractual)
    assert (found.market.r, found.market.alpha) == (0.5, calibration.market.alpha)
    assert (found.buying.model.r, found.buying.model.b) == (0.5, calibration.buying.model.b)
    assert found.spending.model.q == 5.0
    assert Setting({"weeks": 10}).calibration(own, calibration) is calibration


def test_a_market_that_is_exchanged_is_the_one_that_is_run():
    """A market of the same kind with other parameters is no parameter that was fitted."""
    own = study({"nothing": Nothing()}, size=80, weeks=3, replications=1)
    dear = Contractual(alpha=1.0, beta=40.0, period=1, uses_mean=1.0, fee=70.0)
    calibration = calibrate(own)
    settings = (Setting(), Setting(parts={"market": dear}))
    work = Settings(own, calibration, solve_baseline(own, calibration, 300), settings, 1, 300)
    plain, twice = (float(work(n).query("metric == 'revenue'")["value"].iloc[0]) for n in (0, 1))
    assert twice == pytest.approx(2 * plain, rel=1e-5)
    assert WEEKLY.fee == 35


def outcomes(lacking: bool = False) -> Outcomes:
    """Value is 10 x setting + replicate, and 3 more in the arm a; trust is unknown at setting 1."""
    rows = [
        (setting, arm, metric, replicate, 10 * setting + replicate + 3 * (arm == "a"))
        for setting in (0, 1) for arm in ("a", "nothing") for metric in ("value", "trust") for replicate in (0, 1)
        if not (lacking and metric == "trust" and setting == 1)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["setting", "arm", "metric", "replicate", "value"])
    settings = pd.DataFrame({"setting": [0, 1], "market.fee": [1.0, 2.0]})
    return Outcomes(frame.sample(frac=1, random_state=1), settings, measures("USD"), "nothing", 2, 100, 8, "", {})


def test_outcomes_are_settings_by_replications_by_arms():
    """The control comes first, whatever the order of rows; differences are under the same luck."""
    found = outcomes()
    assert found.arms == ("nothing", "a")
    assert found.factors == ["market.fee"]
    assert found.values("value").tolist() == [[[0, 3], [1, 4]], [[10, 13], [11, 14]]]
    assert found.differences("value")[:, :, 1].tolist() == [[3, 3], [3, 3]]
    with pytest.raises(ParameterError, match="'joy' is no metric"):
        found.values("joy")


def test_what_a_setting_does_not_know_is_nan():
    values = outcomes(lacking=True).values("trust")
    assert np.isfinite(values[0]).all()
    assert np.isnan(values[1]).all()
