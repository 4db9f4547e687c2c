"""Is it worth knowing more before deciding? The decision now, what is worth knowing, what an investigation is worth."""

from __future__ import annotations

from rich.console import Console

from experiments.information.results import InformationResult
from experiments.reporting.information_figure import Bar, Curve, bars, curves
from experiments.reporting.information_tables import (
    NO,
    OPEN_QUESTION,
    YES,
    Z,
    arms_table,
    asked_row,
    best_row,
    chance,
    gain_of,
    investigated_tables,
    known_table,
    money,
    names_of,
    verdict,
    worth_of,
)  # fmt: skip
from experiments.reporting.sheet import Picture, Section, Sheet, print_sheet
from experiments.reporting.wording import count_of, listed, named, plain

_MOST = 20  # bars that are drawn
RULE = (
    "The decision is the arm with the highest expected {label} over the ensemble. Information is worth what it adds to "
    "that expectation by changing the decision where it should be changed (expected value of perfect, partial and "
    "sample information); an investigation is worth its price if that, times the customers decided for, exceeds the "
    "price with a 95% interval on one side."
)


def print_information(result: InformationResult, console: Console | None = None) -> None:
    """Print the decision now, what is worth knowing and what investigations are worth."""
    tables = [arms_table(result), known_table(result), *investigated_tables(result)]
    print_sheet(information_sheet(result), tables, console)


def information_sheet(result: InformationResult) -> Sheet:
    """The page."""
    said = (
        f"{len(result.arms)} arms in {len(result.settings)} settings of an ensemble in which "
        f"{count_of(len(result.factors), 'parameter')} {'is' if len(result.factors) == 1 else 'are'} uncertain; "
        f"{result.replications} replications of {result.customers:,} customers each, {count_of(result.weeks, 'week')}. "
        f"The decision is made for {count_of(result.deciding_for, 'customer')}."
    )
    sampled = (
        [Section("Investigations", _MEANING, _curves(result), investigated_tables(result))] if names_of(result) else []
    )
    return Sheet(
        title="Is it worth knowing more before deciding?",
        lead=said,
        answers=_answers(result),
        rule=RULE.format(label=result.info(result.metric).label.lower()),
        sections=(
            Section("The decision as it stands", tables=(arms_table(result),)),
            Section("What is worth knowing", pictures=(_bars(result),), tables=(known_table(result),)),
            *sampled,
        ),
        limits=_LIMITS,
        provenance=result.provenance,
        configuration=result.configuration,
    )


def _answers(result: InformationResult) -> list[tuple[str, str]]:
    unit = result.info(result.metric).unit
    means = result.differences(result.metric).mean(axis=1)
    now = int(means.mean(axis=0).argmax())
    often = float((means.argmax(axis=1) == now).mean())
    ahead = "" if now == 0 else f", {money(means[:, now].mean())} {unit} above {named(result.control)} on average"
    said = [("Decision now", f"{plain(result.arms[now])}{ahead}; the best arm in {often:.0%} of the settings")]
    said.append(("Knowing everything", _everything(result)))
    said.append(("Worth knowing", _worth_knowing(result)))
    for name in names_of(result):
        row, best = asked_row(result, name), best_row(result, name)
        words = {YES: "worth its price", NO: "not worth its price", OPEN_QUESTION: "open whether worth its price"}
        gain = gain_of(result, row)
        text = (
            f"{words[verdict(result, name)]}: worth {worth_of(result, row)} to all customers, "
            f"price {money(row['price'])}; would change the decision with probability {chance(row['changes'])}"
        )
        told = verdict(result, name) != OPEN_QUESTION
        if told and best is not None and gain_of(result, best).value > gain.value:
            text += f". Of the sizes tried, {best['customers']:,.0f} customers leave most"
        said.append((plain(name).capitalize(), text))
    return said


