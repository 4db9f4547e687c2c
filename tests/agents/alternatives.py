"""Every theory there is, by the question it answers; a test sees to it that none is missing."""

from __future__ import annotations

from agents.theories import commitment, emotion, expectation, intention, loyalty, satisfaction, trust, value

EXPECTATIONS = (expectation.Adaptive, expectation.AdaptationLevel, expectation.Bayesian)
SATISFACTIONS = (
    satisfaction.AsymmetricDisconfirmation,
    satisfaction.Disconfirmation,
    satisfaction.PerformanceOnly,
    satisfaction.ZoneOfTolerance,
    satisfaction.Kano,
    satisfaction.Equity,
)
EMOTIONS = (emotion.ValenceArousal, emotion.PositiveNegative)
TRUSTS = (trust.AsymmetricTrust, trust.BetaEvidence)
VALUES = (value.QualityForPrice, value.EquityDrivers)
COMMITMENTS = (commitment.CommitmentTrust, commitment.InvestmentModel)
LOYALTIES = (
    loyalty.SatisfactionLoyalty,
    loyalty.CommitmentLoyalty,
    loyalty.ValueLoyalty,
    loyalty.RelativeAttitude,
    loyalty.FourStages,
    loyalty.Habitual,
    loyalty.Integrated,
)
IDLE = (expectation.Fixed, emotion.NoEmotion, trust.NoTrust, value.NoValue, commitment.NoCommitment)

ANSWERS: dict[type, tuple[type, ...]] = {
    expectation.Expectation: (*EXPECTATIONS, expectation.Fixed),
    satisfaction.Satisfaction: SATISFACTIONS,
    emotion.Emotion: (*EMOTIONS, emotion.NoEmotion),
    trust.Trust: (*TRUSTS, trust.NoTrust),
    value.Value: (*VALUES, value.NoValue),
    commitment.Commitment: (*COMMITMENTS, commitment.NoCommitment),
    intention.Intention: LOYALTIES,
}
ALL = tuple(kind for kinds in ANSWERS.values() for kind in kinds)
