"""The made parts of docs/validation.md: `python -m experiments.battery.document RUN_FOLDER` renews them from a run."""

from __future__ import annotations

import sys
from pathlib import Path

from experiments.battery.constructs import CONSTRUCTS
from experiments.battery.facts import FACTS
from experiments.battery.results import FAIL, NULL, FactInfo, ValidationResult, load
from experiments.reporting.battery.words import MARKS, interval, mark, share, value
from experiments.reporting.wording import plain

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, PICTURE = DOCS / "validation.md", DOCS / "images" / "facts_by_minds.png"


def main(arguments: list[str]) -> None:
    """Renew the page and its picture from a run folder."""
    if len(arguments) != 1:
        sys.exit("python -m experiments.battery.document RUN_FOLDER")
    PICTURE.write_bytes((Path(arguments[0]) / "figures" / "matrix.png").read_bytes())
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), load(Path(arguments[0]))), encoding="utf-8")


def renewed(page: str, result: ValidationResult) -> str:
    """The page with its made parts made anew."""
    parts = {
        "facts": facts(),
        "constructs": constructs(),
        "run": run(result),
        "measured": measured(result),
        "matrix": matrix(result),
        "failures": failures(result),
    }
    for name, text in parts.items():
        before, start, rest = page.partition(f"<!-- made: {name} -->\n")
        _, end, after = rest.partition("<!-- end -->")
        page = f"{before}{start}{text}\n{end}{after}" if start and end else page
    return page


def facts() -> str:
    """What each fact is: source, situation, measures with bands."""
    blocks = []
    for fact in FACTS.values():
        claims = "\n".join(f"| {claim.says} | {claim.published} | {claim.band} |" for claim in fact.claims)
        blocks.append(
            f"**{fact.id} {fact.title}.** {fact.source} [{fact.status}]. {fact.situation}\n\n"
            f"| measure | published | band |\n|---|---|---|\n{claims}\n"
        )
    return "\n".join(blocks).rstrip()


def constructs() -> str:
    """What can be asked, and what answers it."""
    lines = [f"| {one.name} | {one.asks} | {one.source} |" for one in CONSTRUCTS.values()]
    return "\n".join(["| construct | asked | answered from |", "|---|---|---|", *lines])


def run(result: ValidationResult) -> str:
    """When, with which seeds and sizes."""
    about = result.provenance
    return (
        f"Default run of {about['date'][:10]}: seeds {about['seeds']}, {result.replications} replications of "
        f"{result.customers:,} customers, {result.draws} prior draws, {result.field_draws} of facts of the field."
    )


def measured(result: ValidationResult) -> str:
    """The fact table of the chosen mind."""
    head = "| fact | measure | measured | 95% interval | band | holds | prior draws | no mind |"
    lines = [head, "|---|---|---:|---:|---|---|---:|---|"]
    for fact in result.facts:
        lines += _lines(result, fact)
    return "\n".join(lines)


def matrix(result: ValidationResult) -> str:
    """All minds by all facts: mark, and share of prior draws that pass."""
    heads = " | ".join(fact.id for fact in result.facts)
    lines = [f"| mind | {heads} | counted |", "|---|" + ":-:|" * (len(result.facts) + 1)]
    for mind in result.minds:
        verdicts = [result.verdict(mind, fact.id) for fact in result.facts]
        cells = " | ".join(f"{mark(one)} {share(float(one['severity']))}".strip() for one in verdicts)
        passed, asked = result.score(mind)
        lines.append(f"| {plain(mind)} | {cells} | {f'{passed} of {asked}' if asked else ''} |")
    return "\n".join([*lines, "", f"{MARKS}."])


def failures(result: ValidationResult) -> str:
    """Who fails what, and the best explanation found."""
    lines = []
    for fact in result.facts:
        for said, minds in _explained(result, fact).items():
            lines.append(f"* **{fact.id}** ({', '.join(minds)}): {said}")
    return "\n".join(lines)


def _lines(result: ValidationResult, fact: FactInfo) -> list[str]:
    line = result.verdict(result.chosen, fact.id)
    alone, easy = "passes" if line["alone"] else "fails", share(float(line["severity"]))
    verdict = f"**{line['verdict']}**, {line['kind']}"
    lines = [f"| **{fact.id}** | {fact.title} | | | | {verdict} | {easy} | {alone} |"]
    for _, claim in result.claims_of(result.chosen, fact.id).iterrows():
        ends = interval(float(claim["low"]), float(claim["high"]))
        holds, held = "yes" if claim["holds"] else f"no: {claim['said']}", "holds" if claim["alone"] else ""
        lines.append(
            f"| | {claim['says']} | {value(float(claim['mean']))} | {ends} | {claim['band']} | {holds} | "
            f"{share(float(claim['severity']))} | {held} |"
        )
    means = result.values[(result.values["mind"] == result.chosen) & (result.values["fact"] == fact.id)]
    shown = means.groupby("measure")["value"].mean()
    return lines + [f"| | *{words}* | {value(float(shown[name]))} | | | | | |" for name, words in fact.shown.items()]


def _explained(result: ValidationResult, fact: FactInfo) -> dict[str, list[str]]:
    """Explanation -> minds that fail for it."""
    found: dict[str, list[str]] = {}
    for mind in result.minds:
        if mind != NULL and result.verdict(mind, fact.id)["verdict"] == FAIL:
            found.setdefault(fact.explanation(mind), []).append(plain(mind))
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
