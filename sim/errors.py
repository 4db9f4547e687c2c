"""One exception tree: everything a user can get wrong is a `CxlabError`, and its message says the mend."""

from __future__ import annotations


class CxlabError(Exception):
    """Base of all errors a user can mend; the command line prints the message and exits with 2."""


class ParameterError(CxlabError, ValueError):
    """A parameter has the wrong type or lies outside its declared range."""


class ConfigError(CxlabError, ValueError):
    """The configuration names something that does not exist or may not be used."""


class DataError(CxlabError, ValueError):
    """A transaction log cannot be read or cannot be fitted."""


class ChanceError(CxlabError, RuntimeError):
    """A decision was drawn twice in a week, which would break the same luck between arms."""


class StrategyError(CxlabError, ValueError):
    """A strategy failed, or returned a plan that cannot be carried out."""


class TheoryError(CxlabError, ValueError):
    """A theory wrote something that is no number."""


class StoreError(CxlabError, OSError):
    """Results cannot be written or what is stored cannot be read."""
