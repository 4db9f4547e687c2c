"""Customers answer Mesa's AgentSet idioms; a real AgentSet of objects with the same values is the reference."""

from __future__ import annotations

import copy
import pickle

import mesa
import numpy as np
import pytest
from mesa.agent import AgentSet

from sim.agentset import Customer, CustomerSet
from sim.table import Column, Table

AGE = Column("age", np.float32, 40.0)
SEGMENT = Column("segment", np.uint8)
SPEND = Column("spend", np.float32)
N = 50


class Person(mesa.Agent):
    """The same customer as a Mesa agent."""

    def __init__(self, model: mesa.Model, age: float, segment: int, spend: float) -> None:
        super().__init__(model)
        self.age, self.segment, self.spend = age, segment, spend


@pytest.fixture
def pair() -> tuple[CustomerSet, AgentSet]:
    """Seed 1, 50 customers in two tables, as state and CRM are; and the same as Mesa agents."""
    rng = np.random.default_rng(1)
    state, crm = Table([AGE, SEGMENT], N), Table([SPEND], N)
    state[AGE], state[SEGMENT] = rng.integers(18, 90, N).astype(np.float32), rng.integers(0, 3, N).astype(np.uint8)
    crm[SPEND] = rng.random(N, np.float32)
    model = mesa.Model(rng=1)
    for row in range(N):
        Person(model, state[AGE][row].item(), state[SEGMENT][row].item(), crm[SPEND][row].item())
    return CustomerSet(state, crm), model.agents


FILTERS = {
    "nobody asked": (None, None),
    "some": (lambda c: c.get("age") > 50, lambda a: a.age > 50),
    "of both tables": (lambda c: (c.get("age") > 50) & (c.get("spend") < 0.5), lambda a: a.age > 50 and a.spend < 0.5),
    "nobody": (lambda c: c.get("age") > 500, lambda a: a.age > 500),
}


