"""Referral: a warm request brings customers, cash crowds out those who would have recommended for nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agents.customers import LOYALTY
from sim.baseline import Baseline
from sim.errors import ParameterError
from sim.market import Arrivals
from sim.people import REFERRED
from sim.records import REFERRALS, SOURCE
from strategies import Nothing, Referral
from tests.sim import worlds
from tests.strategies.pairs import errors, forks, total, view
from tests.strategies.views import luck

PLAIN = {"welcome": 0.0, "protected": 0, "ease": 1.0, "asking": 0.0, "fraud": 0.0}
CASH, WARM = Referral(prompt=0.0, bounty=10.0, **PLAIN), Referral(**PLAIN)
N = 3_000


def arms(*plays: object, weeks: int = 26, chance: float = 0.02):
    """Customers who stay, with loyalty measured in standard deviations; and who was fond of the firm at the fork."""
    people = {"people": worlds.met(N, dropout=1e-6)}
    warmed = worlds.model(**people).table[LOYALTY]
    fond = np.flatnonzero(warmed > warmed.mean() + warmed.std())
    baseline = replace(Baseline.none(), center=float(warmed.mean()), spread=float(warmed.std()))
    return forks(*plays, weeks=weeks, arrivals=Arrivals(referral=chance), baseline=baseline, **people), fond


def test_the_plan_by_hand():
    """An old customer; one referred who has yet to buy; one referred ten weeks ago; one referred long ago."""
    seen = view(4, 30, source=[0, 2, 2, 2], purchases=[3, 0, 2, 2], since=[0, 30, 20, 1])
    play = Referral(prompt=0.8, bounty=6.0, welcome=3.0, attention=0.1, recovery=0.2, attention_cost=1.0, asking=0.5)
    plan = play.plan(seen, luck(4, 30))
    np.testing.assert_allclose(plan.prompt, 0.8)
    assert plan.bounty.tolist() == [6] * 4
    assert plan.reward.tolist() == [0, 3, 0, 0]
    np.testing.assert_allclose(plan.functional, [0, 0.1, 0.1, 0])
    np.testing.assert_allclose(plan.recovery, [0, 0.2, 0.2, 0])
    np.testing.assert_allclose(plan.encounter_cost, [0.5, 1.5, 1.5, 0.5])
    assert (plan.referral, plan.line) == (1.2, "referral")


def test_fraud_and_shared_revenue_by_hand():
    """Three more referrals at 10.00, a fifth twice: 6.00; newcomers spent 40 more: a tenth of it, split 3 : 1."""
    memory: dict[str, object] = {}
    play = Referral(bounty=10.0, fraud=0.2, share=0.1)
    first = view(3, 10, memory=memory, referrals=[1, 0, 0], source=[0, 0, 2], spend=[9, 9, 100], purchases=9)
    assert play.plan(first, luck(3, 10)).overhead == 0
    then = view(3, 11, memory=memory, referrals=[3, 1, 0], source=[0, 0, 2], spend=[99, 9, 140], purchases=9)
    plan = play.plan(then, luck(3, 11))
    assert plan.overhead == pytest.approx(6)
    np.testing.assert_allclose(plan.cost, [3, 1, 0], rtol=1e-5)


def test_a_warm_request_brings_more_customers():
    """Seed 1, 3,000 customers, 26 weeks: over a third more referrals; each referred newcomer is on record."""
    (warm, control), _ = arms(WARM, Nothing())
    assert errors(warm, control, "referrals", np.arange(N)) > 4
    assert total(warm, "referred") > 1.33 * total(control, "referred")
    assert (warm.records.crm[SOURCE] == REFERRED).sum() > 1.33 * (control.records.crm[SOURCE] == REFERRED).sum()


def test_cash_crowds_out_those_who_would_have_recommended_for_nothing():
    """Seed 1, 6 weeks, while the fond are fond: those a deviation above the mean refer less for 10.00 than unpaid.

    By over 4 standard errors of the paired difference; many refer, so that there is something to count.
    """
    (cash, warm, control), fond = arms(CASH, WARM, Nothing(), weeks=6, chance=0.2)
    assert len(fond) > 300
    assert errors(cash, control, "referrals", fond) < -4
    assert errors(warm, control, "referrals", fond) > 4
    assert total(cash, "referred") < total(warm, "referred")
    assert total(cash, "cost: referral") == pytest.approx(10 * total(cash, "referred"))
    assert total(warm, "cost: referral") == 0


def test_newcomers_who_were_referred_are_better_off_for_being_looked_after():
    """Seed 1, 26 weeks: the same newcomers, with and without: over 4 standard errors more satisfied."""
    served = Referral(**{**PLAIN, "protected": 12}, attention=0.1)
    (looked_after, alone), _ = arms(served, WARM)
    either = np.arange(N, min(len(looked_after.table), len(alone.table)))
    keys = [dict(zip(run.customers.get("key")[either], run.customers.get("satisfaction")[either], strict=True))
            for run in (looked_after, alone)]  # fmt: skip
    off = np.array([keys[0][key] - keys[1][key] for key in keys[0].keys() & keys[1].keys()], float)
    assert len(off) > 200
    assert off.mean() > 4 * off.std() / np.sqrt(len(off))


def test_where_nobody_refers_the_journal_says_so_once():
    (run,), _ = arms(Referral(), weeks=40, chance=0.0)
    assert not run.records.crm[REFERRALS].any()
    assert [week for week, _ in run.journal] == [26]
    assert "market.arrivals.referral" in run.journal[0][1]


@pytest.mark.parametrize(("name", "value"), [("prompt", 1.5), ("bounty", -1.0), ("share", 2.0), ("ease", 0.5)])
def test_bad_values_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"Referral\.{name}"):
        Referral(**{name: value})
