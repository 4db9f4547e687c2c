"""Drive the model as a Mesa user would, from a notebook: population, model, run, look."""

import numpy as np

from agents.mind import Mind
from agents.segments import Segments
from sim.behaviour import NonContractual
from sim.chance import Chance
from sim.model import CustomerModel
from sim.people import INITIAL
from sim.world import World
from strategies import Nothing, OverDelivery

# Six lines: who comes, the world, a model, a year, a fork into another plan, and the weekly metrics of both.
keys = np.arange(5_000, dtype=np.uint64)
people = NonContractual().newcomers(keys, np.zeros(5_000, np.float32), INITIAL, Chance(1).life().rows(keys))
model = CustomerModel(World(mind=Mind(), cast=Segments()), people, Nothing(), seed=1)
model.run_for(10)
treated = model.fork(OverDelivery())
model.run_for(52), treated.run_for(52)

for name, one in (("nothing", model), ("over-delivery", treated)):
    weeks = one.datacollector.get_model_vars_dataframe()
    print(name, weeks[["active", "satisfaction", "profit"]].iloc[-1].round(3).to_dict())

# AgentSet's idioms over a million rows as over ten.
unhappy = treated.customers.select(lambda c: c.get("active") & (c.get("satisfaction") < -0.2))
print(len(unhappy), "unhappy customers, mean valence", round(float(unhappy.agg("valence", np.mean)), 3))
print("trust in integrity by segment", treated.customers.groupby("segment").agg("integrity", np.mean))
