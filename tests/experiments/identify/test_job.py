"""The recovery study as a user meets it: configuration, refusals, a run, what lies in its folder, the page."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments.build import build, compose, job_of
from experiments.cli import main
from experiments.identify.job import STUDYS, Identify
from experiments.identify.results import IdentifyResult, load, save
from experiments.identify.trials import Trial
from experiments.priors import priors_of
from experiments.reporting.identify.figures import figures, shown
from experiments.reporting.identify.page import identify_page
from experiments.reporting.identify.words import NOTHING, answers, confusions, lines
from experiments.study import Study
from sim.errors import ParameterError, StoreError
from sim.scenario import Scenario
from strategies import Nothing
from tests.experiments.identify.planted import Loud, small_study

SMALL = (
    "experiment=identify",
    "job.compare=[none,expectation_disconfirmation]",
    "job.draws=12",
    "job.folds=3",
    "population.size=80",
    "warm_up=2",
    "execution.progress=false",
    "execution.workers=1",
)


@cache
def made(*overrides: str) -> tuple[Identify, Study]:
    config = compose(["experiment=identify", *overrides])
    job = job_of(config)
    assert isinstance(job, Identify)
    return job, build(config)


def test_the_experiment_has_all_minds_and_looks_at_the_studys_own() -> None:
    job, study = made()
    presets = {path.stem for path in (Path(__file__).parents[3] / "configs" / "mind").glob("*.yaml")}
    assert set(job.minds) == presets
    assert len(job.minds) == 13
    assert job.focus(study) == "integrated"
    assert job.tasks(study) == 12 * job.draws // job.chunk  # no mind has nothing to draw
    assert job.label(study) == "identify-contractual-13-minds-150-draws"
    job.check(study)


def test_its_history_moves_every_lever_and_ends_in_whole_windows() -> None:
    job, study = made()
    moved = {name for event in study.scenario.events.values() for name, value in vars(event).items() if value}
    assert moved >= {"technical", "functional", "failure", "price", "rival", "promise"}
    assert set(job.trials) == {"recovery", "touch", "surprise", "waits", "reward", "referral"}
    assert study.weeks % job.window == 0
    assert all(event.start % job.window == 0 for event in study.scenario.events.values())


def test_a_mind_of_ones_own_takes_part_under_a_name_of_its_own() -> None:
    job, usual = made()
    assert job.focus(replace(usual, mind=job.minds["habit"])) == "habit"
    study = replace(usual, mind=Loud())
    assert job.focus(study) == STUDYS
    assert next(iter(job.chosen(study))) == STUDYS
    assert Identify().chosen(small_study()) == {STUDYS: Loud()}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"draws": 12}, "Identify.draws = 12 are too few for folds = 10: .* Choose draws = 30 or more, or fewer folds"),
    ({"draws": 3}, "Identify.draws = 3 is outside 10 to 100000"),
    ({"folds": 1}, "Identify.folds = 1 is outside 2 to 1000"),
    ({"doubt": 0.5}, "Identify.doubt = 0.5 is outside 1 to 10"),
    ({"window": 0}, "Identify.window = 0 is outside 1 to 520"),
    ({"respondents": -1}, "Identify.respondents = -1 is outside 0"),
    ({"compare": ("nobody",)}, r"job.compare = \['nobody'\]: there is no mind 'nobody'; there are none, .*integrated"),
    ({"compare": ("habit", "habit")}, "names a mind twice"),
    ({"compare": ("none",)}, "job.minds: nothing to recover: none has no parameters. .*mind=NAME"),
    ({"window": 7}, "something happens in week 12 already: .* before week 14, or choose a smaller window"),
    ({"trials": {"late": Trial(Nothing(), 90, 4)}}, "trials.late.start = 90 is after the last week 75: .* weeks = 91"),
]


@pytest.mark.parametrize(("change", "message"), REFUSED)
def test_what_cannot_be_answered_is_refused(change: dict[str, Any], message: str) -> None:
    job, study = made()
    with pytest.raises(ParameterError, match=message):
        replace(job, **change).check(study)


def test_a_history_too_short_to_learn_from_is_refused() -> None:
    quiet = small_study(scenario=Scenario(), weeks=8)
    with pytest.raises(ParameterError, match=r"weeks = 8 hold 2 windows of job.window = 4 .* weeks = 12 or more"):
        Identify().check(quiet)
    Identify().check(small_study(scenario=Scenario()))


@pytest.mark.slow
def test_a_refusal_is_exit_code_2_and_leaves_nothing_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "runs"
    for override in ("job.draws=12", "job.compare=[none]"):
        assert main(["run", "experiment=identify", f"execution.output={output}", override]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("cxlab: ")
        assert said.err.count("\n") == 1
        assert not output.exists()


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny study, run from the command line."""
    output = tmp_path_factory.mktemp("identify")
    assert main(["run", *SMALL, f"execution.output={output}"]) == 0
    (folder,) = (path for path in output.iterdir() if path.name.startswith("identify"))
    return folder


