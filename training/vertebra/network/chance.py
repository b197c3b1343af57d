"""What the density does to the chance of a DXA reading at T <= -2.5.

The chance of one very vertebra is near 0 or 1, because a DXA reading is precise; an interval for it would
run from 0 to 1 wherever CT and DXA may disagree, and say nothing. What imaging leaves uncertain is the
density. So the interval of the probability is the density's interval seen through the slope fitted here:
the change of the logit per mg/cm3 among vertebrae of the same level, by their own readings.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from ..config import UserError
from .losses import OSTEOPOROSIS

SCALE_MG_CM3 = 40.0  # puts density on the order of 1 for the fit; no result depends on it
RIDGE = 1e-2  # holds the level terms of rare levels near zero


def design(labels: dict[str, np.ndarray], levels: int) -> np.ndarray:
    """[n, 2 + levels]: 1, scaled vBMD, one column a level."""
    one_hot = np.eye(levels)[labels["level"].astype(int)]
    return np.column_stack([np.ones(len(one_hot)), (labels["vbmd"] - 100.0) / SCALE_MG_CM3, one_hot])


def fit_chance(labels: dict[str, np.ndarray], classes: np.ndarray, levels: int) -> np.ndarray:
    """Logistic regression of osteoporosis on density and level; weights [D', 2 + levels].

    labels hold vbmd and level [n]; classes [n, D'] by reading, -1 unknown.
    """
    x = design(labels, levels)

    def fit_one(x: np.ndarray, target: np.ndarray) -> np.ndarray:
        def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
            logit = x @ weights
            penalty = np.r_[0.0, 0.0, np.full(levels, RIDGE)] * weights
            value = np.mean(np.logaddexp(0, logit) - target * logit) + 0.5 * penalty @ weights
            return float(value), x.T @ (expit(logit) - target) / len(target) + penalty

        return minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x

    return np.stack([fit_one(x[c >= 0], (c[c >= 0] == OSTEOPOROSIS).astype(float)) for c in classes.T])


def slope_per_mg_cm3(weights: np.ndarray) -> np.ndarray:
    """Fall of the logit per mg/cm3 of vBMD, [D']; positive, or the simulation contradicts itself."""
    slope = -weights[:, 1] / SCALE_MG_CM3
    if not np.all(slope > 0):
        raise UserError("calibration split: osteoporosis does not become rarer with density; simulate more.")
    return slope
