"""One self-contained HTML page from a template of ours: opens offline, escapes what users named."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape
from matplotlib.figure import Figure

from experiments.reporting.figure_style import drawn


def page(template: str, **values: Any) -> str:
    """A template of this package with its values, as one HTML document; templates may include `style.css.jinja`."""
    folder = files("experiments.reporting")
    environment = Environment(
        loader=FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["minus"] = lambda text: re.sub(r"(?<![\w.])-(?=[\d.])", "\u2212", text)
    return environment.get_template(template).render(**values)


def write_answers(answers: Sequence[tuple[str, str]], folder: Path) -> None:
    """Keep the answers at the head of a page beside it, as `answers.json`: a list of question and answer."""
    records = [{"question": question, "answer": answer} for question, answer in answers]
    (folder / "answers.json").write_text(json.dumps(records, indent=1, ensure_ascii=False), encoding="utf-8")


def inline(picture: Figure, name: str, alt: str) -> Markup:
    """A figure as an SVG element of a page: identifiers of its own, no foreign addresses, a spoken description."""
    text = drawn(picture, "svg").decode("utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)  # it would reach the whole page
    text = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", text).replace("xlink:href", "href")
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'(url\(|href=")#', rf"\g<1>#{name}-", text)
    box = re.search(r'viewBox="([-\d. ]+)"', text)
    head = f'<svg role="img" aria-label="{escape(alt)}" viewBox="{box[1] if box else ""}">'
    # matplotlib escapes the texts it writes, so what is left is markup of ours.
    return Markup(head + text[text.index(">") + 1 :])
