"""The job as a user meets it: what is refused before anything runs, and a small run from end to end."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.mind import Mind, NoMind
from experiments.battery import job as job_module
from experiments.battery.facts import FACTS
from experiments.battery.job import STUDYS, Validate, measure
from experiments.battery.results import load
from experiments.build import build, compose, job_of
from experiments.cli import main
from experiments.study import Study
from sim.errors import ParameterError
from strategies.nothing import Nothing
from tests.experiments.battery.minds import named

TWO_MINDS = (
    "job=validate", "+mind@job.minds.integrated=integrated", "+mind@job.minds.kano=kano", "job.facts=[F12,F23]",
    "job.draws=20", "job.customers=240", "execution.progress=false",
)  # fmt: skip


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CXLAB_DEBUG", raising=False)
    monkeypatch.delenv("CXLAB_PLUGINS", raising=False)
    return tmp_path


def study(**values: object) -> Study:
    return Study(arms={"nothing": Nothing()}, **values)


def test_the_experiment_has_all_minds_of_the_package() -> None:
    config = compose(["experiment=validate"])
    job = job_of(config)
    assert isinstance(job, Validate)
    assert len(job.minds) == 13
    assert job.minds["integrated"] == Mind()
    assert job.minds["none"] == NoMind()
    assert job.asked == tuple(FACTS.values())
    assert (job.draws, build(config).replications) == (200, 20)


def test_the_study_s_mind_is_told_by_its_value() -> None:
    job = Validate(minds={"none": NoMind(), "integrated": Mind(), "kano": named("kano")})
    assert job.chosen(study()) == "integrated"
    assert job.chosen(study(mind=NoMind())) == "none"
    other = study(mind=named("habit"))
    assert job.chosen(other) == STUDYS
    assert [*job.all_minds(other)] == ["none", "integrated", "kano", STUDYS]
    assert [*job.all_minds(study())] == ["none", "integrated", "kano"]


def test_no_mind_is_there_even_when_nobody_named_it() -> None:
    assert [*Validate(minds={"kano": named("kano")}).all_minds(study())] == ["none", "kano", STUDYS]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"minds": {}}, r"Validate.minds is empty: choose experiment=validate"),
        ({"facts": ("F99",)}, r"there is no 'F99'; facts are \['F5', 'F6'"),
        ({"facts": ("F12", "F12")}, "names a fact twice"),
        ({"minds": {"none": Mind()}}, "kept for no mind"),
        ({"draws": -1}, r"Validate.draws = -1 is outside 0 to"),
        ({"customers": 100}, r"Validate.customers = 100 is outside 240 to"),
    ],
)
def test_a_job_that_cannot_be_done_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        Validate(**{"minds": {"kano": named("kano")}, **values})


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["replications=19"], "replications = 19: facts are judged by intervals over 20 or more"),
        (["job.facts=[F1]"], "there is no 'F1'"),
        (["job.questionnaire.halo=0.9"], "halo = 0.9 is above its reliability, 0.78"),
        (["job.draw=3"], "there is no 'job.draw'"),
    ],
)
def test_the_command_refuses_before_anything_runs(
    overrides: list[str], message: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(job_module, "results_of", lambda *_: pytest.fail("it was run"))
    assert main(["validate", *overrides]) == 2
    assert message in capsys.readouterr().err
    assert not [*here.iterdir()]


def test_a_job_without_minds_is_refused_on_the_command_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "job=validate"]) == 2
    assert "Validate.minds is empty" in capsys.readouterr().err


@pytest.mark.slow
def test_validate_is_the_experiment(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--cfg", "job", "mind=kano"]) == 0
    short = capsys.readouterr().out
    assert main(["run", "--cfg", "job", "experiment=validate", "mind=kano"]) == 0
    assert short == capsys.readouterr().out
    assert "_target_: experiments.battery.job.Validate" in short


def test_draws_are_shared_out_over_the_replications() -> None:
    job = Validate(minds={"kano": named("kano")}, facts=("F23",), draws=50, customers=240)
    counts = [len(measure(job, study(), number).held["kano", "F23"]) for number in (0, 9, 10, 19)]
    assert counts == [3, 3, 2, 2]


def test_the_same_seed_measures_the_same_and_another_does_not() -> None:
    job = Validate(minds={"kano": named("kano")}, facts=("F14",), draws=0, customers=240)
    first, again, other = (measure(job, study(), number).measured for number in (3, 3, 4))
    assert first == again
    assert first != other


def test_the_firm_is_the_studys() -> None:
    """Who serves badly in the study serves badly in the laboratory: more failures, another warm-up."""
    job = Validate(minds={"kano": named("kano")}, facts=("F23",), draws=0, customers=240)
    usual = build(compose(["job=compare"]))
    worse = build(compose(["service.failure=0.5", "service.severity=0.8"]))
    assert measure(job, usual, 0).measured["kano", "F23"] != measure(job, worse, 0).measured["kano", "F23"]


@pytest.mark.slow
def test_a_small_validation_from_end_to_end(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *TWO_MINDS, "execution.workers=2"]) == 0
    shown = capsys.readouterr().out
    assert "F12 FAIL  built-in" in shown
    assert "kano" in shown
    (folder,) = [path for path in (here / "runs").iterdir() if not path.name.startswith(".")]
    assert folder.name.startswith("validate-3-minds-2-facts-")
    assert {path.name for path in folder.iterdir()} == {
        "report.html", "run.json", "study.json", "config.yaml", "figures", "values.parquet", "claims.parquet",
        "verdicts.parquet",
    }  # fmt: skip
    result = load(folder)
    assert result.minds == ("none", "integrated", "kano")
    assert len(result.values) == 3 * 20 * (4 + 2)  # minds x replications x numbers of the two facts
    for fact in ("F12", "F23"):
        assert (result.verdict("kano", fact)["severity"] * 20) % 1 == pytest.approx(0, abs=1e-9)
    assert main(["run", *TWO_MINDS]) == 0
    again = capsys.readouterr()
    assert again.out == shown
