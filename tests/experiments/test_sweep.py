"""Sweeps: designs of settings, what is refused, who wins where, how much of the best is luck, and a whole run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from agents.mind import Mind, NoMind
from experiments.build import build, compose, job_of
from experiments.cli import main
from experiments.horizon import measures
from experiments.inference.optimism import judged_apart
from experiments.reporting.sweep import sweep_sheet
from experiments.reporting.sweep_reading import at_words, best, difference_at, effect_of, winners
from experiments.space.designs import distinct, frame_of, grid, grid_size, latin_hypercube, levels_of, paired, sobol
from experiments.space.factors import factors_from
from experiments.study import Study
from experiments.sweep.job import Sweep
from experiments.sweep.results import SweepResult, load
from sim.errors import ParameterError
from strategies import Nothing, OverDelivery
from tests.experiments.small import TINY, study

LIFT, PRICE = "arms.gift.lift", "arms.gift.price"
OWN = study({"nothing": Nothing(), "gift": OverDelivery()})


def factors(*texts: str):
    return factors_from(texts, OWN)


def test_a_grid_has_every_value_with_every_other():
    settings = grid(factors(f"{LIFT} 0.1|0.3", f"{PRICE} 0..4"), levels=3)
    assert [tuple(one.values.values()) for one in settings] == [
        (0.1, 0), (0.1, 2), (0.1, 4), (0.3, 0), (0.3, 2), (0.3, 4),
    ]  # fmt: skip
    assert grid_size(factors(f"{LIFT} 0.1|0.3", f"{PRICE} 0..4"), 3) == 6
    (weeks,) = factors("weeks 4..6")
    assert levels_of(weeks, 7) == (4, 5, 6)  # whole numbers once each
    with pytest.raises(ParameterError, match="names a value twice"):
        grid(factors(f"{LIFT} 0.1|0.1"))


def test_a_paired_list_takes_values_together():
    settings = paired(factors(f"{LIFT} 0.1|0.1|0.2", f"{PRICE} 1|2|3"))
    assert [tuple(one.values.values()) for one in settings] == [(0.1, 1), (0.1, 2), (0.2, 3)]
    with pytest.raises(ParameterError, match=f"{LIFT} has 2, {PRICE} has 3"):
        paired(factors(f"{LIFT} 0.1|0.2", f"{PRICE} 1|2|3"))
    with pytest.raises(ParameterError, match="has a range: write"):
        paired(factors(f"{LIFT} 0.1|0.2", f"{PRICE} 1..3"))


def test_a_latin_hypercube_has_one_setting_in_each_slice():
    """Of every factor's range cut in 20; whole numbers and listed values come equally often."""
    design = latin_hypercube(factors(f"{LIFT} 0..0.4", f"{PRICE} 2|5", "weeks 4..7"), 20, seed=3)
    table = frame_of(design)
    assert sorted(np.floor(table[LIFT] / 0.02)) == list(range(20))
    assert table[PRICE].value_counts().to_dict() == {2: 10, 5: 10}
    assert table["weeks"].value_counts().to_dict() == {4: 5, 5: 5, 6: 5, 7: 5}
    assert design == latin_hypercube(factors(f"{LIFT} 0..0.4", f"{PRICE} 2|5", "weeks 4..7"), 20, seed=3)


def test_sobol_fills_every_quarter_of_a_square_equally():
    """60 settings are rounded up to 64, of which each of 8 x 8 boxes holds exactly one; another seed gives others."""
    pair = factors(f"{LIFT} 0..0.4", f"{PRICE} 0..8")
    table = frame_of(sobol(pair, 60, seed=1))
    boxes = {(int(row[LIFT] / 0.05), int(row[PRICE])) for _, row in table.iterrows()}
    assert len(table) == 64
    assert len(boxes) == 64
    assert not table.equals(frame_of(sobol(pair, 60, seed=2)))


