"""How many replications, and of how many customers: answers, tables, and the page."""

from __future__ import annotations

from rich.console import Console

from experiments.inference.intervals import Interval
from experiments.power.results import Need, PowerResult, needs_of
from experiments.reporting.power_figure import power_curves
from experiments.reporting.sheet import BETTER, OPEN, Cell, Picture, Section, Sheet, Table, difference, print_sheet
from experiments.reporting.wording import count_of, listed, number, places, plain, scale_of, unit_of


def print_power(result: PowerResult, console: Console | None = None) -> None:
    """Print what each plan needs."""
    print_sheet(power_sheet(result), [_needed(result, metric) for metric in result.differences], console)


def power_sheet(result: PowerResult) -> Sheet:
    """The page."""
    arms = len(result.plans) + 1
    said = (
        f"A pilot of {result.pilot_replications} replications x {arms} arms, {result.customers:,} customers, "
        f"{count_of(result.weeks, 'week')}; same customers, same luck. The study plans "
        f"{count_of(result.replications, 'replication')}."
    )
    return Sheet(
        title="How many replications, and of how many customers?",
        lead=said,
        answers=[(_asked(result, metric), _answer(result, metric)) for metric in result.differences],
        rule=(
            f"Needed is the smallest number whose paired t test (two-sided, alpha {1 - result.level:.3g}) finds a true "
            f"difference of the size asked for with a power of {result.power:.0%}, if a replication's difference "
            f"spreads as in the pilot. Ranges: the {result.level:.0%} interval of that spread."
        ),
        sections=[_section(result, metric) for metric in result.differences],
        limits=_limits(result),
        provenance=result.provenance,
        configuration=result.configuration,
    )


def _section(result: PowerResult, metric: str) -> Section:
    shown = {plain(plan): need for plan, need in needs_of(result)[metric].items() if not need.is_nil}
    pictures: tuple[Picture, ...] = ()
    if shown:
        made = power_curves(
            shown, result.differences[metric], result.power, result.level, result.replications,
            f"to show {_size(result, metric)}",
        )  # fmt: skip
        spoken = f"Replications needed by plan, and power by replications, for {result.info(metric).label.lower()}."
        pictures = (
            Picture(
                f"power-{metric}", made, spoken,
                "Left: dots are replications needed at the pilot's spread, lines reach over its interval. Right: the "
                f"chance that a study finds the difference. Dotted: {result.power:.0%}, and the {result.replications} "
                "replications planned.",
            ),
        )  # fmt: skip
    return Section(
        result.info(metric).label, pictures=pictures, tables=(_needed(result, metric), _pilot(result, metric))
    )


def _asked(result: PowerResult, metric: str) -> str:
    return f"{result.info(metric).label}, {_size(result, metric)}"


def _size(result: PowerResult, metric: str) -> str:
    """The difference that is to be shown, with its unit."""
    info, size = result.info(metric), result.differences[metric]
    unit = unit_of(info)
    written = f"{size * scale_of(info):,.4g}"
    return f"{written} {unit.removesuffix('s') if written == '1' and unit == 'points' else unit}"


def _answer(result: PowerResult, metric: str) -> str:
    """Whether the study suffices, and what it takes otherwise."""
    needs = needs_of(result)[metric]
    differing = {plan: need for plan, need in needs.items() if not need.is_nil}
    nil = [plain(plan) for plan, need in needs.items() if need.is_nil]
    same = f" No difference from the control in any run: {listed(nil)}." if nil else ""
    if not differing:
        return f"nothing can be shown.{same}"
    most = max(differing, key=lambda plan: differing[plan].replications.mean)
    runs, heads = differing[most].replications, differing[most].customers
    enough = [plain(plan) for plan, need in differing.items() if need.replications.mean <= result.replications]
    surely = [plain(plan) for plan, need in differing.items() if need.replications.high <= result.replications]
    planned = f"the {result.replications} replications planned"
    if len(surely) == len(differing):
        said = f"{planned} suffice for every plan"
    elif len(enough) == len(differing):
        said = f"{planned} suffice for every plan if the spread is the pilot's, not over all of its interval"
    else:
        said = f"{planned} suffice for {listed(enough) if enough else 'no plan'}"
    return (
        f"{said}. The most is needed for {plain(most)}: {_range(runs)} replications of {result.customers:,} customers, "
        f"or {result.replications} replications of {_range(heads)} customers.{same}"
    )


