"""What went wrong in a configuration, in plain words: what, where, allowed, mend.

Errors are told apart by what they carry, so that this file needs neither Hydra nor OmegaConf.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from experiments.configuration.catalogue import groups
from experiments.configuration.nodes import ADDRESS
from experiments.configuration.similar import nearest

_KINDS = {"Integer": "a whole number", "Float": "a number", "bool": "true or false", "String": "text"}
_LIST = "`cxlab list` shows what can be chosen."


def explain(error: Exception, overrides: Sequence[str]) -> str:
    """One message for an error of Hydra, OmegaConf or the YAML reader.

    Args:
        error: what was raised while composing.
        overrides: what was asked for on the command line.
    """
    text = str(error)
    carriers = (error.__cause__, error.__context__, error)
    cause: Any = next((carrier for carrier in carriers if getattr(carrier, "full_key", None)), None)
    file = found[1] + ".yaml: " if (found := re.match(r"In '([^']*)(?<!_defaults)': ", text)) else ""
    if (options := getattr(error, "options", None)) is not None:
        return _no_option(str(getattr(error, "missing_cfg_file", "")), options)
    if hasattr(error, "override"):
        return _unreadable(error.override or " ".join(overrides))
    if hasattr(error, "problem_mark"):
        return f"{' '.join(text.split())}. Mend that YAML file; it may hold plain values, lists and mappings only."
    if isinstance(cause, AttributeError | KeyError) and not _is_interpolation(cause):
        return file + _unknown(cause, overrides)
    if cause is not None:
        return file + _wrong(cause, text)
    return _by_text(text, overrides) or f"{' '.join(text.split()).removesuffix('.')}. {_LIST}"


def cannot_go(override: str) -> str:
    """What is said to `~weeks`."""
    return (
        f"{override}: a setting cannot be taken away. Leave it as it is or give it another value; what can go are "
        f"entries, e.g. ~arms.placebo."
    )


def _by_text(text: str, overrides: Sequence[str]) -> str | None:
    if found := re.match(r"(?:In '.*': )?Could not override '([^']+)'", text):
        return _not_in_use(found[1], text, overrides)
    if found := re.match(r"(?:Ambiguous value for argument|Sweep parameters) '([^']+)'", text):
        key, _, values = found[1].partition("=")
        mend = f"Add -m to run one after the other; for a list write {key}='[{values}]'."
        return f"{found[1]}: these are several values. {mend}"
    if found := re.match(r"Multiple values for ([^\s]+)\.", text) or re.match(r".* already at '([^']+)'", text):
        return f"+{found[1]}: it is there already. Leave out the +: {found[1]}=VALUE."
    if found := re.search(r"Merge error: (\w+) is not a subclass of (\w+)", text):
        return f"{', '.join(overrides)}: {found[1]} is no {found[2]} and cannot stand in its place. {_LIST}"
    if "Overriding hydra." in text:
        return f"{text}: a configuration may not set hydra.*, which can write files. Take it out."
    if "must be a string" in text:
        return f"{', '.join(overrides)}: a group is chosen by name, e.g. mind=none. {_LIST}"
    return None


def _no_option(missing: str, options: Iterable[str]) -> str:
    group, _, name = missing.rpartition("/")
    known = [option for option in options if not option.endswith("_defaults")]
    if not known:
        known = _groups()
        return f"{missing}: there is no such group or preset; groups are {', '.join(known)}.{nearest(group, known)}"
    return f"{group} = '{name}' is unknown; there are {', '.join(known)}.{nearest(name, known)} {_LIST}"


def _unreadable(override: str) -> str:
    return (
        f"'{override}' cannot be read: write KEY=VALUE, and put quotes round what the shell or grammar would split, "
        f"e.g. compare='[nothing,over_delivery]' or 'data.path=\"my file.csv\"'."
    )


def _unknown(cause: Any, overrides: Sequence[str]) -> str:
    """A key that nothing has."""
    place = str(cause.full_key)
    if "/" in place or "@" in place:
        group = place.partition("@")[0]
        return f"{group}: there is no such group; groups are {', '.join(_groups())}.{nearest(group, _groups())}"
    above, _, name = place.rpartition(".")
    siblings = _keys(cause.parent_node)
    if above == "arms":
        return (
            f"arms.{name}: there is no arm '{name}'; there are {', '.join(siblings)}.{nearest(name, siblings)} "
            f"To add it, write +strategy@arms.{name}=NAME beside its values."
        )
    asked = next((f"{override}: " for override in overrides if override.lstrip("+~").startswith(place)), "")
    has = f"{above or 'a study'} has {', '.join(siblings)}" if siblings else f"{above} has nothing to set"
    mend = f"To add it, write +{place}=VALUE." if cause.object_type is dict else "Use one of these." * bool(siblings)
    return f"{asked}there is no '{place}'; {has}.{nearest(name, siblings)} {mend}".rstrip()


def _wrong(cause: Any, text: str) -> str:
    """A value that does not fit its place."""
    place = str(cause.full_key)
    reason = str(cause.msg or cause).partition("\n")[0]
    asked = text.partition("Error merging override ")[2].partition("\n")[0]
    value = re.match(r"Value '(.*)' of type", reason)
    given = asked or (f"{place}={value[1]}" if value else place)
    if _is_interpolation(cause):
        return f"{place}: {reason.removesuffix('.')}. Name an existing key in ${{...}}, or put the value itself."
    if "deletion" in reason:
        return cannot_go(asked)
    if "ListConfig" in reason:
        return f"{given}: the value is not a list. Write e.g. {place}='[{asked.partition('=')[2] or 'one,two'}]'."
    if found := re.search(r"(?:converted to|not a valid) (\w+)", reason):
        return f"{given}: the value is not {_KINDS.get(found[1], found[1])}. Write e.g. {_example(cause)}."
    if re.search(r"not a subclass|Cannot assign", reason):
        return f"{given}: {place} has settings of its own, not one value. Write e.g. {_example(cause)}."
    if "not Optional" in reason:
        return f"{given}: the value is missing. Write e.g. {_example(cause)}."
    return f"{given}: {reason.removesuffix('.')}. Write e.g. {_example(cause)}."


def _not_in_use(key: str, text: str, overrides: Sequence[str]) -> str:
    """A group that exists, at a place where nothing takes it."""
    group, _, place = key.partition("@")
    offered = re.search(r"Did you mean to override (?:one of )?(.*)\?", text)
    inside = offered[1].split(", ") if offered else []
    asked = next((override for override in overrides if override.startswith(key)), f"{key}=NAME")
    value = asked.partition("=")[2]
    if group == "strategy":
        arms = [known.partition("@arms.")[2] for known in inside]
        name = place.removeprefix("arms.")
        said = f"there is no arm '{name}' to change" if name else "a strategy needs the name of its arm"
        return (
            f"{asked}: {said}; arms are {', '.join(arms)}.{nearest(name, arms)} "
            f"To add one, write +strategy@arms.{name or 'NAME'}={value}."
        )
    if inside:
        where = f"it can be chosen at {', '.join(inside)}.{nearest(key, inside)}"
        return f"{asked}: {place or 'a study'} takes no {group}; {where}"
    return f"{asked}: with the choices made, nothing takes {group}. Leave it out, or choose e.g. another mind."


def _example(cause: Any) -> str:
    """How a place is written: with its present value, or with the first of its keys."""
    place, node = str(cause.full_key), cause.parent_node
    value = node.get(place.rpartition(".")[2]) if hasattr(node, "keys") else None
    if hasattr(value, "keys"):
        return f"{place}.{next(iter(_keys(value)), 'KEY')}=VALUE"
    return f"{place}={'VALUE' if value is None else value}"


def _keys(node: Any) -> list[str]:
    return [str(key) for key in (node.keys() if hasattr(node, "keys") else ()) if key not in ("hydra", ADDRESS)]


def _is_interpolation(cause: Any) -> bool:
    return "Interpolation" in type(cause).__name__


def _groups() -> list[str]:
    return [*(group.name for group in groups()), "experiment"]
