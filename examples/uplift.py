"""Judge an uplift method where the truth is known: whom would it treat, and how many does that keep?

A firm tries a play on half of its customers and learns from its records whom the play keeps (a T-learner: one model of
staying with the play, one without, and their difference). The truth, which no firm has, says how good that is.
"""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

from experiments.cli import main

LAUNCH = 26  # week in which the play starts


def records(panel, customers):
    """What is on record of each customer before the play starts."""
    past = panel[panel["week"] < LAUNCH]
    last = past.groupby("customer").last()
    about = customers.set_index("customer").loc[last.index]
    known = pd.DataFrame({"tenure": LAUNCH - about["since"], "silence": LAUNCH - last["last"]})
    known = known.join(last[["purchases", "spend", "complaints", "referrals", "answer", "contacts"]])
    return known.join(pd.get_dummies(about["filed"])).astype(float)


def forest(features, outcome):
    """Mean outcome by features."""
    return RandomForestRegressor(100, min_samples_leaf=50, random_state=0).fit(features, outcome)


def qini(score, effect):
    """Customers kept beyond a random choice, per 100 customers, averaged over all shares that could be treated."""
    order = np.argsort(-score, kind="stable")
    kept, share = np.cumsum(effect[order]) / len(effect), np.arange(1, len(effect) + 1) / len(effect)
    return 100 * float((kept - share * effect.mean()).mean())


with tempfile.TemporaryDirectory() as folder:
    data = Path(folder) / "data"
    command = ["export", "--to", str(data), "population.size=12000", "job.pilot=5000", "execution.progress=false"]
    assert main([*command, f"execution.output={folder}/runs", "execution.workers=1"]) == 0
    panel, customers, truth = (pd.read_parquet(data / f"{name}.parquet") for name in ("panel", "customers", "truth"))

features = records(panel, customers)
truth = truth.set_index("customer").loc[features.index]
stayed, treated = 1.0 - truth["left"], truth["assigned"]  # on record where leaving is seen, as it is here
learn = np.arange(len(truth)) % 2 == 0  # half to learn from, half to be judged by
with_play = forest(features[learn & treated], stayed[learn & treated])
without = forest(features[learn & ~treated], stayed[learn & ~treated])

new = features[~learn]
states = [name for name in truth if name.endswith("_launch")]
hidden = truth[["dropout", "negativity", "memory", "forgiveness", *states]]
effect = truth["left_0"].astype(float) - truth["left_1"]  # 1 saved, -1 made worse
scores = {
    "T-learner on records": with_play.predict(new) - without.predict(new),
    "those most likely to leave": -without.predict(new),
    "most money so far": new["spend"].to_numpy(),
    "a seer of minds and effects": forest(hidden[learn], effect[learn]).predict(hidden[~learn]),
}
held = effect[~learn].to_numpy()
noise = 100 * held.std() / np.sqrt(12 * len(held))  # standard error of a random order's coefficient
print(f"\nThe play keeps {100 * held.mean():.1f} of 100 customers if all get it; if it goes to the fifth chosen by")
for name, score in scores.items():
    fifth = held[np.argsort(-score, kind="stable")[: len(held) // 5]]
    kept = f"{100 * fifth.mean():4.1f} of 100 of them"
    print(f"  {name:<28} {kept}; Qini {qini(score, held):+.2f} (by lot: 0, se {noise:.2f})")