def _range(found: Interval) -> str:
    return f"{found.mean:,.0f} ({found.low:,.0f} to {found.high:,.0f})"


def _needed(result: PowerResult, metric: str) -> Table:
    rows = []
    for plan, need in needs_of(result)[metric].items():
        if need.is_nil:
            rows.append([Cell(plain(plan)), *(Cell("no difference") if place == 0 else Cell("") for place in range(3))])
            continue
        suffices = BETTER if need.replications.high <= result.replications else OPEN
        rows.append(
            [
                Cell(plain(plan)),
                _whole(need.replications),
                _whole(need.customers),
                Cell(_percent(need.power), tone=suffices),
            ]
        )
    heads = (
        "plan",
        f"replications of\n{result.customers:,} customers",
        f"or customers in each\nof {result.replications} replications",
        f"power of {result.replications}\nreplications",
    )
    caption = f"{result.info(metric).label}: needed to show {_size(result, metric)} with {result.power:.0%} power"
    coupled = f" Customers are tied together by {listed(result.coupled)}: their column is a guess." * bool(
        result.coupled
    )
    notes = f"Bold: enough over all of the spread's interval.{coupled}"
    return Table(caption, heads, rows, notes)


def _pilot(result: PowerResult, metric: str) -> Table:
    """What the pilot itself saw."""
    info, needs = result.info(metric), needs_of(result)[metric]
    scale, unit = scale_of(info), unit_of(info)
    digits = places([need.found for need in needs.values()], scale)
    fine = places([need.spread for need in needs.values()], scale)
    rows = [
        [
            Cell(plain(plan)),
            difference(need.found, digits, scale, info.better),
            _spread(need, fine, scale),
            Cell(number(need.shown * scale, fine, signed=False)),
        ]
        for plan, need in needs.items()
    ]
    heads = (
        "plan", f"difference\n{unit}", f"spread of one replication's\n{unit}",
        f"smallest difference that\n{result.replications} replications show, {unit}",
    )  # fmt: skip
    caption = f"What the pilot saw: {info.label.lower()}, differences from '{plain(result.control)}'"
    notes = f"{result.level:.0%} intervals. A spread is the standard deviation of a replication's paired difference."
    return Table(caption, heads, rows, notes)


def _spread(need: Need, digits: int, scale: float) -> Cell:
    low, high = (number(bound * scale, digits, signed=False) for bound in (need.spread.low, need.spread.high))
    text = number(need.spread.mean * scale, digits, signed=False)
    return Cell(text, f"{low} to {high}" if need.spread.mean > 0 else "")


def _whole(found: Interval) -> Cell:
    return Cell(f"{found.mean:,.0f}", f"{found.low:,.0f} to {found.high:,.0f}")


def _percent(share: float) -> str:
    """A power; what is almost certain is not called 100%."""
    return "> 99.9%" if share > 0.999 else f"{share:.1%}"


def _limits(result: PowerResult) -> list[tuple[str, str]]:
    law = (
        f"Here customers are tied together by {listed(result.coupled)}: noise may shrink more slowly, or not at all. "
        f"Run the pilot again with the number of customers you mean to use."
        if result.coupled
        else "Nothing ties them together in this study, but a plan's budget or number of places in money or heads does "
        "not grow with them."
    )
    return [
        (
            "It plans a simulation, not a field test.",
            "A firm sees its customers once, and never the same ones with and without a plan. For what an A/B test of "
            "its size would see: experiment=field_test.",
        ),
        (
            "The difference asked for is what is worth seeing, not what is there.",
            "What the pilot saw stands beside it, with its interval; many replications show a difference too small to "
            "matter.",
        ),
        (
            f"A spread from {result.pilot_replications} replications is itself uncertain.",
            "Hence the ranges; their upper end is the cautious choice. They assume differences near to normal.",
        ),
        (
            "Customers replace replications only where each lives by himself.",
            f"Then the spread falls with the root of their number; far fewer than the pilot's are extrapolated, and no "
            f"longer near to normal. {law}",
        ),
        (
            "The pilot's replications are the study's first.",
            "With the same seed a study meets their luck again; for a test that owes the pilot nothing choose another "
            "seed.",
        ),
        ("Replications remove Monte Carlo noise only.", "The equations may still be wrong."),
    ]
