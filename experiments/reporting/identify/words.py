"""What a recovery study says, in words."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.identify.results import (
    AT_ALL,
    CRM,
    NOT,
    RECOVERABLE,
    SOURCES,
    SURVEY,
    WEAK,
    WELL,
    IdentifyResult,
)  # fmt: skip
from experiments.reporting.wording import listed, plain

PAIRS = 3  # that the short answer names
SURE = 0.5  # correlation of errors from which two parameters cannot be told apart, rather than only easily mistaken
NOTHING = "nothing to recover: no parameters"
WORDS = {RECOVERABLE: "recoverable", WEAK: "weakly", NOT: "not"}
RULE = (
    f"Out-of-sample R² of what a regression reads off the observed outputs: {WELL:g} or more is recoverable, "
    f"{AT_ALL:g} to {WELL:g} weakly so, less is not. It is relative to the prior range, and grows with draws, "
    f"customers and events."
)


@dataclass(frozen=True)
class Line:
    """One parameter as it is printed: R² and its class, by source; empty where it was not asked for."""

    name: str
    doc: str
    unit: str
    prior: str
    r2: dict[str, str]
    interval: dict[str, str]
    kind: dict[str, str]


@dataclass(frozen=True)
class Confusion:
    """Two parameters that are mistaken for each other, as it is printed."""

    names: str
    correlation: str
    verdict: str
    shows: str
    known: str


def sources_of(result: IdentifyResult) -> tuple[str, ...]:
    """What was read from."""
    found = set(result.recovery["source"])
    return tuple(source for source in SOURCES if source in found)


def has_parameters(result: IdentifyResult, mind: str) -> bool:
    """Whether there is anything to recover."""
    return bool((result.parameters["mind"] == mind).any())


def lines(result: IdentifyResult, mind: str) -> list[Line]:
    """All parameters of a mind, those that the CRM tells best first."""
    about = result.parameters[result.parameters["mind"] == mind].set_index("parameter")
    tables = {source: result.of(mind, source).set_index("parameter") for source in sources_of(result)}
    found = []
    for name in tables[CRM].index:
        row = about.loc[name]
        rows = {source: table.loc[name] for source, table in tables.items()}
        found.append(
            Line(
                name=str(name),
                doc=str(row["doc"]),
                unit=str(row["unit"]),
                prior=f"{row['lowest']:.2g} to {row['highest']:.2g}",
                r2={source: share(one["r2"]) for source, one in rows.items()},
                interval={source: f"{share(one['low'])} to {share(one['high'])}" for source, one in rows.items()},
                kind={source: str(one["kind"]) for source, one in rows.items()},
            )
        )
    return found


def confusions(result: IdentifyResult, mind: str, source: str) -> list[Confusion]:
    """The pairs that are mistaken for each other, the closest first."""
    r2 = result.of(mind, source).set_index("parameter")["r2"]
    found = []
    for first, second, r in result.mistaken(mind, source)[["first", "second", "correlation"]].itertuples(index=False):
        known = [1 - (1 - max(float(r2[name]), 0.0)) * (1 - r**2) for name in (first, second)]
        found.append(
            Confusion(
                names=f"{first} and {second}",
                correlation=f"{r:+.2f}",
                verdict="cannot be told apart" if abs(r) >= SURE else "easily mistaken",
                shows="the one makes up for the other" if r < 0 else "both read too high, or both too low",
                known=" and ".join(share(one) for one in known),
            )
        )
    return found


def share(value: float) -> str:
    """An R² with two digits; below 0 is nothing, but it is said."""
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text


def opening(text: str) -> str:
    """Text that begins a sentence."""
    return f"{text[0].upper()}{text[1:]}"


def answers(result: IdentifyResult) -> list[tuple[str, str]]:
    """The short answer, question by question."""
    mind = result.focus
    found = [("From the CRM", _readable(result, mind, CRM))]
    if SURVEY in sources_of(result):
        found.append(("With a survey", _gained(result, mind)))
    found.append(("Mistaken", _mistaken(result, mind)))
    found.append(("In any mind", _everywhere(result)))
    return found


def _readable(result: IdentifyResult, mind: str, source: str) -> str:
    table, kinds = result.of(mind, source), result.kinds(mind, source)
    names = list(table[table["kind"] == RECOVERABLE]["parameter"])
    what = f": {listed(names)}" if names else ""
    return (
        f"{kinds[RECOVERABLE]} of the {len(table)} parameters of {plain(mind)} can be recovered{what}. "
        f"{kinds[WEAK]} show weakly, {kinds[NOT]} do not show."
    )


def _gained(result: IdentifyResult, mind: str) -> str:
    kinds = [set(_names(result, mind, source, RECOVERABLE)) for source in (CRM, SURVEY)]
    more = [name for name in _names(result, mind, SURVEY, RECOVERABLE) if name not in kinds[0]]
    silent = result.kinds(mind, SURVEY)[NOT]
    what = f": {listed(more)}" if more else ""
    return f"{len(more)} more can be recovered{what}. {silent} still do not show."


def _names(result: IdentifyResult, mind: str, source: str, kind: str) -> list[str]:
    table = result.of(mind, source)
    return list(table[table["kind"] == kind]["parameter"])


def _mistaken(result: IdentifyResult, mind: str) -> str:
    said = []
    for source in sources_of(result):
        pairs = [one.names for one in confusions(result, mind, source)]
        more = f", and {len(pairs) - PAIRS} more pairs" if len(pairs) > PAIRS else ""
        said.append(f"{opening(SOURCES[source])}: {'; '.join(pairs[:PAIRS]) or 'no pair beyond luck'}{more}.")
    return " ".join(said)


def _everywhere(result: IdentifyResult) -> str:
    frame = result.recovery[result.recovery["source"] == CRM]
    minds = frame["mind"].nunique()
    shared = frame.groupby("parameter")["kind"].agg(["size", "nunique", "first"])
    shared = shared[shared["size"] == minds]
    always = [str(name) for name, row in shared.iterrows() if row["nunique"] == 1 and row["first"] == RECOVERABLE]
    never = [str(name) for name, row in shared.iterrows() if row["nunique"] == 1 and row["first"] == NOT]
    return (
        f"Recovered from the CRM in every mind: {listed(always) if always else 'none'}. In none of the {minds}: "
        f"{listed(never) if never else 'there is none such'}."
    )