def _everything(result: InformationResult) -> str:
    low, high = (result.perfect[side]["value"] for side in ("low", "high"))
    unit = result.info(result.metric).unit
    if high <= 0:
        return "nothing: the same arm is the best in every setting, so no knowledge would change the decision"
    ends = [max(low, 0.0), high]
    spoken = [" to ".join(dict.fromkeys(money(end * times) for end in ends)) for times in (1, result.deciding_for)]
    error = Z * result.perfect["high"]["standard_error"]
    return (
        f"worth {spoken[0]} {unit} (give or take {money(error)} for the size of the ensemble), {spoken[1]} for all: "
        f"no investigation is worth more"
    )


def _worth_knowing(result: InformationResult) -> str:
    single = result.knowledge[result.knowledge["members"] == 1]
    seen = single[single["value"] > single["floor"]].sort_values("value", ascending=False)
    if not len(seen):
        return "no single parameter by itself, as far as can be told from noise"
    names = [f"{row['name']} ({money(row['value'])} per customer)" for _, row in seen.head(3).iterrows()]
    rest = f"; {len(seen) - 3} more stand above their noise" if len(seen) > 3 else ""
    return listed(names) + rest


def _bars(result: InformationResult) -> Picture:
    single = result.knowledge[result.knowledge["members"] == 1].sort_values("value", ascending=False, kind="stable")
    together = result.knowledge[result.knowledge["members"] > 1].sort_values("value", ascending=False, kind="stable")
    shown = [Bar(row["name"], row["value"], row["standard_error"], row["floor"])
             for frame in (together, single.head(_MOST)) for _, row in frame.iterrows()]  # fmt: skip
    unit = result.info(result.metric).unit
    made = bars(shown, result.perfect["high"]["value"], f"Worth of knowing it before deciding, {unit}")
    more = f" The {_MOST} most valuable of {len(single)} parameters." if len(single) > _MOST else ""
    return Picture(
        "parameters", made, "A bar for each parameter: what knowing it is worth.",
        "What knowing a parameter, or several together, would add to the expected outcome. Grey bars cannot be told "
        f"from noise.{more}",
    )  # fmt: skip


def _curves(result: InformationResult) -> tuple[Picture, ...]:
    panels = []
    for name in names_of(result):
        rows = result.curves[result.curves["investigation"] == name]
        worth, errors = (rows[part].to_numpy(float) * result.deciding_for for part in ("value", "standard_error"))
        sizes, price = rows["customers"].to_numpy(float), rows["price"].to_numpy(float)
        asked = int(result.investigations[name]["customers"])
        panels.append(Curve(plain(name), sizes, worth, errors, price, asked))
    made = curves(panels, result.info(result.metric).unit.partition(" ")[0])
    said = "; ".join(f"{plain(name)}: {about['meaning']}" for name, about in result.investigations.items())
    return (Picture("samples", made, "Worth, price and net gain of each investigation by sample size.", f"{said}."),)


_MEANING = (
    "What an investigation would show is simulated in every setting with the noise of its sample, and decisions are "
    "made on it. Under the band of its worth stand its price and what is left; the diamond is the best size."
)
_LIMITS = (
    (
        "The ensemble is a prior.",
        "Assumed sizes are drawn from ranges that nothing has narrowed; with narrower ranges there is less to learn, "
        "with others something else.",
    ),
    (
        "All values hold in this model.",
        "An investigation teaches here about the model's parameters only. That the equations themselves may be wrong, "
        "which is what a real test would also show, is worth more than nothing and is not in these numbers.",
    ),
    (
        "A test is as good here as it can be.",
        "Groups are drawn at random, do not talk to each other, and are followed up without loss; those who answer a "
        "survey feel as those do who are silent. What real tests lack makes them worth less.",
    ),
    (
        "Waiting is free here.",
        "The decision is as good after the investigation as before it: what is lost in its weeks, and what those in it "
        "gain or lose by it, is not counted.",
    ),
    (
        "Costs are known.",
        "What a test shows of profit in its own weeks is margin less what the play spent on the customers in it, "
        "without what lies beyond.",
    ),
    (
        "Worths are estimates.",
        "Intervals hold what another ensemble of the same size would change. Values of parameters come from a "
        "regression whose degree is chosen by leaving settings out: sudden steps are smoothed. Data and outcomes come "
        "from different replications, so that luck does not pass for knowledge. Worth is made to rise with the size of "
        "a sample, which single estimates do not always do.",
    ),
)
