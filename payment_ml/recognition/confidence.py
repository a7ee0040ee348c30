"""TODO module docstring for recognition.confidence."""

import math

import numpy as np


def temperature_scale(log_probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities after dividing the logits by a temperature.

    Parameters
    ----------
    log_probabilities : float [n, classes]; logits do as well, as a constant a row cancels
    temperature : above 1 makes the network less sure, below 1 surer

    Returns
    -------
    float32 [n, classes], rows sum to 1

    Source: Guo et al. 2017, arXiv 1706.04599, equation 9.
    """
    scaled = np.asarray(log_probabilities, np.float64) / temperature
    scaled -= np.logaddexp.reduce(scaled, axis=1, keepdims=True)
    return np.exp(scaled).astype(np.float32)


def log_odds(probability: float) -> float:
    """Logarithm of p / (1 - p), finite at both ends."""
    kept = min(max(probability, 1e-9), 1 - 1e-9)
    return math.log(kept / (1 - kept))
