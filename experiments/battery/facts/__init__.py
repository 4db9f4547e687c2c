"""The facts, by the situation they were found in; `FACTS` holds them by id."""

from experiments.battery.facts.catalogue import FACTS

__all__ = ["FACTS"]
