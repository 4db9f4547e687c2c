"""Moves between kinds of customers add up, week by week."""

from __future__ import annotations

import pandas as pd
import pytest

from agents.classification import CLASSIFICATIONS
from experiments.calibrated import calibrate
from experiments.kinds import COLUMNS, kinds_of
from experiments.pilot import baseline_of
from experiments.population import Population
from experiments.reporting.kinds_figure import compositions, kinds_figure
from experiments.study import Study
from strategies import Nothing, OverDelivery
from tests.experiments import synthetic

STUDY = Study(arms={"nothing": Nothing(), "generous": OverDelivery(lift=0.3)}, population=Population(size=600), weeks=6)


@pytest.fixture(scope="module")
def moves() -> pd.DataFrame:
    calibration = calibrate(STUDY)
    return kinds_of(STUDY, calibration, baseline_of(STUDY, calibration, size=2_000), ("nothing", "generous"))


def test_every_customer_is_counted_once_a_week_in_every_classification(moves: pd.DataFrame) -> None:
    assert list(moves.columns) == list(COLUMNS)
    sums = moves.groupby(["arm", "week", "classification"])["customers"].sum()
    assert (sums == 600).all()
    assert len(sums) == 2 * 6 * len(CLASSIFICATIONS)


def test_a_week_begins_where_the_last_one_ended(moves: pd.DataFrame) -> None:
    for _, one in moves.groupby(["arm", "classification"]):
        after = one.groupby(["week", "after"])["customers"].sum()
        before = one.groupby(["week", "before"])["customers"].sum()
        for week in range(1, 6):
            pd.testing.assert_series_equal(after[week], before[week + 1], check_names=False)


def test_nobody_comes_back_from_having_left(moves: pd.DataFrame) -> None:
    assert not len(moves[(moves["before"] == "lapsed") & (moves["after"] != "lapsed")])
    assert len(moves[(moves["before"] != "lapsed") & (moves["after"] == "lapsed")])


def test_shares_in_the_tables_are_of_those_who_are_customers(moves: pd.DataFrame) -> None:
    result = synthetic.study(weeks=6)
    object.__setattr__(result, "kinds", moves)
    found = compositions(result)
    assert len(found) == 2 * len(CLASSIFICATIONS)
    for one in found:
        assert sum(row[1] for row in one.rows) == pytest.approx(1)
        assert sum(row[2] for row in one.rows) == pytest.approx(1)
        assert not {"gone", "lapsed", "not yet"} & {row[0] for row in one.rows}
    assert len(kinds_figure(result).axes) == 4
