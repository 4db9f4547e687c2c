"""Robustness: settings of the ensemble, regret by hand, refusals, a whole run."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from experiments.build import build, compose, job_of
from experiments.calibrated import Calibration
from experiments.cli import main
from experiments.horizon import measures
from experiments.inference.regret import chance_least, least_expected, minimax, regret_table, regrets
from experiments.reporting.robustness import robustness_sheet
from experiments.reporting.robustness_words import answers
from experiments.robustness.conditions import conditions_in, rules_of
from experiments.robustness.design import OWN, alone, design, frame_of, worlds_of
from experiments.robustness.job import Robustness
from experiments.robustness.results import RobustnessResult, load
from sim.errors import ParameterError
from sim.scenario import Event, Scenario
from strategies import Nothing, OverDelivery
from tests.experiments.small import TINY, study
from tests.experiments.tournament.arenas import preset

ARMS = {"nothing": Nothing(), "over_delivery": OverDelivery()}
MINDS = {"integrated": preset("integrated"), "habit": preset("habit")}
FEW = "job.factors=[mind.*,arms.over_delivery.lift]"
SCENARIOS = {"calm": Scenario(), "slump": Scenario({"slump": Event(start=2, demand=-0.5)})}


def made(differences: np.ndarray, minds: list[str] | None = None, measure: str = "value") -> RobustnessResult:
    """A result whose differences from the control are given [S, R, A - 1]; the last setting is no draw."""
    settings, replications, arms = differences.shape
    names = ["nothing", *"abcdef"[:arms]]
    whole = np.concatenate([np.zeros((settings, replications, 1)), differences], axis=2)
    index = pd.MultiIndex.from_product([range(settings), range(replications), names])
    outcomes = pd.DataFrame({"value": 10.0 + whole.ravel()}, index=index).reset_index()
    outcomes.columns = pd.Index(["setting", "replicate", "arm", "value"])
    price = np.linspace(0, 1, settings)
    minds = minds or ["own"] * settings
    frame = pd.DataFrame({"setting": range(settings), "mind": minds, "scenario": "calm", "price": price})
    result = RobustnessResult(
        outcomes=outcomes.assign(metric=measure), settings=frame, metrics=measures("USD"), control="nothing",
        replications=replications, customers=100, weeks=8, configuration="", provenance={}, rules=pd.DataFrame(),
        draws=settings - 1, measure=measure, meanings={"price": "what it costs"},
    )  # fmt: skip
    wins = (result.benefits[:-1].mean(axis=1).argmax(axis=1)[:, None] == np.arange(arms + 1)).astype(float)
    rules = rules_of(conditions_in(result.ensemble), wins, result.arms)
    return replace(result, rules=pd.DataFrame([{**asdict(rule), "holds": rule.holds} for rule in rules]))


def test_regret_by_hand():
    """Three settings, control and two plans: what each brings less than the best of its row."""
    benefits = np.array([[0.0, 4.0, 1.0], [0.0, -2.0, 1.0], [0.0, 3.0, 1.0]])
    assert regrets(benefits).tolist() == [[4, 0, 3], [1, 3, 0], [3, 0, 2]]
    table = regret_table(benefits[None])
    assert [line.mean for line in table] == pytest.approx([8 / 3, 1, 5 / 3])
    assert [line.worst for line in table] == [4, 3, 3]
    assert [line.best for line in table] == pytest.approx([0, 2 / 3, 1 / 3])
    assert [line.harm for line in table] == pytest.approx([0, 1 / 3, 0])
    assert least_expected(table) == 1
    assert table[1].high == pytest.approx(2.7)  # between 0 and 3, at 1.9 of 2


def test_the_cautious_and_the_average_choice_may_differ():
    """Always 1, or 3 in nine settings and -6 in the tenth: the second is better on average, the first never bad."""
    benefits = np.array([[0.0, 1.0, 3.0]] * 9 + [[0.0, 1.0, -6.0]])
    table = regret_table(benefits[None])
    assert least_expected(table) == 2
    assert minimax(table) == 1
    shares = chance_least(np.repeat(benefits[None], 400, axis=0))
    often = float(binom.sf(2, 10, 0.1))  # the tenth setting drawn three times or more: `a` is better
    assert shares == pytest.approx([0, often, 1 - often], abs=4 * np.sqrt(often * (1 - often) / 400))
    said = dict(answers(made(np.repeat(np.vstack([benefits, benefits[:1]])[:, None, 1:], 2, axis=1))))
    assert said["Least bad at the worst"].startswith('"a" loses at most 2.0')
    assert said["Least regret on average"].startswith('"b" loses 0.70')
    assert "What to choose" in said
    assert '"b" in 10%' in said['Worse than "nothing"']


def test_every_mind_and_scenario_has_its_share_and_its_own_parameters():
    """Ten draws over four worlds; sizes of trust only where there is trust; each setting has luck of its own."""
    own = study(ARMS)
    worlds = worlds_of(own, MINDS, SCENARIOS, ["mind.*", "arms.over_delivery.lift"])
    settings = design(worlds, Calibration(own.market), 10, seed=1)
    frame = frame_of(worlds, settings, 10)
    assert len(settings) == 10 + len(alone(worlds)) == 13
    assert sorted(frame[:10].groupby(["mind", "scenario"]).size()) == [2, 2, 3, 3]
    assert frame.loc[10:, ["mind", "scenario"]].to_numpy().tolist() == [
        ["integrated", "calm"], ["integrated", "slump"], ["habit", "calm"],
    ]  # fmt: skip
    trusting = frame["mind"][:10] == "integrated"
    trust = [name for name in frame if name.startswith("mind.trust.")]
    assert trust
    assert frame[trust][:10].notna().all(axis=1).tolist() == trusting.tolist()
    assert frame["arms.over_delivery.lift"][:10].notna().all()
    assert frame["arms.over_delivery.lift"][10:].isna().all()
    assert [setting.seed for setting in settings] == list(range(13))
    for setting, row in zip(settings, frame.itertuples(), strict=True):
        there = setting.study(own)
        assert there.mind.intention.__class__ is MINDS[row.mind].intention.__class__
        assert there.scenario == SCENARIOS[row.scenario]


def test_without_names_the_mind_and_scenario_are_the_studys_own():
    worlds = worlds_of(study(ARMS), {}, {}, ["mind.*"])
    assert [(world.mind, world.scenario, dict(world.parts)) for world in worlds] == [(OWN, OWN, {})]


def test_a_scenarios_own_sizes_may_be_uncertain():
    worlds = worlds_of(study(ARMS), {}, SCENARIOS, ["scenario.events.slump.demand -0.6..-0.1"])
    assert [len(world.factors) for world in worlds] == [0, 1]


@pytest.mark.parametrize(
    ("job", "changes", "words"),
    [
        (Robustness(), {"replications": 1}, "does not tell luck"),
        (Robustness(), {"arms": {"nothing": Nothing()}}, "a plan beside it"),
        (Robustness(measure="trust"), {}, "on each theory's own scale"),
        (Robustness(measure="contacted"), {}, "ranks nothing"),
        (Robustness(factors=("mind.nose.length",)), {}, "job.factors: 'mind.nose.length' is no parameter"),
        (Robustness(factors=("market.fee 9..3",)), {}, "bounds reversed"),
        (Robustness(draws=8, minds=dict.fromkeys("abc", MINDS["habit"]), scenarios=dict.fromkeys("abc", Scenario())),
         {}, "fewer than 9 pairs"),
    ],
)  # fmt: skip
def test_bad_input_is_refused(job: Robustness, changes: dict, words: str):
    with pytest.raises(ParameterError, match=words):
        job.check(study(**{"arms": ARMS, **changes}))


def test_a_mind_that_takes_no_part_is_refused():
    with pytest.raises(ParameterError, match="names those that are drawn"):
        Robustness(minds={"integrated": MINDS["integrated"]}).check(build(compose(["mind=habit"])))


def test_without_anything_uncertain_there_is_no_ensemble():
    own = study(ARMS)
    with pytest.raises(ParameterError, match="nothing is uncertain"):
        design(worlds_of(own, {}, {}, []), Calibration(own.market), 8, seed=1)


def test_the_page_says_where_a_plan_wins():
    """`a` is better below half of the price, `b` above it: said with the edge, and all of the wins."""
    rng = np.random.default_rng(1)
    price = np.linspace(0, 1, 61)
    size = np.where(price < 0.5, 2.0, -2.0)
    differences = np.stack([size, -size], axis=1)[:, None] + 0.1 * rng.normal(size=(61, 2, 2))
    sheet = robustness_sheet(made(differences))
    said = dict(sheet.answers)
    assert said['"a" wins where'].startswith("price <= 0.")
    assert "100% of such settings" in said['"a" wins where']
    assert said['"b" wins where'].startswith("price > ")
    assert next(one for one in sheet.sections if one.title == "Where each plan wins").tables[0].notes == (
        "price: what it costs"
    )
    assert {section.title for section in sheet.sections} >= {"What each plan loses", "Where each plan wins"}
    assert "By theory and scenario" not in {section.title for section in sheet.sections}


def test_less_is_better_where_the_measure_says_so():
    """A plan that costs 1 more everywhere is worse everywhere, and its difference is printed as +1."""
    rng = np.random.default_rng(1)
    result = made(1.0 + 0.01 * rng.normal(size=(21, 2, 1)), minds=["x", "y"] * 10 + ["x"], measure="cost")
    table = regret_table(result.plausible)
    assert table[1].harm == 1
    assert table[1].mean == pytest.approx(1, abs=0.05)
    sheet = robustness_sheet(result)
    assert sheet.sections[0].tables[0].rows[0][-1].text.startswith("+1.0")


def test_plans_that_do_nothing_are_all_the_best():
    """Everything equal: no regret, the first place is shared, nothing fails."""
    result = made(np.zeros((21, 2, 2)))
    table = regret_table(result.plausible)
    assert [line.best for line in table] == pytest.approx([1 / 3] * 3)
    assert all(line.mean == line.worst == 0 for line in table)
    assert "cannot be told apart" in dict(robustness_sheet(result).answers)["As the study stands"]


def test_the_experiment_is_what_it_says():
    job, own = job_of(compose(["experiment=robustness"])), build(compose(["experiment=robustness"]))
    assert isinstance(job, Robustness)
    job.check(own)
    assert len(job.worlds(own)) == 16


@pytest.mark.slow
def test_a_run_leaves_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    command = ["run", "experiment=robustness", "compare=[nothing,over_delivery]", "job.draws=16", FEW, *TINY]
    assert main([*command, "weeks=16", f"execution.output={tmp_path}"]) == 0
    assert "Probability of being best" in capsys.readouterr().out
    (folder,) = tmp_path.glob("robustness-*")
    assert (folder / "figures" / "regret.png").is_file()
    assert (folder / "figures" / "effects.png").is_file()
    result = load(folder)
    assert len(result.settings) == 16 + 7
    assert result.plausible.shape == (400, 16, 2)
    assert main([*command, "weeks=16", f"execution.output={tmp_path}"]) == 0  # found, not run again
