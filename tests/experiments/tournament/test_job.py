"""The tournament as a user meets it: configuration, refusals, a run from the command line, what lies in its folder."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pandas as pd
import pytest

from agents.mind import Mind, NoMind
from agents.theories.expectation import Bayesian
from agents.theories.satisfaction import Kano
from experiments.build import build, compose, job_of
from experiments.cli import main
from experiments.reporting.tournament.tables import tables
from experiments.reporting.tournament.words import answers, most_different, pairs
from experiments.tournament.job import Tournament
from experiments.tournament.results import TournamentResult, load
from experiments.tournament.situation import Situation, usual_situations
from sim.behaviour import Contractual
from sim.errors import CxlabError
from sim.network import WattsStrogatz
from strategies.reward_program import RewardProgram

SMALL = (
    "experiment=tournament",
    "job.compare=[none,kano,habit]",
    "job.among=[one_failure,price_rise]",
    "job.pilot=500",
    "population.size=200",
    "replications=2",
    "weeks=12",
    "warm_up=3",
    "execution.progress=false",
    "execution.workers=1",
)


def made(*overrides: str) -> Tournament:
    job = job_of(compose(["experiment=tournament", *overrides]))
    assert isinstance(job, Tournament)
    return job


def test_the_experiment_has_all_minds_and_ten_situations() -> None:
    job, study = made(), build(compose(["experiment=tournament"]))
    presets = {path.stem for path in (Path(__file__).parents[3] / "configs" / "mind").glob("*.yaml")}
    assert set(job.minds) == presets
    assert len(job.minds) == 13
    assert job.minds["none"] == NoMind()
    assert job.minds["integrated"] == Mind()
    assert dict(job.situations) == usual_situations()
    assert len(job.situations) == 9  # and the steady one
    assert isinstance(study.market, Contractual)
    assert isinstance(study.network, WattsStrogatz)
    assert study.market.beta / (study.market.beta + 52) == 0.75  # survival of the first year, as the preset says


def test_minds_parts_and_situations_can_be_added_and_changed() -> None:
    job = made(
        "+mind@job.minds.mine=kano",
        "mind/expectation@job.minds.mine.expectation=bayesian",
        "job.situations.price_rise.events.price.price=0.3",
        "job.situations.reward_stops.strategy.weeks=8",
        "+job.situations.flood.title=a flood",
        "+job.situations.flood.events.flood.failure=0.5",
        "+job.situations.flood.events.flood.start=4",
        "~job.situations.one_failure",
    )
    mine = job.minds["mine"]
    assert isinstance(mine, Mind)
    assert isinstance(mine.satisfaction, Kano)
    assert isinstance(mine.expectation, Bayesian)
    assert job.situations["price_rise"].events["price"].price == 0.3
    program = job.situations["reward_stops"].strategy
    assert isinstance(program, RewardProgram)
    assert program.weeks == 8
    assert job.situations["flood"].events["flood"].failure == 0.5
    assert "one_failure" not in job.situations


REFUSED = [
    (["job.compare=[kano]"], "a tournament of 1 minds compares nothing"),
    (["job.compare=[kano,nobody]"], "names unknown minds 'nobody'; there are none, expectation_disconfirmation"),
    (["job.among=[earthquake]"], "names unknown situations 'earthquake'; there are one_failure"),
    (["replications=1"], "replications = 1 gives no interval"),
    (["weeks=10"], "job.situations.two_failures: 'second' is in week 10, but weeks = 10 end before it"),
    (["weeks=11"], "job.situations.reward_stops: 'onset' is in week 12"),
    (["mind=kano"], "takes no part in a tournament"),
    (["+job.situations.steady.onset=3"], "job.situations.steady is taken"),
    (["job.after=[0]"], "write numbers of weeks, 1 or more"),
    (["job.situations.price_rise.events.price.price=-2"], "Event.price = -2.0 is outside"),
    (["+job.situations.x.strategy._target_=os.system"], "'os.system' is refused"),
]


@pytest.mark.parametrize(("overrides", "said"), REFUSED, ids=lambda value: value[0] if isinstance(value, list) else "")
def test_what_cannot_be_compared_is_refused_before_anything_runs(
    overrides: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", "experiment=tournament", *overrides]) == 2
    err = capfd.readouterr().err
    assert said in err
    assert "Traceback" not in err
    assert not list(tmp_path.iterdir())


def test_a_tournament_without_minds_says_how_to_add_some() -> None:
    with pytest.raises(CxlabError, match=r"experiment=tournament has all"):
        Tournament().check(build(compose()))


def test_a_situation_says_what_lies_beyond_the_horizon() -> None:
    assert usual_situations()["two_failures"].beyond(10) == {"second": 10}
    assert Situation().beyond(30) == {}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tournament")
    assert main(["run", *SMALL, f"execution.output={root}"]) == 0
    (found,) = [path for path in root.iterdir() if not path.name.startswith(".")]
    return found


@pytest.mark.slow
def test_a_run_leaves_everything_behind(folder: Path) -> None:
    held = {path.name for path in folder.iterdir()}
    assert held == {
        "config.yaml", "effects.parquet", "figures", "report.html", "responses.parquet", "separations.parquet",
        "run.json", "study.json",
    }  # fmt: skip
    drawn = {path.name for path in (folder / "figures").glob("*.png")}
    assert drawn == {"churn.png", "matrix.png", "reach.png", "satisfaction.png", "word_of_mouth.png"}
    rows = pd.read_parquet(folder / "responses.parquet")
    assert list(rows) == ["metric", "week", "level", "difference", "mind", "situation", "replicate"]
    assert set(rows["situation"]) == {"steady", "one_failure", "price_rise"}
    assert not rows.duplicated(["metric", "week", "mind", "situation", "replicate"]).any()
    about = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    assert about["families"] == {"none": "no mind", "kano": "satisfaction loyalty", "habit": "habitual"}
    assert "seeds" in about["provenance"]
    assert "Tournament" in (folder / "config.yaml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_page_is_whole_and_asks_nothing_of_the_network(folder: Path) -> None:
    text = html.unescape((folder / "report.html").read_text(encoding="utf-8"))
    for words in ("Which experiment would tell the theories apart?", "one failure", "kano", "not in this theory"):
        assert words in text
    assert "http" not in text.replace("http://www.w3.org", "")
    assert "nan" not in text.lower().replace("finance", "").split()


@pytest.mark.slow
def test_a_measure_that_a_theory_lacks_is_not_a_zero(folder: Path) -> None:
    result: TournamentResult = load(folder)
    shown = {table.title: table for table in tables(result)}
    assert "Trust" not in shown  # none of these three minds has any
    assert [cell.mean for cell in shown["Satisfaction"].rows["none"]] == ["", ""]
    assert [cell.mean for cell in shown["Churn"].rows["none"]] == ["0", "0"]
    assert shown["Satisfaction"].rows["kano"][0].mean.startswith("-")
    assert len(pairs(result)) == 3
    assert {pair.first for pair in most_different(result, 5)} <= {"kano"}
    assert "If you can run one" in dict(answers(result))


@pytest.mark.slow
def test_the_same_tournament_is_found_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (folder / "study.json").stat().st_mtime_ns
    assert main(["run", *SMALL, f"execution.output={folder.parent}"]) == 0
    assert (folder / "study.json").stat().st_mtime_ns == before
    assert "Report: " in capsys.readouterr().out