def test_distinct_settings_are_counted():
    assert distinct(factors(f"{LIFT} 0.1|0.2|0.2", "weeks 4..7")) == 8
    assert distinct(factors(f"{LIFT} 0.1..0.2")) == float("inf")


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (Sweep(), "job.factors is empty"),
        (Sweep(factors=("arms.gift.lft",)), "Did you mean 'arms.gift.lift'"),
        (Sweep(factors=(f"{LIFT} 0.4..0.1",)), "bounds reversed"),
        (Sweep(factors=(LIFT, PRICE), levels=40), "1,600 settings, more than job.most = 1,000"),
        (Sweep(factors=(LIFT,), design="sobol", settings=600, most=1000), "1,024 settings, more than job.most"),
        (Sweep(factors=(f"{LIFT} 0.1|0.2",), design="latin_hypercube"), "2 settings in all: write job.design=grid"),
        (Sweep(factors=(LIFT,), measure="joy"), "no measure that plans are ranked by"),
        (Sweep(factors=(LIFT,), measure="contacted"), "no measure that plans are ranked by"),
        (Sweep(factors=(LIFT,), measure="trust", minds={"a": Mind(), "b": NoMind()}), "not known to every mind here"),
    ],
)
def test_bad_input_is_refused(job: Sweep, words: str):
    with pytest.raises(ParameterError, match=words):
        job.check(OWN)


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (study({"nothing": Nothing(), "gift": OverDelivery()}, replications=1), "gives no interval"),
        (study({"nothing": Nothing()}), "name it and one arm or more"),
        (
            Study(arms={"nothing": Nothing(), "gift": OverDelivery()}, compare=("gift",), weeks=8),
            "a sweep compares plans with 'nothing'",
        ),
    ],
)
def test_a_study_that_compares_nothing_is_refused(own: Study, words: str):
    with pytest.raises(ParameterError, match=words):
        Sweep(factors=("mind.trust.build",)).check(own)


def test_an_unknown_design_is_refused():
    with pytest.raises(ParameterError, match="'lattice' is no design: write one of grid, paired"):
        Sweep(design="lattice")


def test_parts_are_crossed_with_the_design():
    """Two minds x two values; the frame names the mind, the settings hold it."""
    job = Sweep(factors=(f"{LIFT} 0.1|0.2",), minds={"all": Mind(), "none": NoMind()})
    settings, frame = job.points(OWN)
    assert frame.to_dict("list") == {
        "setting": [0, 1, 2, 3], LIFT: [0.1, 0.2, 0.1, 0.2], "mind": ["all", "all", "none", "none"],
    }  # fmt: skip
    assert [one.study(OWN).mind for one in settings] == [Mind(), Mind(), NoMind(), NoMind()]
    assert job.tasks(OWN) == 4


def made(differences: dict[tuple[float, float], float], noise: float = 0.0, measure: str = "value") -> SweepResult:
    """The gift brings so much at each lift and price, a steady plan 1; noise falls on the gift's replications."""
    wobble = noise * np.array([-1.0, 1.0, 0.5, -0.5, 0.2, -0.2])
    rows = []
    for setting, gap in enumerate(differences.values()):
        for replicate in range(6):
            level = 100.0 + replicate
            values = {"nothing": level, "gift": level + gap + wobble[(replicate + setting) % 6], "steady": level + 1}
            rows += [(setting, arm, measure, replicate, value) for arm, value in values.items()]
    table = pd.DataFrame(
        [{"setting": place, LIFT: lift, PRICE: price} for place, (lift, price) in enumerate(differences)]
    )
    return SweepResult(
        outcomes=pd.DataFrame(rows, columns=["setting", "arm", "metric", "replicate", "value"]), settings=table,
        metrics=measures("USD"), control="nothing", replications=6, customers=100, weeks=8, configuration="",
        provenance={}, design="grid", measure=measure, parts=[],
        numbers={name: {"unit": "1", "doc": "what it is"} for name in (LIFT, PRICE)},
    )  # fmt: skip


SQUARE = {(0.1, 1.0): 2.0, (0.1, 5.0): -2.0, (0.3, 1.0): 4.0, (0.3, 5.0): 0.9}


def test_who_wins_where_and_how_surely():
    """By hand: the gift leads by 1 and 3 at the low price; 0.9 against 1 is told only where there is no noise."""
    found = winners(made(SQUARE))
    assert [("nothing", "gift", "steady")[place] for place in found.arm] == ["gift", "steady", "gift", "steady"]
    assert found.sure.all()
    noisy = winners(made(SQUARE, noise=0.9))
    assert noisy.sure.tolist() == [False, True, True, False]


