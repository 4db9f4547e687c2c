"""Those a plan was never meant for: untouched to the bit without talk, reached by it with talk, and counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from experiments.calibrated import calibrate
from experiments.pilot import baseline_of
from experiments.population import Population
from experiments.replication import replicate
from experiments.study import Study
from sim.network import NoNetwork, WattsStrogatz
from strategies import Nothing, OverDelivery, Placebo
from strategies.targeting import RandomShare

HALF = OverDelivery(lift=0.3, targeting=RandomShare(share=0.5))
STUDY = Study(
    arms={"nothing": Nothing(), "placebo": Placebo(), "half": HALF}, population=Population(size=3_000), weeks=26,
)  # fmt: skip


def spilled(network: Any) -> dict[str, dict[str, float]]:
    study = replace(STUDY, network=network)
    calibration = calibrate(study)
    outcomes = replicate(study, calibration, baseline_of(study, calibration, size=3_000), 0).outcomes
    rows = outcomes[outcomes["metric"].str.startswith("spillover: ")]
    return {
        str(arm): dict(zip(found["metric"].str.removeprefix("spillover: "), found["value"], strict=True))
        for arm, found in rows.groupby("arm")
    }


def test_without_talk_nobody_untreated_lives_another_life() -> None:
    found = spilled(NoNetwork())
    assert set(found) == {"placebo", "half"}
    half = found["half"]
    assert 0.35 < half["never treated"] / found["placebo"]["never treated"] < 0.65
    assert {half[name] for name in ("another life", "saved", "made worse", "more spend")} == {0.0}


def test_with_talk_spillover_is_counted_and_a_placebo_has_none() -> None:
    found = spilled(WattsStrogatz())
    half, placebo = found["half"], found["placebo"]
    assert half["another life"] > 0.1 * half["never treated"]
    assert {placebo[name] for name in ("another life", "saved", "made worse", "more spend")} == {0.0}
    assert np.isfinite(half["more spend"])
