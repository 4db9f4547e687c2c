"""The export: potential outcomes to the bit, books by customer, assignment, what the firm sees, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.calibrated import Calibration, calibrate, world_of
from experiments.export.assignment import RANDOMISED, TARGETED, propensity, standing
from experiments.export.books import CustomerBooks
from experiments.export.dictionary import customer_entries, panel_entries, readme, truth_entries
from experiments.export.job import Export, _piece
from experiments.export.tables import KINDS, OUTCOMES, STATIC, WEEKLY
from experiments.export.worlds import Worlds
from experiments.pilot import solve_baseline
from experiments.population import Population
from experiments.profit_and_loss import books_of
from experiments.replication import root_of
from experiments.results import OWED
from experiments.study import Study
from sim.crew import NoCrew
from sim.errors import ParameterError
from sim.network import WattsStrogatz
from sim.records import CRM
from sim.view import View
from sim.world import Strategy
from strategies import ChurnPrevention, Nothing, OverDelivery, RewardProgram, TieredCommunication
from strategies.portfolio import Portfolio
from strategies.ranking import TopK
from strategies.targeting import Everyone
from tests.experiments.small import study

PLAYS: Mapping[str, Strategy] = {
    "gift": OverDelivery(lift=0.3),
    "points": RewardProgram(),
    "calls": TieredCommunication(),
    "late": ChurnPrevention(gift=5.0, discount=0.2, targeting=Everyone(), start=1, every=2),
}
HISTORY = 5


def own(name: str, size: int = 400, weeks: int = 12) -> Study:
    return study({"nothing": Nothing(), name: PLAYS[name]}, size=size, weeks=weeks, replications=1)


@cache
def room(name: str) -> tuple[Study, Calibration, Any]:
    chosen = own(name)
    calibration = calibrate(chosen)
    return chosen, calibration, solve_baseline(chosen, calibration, 300)


@cache
def lived(name: str, assignment: str = RANDOMISED, **more: float) -> Worlds:
    chosen, calibration, baseline = room(name)
    job = Export(arm=name, assignment=assignment, history=HISTORY, **more)
    return Worlds(root_of(chosen, calibration, baseline, 0), job.trial(chosen))


@cache
def tables(name: str, assignment: str = RANDOMISED) -> dict[str, pd.DataFrame]:
    chosen, calibration, baseline = room(name)
    return _piece(Export(arm=name, assignment=assignment, history=HISTORY), chosen, calibration, baseline, 0)


@pytest.mark.parametrize("name", PLAYS)
@pytest.mark.parametrize("assignment", [RANDOMISED, TARGETED])
def test_the_observed_life_is_one_of_the_two_potential_ones(name: str, assignment: str):
    """To the bit, where nobody talks: all columns of state and records, and each outcome."""
    worlds, truth = lived(name, assignment), tables(name, assignment)["truth"]
    assert worlds.consistent().all()
    assert 0 < worlds.assigned.sum() < worlds.there.sum()
    assert truth["consistent"].all()
    for outcome in OUTCOMES:
        potential = np.where(truth["assigned"], truth[f"{outcome}_1"], truth[f"{outcome}_0"])
        assert np.array_equal(truth[outcome], potential)
        assert np.array_equal(truth[f"{outcome}_effect"], truth[f"{outcome}_1"].astype(float) - truth[f"{outcome}_0"])
    assert (truth["value_effect"] != 0).any()


@pytest.mark.parametrize("name", PLAYS)
def test_the_panel_of_those_assigned_is_the_panel_of_the_world_with_the_play_for_all(name: str):
    """And that of the others the panel of the world without it: every week, every column."""
    chosen, calibration, baseline = room(name)
    panel = tables(name)["panel"]
    assigned = set(tables(name)["customers"].query("assigned")["customer"])
    for share, who in ((0.98, assigned), (0.02, set(panel["customer"]) - assigned)):
        job = Export(arm=name, history=HISTORY, hold_out=1 - share)
        worlds = Worlds(root_of(chosen, calibration, baseline, 0), job.trial(chosen))
        other = _piece(job, chosen, calibration, baseline, 0)["panel"]
        alike = {int(row) for row in who if worlds.assigned[row] == (share > 0.5)}
        assert len(alike) > 0.9 * len(who)
        one, two = (frame[frame["customer"].isin(alike)].reset_index(drop=True) for frame in (panel, other))
        pd.testing.assert_frame_equal(one, two)


@pytest.mark.parametrize("name", PLAYS)
def test_profits_of_customers_add_up_to_the_books(name: str):
    """All of the model's customers, from its first week on: margin less cost, points still owed included."""
    chosen, calibration, baseline = room(name)
    model = root_of(chosen, calibration, baseline, 0).fork(PLAYS[name])
    books = model.ledger = CustomerBooks(model.ledger, chosen.accounts)
    model.run_for(10)
    model.close(OWED)
    assert books.profit(len(model.table)).sum() == pytest.approx(books_of(model)["profit"].sum(), rel=1e-6)
    assert books_of(model)["cost"].sum() > 0


