"""What is read off a firm's records: by hand, and nothing but what is on record."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from agents.customers import STATE, TRAITS
from agents.mind import Mind
from experiments.calibrated import calibrate
from experiments.identify.observing import BOOKED, SEEN, Page, page_of, watched, windows_of
from experiments.identify.situation import firm_of
from experiments.identify.summaries import Window, answer, complaints, leaving, summarised, uses, windows_from
from experiments.identify.trials import Levers, Trial
from sim.metrics import FLOWS
from sim.model import CustomerModel
from sim.people import DROPOUT, PATIENCE, RATE
from sim.records import CRM, PURCHASES
from strategies.targeting import RandomShare
from tests.experiments.identify.planted import small_study

TRIALS = {"better": Trial(Levers(technical=0.2, targeting=RandomShare(0.5)), 9, 2)}


def firm(seed: int = 1) -> CustomerModel:
    study = small_study(mind=Mind(), warm_up=2)
    return firm_of(study, calibrate(study), study.mind, TRIALS, seed)


def book(seed: int = 1) -> list[Page]:
    return list(watched(firm(seed), windows_of(12, 2)))


def window(**values: object) -> Window:
    """Four customers: 2 uses each of 1 usual, nobody leaves or complains, answers 8."""
    given = {
        "start": 0, "here": np.ones(4, bool), "used": np.full(4, 2.0), "usual": np.ones(4), "left": np.zeros(4, bool),
        "complained": np.zeros(4), "referred": np.zeros(4), "redeemed": np.zeros(4), "answer": np.full(4, 8.0),
        "before": np.full(4, 8.0), "spoke": np.zeros(4, bool), "tested": np.zeros(4, bool), "member": np.zeros(4, bool),
        "booked": {},
    }  # fmt: skip
    return Window(**{**given, **values})  # type: ignore[arg-type]


def test_only_columns_of_the_crm_and_lines_of_the_ledger_are_read() -> None:
    assert set(SEEN) <= set(CRM)
    assert not {column.name for column in SEEN} & {column.name for column in (*STATE, *TRAITS)}
    assert set(BOOKED) <= {metric.name for metric in FLOWS} - {"praised", "warned"}  # no firm hears what friends say


def test_a_page_needs_records_and_ledger_and_nothing_else_of_a_model() -> None:
    model = firm()
    model.run_for(4)
    office = SimpleNamespace(records=model.records, ledger=model.ledger)  # no table, no mind, no society
    alone, whole = page_of(office, 2, 4), page_of(model, 2, 4)
    assert set(alone.crm) == {column.name for column in SEEN}
    for name, values in alone.crm.items():
        np.testing.assert_array_equal(values, whole.crm[name])
    for line, sums in alone.booked.items():
        np.testing.assert_array_equal(sums, whole.booked[line])
        assert sums == pytest.approx(sum(model.ledger.weeks[week][line] for week in (2, 3)))


def test_what_goes_on_in_minds_does_not_reach_a_page() -> None:
    model = firm()
    model.run_for(4)
    before = page_of(model, 2, 4)
    for column in (*STATE, *TRAITS, RATE, DROPOUT, PATIENCE):
        if column in model.table.columns:
            model.table[column][:] = 0.123
    after = page_of(model, 2, 4)
    assert all((before.crm[name] == after.crm[name]).all() for name in before.crm)


def test_a_page_keeps_what_was_on_record_then() -> None:
    pages = book()
    sums = [int(page[PURCHASES].sum()) for page in pages]
    assert sums == sorted(sums)
    assert len(set(sums)) == len(sums)


def test_every_firm_gives_the_same_numbers_by_name_and_all_are_finite() -> None:
    found = [summarised(book(seed), 3) for seed in (1, 2)]
    assert list(found[0]) == list(found[1])
    assert np.isfinite(list(found[0].values())).all()
    assert found[0] != found[1]
    assert "test group: answer, weeks from 10" in found[0]


def test_nothing_is_told_of_a_level_of_buying_or_leaving() -> None:
    """In quiet windows there is neither; later both are changes. All else has its level."""
    found = summarised(book(), 3)
    quiet = [name for name in found if name.endswith(("from 2", "from 4", "from 6"))]
    assert quiet
    assert not [name for name in quiet if name.startswith(("uses", "leaving", "test group", "members"))]
    assert "complaints, weeks from 2" in quiet
    assert "uses, weeks from 8" in found


def test_uses_are_told_against_what_the_same_customers_used_to_do() -> None:
    everybody = np.ones(4, bool)
    assert uses(window(used=np.full(4, 40.0), usual=np.full(4, 20.0)), everybody) == pytest.approx(np.log(2), abs=0.01)
    assert uses(window(), everybody) == pytest.approx(np.log(8.5 / 4.5))
    newcomer = window(used=np.array([2, 2, 2, 50.0]), usual=np.array([1, 1, 1, 0.0]))
    assert uses(newcomer, everybody) == pytest.approx(np.log(6.5 / 3.5))


def test_leaving_is_a_logit_among_those_who_could() -> None:
    left = np.array([True, False, False, False])
    everybody = np.ones(4, bool)
    assert leaving(window(left=left), everybody) == pytest.approx(np.log(1.5 / 3.5))
    here = np.array([True, True, False, False])
    assert leaving(window(left=left, here=here), everybody) == pytest.approx(np.log(1.5 / 1.5))


def test_complaints_are_told_per_use_and_answers_of_those_who_stay() -> None:
    everybody = np.ones(4, bool)
    assert complaints(window(complained=np.array([1, 0, 0, 1.0])), everybody) == pytest.approx(np.log(2.5 / 9))
    told = window(answer=np.array([2, 8, np.nan, 9]), left=np.array([False, False, False, True]))
    assert answer(told, everybody) == pytest.approx(5)
    assert answer(window(answer=np.full(4, np.nan)), everybody) == 0


def test_windows_follow_the_pages() -> None:
    pages = book()
    windows = windows_from(pages, 3)
    assert [one.start for one in windows] == [2, 4, 6, 8, 10]
    gained = sum(float(one.used.sum()) for one in windows)
    assert gained == pages[-1][PURCHASES].sum() - pages[0][PURCHASES].sum()
    assert windows_of(11, 4) == ((0, 4), (4, 8))
