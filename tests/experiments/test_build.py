"""Configuration to objects: everything can be chosen and changed, and every mistake gets one clear message."""

from __future__ import annotations

import os
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from agents.mind import Mind
from agents.theories.expectation import Bayesian
from experiments.build import build, compose, compose_sweep, execution_of, options, resolved
from experiments.configuration.objects import make
from experiments.configuration.plugins import plugin_names
from experiments.execution import Execution
from experiments.study import Study
from sim.behaviour import Contractual
from sim.errors import ConfigError, CxlabError
from strategies import Nothing, OverDelivery, RewardProgram
from strategies.targeting import RandomShare, ValueTier

PLUGIN = '''
"""Plays of my own."""

from dataclasses import dataclass, field

from sim.plan import Plan
from sim.parameters import Parametric, param
from strategies.targeting import Targeting, ValueTier


@dataclass(frozen=True)
class Flowers(Parametric):
    """Flowers for the best."""

    lift: float = param(0.2, unit="quality 0-1", low=0, high=1, doc="joy")
    targeting: Targeting = field(default_factory=lambda: ValueTier(0.1))

    def plan(self, view, draws):
        return Plan(line="flowers")


class NoDataclass:
    def plan(self, view, draws):
        return Plan()
'''


def study(*overrides: str, plugins: tuple[str, ...] = ()) -> Study:
    return build(compose(overrides, plugins=plugins), plugins)


def refusal(*overrides: str, config_dir: Path | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        build(compose(overrides, config_dir))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "flower_shop.py").write_text(PLUGIN, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "flower_shop", raising=False)
    return "flower_shop"


