"""What a customer's mind is made of: traits that stay and state that moves."""

from __future__ import annotations

import numpy as np

from sim.table import Column

# Traits: drawn once, by segment.
NEGATIVITY = Column("negativity", np.float32, 2.0, low=1, high=5, doc="losses weigh this many times a gain")
REACTIVITY = Column("reactivity", np.float32, 0.5, low=0, high=1, doc="how strongly an encounter is felt")
MEMORY = Column("memory", np.float32, 0.25, low=0.02, high=1, doc="weight of the newest encounter in satisfaction")
VOICE = Column("voice", np.float32, 0.2, low=0, high=1, doc="propensity to complain rather than keep silent")
COMFORT = Column("comfort", np.float32, 0.6, low=0, high=1, doc="how much use of personal data feels fine")
REWARD_APPEAL = Column("reward_appeal", np.float32, 0.5, low=0, high=1, doc="how much a reward in reach attracts")

# State: what was lived leaves its mark here. It starts where a long history of the default firm settles.
EXPECT_TECHNICAL = Column("expect_technical", np.float32, 0.70, "quality", 0, 1, "expected technical quality")
EXPECT_FUNCTIONAL = Column("expect_functional", np.float32, 0.70, "quality", 0, 1, "expected functional quality")
EXPERIENCE = Column("experience", np.float32, 1.0, "encounters", 0, 1e6, "evidence behind the expectation")
SATISFACTION_LAST = Column("satisfaction_last", np.float32, 0.0, "-1 to 1", -1, 1, "how the last encounter was")
SATISFACTION = Column("satisfaction", np.float32, 0.0, "-1 to 1", -1, 1, "cumulative satisfaction")
VALENCE = Column("valence", np.float32, 0.0, "-1 to 1", -1, 1, "feeling, bad to good")
AROUSAL = Column("arousal", np.float32, 0.0, "0 to 1", 0, 1, "feeling, calm to stirred")
COMPETENCE = Column("competence", np.float32, 0.43, "0 to 1", 0, 1, "trust that they are able")
BENEVOLENCE = Column("benevolence", np.float32, 0.49, "0 to 1", 0, 1, "trust that they mean well")
INTEGRITY = Column("integrity", np.float32, 0.53, "0 to 1", 0, 1, "trust that they keep their word")
LOYALTY = Column("loyalty", np.float32, 0.0, "index", -3, 3, "attitude towards staying: the intention's weighted sum")

TRAITS = (NEGATIVITY, REACTIVITY, MEMORY, VOICE, COMFORT, REWARD_APPEAL)
STATE = (
    EXPECT_TECHNICAL, EXPECT_FUNCTIONAL, EXPERIENCE, SATISFACTION_LAST, SATISFACTION, VALENCE, AROUSAL,
    COMPETENCE, BENEVOLENCE, INTEGRITY, LOYALTY,
)  # fmt: skip
