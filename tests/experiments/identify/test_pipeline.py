"""From known parameters through a firm's records back to parameters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agents.mind import Mind, NoMind
from agents.theories.emotion import NoEmotion
from agents.theories.trust import NoTrust
from agents.theories.value import NoValue
from experiments.calibrated import calibrate
from experiments.identify.fieldwork import answers, asked_of, in_a_row
from experiments.identify.firms import Design, Firms, firms_of, quantiles_of
from experiments.identify.gather import Found, found_of, joined, together
from experiments.identify.situation import firm_of
from experiments.priors import priors_of
from tests.experiments.identify.planted import Loud, small_study

DESIGN = Design(trials={}, draws=40, window=2, respondents=0, doubt=1.5)


@pytest.fixture(scope="module")
def firms() -> Firms:
    """Forty firms of a hundred loud customers each."""
    study = small_study()
    calibration = calibrate(study)
    parts = [firms_of(study, calibration, DESIGN, "loud", Loud(), range(at, at + 20)) for at in (0, 20)]
    return together(parts)


def r2_of(found: Found, source: str = "crm") -> dict[str, float]:
    frame = found.recovery[found.recovery["source"] == source]
    return dict(zip(frame["parameter"], frame["r2"], strict=True))


def test_a_planted_parameter_is_recovered_and_an_idle_one_is_not(firms: Firms) -> None:
    """40 draws, seed 1: complaints show the chance to complain; nothing shows what does nothing."""
    found = found_of("loud", Loud(), firms, 10, 1)
    r2 = r2_of(found)
    assert r2["voice"] > 0.9
    assert abs(r2["idle"]) < 0.15
    assert dict(zip(found.recovery["parameter"], found.recovery["kind"], strict=True)) == {
        "voice": "recoverable", "idle": "not",
    }  # fmt: skip
    assert found.pairs.empty


def test_shuffled_firms_give_nothing_away(firms: Firms) -> None:
    rng = np.random.default_rng(1)
    shuffled = [replace(firms, crm=firms.crm[rng.permutation(len(firms.crm))]) for _ in range(4)]
    r2 = [list(r2_of(found_of("loud", Loud(), one, 10, 1)).values()) for one in shuffled]
    assert np.max(r2) < 0.2
    assert np.mean(r2) == pytest.approx(0, abs=0.1)


def test_recovered_values_are_in_the_parameters_own_unit(firms: Firms) -> None:
    draws = found_of("loud", Loud(), firms, 10, 1).draws
    voice = draws[draws["parameter"] == "voice"]
    (prior, _) = priors_of(Loud())
    assert len(voice) == 40
    assert voice["true"].between(prior.low, prior.high).all()
    assert voice["read"].between(prior.low, prior.high).all()
    assert np.corrcoef(np.log(voice["true"]), np.log(voice["read"]))[0, 1] > 0.95


def test_a_part_of_the_draws_is_a_part_of_the_whole(firms: Firms) -> None:
    """Whatever the pieces the work is cut into, a firm is the same."""
    study = small_study()
    part = firms_of(study, calibrate(study), DESIGN, "loud", Loud(), range(7, 9))
    np.testing.assert_array_equal(part.quantiles, firms.quantiles[7:9])
    np.testing.assert_array_equal(part.crm, firms.crm[7:9])


def test_draws_fill_the_prior_range_evenly_and_differ_between_minds() -> None:
    study = small_study()
    calibration = calibrate(study)
    one, other = (quantiles_of(study, calibration, name, Loud(), 20) for name in ("loud", "other"))
    assert one.shape == (20, 2 + 4)
    for column in one.T:
        assert sorted((column * 20).astype(int)) == list(range(20))  # one in each twentieth
    assert not np.allclose(one, other)


def test_what_is_found_of_several_minds_is_put_together(firms: Firms) -> None:
    found = found_of("loud", Loud(), firms, 10, 1)
    both = joined([found, found])
    assert len(both.recovery) == 2 * len(found.recovery)
    assert list(found.parameters["doc"]) == ["to complain of an encounter", "nothing"]


def test_a_researcher_asks_for_what_the_mind_has() -> None:
    plain = Mind(emotion=NoEmotion(), trust=NoTrust(), value=NoValue())
    asked, all_asked = ({column.name for column in asked_of(mind)} for mind in (plain, Mind()))
    assert "satisfaction" in asked
    assert all_asked - asked >= {"valence", "competence", "value"}
    assert "loyalty" not in all_asked
    assert asked_of(NoMind()) == ()


def test_answers_are_noisy_and_on_their_scale() -> None:
    study = small_study(mind=Mind(), warm_up=2)
    model = firm_of(study, calibrate(study), study.mind, {}, seed=1)
    model.run_for(2)
    columns = asked_of(study.mind)
    told = answers(model, columns, 50)
    again = in_a_row([told, told])
    assert told.keys() == {column.name for column in columns}
    for column in columns:
        mean, spread = told[column.name]
        actual = (float(model.table[column].mean()) - column.low) / (column.high - column.low)
        assert mean == pytest.approx(actual, abs=0.1)  # 50 of 100 customers, noise 0.1: standard error 0.02
        assert spread > 0.07
        assert again[f"{column.name}, wave 2"] == mean
    assert answers(model, columns, 0)["satisfaction"] == (0.5, 0.0)
