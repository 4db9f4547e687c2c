"""What a customer's mind is made of: traits that stay and state that moves."""

from __future__ import annotations

import numpy as np

from sim.table import Column

# Traits: drawn once, by segment.
NEGATIVITY = Column("negativity", np.float32, 2.0, low=1, high=5, doc="losses weigh this many times a gain")
REACTIVITY = Column("reactivity", np.float32, 0.5, low=0, high=1, doc="how strongly an encounter is felt")
MEMORY = Column("memory", np.float32, 0.25, low=0.02, high=1, doc="weight of the newest encounter in memory")
VOICE = Column("voice", np.float32, 0.2, low=0, high=1, doc="propensity to complain rather than keep silent")
COMFORT = Column("comfort", np.float32, 0.6, low=0, high=1, doc="how much use of personal data feels fine")
REWARD_APPEAL = Column("reward_appeal", np.float32, 0.5, low=0, high=1, doc="how much a reward in reach attracts")
PRICE_SENSITIVITY = Column("price_sensitivity", np.float32, 1.0, low=0, high=3, doc="weight of a price, 1 on average")
RISK_AVERSION = Column("risk_aversion", np.float32, 0.5, low=0, high=1, doc="how much an untried rival is discounted")
PRONENESS = Column("proneness", np.float32, 0.5, low=0, high=1, doc="relationship proneness: seeks bonds with firms")
SOCIABILITY = Column("sociability", np.float32, 0.5, low=0, high=1, doc="how readily friends are told and listened to")
FORGIVENESS = Column("forgiveness", np.float32, 0.2, low=0, high=1, doc="share of failures forgotten per encounter")
VARIETY = Column("variety", np.float32, 0.3, low=0, high=1, doc="need for variety: rivals are noticed sooner")
STATUS_MOTIVE = Column("status_motive", np.float32, 0.5, low=0, high=1, doc="how much a tier flatters")
TOLERANCE = Column("tolerance", np.float32, 2.0, low=0, high=10, doc="contacts of late that are not yet too many")
PERSUADABLE = Column("persuadable", np.float32, 0.5, low=0, high=1, doc="how much attention keeps from leaving")
DIGITAL = Column("digital", np.float32, 0.5, low=0, high=1, doc="channel preferred: 0 in person, 1 digital")
LANGUAGE_GAP = Column("language_gap", np.float32, 0.3, low=0, high=1, doc="distance in language and culture")
BELONGING = Column("belonging", np.float32, 0.4, low=0, high=1, doc="how much one wants to belong")

