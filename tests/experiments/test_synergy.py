"""Synergy: which sets are run, interactions by hand and in a run, verdicts with caution, refusals, a whole run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.build import build, compose, job_of
from experiments.calibrated import calibrate
from experiments.cli import main
from experiments.horizon import measured, measures
from experiments.pilot import solve_baseline
from experiments.reporting.synergy import (
    EAT,
    HELP,
    MAYBE_HELP,
    UNSEEN,
    beyond_singles,
    effect,
    interaction,
    synergy_sheet,
    verdict,
)
from experiments.synergy.job import Synergy
from experiments.synergy.results import SynergyResult, load, named, sets_of
from sim.chance import Draws
from sim.errors import ParameterError
from sim.plan import Plan
from sim.records import KNOWN
from sim.view import View
from strategies import Nothing, OverDelivery
from strategies.portfolio import Portfolio
from tests.experiments.small import TINY, study


@dataclass(frozen=True)
class Bill:
    """A play that costs something and does nothing."""

    money: float = 1.0

    def plan(self, view: View, draws: Draws) -> Plan:
        return Plan(cost=view[KNOWN] * np.float32(self.money))


def made(joint: float, noise: float, plays: tuple[str, ...] = ("a", "b", "c")) -> SynergyResult:
    """Plays that bring 1, 2, 3 alone; the first two bring `joint` more together."""
    alone = {play: place + 1.0 for place, play in enumerate(plays)}
    wobble = noise * np.array([-1.0, 1.0, 0.5, -0.5, 0.2, -0.2])
    rows = []
    for plays_of in [(), *sets_of(plays)]:
        level = sum(alone[play] for play in plays_of) + joint * ({"a", "b"} <= set(plays_of))
        extra = wobble * (len(plays_of) == 2)
        arm = named(plays_of) if plays_of else "nothing"
        rows += [
            (arm, metric, 5 + level + extra[replicate], replicate)
            for metric in ("value", "retention", "cost")
            for replicate in range(6)
        ]
    return SynergyResult(
        outcomes=pd.DataFrame(rows, columns=["arm", "metric", "value", "replicate"]),
        plays=plays, metrics=measures("USD"), control="nothing", replications=6, customers=100, weeks=8,
        configuration="", provenance={},
    )  # fmt: skip


def test_every_set_is_run_once():
    """Two plays have no pair beside all; five have 5 singles, 10 pairs and all."""
    assert sets_of(["a", "b"]) == [("a",), ("b",), ("a", "b")]
    assert len(sets_of("abcde")) == 16


def test_an_interaction_by_hand():
    """1 and 2 alone, 3.5 together: 0.5 more; all three bring 6.5, which is 0.5 beyond 1 + 2 + 3."""
    result = made(joint=0.5, noise=0.0)
    assert effect(result, ("b",), "value").mean == pytest.approx(2)
    assert interaction(result, ("a", "b"), "value").mean == pytest.approx(0.5)
    assert interaction(result, ("a", "c"), "value").mean == pytest.approx(0, abs=1e-12)
    assert beyond_singles(result, "value").mean == pytest.approx(0.5)


def test_verdicts_are_cautious():
    """Far from zero is sure; what only the pair's own interval tells is 'perhaps'; noise is no interaction."""
    assert verdict(made(2.0, noise=0.1), ("a", "b")) == HELP
    assert verdict(made(-2.0, noise=0.1), ("a", "b")) == EAT
    assert verdict(made(0.85, noise=1.0), ("a", "b")) == MAYBE_HELP  # se 0.29, t(5): 2.57 alone, 3.53 for three pairs
    assert verdict(made(0.0, noise=1.0), ("a", "b")) == UNSEEN


def test_the_page_names_who_helps_and_who_eats():
    said = dict(synergy_sheet(made(2.0, noise=0.1)).answers)
    assert said["Help each other"] == "a + b"
    assert "more than" in said["All together"]
    assert "a + b" in dict(synergy_sheet(made(-2.0, noise=0.1)).answers)["Eat each other"]


def test_plays_that_only_cost_add_up_and_a_budget_makes_them_compete():
    """Costs of two plays add to the last cent; with money for one of them, both cost no more than one."""
    own = study({"nothing": Nothing(), "a": Bill(), "b": Bill(2.0)}, weeks=4)
    calibration = calibrate(own)
    baseline = solve_baseline(own, calibration, 300)

    def costs(job: Synergy) -> pd.Series:
        found = measured(job.arms(own), calibration, baseline, 0)
        return found[found["metric"] == "cost"].set_index("arm")["value"]

    free, tight = costs(Synergy()), costs(Synergy(budget=1_000.0))
    assert free["a + b"] == pytest.approx(free["a"] + free["b"], rel=1e-6)
    assert free["nothing"] == 0
    assert tight["a + b"] < tight["a"] + tight["b"]


def test_every_set_is_one_portfolio_and_the_control_stays():
    own = Synergy(contact_cap=3.0).arms(study({"nothing": Nothing(), "a": Bill(), "b": OverDelivery()}))
    assert list(own.arms) == ["nothing", "a", "b", "a + b"]
    both = own.arms["a + b"]
    assert isinstance(both, Portfolio)
    assert dict(both.plays) == {"a": Bill(), "b": OverDelivery()}
    assert both.contact_cap == 3


@pytest.mark.parametrize(
    ("arms", "replications", "words"),
    [({"a": Bill()}, 2, "of 1 play compares nothing"), ({"a": Bill(), "b": Bill()}, 1, "no interaction is told")],
)
def test_bad_input_is_refused(arms, replications: int, words: str):
    with pytest.raises(ParameterError, match=words):
        Synergy().arms(study({"nothing": Nothing(), **arms}, replications=replications))


def test_the_experiment_has_five_plays():
    job, own = job_of(compose(["experiment=synergy"])), build(compose(["experiment=synergy"]))
    assert isinstance(job, Synergy)
    assert len(job.arms(own).arms) == 1 + 5 + 10 + 1


@pytest.mark.slow
def test_a_run_leaves_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    command = ["run", "experiment=synergy", "compare=[nothing,over_delivery,service_recovery]"]
    assert main([*command, f"execution.output={tmp_path}", *TINY]) == 0
    assert "Best alone" in capsys.readouterr().out
    (folder,) = tmp_path.glob("synergy-*")
    assert (folder / "report.html").is_file()
    assert (folder / "figures" / "interactions.png").is_file()
    assert len(load(folder).outcomes["arm"].unique()) == 4
