"""Compare two plays with doing nothing, as one would in a notebook: run, compare, look, keep."""

from pathlib import Path
from tempfile import mkdtemp

from experiments.execution import Execution
from experiments.notebook import Study
from experiments.population import Population
from strategies import Nothing, OverDelivery, RewardProgram

folder = Path(mkdtemp())  # of your own it would be "runs", and the second time nothing would be computed
study = Study(
    {"nothing": Nothing(), "over_delivery": OverDelivery(lift=0.2), "reward_program": RewardProgram()},
    population=Population(size=1_000),
    weeks=26,
    replications=10,
)
found = study.run(execution=Execution(output=str(folder), progress=False))

comparison = found.compare(versus="nothing")
print(comparison.table().to_string())
print(found.answers.to_string(index=False))
comparison.plot("churn").savefig(folder / "churn.png")
found.plot("satisfaction").savefig(folder / "satisfaction.png")
comparison.save(folder / "differences.csv")

# Everything is a frame: which segment keeps most customers under over-delivery?
kept = found.to_frame().query("metric == 'retention' and segment != 'all'")
print(kept.pivot_table(index="segment", columns="arm", values="value").round(3))
