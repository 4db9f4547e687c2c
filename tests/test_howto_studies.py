"""Every command that docs/howto_studies.md shows makes a study and a job."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from experiments.build import build, compose_sweep, job_of
from experiments.commands.arguments import run_parser

PAGE = (Path(__file__).parents[1] / "docs" / "howto_studies.md").read_text(encoding="utf-8")
COMMANDS = [rest.strip() for rest in re.findall(r"^\$ cxlab run( .*)?$", PAGE, re.MULTILINE)]


@pytest.mark.parametrize("command", dict.fromkeys(COMMANDS))
def test_every_command_makes_a_study_and_a_job(command: str):
    given = run_parser().parse_intermixed_args(shlex.split(command))
    configs = compose_sweep(given.overrides, given.config_dir, given.plugin)
    assert given.multirun == (len(configs) > 1)
    for _, config in configs:
        study, job = build(config, given.plugin), job_of(config, given.plugin)
        assert study.chosen
        assert job.label(study)


def test_links_within_the_page_lead_somewhere():
    heads = re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= anchors
