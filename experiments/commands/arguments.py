"""What commands have in common: how they read their arguments."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from sim.errors import ConfigError


class Parser(argparse.ArgumentParser):
    """argparse, with messages of our kind."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog=prog, add_help=False, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        raise ConfigError(f"{message}. `cxlab --help` shows how.")


def plugin_parser() -> Parser:
    """For commands that know plug-ins and folders with presets."""
    parser = Parser("cxlab")
    parser.add_argument("--plugin", action="append", default=[])
    parser.add_argument("-cd", "--config-dir", type=Path)
    return parser


def run_parser() -> Parser:
    """For commands that take a configuration."""
    parser = plugin_parser()
    parser.add_argument("-m", "--multirun", action="store_true")
    parser.add_argument("-c", "--cfg", choices=["job"])
    parser.add_argument("overrides", nargs="*")
    return parser