@pytest.mark.slow
def test_a_run_leaves_everything_and_is_found_again(ran: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = load(ran)
    mind = result.minds[1]
    assert result.minds == ("none", "expectation_disconfirmation")
    assert result.focus == "expectation_disconfirmation"
    names = [prior.name for prior in priors_of(made()[0].minds[mind])]
    assert list(result.parameters["parameter"]) == names
    assert len(result.recovery) == 2 * len(names)
    assert len(result.draws) == 2 * len(names) * 12
    assert {path.name for path in (ran / "figures").iterdir()} >= {"overview.svg", "recovered.png"}
    assert main(["run", *SMALL, f"execution.output={ran.parent}"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert NOTHING in said
    assert "expectation disconfirmation: out-of-sample R²" in said
    assert f"Report: {ran / 'report.html'}".replace(" ", "") in said.replace(" ", "")


@pytest.mark.slow
def test_the_page_holds_every_parameter_and_asks_nothing_of_the_network(ran: Path) -> None:
    text = html.unescape((ran / "report.html").read_text(encoding="utf-8"))
    result = load(ran)
    assert all(name in text for name in result.parameters["parameter"])
    assert NOTHING in text
    assert "src=" not in text
    assert "http" not in re.sub(r"<pre>.*?</pre>", "", text, flags=re.DOTALL)


def made_up(minds: tuple[str, ...] = ("plain", "<b>bold</b>", "none")) -> IdentifyResult:
    """A result by hand: two minds with three parameters each, and one without any."""
    about, recovery, draws = [], [], []
    for mind in minds[:-1]:
        for place, (name, r2) in enumerate((("good", 0.9), ("fair", 0.3), ("poor", -0.02))):
            about.append((mind, name, 1.0, 0.333, 3.0, "unit", "what it means"))
            for source, more in (("crm", 0.0), ("survey", 0.05)):
                kind = ("recoverable", "weakly", "not")[place]
                recovery.append((mind, source, name, r2 + more, r2 - 0.1, r2 + 0.1, kind))
                draws += [(mind, source, name, n, 0.5 + n, 0.6 + n) for n in range(3)]
    return IdentifyResult(
        parameters=pd.DataFrame(about, columns=["mind", "parameter", "default", "lowest", "highest", "unit", "doc"]),
        recovery=pd.DataFrame(recovery, columns=["mind", "source", "parameter", "r2", "low", "high", "kind"]),
        pairs=pd.DataFrame(
            [("plain", "crm", "fair", "poor", -0.6), ("plain", "survey", "good", "fair", 0.35)],
            columns=["mind", "source", "first", "second", "correlation"],
        ),
        draws=pd.DataFrame(draws, columns=["mind", "source", "parameter", "draw", "true", "read"]),
        minds=minds, focus="plain", events=(("rise", "price +0.1", 4, 7),), count=3, folds=2,
        summaries={"crm": 10, "survey": 5}, customers=1_000, weeks=20, configuration="a: 1", provenance={"seeds": "1"},
    )  # fmt: skip


def test_a_result_is_read_as_it_was_saved(tmp_path: Path) -> None:
    result = made_up()
    save(result, tmp_path)
    again = load(tmp_path)
    for name, value in vars(result).items():
        if isinstance(value, pd.DataFrame):
            pd.testing.assert_frame_equal(getattr(again, name), value)
        else:
            assert getattr(again, name) == value
    with pytest.raises(StoreError, match="no complete recovery study"):
        load(tmp_path / "elsewhere")


def test_parameters_are_told_best_first_and_pairs_with_their_meaning() -> None:
    result = made_up()
    found = lines(result, "plain")
    assert [line.name for line in found] == ["good", "fair", "poor"]
    assert (found[0].r2["crm"], found[0].interval["crm"], found[2].r2["crm"]) == ("0.90", "0.80 to 1.00", "-0.02")
    (near,), (far,) = confusions(result, "plain", "crm"), confusions(result, "plain", "survey")
    assert (near.verdict, near.shows) == ("cannot be told apart", "the one makes up for the other")
    assert near.known == "0.55 and 0.36"  # 1 - 0.7 x 0.64 and 1 - 1 x 0.64
    assert (far.verdict, far.shows) == ("easily mistaken", "both read too high, or both too low")


def test_the_short_answer_counts_and_names() -> None:
    said = dict(answers(made_up()))
    assert (
        said["From the CRM"] == "1 of the 3 parameters of plain can be recovered: good. 1 show weakly, 1 do not show."
    )
    assert said["With a survey"] == "0 more can be recovered. 1 still do not show."
    assert said["Mistaken"] == "From the CRM: fair and poor. With a survey: good and fair."
    assert said["In any mind"] == "Recovered from the CRM in every mind: good. In none of the 2: poor."


def test_the_page_escapes_names_and_has_all_minds() -> None:
    result = made_up()
    text = identify_page(result, figures(result))
    assert "<b>bold</b>" not in text
    assert "&lt;b&gt;bold&lt;/b&gt;" in text
    assert NOTHING in text
    assert "rise" in text
    assert shown(result) == ["good", "fair", "poor"]


def test_a_study_without_a_survey_has_one_column() -> None:
    whole = made_up()
    crm = {
        name: getattr(whole, name)[getattr(whole, name)["source"] == "crm"] for name in ("recovery", "pairs", "draws")
    }
    result = replace(whole, **crm, summaries={"crm": 10, "survey": 0})
    assert "With a survey" not in dict(answers(result))
    text = identify_page(result, figures(result))
    assert ">with a survey</th>" not in text
    assert ">from the CRM</th>" in text
