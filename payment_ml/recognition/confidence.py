"""Apply calibration: turn a network's own probabilities into confidences. `evaluation.calibration` fits it."""

import math

import numpy as np


def temperature_scale(log_probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Return probabilities after dividing the logits by a temperature.

    Parameters
    ----------
    log_probabilities : float [n, classes]; logits do as well, since a constant per row cancels
    temperature : above 1 lowers the network's confidence, below 1 raises it

    Returns
    -------
    float32 [n, classes], rows sum to 1

    Source: Guo et al. 2017, arXiv 1706.04599, equation 9.
    """
    scaled = np.asarray(log_probabilities, np.float64) / temperature
    scaled -= np.logaddexp.reduce(scaled, axis=1, keepdims=True)
    return np.exp(scaled).astype(np.float32)


def platt_scale(probability: float, slope: float, offset: float) -> float:
    """Return the probability whose log-odds are `slope` times those of `probability`, plus `offset`.

    Source: Platt 1999, "Probabilistic outputs for support vector machines".
    """
    return 1 / (1 + math.exp(-(slope * log_odds(probability) + offset)))


def log_odds(probability: float) -> float:
    """Return the logarithm of p / (1 - p), finite at both ends."""
    clipped = min(max(probability, 1e-9), 1 - 1e-9)
    return math.log(clipped / (1 - clipped))