# State: what was lived leaves its mark here. It starts where a long history of the default firm settles.
EXPECT_TECHNICAL = Column("expect_technical", np.float32, 0.70, "quality", 0, 1, "expected technical quality")
EXPECT_FUNCTIONAL = Column("expect_functional", np.float32, 0.70, "quality", 0, 1, "expected functional quality")
EXPERIENCE = Column("experience", np.float32, 1.0, "encounters", 0, 1e6, "evidence behind the expectation")
PERCEIVED_TECHNICAL = Column("perceived_technical", np.float32, 0.70, "quality", 0, 1, "remembered outcome quality")
PERCEIVED_FUNCTIONAL = Column("perceived_functional", np.float32, 0.70, "quality", 0, 1, "remembered manner of service")
DISCONFIRMATION = Column("disconfirmation", np.float32, 0.0, "quality", -2, 2, "last gap of quality to expectation")
SATISFACTION_LAST = Column("satisfaction_last", np.float32, 0.0, "-1 to 1", -1, 1, "how the last encounter was")
SATISFACTION = Column("satisfaction", np.float32, 0.0, "-1 to 1", -1, 1, "cumulative satisfaction")
FAILURES = Column("failures", np.float32, 0.0, "failures", 0, 1e6, "failures that are remembered")
VALENCE = Column("valence", np.float32, 0.0, "-1 to 1", -1, 1, "feeling, bad to good")
AROUSAL = Column("arousal", np.float32, 0.0, "0 to 1", 0, 1, "feeling, calm to stirred")
COMPETENCE = Column("competence", np.float32, 0.43, "0 to 1", 0, 1, "trust that they are able")
BENEVOLENCE = Column("benevolence", np.float32, 0.49, "0 to 1", 0, 1, "trust that they mean well")
INTEGRITY = Column("integrity", np.float32, 0.53, "0 to 1", 0, 1, "trust that they keep their word")
VALUE = Column("value", np.float32, 0.0, "-1 to 1", -1, 1, "perceived value: what is got for what is given")
REFERENCE_PRICE = Column("reference_price", np.float32, 1.0, "usual prices", 0.05, 20, "price that feels normal")
DEAL_MINDED = Column("deal_minded", np.float32, 0.0, low=0, high=2, doc="price sensitivity learnt from discounts")
AFFECTIVE = Column("affective", np.float32, 0.5, "0 to 1", 0, 1, "affective commitment: wants to stay")
CALCULATIVE = Column("calculative", np.float32, 0.3, "0 to 1", 0, 1, "calculative commitment: leaving would cost")
INVESTMENT = Column("investment", np.float32, 0.3, "0 to 1", 0, 1, "put into the relationship, lost on leaving")
ALTERNATIVES = Column("alternatives", np.float32, 0.55, "quality", 0, 1, "how good the best alternative seems")
RIVAL = Column("rival", np.float32, 0.65, "quality", 0, 1, "quality of the best rival, as far as it was noticed")
COGNITIVE = Column("cognitive", np.float32, 0.0, "-1 to 1", -1, 1, "first stage of loyalty: believes it is better")
FONDNESS = Column("fondness", np.float32, 0.0, "-1 to 1", -1, 1, "second stage, affective: likes it")
CONATIVE = Column("conative", np.float32, 0.0, "-1 to 1", -1, 1, "third stage: means to buy again")
HABIT = Column("habit", np.float32, 0.3, "0 to 1", 0, 1, "strength of the habit of buying here")
ENGAGEMENT = Column("engagement", np.float32, 0.1, "0 to 1", 0, 1, "speaks up, answers, tells others")
HEARD = Column("heard", np.float32, 0.0, "-1 to 1", -1, 1, "what friends said of the firm lately")
FRIENDS_LEFT = Column("friends_left", np.float32, 0.0, "friends", 0, 1e6, "friends who left lately")
CONTACTED = Column("contacted", np.float32, 0.0, "contacts", 0, 1e6, "contacts of late")
ATTENDED = Column("attended", np.float32, 0.0, "contacts", 0, 1e6, "contacts of late that were worth it")
CLAIMING = Column("claiming", np.float32, 0.0, "0 to 1", 0, 1, "has learnt that complaining pays")
LOYALTY = Column("loyalty", np.float32, 0.0, "index", -5, 5, "attitude towards staying: the intention's weighted sum")

TRAITS = (
    NEGATIVITY, REACTIVITY, MEMORY, VOICE, COMFORT, REWARD_APPEAL, PRICE_SENSITIVITY, RISK_AVERSION, PRONENESS,
    SOCIABILITY, FORGIVENESS, VARIETY, STATUS_MOTIVE, TOLERANCE, PERSUADABLE, DIGITAL, LANGUAGE_GAP, BELONGING,
)  # fmt: skip
STATE = (
    EXPECT_TECHNICAL, EXPECT_FUNCTIONAL, EXPERIENCE, PERCEIVED_TECHNICAL, PERCEIVED_FUNCTIONAL, DISCONFIRMATION,
    SATISFACTION_LAST, SATISFACTION, FAILURES, VALENCE, AROUSAL, COMPETENCE, BENEVOLENCE, INTEGRITY, VALUE,
    REFERENCE_PRICE, DEAL_MINDED, AFFECTIVE, CALCULATIVE, INVESTMENT, ALTERNATIVES, RIVAL, COGNITIVE, FONDNESS,
    CONATIVE, HABIT, ENGAGEMENT, HEARD, FRIENDS_LEFT, CONTACTED, ATTENDED, CLAIMING, LOYALTY,
)  # fmt: skip
