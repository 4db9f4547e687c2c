"""Optimisation as a job: what may be decided, goals and constraints by hand, refusals; runs, stopped and resumed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments.build import build, compose, job_of
from experiments.cli import main
from experiments.optimise.campaign import Campaign, Finals
from experiments.optimise.decision import decision_of
from experiments.optimise.goals import SPENT, Yardstick, metrics_of, yardstick_of
from experiments.optimise.job import Optimise
from experiments.optimise.results import CONFIRMATION, FOUND, SEARCHED, SELECTION, OptimiseResult, load
from experiments.optimise.runs import Runs
from experiments.optimise.search import Plan
from experiments.optimise.split import Given
from sim.errors import ParameterError
from strategies import Nothing, OverDelivery, PersonalisedService
from strategies.play import UNLIMITED
from strategies.portfolio import Portfolio
from strategies.targeting import Filed, Not
from tests.experiments.small import TINY, study

ARMS = {"nothing": Nothing(), "gifts": OverDelivery(), "care": PersonalisedService()}
LIFT = "arms.gifts.lift 0..0.4"
SMALL = (
    "experiment=optimise", "compare=[nothing,over_delivery,personalised_service]", "job.budget=600", "job.trials=10",
    "job.batch=4", "job.finalists=2", "job.first=3", "job.most=6", "job.confirm=2", "job.indifference=20", *TINY,
)  # fmt: skip
FRAMES = ("trials", "decided", "contestants", "fresh", "spending")


def frame(**values: list[float]) -> pd.DataFrame:
    """Numbers of an arm: metric -> one value per replication."""
    rows = [(name, value, place) for name, own in values.items() for place, value in enumerate(own)]
    return pd.DataFrame(rows, columns=["metric", "value", "replicate"])


def test_goals_are_paired_differences_and_constraints_are_levels():
    """Value 3 and 5 against 1 and 4: +1.5. Churn of 0.4 against 0.5 is 0.1 better. 0.6 is below 0.8 by a quarter."""
    known = {info.name: info for info in metrics_of(study(ARMS))}
    own = Yardstick((known["value"], known["churn"]), {"retention": 0.8}, {SPENT: 10.0})
    trial = frame(value=[3, 5], churn=[0.4, 0.4], retention=[0.6, 0.6], spent=[8, 12])
    control = frame(value=[1, 4], churn=[0.5, 0.5], retention=[0.5, 0.5], spent=[0, 0])
    score = own.score(trial, control)
    assert score.goals == pytest.approx((1.5, 0.1))
    assert score.violations == pytest.approx((0.25, 0.2))  # no replication may spend more than 10
    assert not score.is_feasible
    assert own.broken(frame(value=[1.0]))["retention at least 0.8"] > 0  # what is not known is not kept


def test_a_budget_is_a_constraint():
    own = study(ARMS)
    assert yardstick_of(own, ["value"], {}, {}, 500.0).at_most == {SPENT: 500.0}
    assert yardstick_of(own, ["value"], {}, {SPENT: 300.0}, 500.0).at_most == {SPENT: 300.0}
    assert yardstick_of(own, ["value"], {}, {}, 0.0).at_most == {}


def test_parameters_of_one_arm_are_decided():
    own = study(ARMS)
    decision = decision_of(own, [LIFT, "arms.gifts.start 0..4"], 0.0, (), {}, 1, UNLIMITED)
    assert decision.strategy({"arms.gifts.lift": 0.5, "arms.gifts.start": 0.999}) == OverDelivery(lift=0.2, start=4)
    assert decision.starts() == {}


def test_a_split_and_parameters_go_together():
    own = study(ARMS)
    decision = decision_of(own, [LIFT], 900.0, (), {}, 1, UNLIMITED)
    assert list(decision.starts()) == ["equal split", "gifts alone", "care alone"]
    point = {**decision.starts()["gifts alone"], "arms.gifts.lift": 0.25}
    made: Any = decision.strategy(point)
    assert dict(made.plays["gifts"].plays) == {"gifts": OverDelivery(lift=0.1)}
    assert decision.starts()["equal split"]["arms.gifts.lift"] == pytest.approx(0.3)  # 0.12 of 0..0.4: as it stands


def test_a_single_play_gets_all_the_money_for_everybody():
    segments = {"one": Filed(1), "rest": Not(Filed(1))}
    decision = decision_of(study(ARMS), [], 900.0, ("gifts",), segments, 4, UNLIMITED)
    assert list(decision.starts()) == ["equal split"]
    strategy, given = decision.single_plays()["all on gifts"]
    assert given == {"gifts for everybody": Given(900.0, 0)}
    whole = Portfolio({"gifts": OverDelivery()}, budget=900.0)
    assert strategy == Portfolio({"gifts for everybody": whole}, budget=900.0)


def test_fresh_luck_is_never_that_of_the_search():
    """Three lots of seeds, none of which overlaps another or is met again."""
    own = study(ARMS, replications=4)
    finals = Finals(3, first=20, most=60, confirm=30, indifference=1.0, confidence=0.95)
    nothing: Any = None
    plans = {"search": Plan("tpe", 16, 8, 1), "random search": Plan("random", 16, 8, 2)}
    made = Campaign(own, nothing, nothing, plans, finals, nothing, nothing, nothing)
    seeds = made.seeds()
    assert seeds[SEARCHED] == (own.seed_of(0), own.seed_of(3))
    assert seeds[SELECTION] == (own.seed_of(4), own.seed_of(63))
    assert seeds[CONFIRMATION] == (own.seed_of(64), own.seed_of(93))
    numbers = [0, made.number("search", 0), made.number("random search", 0), made.number(SELECTION, 0)]
    assert [*numbers, made.number(CONFIRMATION, 0)] == [0, 1, 17, 33, 93]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({}, "nothing may be decided"),
        ({"factors": ("mind.trust.build 0..0.1",)}, "is no decision of the firm"),
        ({"factors": ("arms.gifts.lif 0..1",)}, "Did you mean 'arms.gifts.lift'"),
        ({"factors": ("arms.gifts.lift 0.4..0",)}, "bounds reversed"),
        ({"factors": (LIFT, "arms.care.start 0..4")}, "name 2 arms"),
        ({"factors": (LIFT,), "plays": ("gifts",)}, "job.plays is for a budget"),
        ({"factors": (LIFT,), "budget": 10.0, "plays": ("care",)}, "arms.gifts has no part in the split"),
        ({"budget": 10.0, "plays": ("nobody",)}, "job.plays names nobody"),
        ({"budget": 10.0, "periods": 9}, "more than weeks = 8"),
        ({"budget": 10.0, "trials": 3}, "nothing is searched"),
        ({"budget": 10.0, "goals": ()}, "name one measure or several"),
        ({"budget": 10.0, "goals": ("profits",)}, "Did you mean 'profit'"),
        ({"budget": 10.0, "goals": ("contacted",)}, "neither good nor bad"),
        ({"budget": 10.0, "goals": ("churn", "retention")}, "the two are one goal"),
        ({"budget": 10.0, "goals": ("churn",), "indifference": 5.0}, "so nothing would matter"),
        ({"budget": 10.0, "at_least": {"retain": 0.5}}, "job.at_least: 'retain' is no measure"),
        ({"budget": 10.0, "at_least": {"trust": 0.9}, "at_most": {"trust": 0.1}}, "is above job.at_most.trust"),
        ({"budget": 10.0, "sampler": "luck"}, "job.sampler = 'luck' is unknown"),
        ({"budget": 10.0, "first": 30, "most": 20}, "below job.first"),
        ({"budget": 0.5}, "too little to be split"),
        ({"budget": 10.0, "trials": 0}, "outside 1 to"),
    ],
)
def test_bad_input_is_refused(wrong: dict[str, Any], words: str):
    with pytest.raises(ParameterError, match=words):
        Optimise(**wrong).check(study(ARMS))


def test_the_control_has_to_be_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    command = ["run", "experiment=optimise", "compare=[over_delivery]", f"execution.output={tmp_path}"]
    assert main(command) == 2
    assert "leaves out the control 'nothing'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["optimise", "optimise_front"])
def test_the_presets_may_be_run(name: str):
    config = compose([f"experiment={name}"])
    job = job_of(config)
    assert isinstance(job, Optimise)
    decision, yardstick = job.check(build(config))
    assert len(decision.names) == 3 * 2 + 1 + 3 * 2
    assert len(yardstick.goals) == (1 if name == "optimise" else 3)


def run(folder: Path, *more: str) -> OptimiseResult:
    assert main(["run", *SMALL, f"execution.output={folder}", *more]) == 0
    (found,) = folder.glob("optimise-*")
    assert (found / "report.html").is_file()
    return load(found)


def same(one: OptimiseResult, other: OptimiseResult) -> None:
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)
    assert one.chosen == other.chosen


@pytest.mark.slow
def test_a_run_is_the_same_on_two_cores_and_after_a_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Stopped after 7 pieces, in the second batch: nothing of it is done again, and all bits are the same."""
    whole = run(tmp_path / "whole")
    same(whole, run(tmp_path / "two", "execution.workers=2"))
    computed, original = [], Runs.__call__

    def stopping(self: Runs, number: int) -> pd.DataFrame:
        if len(computed) == 7:
            raise KeyboardInterrupt
        computed.append(number)
        return original(self, number)

    with monkeypatch.context() as patch:
        patch.setattr(Runs, "__call__", stopping)
        assert main(["run", *SMALL, f"execution.output={tmp_path / 'stopped'}"]) == 130
    first = list(computed)

    def counting(self: Runs, number: int) -> pd.DataFrame:
        computed.append(number)
        return original(self, number)

    with monkeypatch.context() as patch:
        patch.setattr(Runs, "__call__", counting)
        same(whole, run(tmp_path / "stopped"))
    assert len(first) == 7
    assert len(set(computed)) == len(computed)


