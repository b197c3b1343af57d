"""The chance of a DXA reading at T <= -2.5 given a vertebra's true density.

This is what the interval of the probability is about. The chance of one very vertebra is near 0 or 1,
because a DXA reading is precise; an interval for it would run from 0 to 1 wherever CT and DXA may
disagree, and say nothing. What imaging leaves uncertain is the density, so the interval asks: had the
trabecular vBMD and the level been known exactly, what would the probability have been, among all
simulated vertebrae like it?
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from .checkpoint import write_json
from .config import UserError

SCALE_MG_CM3 = 40.0  # puts density on the order of 1 for the fit; no result depends on it
RIDGE = 1e-2  # holds the level terms of rare levels near zero


def design(labels: dict[str, np.ndarray], levels: int) -> np.ndarray:
    """[n, 2 + levels]: 1, scaled vBMD, one column a level."""
    one_hot = np.eye(levels)[labels["level"].astype(int)]
    return np.column_stack([np.ones(len(one_hot)), (labels["vbmd"] - 100.0) / SCALE_MG_CM3, one_hot])


def fit_chance(labels: dict[str, np.ndarray], levels: int) -> np.ndarray:
    """Logistic regression of the true chance [n, D'] on density and level; weights [D', 2 + levels]."""
    x = design(labels, levels)

    def fit_one(target: np.ndarray) -> np.ndarray:
        def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
            logit = x @ weights
            penalty = np.r_[0.0, 0.0, np.full(levels, RIDGE)] * weights
            value = np.mean(np.logaddexp(0, logit) - target * logit) + 0.5 * penalty @ weights
            return float(value), x.T @ (expit(logit) - target) / len(target) + penalty

        return minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x

    return np.stack([fit_one(labels["chance"][:, d]) for d in range(labels["chance"].shape[1])])


def chance_logit(labels: dict[str, np.ndarray], weights: np.ndarray) -> np.ndarray:
    """Logit of the chance given density and level: [n, D']."""
    return design(labels, weights.shape[1] - 2) @ weights.T


def write_chance(path: Path, weights: np.ndarray) -> None:
    columns = ["1", f"(vbmd - 100) / {SCALE_MG_CM3}", "level one-hot"]
    write_json(path, {"columns": columns, "weights": weights.tolist()})


def load_chance(path: Path) -> np.ndarray:
    if not path.exists():
        raise UserError(f"{path}: not calibrated; run 'python -m vertebra calibrate' first.")
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return np.asarray(read["weights"])
