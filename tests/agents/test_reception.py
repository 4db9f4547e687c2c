"""What a firm that comes to its customers does to them: each effect by hand, its direction, and nobody else moved."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from agents import customers as c
from agents.mind import Mind, NoMind
from agents.reception import Reception
from sim.baseline import Standing
from sim.exchange import Leanings
from sim.people import REASONS
from sim.plan import Offer, Plan
from sim.table import Block
from tests.agents.alternatives import LOYALTIES
from tests.agents.anybody import N, any_acts, any_theory, anything, laws, seeds, unit
from tests.agents.minds import HELD, acts, array, close, columns, in_range, unmoved
from tests.agents.receiving import TAKES, any_contacts, contacts, customers, someone
from tests.sim import worlds

AT = Standing(0.2, 0.5)
WHY = {name: place for place, name in enumerate(REASONS)}


def leans(rows: Block, plan: Plan | None = None, mind: Reception = TAKES, **values: Any) -> Leanings:
    """What reception makes of leanings of 0, or of those given."""
    usual = NoMind().lean(rows, Plan())
    given = replace(usual, **{name: array(value, len(rows)) for name, value in values.items()})
    return mind.lean(rows, plan or Plan(), given, AT)


def test_a_caring_contact_by_hand():
    """In person to who prefers digital: 1 - 0.6 = 0.4 gets through; of a gap of 0.5, 0.4 is open: 0.4 x 0.8 = 0.32."""
    rows = customers(digital=1.0, language_gap=0.5, reactivity=0.75, benevolence=0.4, proneness=0.25, engagement=0.1)
    rows[c.INTEGRITY] = array(0.6)
    before = columns(rows)
    weary = TAKES.reached(rows, contacts(care=0.5, news=0.25, digital=0.0, languages=0.6))
    close(rows[c.VALENCE], 0.2 * 2 * 0.75 * 0.16)
    close(rows[c.BENEVOLENCE], 0.4 + 0.1 * 0.16 * 0.6)
    close(rows[c.INTEGRITY], 0.6 + 0.1 * 0.25 * 0.32 * 0.4)  # what is worth knowing is a word kept
    close(rows[c.AFFECTIVE], 0.5 + 0.1 * 2 * 0.25 * 0.16 * 0.5)
    close(rows[c.ENGAGEMENT], 0.1 + 0.1 * 0.25 * 0.32 * 0.9)
    close(rows[c.CONTACTED], 1.0)
    close(rows[c.ATTENDED], 0.5 * 0.32)
    assert weary.tolist() == [0.0]
    moved = (c.VALENCE, c.BENEVOLENCE, c.INTEGRITY, c.AFFECTIVE, c.ENGAGEMENT, c.CONTACTED, c.ATTENDED)
    unmoved(rows, before, moved)


def test_manipulation_by_hand_and_no_channel_softens_it():
    rows = customers(2, digital=[0.0, 1.0], benevolence=0.4, integrity=0.6, reactivity=0.75)
    before = columns(rows)
    TAKES.reached(rows, contacts(2, care=-0.5, digital=0.0))
    close(rows[c.VALENCE], [-0.2 * 2 * 0.75 * 0.5] * 2)
    close(rows[c.BENEVOLENCE], [0.4 * (1 - 0.2 * 0.5)] * 2)
    close(rows[c.INTEGRITY], [0.6 * (1 - 0.2 * 0.5)] * 2)
    unmoved(rows, before, (c.VALENCE, c.BENEVOLENCE, c.INTEGRITY, c.CONTACTED))  # nothing was worth attending to


def test_contacts_past_the_tolerance_annoy_and_make_weary_by_hand():
    """3 of late and 2 more, of which 2 are tolerated: 3 too many; annoyance counts 5 at most; who got none is calm."""
    rows = customers(4, contacted=[3, 0, 20, 9], tolerance=2.0)
    weary = TAKES.reached(rows, contacts(4, times=[2, 2, 2, 0]))
    close(weary, [0.02 * 3, 0, 0.02 * 20, 0])
    close(rows[c.VALENCE], [-0.05 * 3, 0, -0.05 * 5, 0])
    assert Reception(opt_out=1.0).reached(rows, contacts(4)).max() == 1


def test_taking_part_binds_and_engages_by_motive():
    rows = customers(2, belonging=[0.8, 0.0], affective=0.5, engagement=0.1)
    before = columns(rows)
    assert not TAKES.reached(rows, contacts(2, times=0, care=1, news=1, belonging=0.5)).any()
    close(rows[c.AFFECTIVE], [0.5 + 0.2 * 0.4 * 0.5, 0.5])
    close(rows[c.ENGAGEMENT], [0.1 + 0.2 * 0.4 * 0.9, 0.1])
    unmoved(rows, before, (c.AFFECTIVE, c.ENGAGEMENT))  # without a contact there is none to take in


def test_contacts_are_forgotten():
    rows = customers(3, contacted=[2, 0, 1], attended=[1, 0, 0])
    before = columns(rows)
    TAKES.fade(rows)
    close(rows[c.CONTACTED], [1.6, 0, 0.8])
    close(rows[c.ATTENDED], [0.8, 0, 0])
    unmoved(rows, before, (c.CONTACTED, c.ATTENDED))


def test_what_contacts_do_to_leaving_by_hand():
    """z = -1, 0 and 1 where the population stood at 0.2 with a spread of 0.5; 3 of 5 contacts are too many."""
    rows = customers(4, loyalty=[-0.3, 0.2, 0.7, -0.3], contacted=[0.5, 1, 5, 0], attended=[0.25, 2, 0, 0], tolerance=2)
    rows[c.PERSUADABLE] = array([0.8, 0.5, 1, 1], 4)
    found = leans(rows, leave=[1, 1, 1, 1])
    by_hand = [0.4 * 0.5 - 0.6 * 0.8 * 0.25, -0.6 * 0.5, 0.1 * 3, 0]
    close(found.contact, by_hand)
    close(found.leave, 1 + np.array(by_hand))


def test_contact_wakes_those_below_the_mean_and_attention_keeps_the_persuadable():
    z = customers(3, loyalty=[-0.8, -0.3, 0.7], contacted=1.0)
    woken = leans(z).contact
    assert woken[0] > woken[1] > woken[2] == 0
    swayed = leans(customers(3, persuadable=[0.0, 0.5, 1.0], contacted=1.0, attended=1.0, loyalty=0.2)).contact
    assert 0 == swayed[0] > swayed[1] > swayed[2]


def test_without_contacts_claims_or_requests_leanings_stay_as_they_are():
    rows = customers(5, loyalty=np.linspace(-1, 1, 5), digital=0.3)
    usual = NoMind().lean(rows, Plan())
    found = TAKES.lean(rows, Plan(contact=array(1, 5)), usual, AT)
    for field in fields(Leanings):
        if field.name != "digital":
            assert getattr(found, field.name) is getattr(usual, field.name), field.name
    np.testing.assert_array_equal(found.digital, rows[c.DIGITAL])


def test_who_has_learnt_that_complaining_pays_claims_without_cause():
    close(leans(customers(3, claiming=[0, 0.4, 1.0]), complain=[0.1, 0.1, 0.9]).complain, [0.1, 0.2, 1.0])


def test_who_came_back_for_money_has_learnt_that_leaving_pays_by_hand():
    """5 and 50 of a basket of 20 are 0.25 and all of it; who has come back once leaves sooner by what was learnt."""
    rows = customers(3, claiming=0.2)
    before = columns(rows)
    TAKES.returned(rows, Plan(invite=array(1, 3)))
    unmoved(rows, before)
    TAKES.returned(rows, Plan(welcome=array([0, 5, 50], 3)))
    close(rows[c.CLAIMING], [0.2, 0.2 + 0.5 * 0.25 * 0.8, 0.2 + 0.5 * 0.8])
    unmoved(rows, before, (c.CLAIMING,))
    once = customers(3, claiming=[0.4, 0.4, 0], returns=[0, 2, 1], contacted=1.0, loyalty=-0.3)
    close(leans(once, leave=1.0).leave, [1.4, 1.4 + 0.5 * 0.4, 1.4])


def test_money_crowds_out_the_liking_of_the_fond_and_moves_the_price_minded():
    """2 of a basket of 20 is 0.1: half of 0.8 of the liking goes; from a fifth on, all of the 0.8."""
    rows = customers(4, price_sensitivity=[0, 0, 3, 0])
    found = leans(rows, Plan(bounty=array([2, 4, 2, 2], 4)), recommend=[0.6, 0.6, -0.5, -0.5]).recommend
    close(found, [0.6 - 0.8 * 0.5 * 0.6, 0.6 - 0.8 * 0.6, -0.5 + 0.5 * 0.1 * 3, -0.5])
    asked = leans(rows, Plan(prompt=array([0, 0.4, 1, 1], 4)), recommend=[0.6, 0.6, -0.5, 0]).recommend
    close(asked, [0.6, 0.8, 0.0, 0.5])


def test_who_joins_by_hand():
    """z = -1 counts -0.5; 4 purchases a year are indifferent, 12 count half; the motive shifts by -1 to 1."""
    rows = customers(3, loyalty=[-0.3, -0.3, 5.0], rate=np.array([4, 12, 12]) / 52)
    rows[c.REWARD_APPEAL], rows[c.BELONGING] = array([0.75, 0.5, 0.0], 3), array([1, 0.5, 0.5], 3)
    rows[c.PRICE_SENSITIVITY] = array([0, 1, 3], 3)
    for motive, by_hand in {
        "reward": [-0.5 + 0 + 0.5, -0.5 + 2 * 0.5 + 0, 1.5 + 2 * 0.5 - 1],
        "belonging": [-0.5 + 1, -0.5, 1.5],
        "bargain": [-0.5 - 1, -0.5, 1.5 + 2],
    }.items():
        close(TAKES.join(rows, Offer("club", np.ones(3, np.bool_), motive=motive, gain=0.05), AT), by_hand)
        close(
            TAKES.join(rows, Offer("club", np.ones(3, np.bool_), motive=motive, gain=0.2), AT),
            np.array(by_hand) + 0.3 * 2,
        )


def test_an_answered_complaint_by_hand():
    """tanh(2.5 x 0.2) and 0.05 for having been heard; a bad answer costs its share of the trust there is."""
    rows = customers(3, satisfaction=[-0.2, -0.2, 0.1], benevolence=0.4, integrity=0.6, reactivity=0.5)
    before = columns(rows)
    deeds = replace(acts(3, complained=[True, True, False]), answered=array([0.7, 0.1, 0], 3))
    TAKES.answered(rows, deeds)
    good, bad = np.tanh(0.5) + 0.05, np.tanh(-1.0) + 0.05
    close(rows[c.SATISFACTION], [-0.2 + 0.4 * (good + 0.2), -0.2 + 0.4 * (bad + 0.2), 0.1])
    close(rows[c.VALENCE], [0.4 * 0.5 * good, 0.4 * 0.5 * bad, 0])
    close(rows[c.BENEVOLENCE], [0.4 + 0.12 * good * 0.6, 0.4 + 0.12 * bad * 0.4, 0.4])
    close(rows[c.INTEGRITY], [0.6 + 0.12 * good * 0.4, 0.6 + 0.12 * bad * 0.6, 0.6])
    unmoved(rows, before, (c.SATISFACTION, c.VALENCE, c.BENEVOLENCE, c.INTEGRITY))


def test_speaking_up_relieves_and_money_soothes_and_teaches_claiming():
    rows = customers(4, claiming=0.2, satisfaction=-0.2)
    deeds = replace(acts(4, complained=[True, True, True, False]), answered=array([0.5, 0.5, 0.5, 0], 4))
    TAKES.answered(rows, replace(deeds, amends=array([0, 0.4, 3, 3], 4)))
    close(rows[c.CLAIMING], [0.2, 0.2 + 0.5 * 0.4 * 0.8, 0.2 + 0.5 * 0.8, 0.2])
    felt = [0.05, 0.45, 1.0]
    close(rows[c.SATISFACTION], [*(-0.2 + 0.4 * (np.array(felt) + 0.2)), -0.2])
    before = columns(rows)
    TAKES.answered(rows, acts(4, complained=True))  # nobody has answered
    unmoved(rows, before)


def test_an_answer_moves_the_loyalty_of_those_who_complained_by_what_it_changed():
    """Not by what else has moved since loyalty was weighed last: whatever the index says now, it starts from 0.9."""
    rows, mind = customers(2, loyalty=0.9), Mind()
    stated = customers(2)
    mind.intention.restate(stated)
    old = stated[c.LOYALTY][0].copy()
    mind.acted(rows, replace(acts(2, complained=[True, False]), answered=array([1.0, 0], 2)))
    assert rows[c.LOYALTY][1] == np.float32(0.9)
    left = rows[c.LOYALTY][0].copy()
    mind.intention.restate(rows)
    assert left == pytest.approx(0.9 + (rows[c.LOYALTY][0] - old), abs=1e-6)
    assert left > np.float32(0.9)


@pytest.mark.parametrize("kind", LOYALTIES, ids=lambda kind: kind.__name__)
def test_a_contact_that_says_nothing_leaves_loyalty_where_it_is(kind: type[Any]):
    """Also where the index is made of what has moved since it was weighed: a habit that faded, say."""
    rows, mind = customers(3, loyalty=0.4, habit=0.9), Mind(intention=kind())
    mind.reached(rows, contacts(3, times=0.0))
    close(rows[c.LOYALTY], [0.4] * 3)


def test_coming_back_by_hand():
    """Asked in earnest 0, not at all -1.5; a grudge 1, half of it after an apology; 10 of 20 is 0.5 of the spend."""
    names = ["need", "price", "service", "contact", "dismissed", "rival"]
    rows = customers(6, reason=[WHY[name] for name in names], price_sensitivity=[1, 1, 1, 1, 1, 2])
    one, half = array(1, 6), array(0.5, 6)
    close(TAKES.reconsider(rows, Plan(invite=one)), [0, 0, -0.5, -0.5, -0.5, 0])
    close(TAKES.reconsider(rows, Plan(invite=half)), np.array([0, 0, -0.75, -0.75, -0.75, 0]) - 0.75)
    money = np.array([0.5, 1, 0.5, 0.5, 0.5, 1])
    close(TAKES.reconsider(rows, Plan(welcome=10 * one)), -1.5 - np.array([0, 0, 1, 1, 1, 0]) + money)
    both = Plan(invite=one, welcome=1_000 * one)  # more than twice the spend tempts no more
    close(TAKES.reconsider(rows, both), np.array([0, 0, -0.5, -0.5, -0.5, 0]) + 4 * money)


@laws
@given(seeds)
def test_state_stays_in_range_and_only_declared_columns_move(seed: int):
    rows, rng = someone(seed)
    before, mind = columns(rows), any_theory(Reception, rng)
    for _ in range(3):
        weary = mind.reached(rows, any_contacts(rng))
        assert (weary >= 0).all()
        assert (weary <= 1).all()
        mind.answered(rows, replace(any_acts(rng), answered=array(unit(rng, N), N), amends=array(3 * unit(rng, N), N)))
        mind.fade(rows)
    unmoved(rows, before, Reception.writes)
    assert all(in_range(rows, column) for column in Reception.writes)


@laws
@given(seeds)
def test_a_contact_does_more_good_in_the_channel_and_language_preferred(seed: int):
    (one, rng), (other, _) = someone(seed), someone(seed)
    told = any_contacts(rng, care=unit(rng, N))
    Reception().reached(one, told)
    Reception().reached(other, replace(told, digital=other[c.DIGITAL], languages=1.0))
    for column in (c.VALENCE, c.BENEVOLENCE, c.AFFECTIVE, c.ENGAGEMENT, c.ATTENDED):
        assert (other[column] >= one[column] - 2e-6).all(), column.name


@laws
@given(seeds)
def test_who_gets_no_contact_and_takes_no_part_is_not_moved(seed: int):
    rows, rng = someone(seed)
    before = columns(rows)
    assert not Reception().reached(rows, any_contacts(rng, times=0, belonging=0)).any()
    unmoved(rows, before)


@laws
@given(seeds)
def test_rows_live_for_themselves(seed: int):
    """Chosen rows alone take everything to the bit as they do among all."""
    (all_of, rng), (alone, _) = someone(seed), someone(seed)
    chosen = np.flatnonzero(rng.random(N) < 0.3)
    mind, plan = any_theory(Reception, rng), Plan(**{k: array(9 * unit(rng, N), N) for k in ("bounty", "welcome")})
    plan = replace(plan, prompt=array(unit(rng, N), N), invite=array(unit(rng, N), N))
    told, offer = any_contacts(rng), Offer("club", rng.random(N) < 0.5)
    deeds = replace(any_acts(rng), answered=array(unit(rng, N), N), amends=array(unit(rng, N), N))
    met = replace(anything(rng), languages=0.4, misheard=array(rng.normal(0, 1, N), N), promised=array(unit(rng, N), N))

    def live(rows: Any, of: Any, plan: Plan, offer: Offer) -> list[np.ndarray]:
        said = mind.understand(rows, of(met))
        found = [mind.reached(rows, of(told)), mind.join(rows, offer, AT), mind.reconsider(rows, plan)]
        found += [said.functional, said.promised]
        mind.answered(rows, of(deeds))
        leanings = mind.lean(rows, plan, NoMind().lean(rows, plan), AT)
        none = np.zeros(len(rows), np.float32)
        return found + [none if values is None else values for values in vars(leanings).values()]

    def some(whole: Any) -> Any:
        parts = {k: v[chosen] for k, v in vars(whole).items() if isinstance(v, np.ndarray) and len(v) == N}
        return replace(whole, **parts)

    everybody = live(all_of.some(np.arange(N)), lambda whole: whole, plan, offer)
    few = live(alone.some(chosen), some, plan.some(chosen), replace(offer, to=offer.to[chosen]))
    for whole, part in zip(everybody, few, strict=True):
        np.testing.assert_array_equal(whole[chosen], part)
    for column in HELD:
        assert all_of[column][chosen].tobytes() == alone[column][chosen].tobytes(), column.name


def test_a_firm_that_never_comes_leaves_the_baseline_as_it_is():
    """Seed 1, 300 customers, 12 weeks: how contacts, offers and money would be taken changes no bit of a life."""
    ends = {f.name: f.metadata["high"] for f in fields(Reception) if f.name not in ("norm", "redress", "heard_out")}
    calm, keen = (worlds.model(300, mind=Mind(reception=mind)) for mind in (Reception(), Reception(**ends)))
    for run in (calm, keen):
        run.run_for(12)
    worlds.assert_same_run(calm, keen)
    for column in (c.CONTACTED, c.ATTENDED, c.CLAIMING):
        assert not calm.table[column].any()