@pytest.mark.slow
def test_what_a_run_says_hangs_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """All is spent within the budget, fresh luck is fresh, and what was chosen was a contestant that may be."""
    result = run(tmp_path, "job.rival=true", "+job.at_least.retention=0.01")
    assert "Do this" in capsys.readouterr().out
    assert len(result.trials) == 20
    spent = result.fresh[result.fresh["metric"] == SPENT]["value"]
    assert 0 < spent.max() <= 600
    stages = {stage: set(rows["replicate"]) for stage, rows in result.fresh.groupby("stage")}
    assert stages[CONFIRMATION] == {8, 9}
    assert stages[SELECTION] <= set(range(2, 8))
    assert len(stages[SELECTION]) >= 3
    assert result.chosen in set(result.contestants.loc[result.contestants["feasible"], "arm"])
    for arm in result.arms:
        assert sum(money for money, _ in result.given(arm).values()) <= 600 * (1 + 1e-9)
    total = result.spending.groupby("arm")["money"].sum()
    found = [arm for arm in result.arms if result.kind(arm) == FOUND]
    means = {
        arm: result.fresh[(result.fresh["arm"] == arm) & (result.fresh["metric"] == SPENT)]["value"].mean()
        for arm in found
    }
    assert {arm: total.get(arm, 0.0) for arm in found} == pytest.approx(means)


@pytest.mark.slow
@pytest.mark.parametrize("sampler", ["tpe", "nsga2"])
def test_several_goals_leave_a_front(tmp_path: Path, sampler: str):
    result = run(tmp_path, "job.goals=[profit,churn,satisfaction]", f"job.sampler={sampler}")
    assert result.chosen == ""
    front = result.front()
    assert front
    assert set(front) <= set(result.arms)
    assert set(result.fresh["stage"]) == {SELECTION}


@pytest.mark.slow
def test_parameters_of_a_play_are_searched(tmp_path: Path):
    """Over-delivery at no price: no lift is too much, so 0.4 or near it is chosen over 0.12 as it stands."""
    lift = "job.factors=['arms.over_delivery.lift 0..0.4']"
    result = run(
        tmp_path,
        "job.budget=0",
        "~job.segments.demanding",
        "~job.segments.others",
        lift,
        "arms.over_delivery.price=0",
        "job.indifference=1",
    )
    assert result.budget == 0
    assert result.parameters(result.chosen)["arms.over_delivery.lift"] > 0.2
