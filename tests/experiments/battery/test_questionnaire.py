"""Halo, noise and scale do what their formula says; correlations are those computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from agents.mind import NoMind
from experiments.battery.constructs import CONSTRUCTS
from experiments.battery.laboratory import Laboratory
from experiments.battery.questionnaire import TEN, Questionnaire, Scale, Wave
from experiments.battery.sample import Sample
from experiments.battery.statistics import correlation
from sim.errors import ParameterError
from tests.experiments.battery.minds import SHARP, laboratory, named

SIZE = 20_000
STANDARD_ERROR = 1 / np.sqrt(SIZE)
FINE = Scale(0, 1_000)  # points so fine and a spread so small that nothing is rounded or cut off
PLAIN = {"center": 0.5, "spread": 0.05}


@pytest.fixture(scope="module")
def lab() -> Laboratory:
    return Laboratory(named("integrated"), Sample(11, SIZE), warm_up=4)


def wave(lab: Laboratory, name: str = "wave", **values: float) -> Wave:
    return Questionnaire(**{**PLAIN, **values}).ask([lab.room("everybody")], name)


@pytest.mark.parametrize(("halo", "reliability"), [(0.35, 0.78), (0.0, 0.78), (0.2, 0.9)])
def test_unrelated_items_correlate_by_the_halo_and_equal_ones_by_the_reliability(
    lab: Laboratory, halo: float, reliability: float
) -> None:
    first, second = (wave(lab, name, halo=halo, reliability=reliability) for name in ("first", "second"))
    unrelated = correlation(first.rate("equity", FINE, blank=True), first.rate("performance", FINE, blank=True))
    assert unrelated == pytest.approx(halo, abs=4 * STANDARD_ERROR)
    same = correlation(first.rate("satisfaction", FINE), second.rate("satisfaction", FINE))
    assert same == pytest.approx(reliability, abs=4 * STANDARD_ERROR)


def test_related_constructs_correlate_by_halo_plus_what_noise_leaves(lab: Laboratory) -> None:
    """r = halo + (reliability - halo) r of the latent answers."""
    asked = wave(lab)
    latent = correlation(*(asked.latent(name) for name in ("satisfaction", "value")))
    found = correlation(*(asked.rate(name, FINE) for name in ("satisfaction", "value")))
    assert latent > 0.2
    assert found == pytest.approx(0.35 + 0.43 * latent, abs=4 * STANDARD_ERROR)


def test_several_items_halve_the_noise_and_not_the_halo(lab: Laboratory) -> None:
    """Four items: the variance of an answer is reliability + (1 - reliability) / 4."""
    scale, asked = Scale(0, 1_000, items=4), wave(lab)
    found = correlation(asked.rate("equity", scale, blank=True), asked.rate("performance", scale, blank=True))
    assert found == pytest.approx(0.35 / (0.78 + 0.22 / 4), abs=4 * STANDARD_ERROR)


def test_halo_follows_what_speaks_for_the_firm(lab: Laboratory) -> None:
    asked = wave(lab)
    good, bad, worse = (asked.rate(name, FINE, blank=True) for name in ("equity", "complaining", "alternatives"))
    assert correlation(good, bad) == pytest.approx(-0.35, abs=4 * STANDARD_ERROR)
    assert correlation(bad, worse) == pytest.approx(0.35, abs=4 * STANDARD_ERROR)


def test_ratings_are_whole_points_about_the_survey_s_mean(lab: Laboratory) -> None:
    ratings = Questionnaire().ask([lab.room("everybody")], "points").rate("satisfaction", TEN)
    assert set(np.unique(ratings)) <= set(range(1, 11))
    assert ratings.mean() == pytest.approx(6.6, abs=0.2)
    assert ratings.std() == pytest.approx(2.4, abs=0.2)


def test_who_has_no_opinion_answers_by_halo_and_noise() -> None:
    nobody = Laboratory(NoMind(), Sample(11, SIZE))
    asked = Questionnaire(**PLAIN).ask([nobody.room("everybody")], "wave")
    assert asked.latent("satisfaction") is None
    found = correlation(asked.rate("satisfaction", FINE), asked.rate("performance", FINE))
    assert found == pytest.approx(0.35, abs=4 * STANDARD_ERROR)


def test_a_yardstick_keeps_a_change_between_waves() -> None:
    lab = laboratory("expectation_disconfirmation", form=Questionnaire(halo=0, reliability=1, center=0.5, spread=0.02))
    room = lab.room("change")
    before = lab.ask([room], "before")
    by, then = before.yardstick("outlook"), before.latent("outlook")
    usual = before.rate("outlook", FINE)
    start = before.rate("outlook", Scale(0, 1_000_000), by)
    for _ in range(3):
        room.visit(np.full(600, 0.05, np.float32))
    after = lab.ask([room], "after")
    moved = (after.rate("outlook", Scale(0, 1_000_000), by) - start).mean() / (0.02 * 1_000_000)
    true = float((after.latent("outlook") - then).mean()) / by.spread
    assert moved == pytest.approx(true, abs=0.01)
    assert moved > 0.5
    assert abs(after.rate("outlook", FINE).mean() - usual.mean()) < 1  # by a yardstick of its own nothing changed
    with pytest.raises(RuntimeError, match="'before' is over"):
        before.rate("outlook", Scale(0, 100))


def test_as_expected_is_the_middle_of_the_scale() -> None:
    lab = laboratory(form=SHARP)
    asked = lab.ask([lab.room("middle")], "wave")
    latent, ratings = asked.latent("disconfirmation"), asked.rate("disconfirmation", Scale(0, 1_000_000))
    assert ((ratings > 500_000) == (latent > 0)).mean() > 0.999


def test_a_halo_above_the_reliability_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"halo = 0\.5 is above its reliability, 0\.4"):
        Questionnaire(halo=0.5, reliability=0.4)


@pytest.mark.parametrize("name", ["none", "expectation_disconfirmation", "investment_model", "integrated"])
def test_every_construct_can_be_asked_in_every_mind(name: str) -> None:
    lab = laboratory(name)
    asked = lab.ask([lab.room("all")], "wave")
    for construct in CONSTRUCTS:
        ratings = asked.rate(construct)
        assert np.isfinite(ratings).all(), construct
        assert ratings.std() > 0, construct


def test_constructs_that_a_mind_does_not_move_are_answered_from_what_was_lived() -> None:
    """Trust without a theory of it: the quality lived against the quality promised."""
    lab = laboratory("expectation_disconfirmation")
    asked = lab.ask([lab.room("lived")], "wave")
    trust, quality = asked.latent("trust"), asked.latent("outlook")
    assert trust.std() > 0
    assert correlation(trust, asked.latent("care")) > 0.4
    assert quality.std() > 0


def test_every_construct_says_what_answers_it() -> None:
    assert all(one.source and one.asks for one in CONSTRUCTS.values())
    assert all(one.columns or one.lived for one in CONSTRUCTS.values())