def preset(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def test_values_choices_arms_and_targeting() -> None:
    built = study(
        "population.size=50000",
        "weeks=104",
        "compare=[nothing,generous]",
        "market=contractual",
        "population.start=cohort",
        "mind/expectation=bayesian",
        "mind.expectation.prior=4",
        "+strategy@arms.generous=over_delivery",
        "arms.generous.lift=0.3",
        "strategy/targeting@arms.generous.targeting=value_tier",
        "arms.generous.targeting.top=0.1",
        "strategy@arms.placebo=reward_program",
        "segments.segments.steady.share=0.8",
        "+segments.segments.steady.traits.voice=0.4",
        "+segments.segments.new.share=0.1",
        "~segments.segments.deal_seeking",
        "~arms.personalised_service",
        "survey.share=1",
    )
    assert (built.population.size, built.weeks, built.compare) == (50_000, 104, ("nothing", "generous"))
    assert isinstance(built.market, Contractual)
    assert isinstance(built.mind, Mind)
    assert built.mind.expectation == Bayesian(prior=4)
    assert built.arms["generous"] == OverDelivery(lift=0.3, targeting=ValueTier(0.1))
    assert built.arms["placebo"] == RewardProgram()
    assert list(built.arms) == ["nothing", "placebo", "reward_program", "over_delivery", "generous"]
    assert {name: part.share for name, part in built.segments.segments.items()} == {
        "steady": 0.8,
        "demanding": 0.3,
        "new": 0.1,
    }
    assert built.segments.segments["steady"].traits["voice"] == 0.4


def test_what_is_resolved_builds_the_same_study_again() -> None:
    config = compose(["experiment=variants", "mind/trust=beta_evidence", "execution.workers=3"])
    text = resolved(config)
    assert build(OmegaConf.create(text)) == build(config)
    assert "workers" not in text
    assert "workers: 3" in resolved(config, with_execution=True)
    assert execution_of(config) == Execution(workers=3)


def test_arms_from_a_folder_of_presets(tmp_path: Path) -> None:
    preset(tmp_path, "strategy/gift", "# A gift.\ndefaults:\n  - over_delivery\n  - _self_\nlift: 0.4\n")
    arms = "defaults:\n  - /strategy@arms.generous: reward_program\n  - /strategy@arms.gift: gift\n  - _self_\n"
    values = "weeks: 9\narms:\n  generous:\n    worth: 9.0\n"
    preset(tmp_path, "experiment/mine", f"# @package _global_\n# Mine.\n{arms}{values}")
    built = build(compose(["experiment=mine"], tmp_path))
    assert built.weeks == 9
    assert built.arms["generous"] == RewardProgram(worth=9)
    assert built.arms["gift"] == OverDelivery(lift=0.4)
    assert options("strategy", tmp_path)["gift"] == "A gift."


def test_a_sweep_is_every_combination() -> None:
    sweep = compose_sweep(["seed=1,2", "weeks=range(3,5)", "replications=7", "compare=[nothing,placebo]"])
    assert [varied for varied, _ in sweep] == [
        ("seed=1", "weeks=3"),
        ("seed=1", "weeks=4"),
        ("seed=2", "weeks=3"),
        ("seed=2", "weeks=4"),
    ]
    assert {build(config).replications for _, config in sweep} == {7}
    arms = compose_sweep(["+strategy@arms.x=over_delivery,reward_program"])
    assert [type(build(config).arms["x"]) for _, config in arms] == [OverDelivery, RewardProgram]


MISTAKES = [
    (["weks=5"], "there is no 'weks'", "Did you mean 'weeks'?"),
    (["populaton.size=5"], "there is no 'populaton'", "Did you mean 'population'?"),
    (["population.siz=5"], "population has start, size, calibration_weeks", "Did you mean 'size'?"),
    (["arms.over_delivery.lft=1"], "arms.over_delivery has start, weeks", "Did you mean 'lift'?"),
    (["+x=1"], "x: Study has no 'x'", "use one of arms, mind"),
    (["+population.x=1"], "population.x: Population has no 'x'", "use one of start, size"),
    (["+weeks=3"], "+weeks: it is there already", "weeks=VALUE"),
    (["~weeks"], "~weeks: a setting cannot be taken away", "~arms.placebo"),
    (["~population.size"], "~population.size: a setting cannot be taken away", "another value"),
    (["population.size=abc"], "population.size=abc: the value is not a whole number", "population.size=10000"),
    (["population.size=1.5"], "the value is not a whole number", "population.size=10000"),
    (["weeks=true"], "weeks=true: the value is not a whole number", "weeks=52"),
    (["weeks=null"], "weeks=null: the value is missing", "weeks=52"),
    (["survey.share=much"], "survey.share=much: the value is not a number", "survey.share=0.1"),
    (["population=5"], "population has settings of its own", "population.start=VALUE"),
    (["compare=nothing"], "compare=nothing: the value is not a list", "compare='[nothing]'"),
    (["compare=[nothing,"], "'compare=[nothing,' cannot be read", "put quotes round"),
    (["weeks"], "'weeks' cannot be read", "KEY=VALUE"),
    (["seed=1,2"], "seed=1,2: these are several values", "Add -m"),
    (["population.size=0"], "population: Population.size = 0 is outside 1 to 2e+07", "Choose a value in that range"),
    (["weeks=0"], "Study.weeks = 0 is outside 1 to 2600", "Choose a value in that range"),
    (["replications=0"], "Study.replications = 0 is outside 1 to 100000", "Choose"),
    (["arms.over_delivery.lift=9"], "arms.over_delivery: OverDelivery.lift = 9.0 is outside 0 to 1", "Choose a value"),
    (["survey.share=nan"], "Survey.share = nan is outside 0 to 1", "Choose a value"),
    (["population.start=cohrt"], "Population.start = 'cohrt' is not one of customers, cohort", "choose"),
    (["market=contractual"], "needs market=noncontractual", "write population.start=cohort"),
    (["compare=[nothing,x]"], "names unknown arms ['x']", "there are ['nothing'"),
    (["mind=integratd"], "mind = 'integratd' is unknown", "Did you mean 'integrated'?"),
    (["mind=null"], "mind=null: a group is chosen by name", "mind=none"),
    (["mind/expectation=bayes"], "there are adaptation_level, adaptive, bayesian, fixed", "Did you mean 'bayesian'?"),
    (["mind/expectatio=bayesian"], "mind/expectatio: there is no such group", "Did you mean 'mind/expectation'?"),
    (["mind=none", "mind/trust=no_trust"], "nothing takes mind/trust", "Leave it out"),
    (["mind.trust=5"], "mind.trust = 5 is no Trust", "Choose one with mind/trust=NAME"),
    (["+strategy@arms.x=over_delivry"], "strategy = 'over_delivry' is unknown", "Did you mean 'over_delivery'?"),
    (["strategy@arms.x=over_delivery"], "there is no arm 'x' to change", "write +strategy@arms.x=over_delivery"),
    (["strategy=over_delivery"], "needs the name of its arm", "+strategy@arms.NAME=over_delivery"),
    (["+strategy@arms.nothing=placebo"], "+strategy@arms.nothing: it is there already", "Leave out the +"),
    (["arms.generous.lift=1"], "there is no arm 'generous'", "+strategy@arms.generous=NAME"),
    (["+arms.mine.lift=1"], "arms.mine = {'lift': 1} is no Strategy", "+strategy@arms.mine=NAME"),
    (["strategy/targeting@arms.nothing.targeting=lapsing"], "takes no strategy/targeting", "it can be chosen at"),
    (["experiment=nope"], "experiment = 'nope' is unknown", "there are contract, "),
    (["+experiment=contract"], "+experiment: it is there already", "experiment=VALUE"),
    (["segments.segments.steady.traits.charm=1"], "there is no 'segments.segments.steady.traits.charm'", "write +seg"),
    (["+segments.segments.steady.traits.charm=1"], "there is no trait 'charm'", "negativity"),
    (["data.path=${nope}"], "data.path: Interpolation key 'nope' not found", "put the value itself"),
    (["hydra.run.dir=/tmp"], "Hydra's own settings cannot be set", "execution.output=FOLDER"),
    (["hydra/job_logging=default"], "Hydra's own settings cannot be set", "execution.output=FOLDER"),
]


@pytest.mark.parametrize(("overrides", "what", "mend"), MISTAKES, ids=lambda value: str(value)[:40])
def test_a_mistake_gets_one_message_with_its_mend(overrides: list[str], what: str, mend: str) -> None:
    said = refusal(*overrides)
    assert what in said
    assert mend in said


def test_execution_is_checked_too() -> None:
    with pytest.raises(ConfigError, match=r"execution: Execution.workers = -1 is outside 0 to 100000 .*Choose a value"):
        execution_of(compose(["execution.workers=-1"]))


FILES = [
    ("populaton:\n  size: 5\n", "experiment/x.yaml: there is no 'populaton'", "Did you mean 'population'?"),
    ("population:\n  size: many\n", "experiment/x.yaml: population.size=many: the value is not a whole", "Write e.g."),
    ("population: [\n", "line 3", "Mend that YAML file"),
    ("seed: !!python/object/apply:os.system ['true']\n", "could not determine a constructor", "Mend that YAML file"),
    ("hydra:\n  job_logging:\n    root: {level: DEBUG}\n", "may not set hydra.*", "Take it out"),
    ("defaults:\n  - override /hydra/job_logging: disabled\n", "may not set hydra.*", "Take it out"),
    ("hydra:\n  searchpath: [pkg://this]\n", "may not set hydra.*", "Take it out"),
    ("hydra:\n  job:\n    chdir: true\n", "may not set hydra.*", "Take it out"),
    ("hydra:\n  callbacks:\n    x:\n      _target_: os.system\n", "may not set hydra.*", "Take it out"),
]


@pytest.mark.parametrize(("text", "what", "mend"), FILES)
def test_a_mistake_in_a_file(text: str, what: str, mend: str, tmp_path: Path) -> None:
    preset(tmp_path, "experiment/x", f"# @package _global_\n{text}")
    said = refusal("experiment=x", config_dir=tmp_path)
    assert what in said
    assert mend in said


def test_a_folder_of_presets_hides_nothing(tmp_path: Path) -> None:
    assert "no such folder" in refusal(config_dir=tmp_path / "nowhere")
    preset(tmp_path, "strategy/over_delivery", "lift: 1.0\n")
    assert "Rename the file" in refusal(config_dir=tmp_path)


TARGETS = [
    ("mind.trust._target_=os.system", "mind.trust._target_ = 'os.system' is refused"),
    ("mind.trust._target_=trap.Trap", "mind.trust._target_ = 'trap.Trap' is refused"),
    ("+arms.x._target_=trap.Trap", "arms.x._target_ = 'trap.Trap' is refused"),
    ("arms._target_=os.system", "arms._target_"),
    ("+population._target_=os.system", "population._target_ = 'os.system' is refused"),
    ("+_target_=os.system", "_target_ = 'os.system' is refused"),
    ("+segments.segments.steady.traits._target_=os.system", "_target_"),
    ("mind.trust._target_=experiments.cli.main", "it is no dataclass"),
    ("mind.trust._target_=sim.parameters.dc.field", "is refused"),
    ("mind.trust._target_=strategies.Nothing", "mind.trust: Nothing is no Trust: it lacks update, writes"),
    ("arms.nothing._target_=agents.theories.trust.NoTrust", "arms.nothing: NoTrust is no Strategy: it lacks plan"),
    ("market._target_=strategies.Nothing", "market: Nothing is no Behaviour"),
    ("+arms.x._target_=strategies.nope.Nope", "does not exist"),
    ("+arms.x._target_=strategies", "is refused"),
]


@pytest.mark.parametrize(("override", "what"), TARGETS)
def test_a_class_that_may_not_be_named(
    override: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "trap.py").write_text(f"open({str(tmp_path / 'sprung')!r}, 'w').close()\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    ran: list[object] = []
    monkeypatch.setattr(os, "system", lambda *given: ran.append(given))
    if override.startswith("+"):  # OmegaConf itself may refuse to add to a structured node
        override = f"+{override}"
    said = refusal(override)
    assert what in said or "_target_" in said
    assert not ran
    assert "trap" not in sys.modules
    assert not (tmp_path / "sprung").exists()


def test_nothing_is_imported_for_a_refused_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[object] = []
    monkeypatch.setattr(os, "system", lambda *given: ran.append(given))
    preset(
        tmp_path, "experiment/evil", "# @package _global_\narms:\n  x:\n    _target_: os.system\n    command: 'true'\n"
    )
    said = refusal("experiment=evil", config_dir=tmp_path)
    assert said.startswith("arms.x._target_ = 'os.system' is refused")
    assert "--plugin os" in said
    assert not ran


def test_a_plugin_becomes_an_option(plugin: str) -> None:
    built = study("+strategy@arms.mine=flowers", "arms.mine.lift=0.3", plugins=(plugin,))
    mine = built.arms["mine"]
    assert type(mine).__name__ == "Flowers"
    assert vars(mine) == {"lift": 0.3, "targeting": ValueTier(0.1)}
    swap = ("+strategy@arms.mine=flowers", "strategy/targeting@arms.mine.targeting=random_share")
    swapped = study(*swap, plugins=(plugin,))
    assert vars(swapped.arms["mine"])["targeting"] == RandomShare()
    assert options("strategy", plugins=(plugin,))["flowers"] == "Flowers for the best."


def test_a_plugin_by_address_only_when_named(plugin: str) -> None:
    address = "+arms.mine._target_=flower_shop.Flowers"
    assert type(study(address, plugins=(plugin,)).arms["mine"]).__name__ == "Flowers"
    assert "add --plugin" in refusal(address) or "--plugin flower_shop" in refusal(address)
    with pytest.raises(ConfigError, match="it is no dataclass"):
        study("+arms.mine._target_=flower_shop.NoDataclass", plugins=(plugin,))
    with pytest.raises(ConfigError, match=r"arms.mine.lft: Flowers has no 'lft'; .*Did you mean 'lift'"):
        study(address, "+arms.mine.lft=1", plugins=(plugin,))
    with pytest.raises(ConfigError, match=r"arms.mine.lift = 'x' is not a number"):
        study(address, "+arms.mine.lift=x", plugins=(plugin,))


def test_where_plugins_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXLAB_PLUGINS", "two, three,,one")
    assert plugin_names(["one"])[:3] == ("one", "two", "three")
    with pytest.raises(ConfigError, match=r"plug-in 'no_such_shop' cannot be imported: .*--plugin, CXLAB_PLUGINS"):
        compose(plugins=("no_such_shop",))


def test_an_installed_package_names_its_plugins(plugin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    about = tmp_path / "flower_shop-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: flower_shop\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(f"[cxlab.plugins]\nshop = {plugin}\n", encoding="utf-8")
    monkeypatch.delenv("CXLAB_PLUGINS", raising=False)
    assert plugin_names() == (plugin,)


def test_a_plugin_may_not_take_a_name(plugin: str, tmp_path: Path) -> None:
    (tmp_path / "thief.py").write_text(PLUGIN.replace("Flowers", "OverDelivery"), encoding="utf-8")
    with pytest.raises(ConfigError, match="strategy has a over_delivery already"):
        compose(plugins=("thief",))


def test_a_part_that_has_to_be_given_is_asked_for() -> None:
    with pytest.raises(ConfigError, match=r"arms: Study needs a value\. Write arms=VALUE"):
        make({}, Study, "")


def test_every_field_of_a_study_can_be_configured() -> None:
    assert {field.name for field in fields(Study)} | {"execution", "job"} == set(compose())


def test_composing_changes_no_state_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first = resolved(compose())
    with pytest.raises(CxlabError):
        compose(["nope=1"])
    assert resolved(compose()) == first
    assert study().arms["nothing"] == Nothing()
    assert not list(tmp_path.iterdir())