def test_less_is_better_for_complaints():
    """The gift's 4 more complaints lose; where it has 2 fewer it wins, and that is where it brings most."""
    found = made(SQUARE, measure="complained")
    assert [("nothing", "gift", "steady")[place] for place in winners(found).arm] == [
        "nothing", "gift", "nothing", "nothing",
    ]  # fmt: skip
    assert (best(found).setting, best(found).arm, best(found).seems.mean) == (1, "gift", pytest.approx(-2))


def test_the_best_and_the_effects_by_hand():
    found = made(SQUARE)
    assert best(found).setting == 2
    assert at_words(found, 2, "gift") == "lift = 0.3, price = 1"
    assert difference_at(found, 2, "gift").mean == pytest.approx(4)
    effect = effect_of(found, PRICE)
    assert effect.at.tolist() == [1, 5]
    assert [line.mean for line in effect.curves["gift"]] == pytest.approx([3, -0.55])


def test_the_best_of_many_equals_is_luck():
    """200 candidates that are all worth 0: the highest mean is above 0 by more than 2 of its standard errors, and
    judged apart it is not. Noise is independent; 8 replications, 400 trials, 5 standard errors."""
    rng = np.random.default_rng(1)
    seems, apart = [], []
    for _ in range(400):
        values = rng.normal(size=(8, 200))
        seems.append(values.mean(axis=0).max())
        apart.append(judged_apart(values).mean)
    assert np.mean(seems) > 2 / np.sqrt(8)
    assert abs(np.mean(apart)) < 5 * np.std(apart) / np.sqrt(400)


def test_a_candidate_that_leads_everywhere_is_judged_as_it_seems():
    values = np.array([[1.0, 5.0, np.nan], [2.0, 6.0, np.nan], [0.0, 4.0, np.nan]])
    assert judged_apart(values).mean == 5
    assert not judged_apart(values[:1]).known


def test_the_page_says_who_wins_and_what_is_luck():
    said = dict(sweep_sheet(made(SQUARE, noise=0.9)).answers)
    assert said["Best in value"].startswith('of 4 settings, "gift" at 2 (1 surely); "steady" at 2 (1 surely)')
    assert "lift = 0.3, price = 1: +4" in said["Brings most"]
    assert "winner's curse" in said["Luck of choosing"]
    assert said["Matters most"].startswith("gift: price: from 1 to 5")
    poor = dict(sweep_sheet(made({where: gap - 9 for where, gap in SQUARE.items()}, measure="retention")).answers)
    assert "steady" in poor["Brings most"]


def test_a_page_where_nothing_helps_or_nothing_differs():
    """Maps with a plan that is the same everywhere, all worse than nothing, and one replication's noise of zero."""
    level = made(dict.fromkeys(SQUARE, -1.0))
    flat = level.outcomes.assign(value=level.outcomes["value"].where(level.outcomes["arm"] != "steady", 100.0))
    said = dict(sweep_sheet(SweepResult(**{**vars(level), "outcomes": flat})).answers)
    assert "gift" not in said["Best in value"]


def test_the_experiment_is_a_grid():
    job, own = job_of(compose(["experiment=sweep"])), build(compose(["experiment=sweep"]))
    assert isinstance(job, Sweep)
    job.check(own)
    assert job.tasks(own) == 25


@pytest.mark.slow
@pytest.mark.parametrize(
    "design",
    [
        "job.factors=[arms.over_delivery.lift 0.1|0.3]",
        "job.design=paired job.factors=[arms.over_delivery.lift 0.1|0.3,arms.over_delivery.price 1|2]",
        "job.design=sobol job.settings=4 job.factors=[arms.over_delivery.lift,market.fee,mind.trust.build]",
        "job.factors=[arms.over_delivery.lift 0.1|0.3] +mind@job.minds.habit=habit +mind@job.minds.none=none",
    ],
)
def test_a_run_leaves_one_frame_and_a_page(design: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    command = ["run", "experiment=sweep", "job.factors=[]", f"execution.output={tmp_path}", *TINY, "weeks=4"]
    chosen = design.replace(" job.", "\njob.").replace(" +", "\n+").splitlines()
    assert main([*command[:2], *command[3:], *chosen]) == 0
    assert "Best in value" in capsys.readouterr().out
    (folder,) = tmp_path.glob("sweep-*")
    found = load(folder)
    assert len(found.outcomes.query("metric == 'value'")) == len(found.settings) * 3 * 2
    assert (folder / "report.html").is_file()
    assert [*(folder / "figures").glob("*.svg")]