@pytest.mark.parametrize("at_most", [np.inf, 0, 1, 7, 1_000, 0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("ours", FILTERS)
def test_select_is_mesas(pair: tuple[CustomerSet, AgentSet], ours: str, at_most: float):
    customers, agents = pair
    mine, theirs = FILTERS[ours]
    assert customers.select(mine, at_most=at_most).get("spend").tolist() == agents.select(theirs, at_most=at_most).get(
        "spend"
    )


def test_select_takes_a_mask_and_chains(pair: tuple[CustomerSet, AgentSet]):
    customers, agents = pair
    chosen = customers.select(customers.get("age") > 40).select(lambda c: c.get("segment") == 1)
    expected = agents.select(lambda a: a.age > 40).select(lambda a: a.segment == 1)
    assert chosen.get("age").tolist() == expected.get("age")
    assert len(chosen) == len(expected)
    assert len(customers) == N  # the set itself is not changed


def test_get_and_agg_are_mesas(pair: tuple[CustomerSet, AgentSet]):
    customers, agents = pair
    assert customers.get("age").tolist() == agents.get("age")
    for func in (min, max, sum, np.mean, np.median, len):
        assert customers.agg("age", func) == pytest.approx(agents.agg("age", func))
    assert isinstance(customers.agg("age", np.mean), float)


def test_get_of_several_names_gives_columns(pair: tuple[CustomerSet, AgentSet]):
    """Mesa gives a list per agent; columns are the transpose of it."""
    customers, agents = pair
    assert np.transpose(customers.get(["age", "spend"])).tolist() == agents.get(["age", "spend"])


def test_set_is_mesas_and_returns_the_set(pair: tuple[CustomerSet, AgentSet]):
    customers, agents = pair
    young = customers.select(lambda c: c.get("age") < 40)
    assert young.set("spend", 9.0) is young
    agents.select(lambda a: a.age < 40).set("spend", 9.0)
    assert customers.get("spend").tolist() == agents.get("spend")
    young.set("spend", np.arange(len(young), dtype=np.float32))
    assert young.get("spend").tolist() == list(range(len(young)))


@pytest.mark.parametrize(
    "by", ["segment", (lambda c: c.get("age") > 50, lambda a: a.age > 50)], ids=["column", "function"]
)
def test_groups_are_mesas(pair: tuple[CustomerSet, AgentSet], by):
    customers, agents = pair
    mine, theirs = (by, by) if isinstance(by, str) else by
    groups, expected = customers.groupby(mine), agents.groupby(theirs).groups
    assert {key: group.get("spend").tolist() for key, group in groups} == {
        key: group.get("spend") for key, group in expected.items()
    }
    assert [key for key, _ in groups] == sorted(expected)
    assert groups.count() == agents.groupby(theirs).count()
    assert groups.agg("age", max) == agents.groupby(theirs).agg("age", max)
    assert len(groups) == len(agents.groupby(theirs))


def test_iteration_gives_rows_that_read_and_write(pair: tuple[CustomerSet, AgentSet]):
    customers, agents = pair
    assert [(c.age, c.segment, c.spend) for c in customers] == [(a.age, a.segment, a.spend) for a in agents]
    for customer in customers.select(lambda c: c.get("segment") == 2):
        customer.age = customer.age + 1
        customer.spend = 0
    for agent in agents.select(lambda a: a.segment == 2):
        agent.age += 1
        agent.spend = 0
    assert customers.get("age").tolist() == agents.get("age")
    assert customers.get("spend").tolist() == agents.get("spend")


def test_a_customer_knows_its_place(pair: tuple[CustomerSet, AgentSet]):
    customers, _ = pair
    old = customers.select(lambda c: c.get("age") > 60)
    assert old[0].row == old.rows[0]
    assert old[-1] in customers
    assert customers[int(np.argmin(customers.get("age")))] not in old
    assert "Customer(row=3)" in repr(customers[3])
    assert isinstance(customers[0].age, float)
    assert isinstance(customers[0].segment, int)


def test_an_unknown_name_is_answered_with_the_known(pair: tuple[CustomerSet, AgentSet]):
    customers, _ = pair
    for ask in (lambda: customers.get("height"), lambda: customers[0].height, lambda: customers.set("height", 1)):
        with pytest.raises(AttributeError, match=r"no 'height'; they have \['age', 'segment', 'spend'\]"):
            ask()
    with pytest.raises(AttributeError, match="height"):
        customers[0].height = 3


def test_an_empty_set_works():
    nobody = CustomerSet(Table([AGE], 0))
    assert len(nobody) == 0
    assert list(nobody) == []
    assert len(nobody.groupby("age")) == 0
    assert len(nobody.select(lambda c: c.get("age") > 3, at_most=0.5)) == 0
    assert nobody.agg("age", len) == 0


def test_customers_who_arrive_later_are_not_in_an_earlier_set():
    table = Table([AGE], 3)
    before = CustomerSet(table)
    table.grow(500)
    assert len(before) == 3
    before.set("age", 1.0)
    assert table[AGE].sum() == 3 + 500 * 40


def test_a_group_of_nan_is_not_empty():
    table = Table([AGE], 3)
    table[AGE][0] = np.nan
    assert sum(len(group) for _, group in CustomerSet(table).groupby("age")) == 3


def test_a_customer_can_be_copied():
    customer = CustomerSet(Table([AGE], 3))[1]
    assert copy.copy(customer).age == 40
    assert isinstance(pickle.loads(pickle.dumps(customer)), Customer)


def test_agg_with_several_functions(pair: tuple[CustomerSet, AgentSet]):
    customers, agents = pair
    assert list(customers.agg("age", [min, max])) == agents.agg("age", [min, max])


def test_mesas_own_filter_works(pair: tuple[CustomerSet, AgentSet]):
    customers, agents = pair
    assert customers.select(lambda a: a.age > 50).get("age").tolist() == agents.select(lambda a: a.age > 50).get("age")


def test_a_customer_equals_itself(pair: tuple[CustomerSet, AgentSet]):
    customers, _ = pair
    assert customers[3] == customers[3]
    assert len({customers[3], customers[3]}) == 1