def test_a_lot_ignores_what_is_known_and_targeting_does_not():
    """By lot a half is assigned, within 4.5 binomial standard errors, at one chance. Targeted, the mean chance is a
    half, nobody's is 0 or 1, and those assigned have complained less."""
    lot, aimed = lived("gift"), lived("gift", TARGETED, confounding=2.0)
    n = int(lot.there.sum())
    assert abs(lot.assigned[lot.there].mean() - 0.5) < 4.5 * 0.5 / np.sqrt(n)
    assert set(lot.chances[lot.there]) == {0.5}
    chances = aimed.chances[aimed.there]
    assert chances.mean() == pytest.approx(0.5)
    assert 0 < chances.min() < 0.2 < 0.8 < chances.max() < 1
    assert not aimed.chances[~aimed.there].any()
    complaints = aimed.pages[HISTORY]["complaints"][: aimed.n]
    assert complaints[aimed.assigned].mean() < 0.8 * complaints[aimed.there & ~aimed.assigned].mean()


def view_of(**columns: list[float]) -> View:
    """Four customers' records."""
    kept = {column: np.full(4, column.start, column.dtype) for column in CRM}
    kept |= {column: np.array(columns[column.name], column.dtype) for column in CRM if column.name in columns}
    return View(10, 4, lambda column: kept[column])


def test_who_looks_good_on_record():
    """Tenure alone, by hand; no answer counts as the mean one; where all are alike nobody is told apart."""
    there = np.array([True, True, False, True])
    tenure = standing(view_of(since=[0, 2, 9, 4]), there)
    assert tenure == pytest.approx(np.array([1, 0, -1]) * np.sqrt(1.5))
    heard = standing(view_of(answer=[10, -1, 3, 2]), there)
    assert heard == pytest.approx(np.array([1, 0, -1]) * np.sqrt(1.5))
    with pytest.raises(ParameterError, match="nothing on record tells customers apart"):
        propensity(TARGETED, view_of(), there, 0.5, 1.0)


def test_targeting_fools_a_naive_comparison_and_not_a_weighted_one():
    """Customers of the CDNOW log, 5,000: those who look good spend more anyway, so assigned less others is more than
    4.5 standard errors off the true mean effect on spend; weighted by the true propensity it is within them."""
    chosen = Study(
        arms={"nothing": Nothing(), "gift": OverDelivery()}, population=Population(size=5_000), weeks=30, warm_up=3
    )
    calibration = calibrate(chosen)
    job = Export(arm="gift", assignment=TARGETED, history=4, confounding=1.5)
    truth = _piece(job, chosen, calibration, solve_baseline(chosen, calibration, 300), 0)["truth"]
    treated, spend, effect = truth["assigned"], truth["spend"], float(truth["spend_effect"].mean())
    error = float(np.sqrt(sum(spend[side].var() / side.sum() for side in (treated, ~treated))))
    assert spend[treated].mean() - spend[~treated].mean() - effect > 4.5 * error
    weight = np.where(treated, 1 / truth["propensity"], -1 / (1 - truth["propensity"]))
    terms = weight * spend - truth["spend_effect"]
    assert abs(terms.mean()) < 4.5 * terms.std() / np.sqrt(len(terms))


def test_the_firm_sees_records_only():
    """Panel and customers hold all CRM columns once, and nothing else but identity, week, flows and assignment."""
    made = tables("points")
    own_columns = {"customer", "week", "bought", "paid", "assigned"}
    seen = [*made["panel"], *made["customers"]]
    assert {column.name for column in CRM} == set(seen) - own_columns
    assert {column.name for column in (*STATIC, *WEEKLY)} == {column.name for column in CRM}
    assert not {"satisfaction_launch", "left_0", "propensity", "segment"} & set(seen)


