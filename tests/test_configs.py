"""Every preset says what it is, builds, and runs two weeks; the default study is what the code says it is."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml

import configs
import strategies
from agents.mind import Mind, NoMind
from agents.theories.commitment import NoCommitment
from agents.theories.emotion import NoEmotion
from agents.theories.loyalty import SatisfactionLoyalty
from agents.theories.satisfaction import Disconfirmation
from agents.theories.trust import NoTrust
from agents.theories.value import NoValue
from experiments.build import build, compose, options
from experiments.calibrated import Calibration, calibrate, customers_of, world_of
from experiments.configuration.catalogue import groups, snake
from experiments.study import LogSource, Study
from sim.behaviour import Contractual, NonContractual
from sim.model import CustomerModel

FOLDER = Path(configs.__path__[0])
PRESETS = sorted(FOLDER.rglob("*.yaml"))
GROUPS = [group.name for group in groups()]
OPTIONS = {group: options(group) for group in (*GROUPS, "experiment")}
CHOICES = [(group, name) for group, names in OPTIONS.items() for name in names]
UNFITTED = ("contractual", "repertoire")  # markets that no log is fitted to
PLAYS = ["nothing", "placebo", "reward_program", "personalised_service", "over_delivery"]


@cache
def fitted() -> Calibration:
    return calibrate(Study(arms={"nothing": strategies.Nothing()}))


def chosen(group: str, name: str) -> list[str]:
    """What the command line says to choose an option."""
    if group == "strategy":
        return [f"+strategy@arms.chosen={name}"]
    if group == "strategy/targeting":
        return [f"strategy/targeting@arms.over_delivery.targeting={name}"]
    if group == "strategy/score":
        place = "arms.over_delivery.targeting"
        return [f"strategy/targeting@{place}=top_k", f"strategy/score@{place}.score={name}"]
    if group == "investigation":
        return ["job=information", f"+investigation@job.investigations.chosen={name}", "job.factors=[mind.*]"]
    return [f"{group}={name}", *(["population.start=cohort", "weeks=53"] if name in UNFITTED else [])]


def test_the_default_study_is_the_main_job() -> None:
    study = build(compose())
    assert list(study.arms) == PLAYS
    assert study == Study(
        arms={name: getattr(strategies, "".join(map(str.title, name.split("_"))))() for name in PLAYS}
    )


def test_presets_exist_for_every_play_and_repeat_no_default() -> None:
    """A play's own preset is its defaults; what bears another name is a variant, and says what differs."""
    plays = {snake(name) for name in strategies.__all__}
    presets = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FOLDER.glob("strategy/*.yaml")}
    assert plays <= set(presets)
    for name, preset in presets.items():
        composed = build(compose([f"+strategy@arms.chosen={name}"])).arms["chosen"]
        assert snake(type(composed).__name__) in plays, name
        if name in plays:
            assert set(preset) == {"defaults"} or composed != type(composed)(), name
        else:
            own = build(compose([f"+strategy@arms.own={snake(type(composed).__name__)}"])).arms["own"]
            assert composed != own, name


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_a_preset_says_what_it_is_and_leaves_hydra_alone(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    says = [line for line in lines if line.startswith("# ") and "@package" not in line]
    assert says
    assert says[0].endswith(".")
    assert "hydra" not in yaml.safe_load("\n".join(lines))


@pytest.mark.parametrize(("group", "name"), CHOICES)
def test_every_option_has_a_line_builds_and_runs_two_weeks(group: str, name: str) -> None:
    assert OPTIONS[group][name]
    study = build(compose(chosen(group, name)))
    calibration = Calibration(study.market) if not isinstance(study.market, NonContractual) else fitted()
    for strategy in study.chosen.values():
        model = CustomerModel(
            world_of(study, calibration), customers_of(study, calibration, seed=1, size=120), strategy
        )
        model.run_for(2)
        assert model.week == 2


def test_a_new_preset_is_tested_here() -> None:
    reached = {FOLDER / group / f"{name}.yaml" for group, name in CHOICES} | {FOLDER / "study.yaml"}
    assert set(PRESETS) <= reached


def test_minds_are_what_they_are_called() -> None:
    assert build(compose(["mind=none"])).mind == NoMind()
    assert build(compose(["mind=integrated"])).mind == Mind()
    oliver = Mind(
        satisfaction=Disconfirmation(), emotion=NoEmotion(), trust=NoTrust(), value=NoValue(),
        commitment=NoCommitment(), intention=SatisfactionLoyalty(),
    )  # fmt: skip
    assert build(compose(["mind=expectation_disconfirmation"])).mind == oliver


def test_experiments_change_the_whole_study() -> None:
    contract = build(compose(["experiment=contract"]))
    assert isinstance(contract.market, Contractual)
    assert contract.population.start == "cohort"
    variants = build(compose(["experiment=variants"]))
    assert list(variants.chosen) == ["nothing", "generous", "now_and_then", "best_only"]
    assert len({repr(arm) for arm in variants.chosen.values()}) == 4
    assert variants.data == LogSource()
