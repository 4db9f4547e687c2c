"""From a firm's own log to the standard model's parameters: read, sum up, fit."""

from experiments.calibration.bgnbd import BgNbd, BgNbdFit, fit_bgnbd
from experiments.calibration.gamma_gamma import GammaGamma, GammaGammaFit, fit_gamma_gamma
from experiments.calibration.likelihood import Estimate
from experiments.calibration.log import read_log
from experiments.calibration.sbg import HIGH_END_SURVIVAL, ShiftedBetaGeometric, ShiftedBetaGeometricFit, fit_sbg
from experiments.calibration.transactions import Summary, TransactionLog

__all__ = [
    "HIGH_END_SURVIVAL",
    "BgNbd",
    "BgNbdFit",
    "Estimate",
    "GammaGamma",
    "GammaGammaFit",
    "ShiftedBetaGeometric",
    "ShiftedBetaGeometricFit",
    "Summary",
    "TransactionLog",
    "fit_bgnbd",
    "fit_gamma_gamma",
    "fit_sbg",
    "read_log",
]