def test_flows_add_up_to_what_is_on_record():
    """Purchases and spend of each customer over the weeks are what the records gained, and truth agrees."""
    made = tables("gift")
    panel, truth = made["panel"], made["truth"].set_index("customer")
    later = panel[panel["week"] >= HISTORY].groupby("customer")[["bought", "paid"]].sum()
    assert later["bought"].equals(truth["purchases"].astype(later["bought"].dtype).rename("bought"))
    assert np.allclose(later["paid"], truth["spend"], rtol=1e-4)
    last = panel.groupby("customer").last()
    assert np.array_equal(panel.groupby("customer")["bought"].sum(), last["purchases"])
    assert panel["week"].max() == 11
    assert not panel["complained"].lt(0).any()


def test_kinds_follow_from_the_two_lives():
    truth = tables("gift")["truth"]
    found = {
        (bool(left_0), bool(left_1)): kind for left_0, left_1, kind in truth[["left_0", "left_1", "kind"]].to_numpy()
    }
    wanted = dict(zip([(False, False), (True, False), (False, True), (True, True)], KINDS, strict=True))
    assert found.items() <= wanted.items()
    assert "saved" in set(truth["kind"])


def test_every_column_is_explained():
    made, world = tables("gift"), world_of(*room("gift")[:2])
    entries = {"panel": panel_entries(), "customers": customer_entries(), "truth": truth_entries(world)}
    for name, table in made.items():
        assert [one.name for one in entries[name]][1:] == list(table.columns)
        assert all(one.doc and one.unit for one in entries[name])
    about = {"arm": "gift", "control": "nothing", "replications": 1, "customers": 400, "weeks": 12, "history": HISTORY}
    about |= {"hold_out": 0.5, "confounding": 1.0, "assignment": TARGETED, "consistent": 1.0}
    assert "holds for every customer, to the bit" in readme(about, world)
    assert "5.00% of customers live another life" in readme({**about, "consistent": 0.95}, world)


@pytest.mark.parametrize(
    "change",
    [
        {"network": WattsStrogatz()},
        {"arms": {"nothing": Nothing(), "gift": OverDelivery(lift=0.3, budget=500.0)}},
        {"arms": {"nothing": Nothing(), "gift": OverDelivery(lift=0.3, targeting=TopK(k=60))}},
    ],
    ids=["talk", "a budget shared", "ranks"],
)
def test_where_customers_influence_each_other_it_is_seen(change: dict[str, Any]):
    """Some live neither of their potential lives: friends of the treated, those no money is left for, the ranked."""
    chosen = replace(own("gift"), **change)
    calibration = calibrate(chosen)
    root = root_of(chosen, calibration, solve_baseline(chosen, calibration, 300), 0)
    worlds = Worlds(root, Export(arm="gift", history=HISTORY, interference=True).trial(chosen))
    assert not worlds.consistent()[worlds.there].all()


@pytest.mark.parametrize(
    ("job", "change", "words"),
    [
        (Export(arm="joy"), {}, "'joy' is no arm beside the control"),
        (Export(arm="nothing"), {}, "is no arm beside the control"),
        (Export(arm="gift", history=12), {}, "leaves no week for the play"),
        (Export(arm="gift", history=4), {"network": WattsStrogatz()}, "customers talk"),
        (
            Export(arm="all", history=4),
            {"arms": {"nothing": Nothing(), "all": Portfolio({"gift": OverDelivery()})}},
            "has no targeting",
        ),
    ],
)
def test_bad_input_is_refused(job: Export, change: dict[str, Any], words: str):
    with pytest.raises(ParameterError, match=words):
        job.check(replace(own("gift"), **change))
    assert isinstance(own("gift").crew, NoCrew)


def test_a_trial_without_two_sides_is_refused():
    """A thousandth of a few customers is nobody."""
    chosen, calibration, baseline = room("gift")
    few = replace(chosen, population=replace(chosen.population, size=20))
    job = Export(arm="gift", history=HISTORY, hold_out=0.999)
    with pytest.raises(ParameterError, match="and 0 are assigned to the play: there is nothing to compare"):
        Worlds(root_of(few, calibration, baseline, 0), job.trial(few))


def test_an_unknown_assignment_is_refused():
    with pytest.raises(ParameterError, match="'by hand' is unknown: write one of randomised, targeted"):
        Export(assignment="by hand")
