"""Keys and addresses follow everything that decides results, and nothing else."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest

import strategies
from experiments import provenance
from experiments.jobs import address_of, key_of_job
from experiments.main_job import APART, Compare
from experiments.provenance import cxlab_version
from experiments.provenance import provenance as record
from experiments.study import LogSource, Study

ARMS, JOB = {"nothing": strategies.Nothing()}, Compare()


def test_replications_do_not_change_where_pieces_are_kept() -> None:
    study = Study(arms=ARMS, data=LogSource(path="nowhere.csv"))
    texts = [f"seed: {seed}\nreplications: {count}\njob:\n  a: {count}\n" for seed, count in ((1, 5), (1, 9), (2, 5))]
    assert len({key_of_job(JOB, study, text) for text in texts}) == 3
    five, nine, other = (address_of(JOB, study, text, APART) for text in texts)
    assert five == nine != other
    assert len({address_of(JOB, study, text) for text in texts}) == 3


def test_the_key_follows_all_that_decides_the_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "my log.csv"
    log.write_text("customer,date,amount\n", encoding="utf-8")
    study = Study(arms=ARMS, data=LogSource(path=str(log)))
    key = key_of_job(JOB, study, "seed: 1")
    assert key.startswith("my-log-1-arms-52-weeks-")
    assert len(key.rpartition("-")[2]) == 12
    assert key == key_of_job(JOB, study, "seed: 1")
    assert key != key_of_job(JOB, study, "seed: 2")
    log.write_text("customer,date,amount\n1,2020-01-01,5\n", encoding="utf-8")
    other = key_of_job(JOB, study, "seed: 1")
    assert other != key
    monkeypatch.setattr(provenance, "_source", lambda package: f"changed {package}")
    assert key_of_job(JOB, study, "seed: 1") != other


def test_the_key_follows_the_source_of_plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = tmp_path / "corner_shop.py"
    text = "import dataclasses\n\n@dataclasses.dataclass\nclass Flowers:\n    def plan(self, view, draws): ...\n"
    shop.write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    corner_shop = import_module("corner_shop")
    study = Study(arms={**ARMS, "mine": corner_shop.Flowers()})
    key = key_of_job(JOB, study, "")
    shop.write_text(f"{text}\nCHANGED = True\n", encoding="utf-8")
    provenance._source.cache_clear()
    assert key_of_job(JOB, study, "") != key
    monkeypatch.delitem(sys.modules, "corner_shop")


def test_a_log_that_is_missing_is_left_to_its_reader() -> None:
    nowhere = Study(arms=ARMS, data=LogSource(path="nowhere.csv"))
    assert key_of_job(JOB, nowhere, "").startswith("nowhere-")


def test_provenance_says_what_it_takes_to_do_this_again() -> None:
    about = record()
    assert {"cxlab", "python", "numpy", "pandas", "scipy", "mesa", "cpu", "platform", "commit", "date"} < set(about)
    assert all(isinstance(value, str) and value for value in about.values())
    assert about["cxlab"] == cxlab_version()
