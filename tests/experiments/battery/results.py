"""A validation made by hand: two facts, three minds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from experiments.battery.results import FactInfo, ValidationResult

NASTY = "<b>mine</b> & $x_1$"
NAN = float("nan")


def claim(mind: str, fact: str, name: str, mean: float, holds: bool, **values: Any) -> dict[str, Any]:
    plain = {"mind": mind, "fact": fact, "claim": name, "says": f"says {name}", "published": "0.5 (M)"}
    band = {"band": "0.35 to 0.65", "least": 0.35, "most": 0.65, "null": NAN}
    found = {"mean": mean, "low": mean - 0.02, "high": mean + 0.02, "holds": holds, "said": "" if holds else "outside"}
    return {**plain, **band, **found, "alone": False, "severity": 0.25, **values}


def verdict(mind: str, fact: str, kind: str, said: str, severity: float = 0.25) -> dict[str, Any]:
    held = said == "pass"
    reason = "scored on another theory only" if said == "not applicable" else ""
    return {"mind": mind, "fact": fact, "kind": kind, "verdict": said, "reason": reason, "held": held,
            "severity": severity, "alone": False}  # fmt: skip


def made(chosen: str = "integrated") -> ValidationResult:
    """`none` is the null, `integrated` passes one of two, a mind with a nasty name is not scored on one."""
    claims = [
        claim(mind, fact, name, mean, holds)
        for mind, mean, holds in (("none", 0.0, False), ("integrated", 0.5, True), (NASTY, 0.9, False))
        for fact, name in (("F13", "equity"), ("F13", "affect"), ("F24", "lead"))
    ]
    claims[-1] = claim(NASTY, "F24", "lead", NAN, False, low=-np.inf, high=np.inf)
    verdicts = [
        verdict("none", "F13", "emergent", "not applicable", NAN),
        verdict("none", "F24", "emergent", "not applicable", NAN),
        verdict("integrated", "F13", "emergent", "pass", 0.004),
        verdict("integrated", "F24", "built-in", "fail"),
        verdict(NASTY, "F13", "emergent", "fail"),
        verdict(NASTY, "F24", "emergent", "not applicable", NAN),
    ]
    values = pd.DataFrame(
        [
            (mind, fact, number, measure, 0.1 * number)
            for mind in ("none", "integrated", NASTY)
            for fact, measure in (("F13", "equity"), ("F13", "halo: equity"), ("F24", "lead"))
            for number in range(3)
        ],
        columns=["mind", "fact", "replicate", "measure", "value"],
    )
    facts = (
        FactInfo("F13", "survey links", "What goes with satisfaction", "Nobody 1900", "M", "A survey of -0.5.",
                 {"halo: equity": "halo alone"}, {"": "Too tight.", NASTY: "Of its own."}),
        FactInfo("F24", "net promoters", "No better", "Nobody 1901", "V", "Firms.", {}, {"": "Nothing tells it."}),
    )  # fmt: skip
    return ValidationResult(
        values, pd.DataFrame(claims), pd.DataFrame(verdicts), facts, chosen, 20, 1_200, 200,
        {"halo": 0.35, "reliability": 0.78, "center": 0.626, "spread": 0.275}, "seed: 1\n", {"seeds": "1 to 20"},
    )  # fmt: skip
