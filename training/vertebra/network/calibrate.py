"""Calibration on its own split: temperature, conformal quantiles, out-of-distribution score and limit."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

from ..checkpoint import write_json
from ..config import LEVELS, Config, UserError
from ..dataset import load_split
from .chance import fit_chance, slope_per_mg_cm3
from .labels import measured
from .model import VertebraNet
from .predict import embed_split, predict_split
from .train import load_model

# Of the largest eigenvalue of the correlations. Smaller floors mark nearly all real CT as strange
# (docs/experiments.md).
WHITEN_FLOOR = 3e-2
SD_FLOOR = 1e-3  # of the largest channel SD: a channel that is always off must not blow up rounding errors
CALIBRATION = "calibration"


def fit_temperature(class_logits: np.ndarray, labels: np.ndarray) -> float:
    """The temperature that makes the readings' classes likeliest.

    class_logits [n, D', 3]; labels [n, D'], -1 unknown.
    """
    known = labels >= 0
    class_logits, chosen = class_logits[known], labels[known][..., None]

    def loss(log_temperature: float) -> float:
        scaled = class_logits / np.exp(log_temperature)
        likelihood = np.take_along_axis(scaled, chosen, axis=-1)[..., 0] - logsumexp(scaled, axis=-1)
        return -float(likelihood.mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def conformal_quantile(score: np.ndarray, coverage: float) -> float:
    """Split-conformal quantile of |truth - value| / sd [n]; NaN where the truth is unknown."""
    known = np.sort(score[np.isfinite(score)])
    rank = min(len(known), int(np.ceil(coverage * (len(known) + 1))))
    return float(known[rank - 1])


def interval_scores(
    outputs: dict[str, np.ndarray], labels: dict[str, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """|truth - value| / sd of vbmd [n] and of abmd [n, D'], whose truth is a reading of the device or NaN."""
    n_dev = outputs["abmd"].shape[1]
    sd = np.exp(0.5 * outputs["logVariance"])
    return (
        np.abs(labels["vbmd"] - outputs["vbmd"]) / sd[:, 0],
        np.abs(measured(labels)[0] - outputs["abmd"]) / sd[:, 1 : 1 + n_dev],
    )


def fit_ood(model: VertebraNet, embedding: np.ndarray) -> None:
    """Mean and whitening of the embedding [n, width], written into the model's buffers."""
    mean, sd = embedding.mean(axis=0), embedding.std(axis=0)
    sd = np.maximum(sd, SD_FLOOR * sd.max())
    values, vectors = np.linalg.eigh(np.cov((embedding - mean) / sd, rowvar=False))
    values = np.maximum(values, WHITEN_FLOOR * values.max())
    model.ood_mean.copy_(torch.from_numpy(mean).float())
    model.ood_whiten.copy_(torch.from_numpy(vectors / np.sqrt(values) / sd[:, None]).float())


def calibrate(config: Config) -> dict[str, Any]:
    """Fit all; write calibration.json (the manifest's section) and the OOD buffers by the checkpoint."""
    torch.set_num_threads(config.train.threads)
    model, split = load_model(config), load_split(config, CALIBRATION)
    embedding = embed_split(model, split, config.patch)
    # The score is fitted on one half and its limit read on the other, where it is not too small by
    # construction.
    half = len(split) // 2
    fit_ood(model, embedding[:half].astype(np.float64))
    outputs, classes = predict_split(model, split), measured(split.labels)[1]
    temperature = fit_temperature(outputs["classLogits"], classes)
    coverage = config.calibrate.coverage
    scores = interval_scores(outputs, split.labels)
    vbmd, abmd = (
        conformal_quantile(scores[0], coverage),
        [conformal_quantile(s, coverage) for s in scores[1].T],
    )
    slope = slope_per_mg_cm3(fit_chance(split.labels, classes, len(LEVELS)))
    limit = float(np.quantile(outputs["oodScore"][half:], config.calibrate.ood_quantile))
    section = {
        "temperature": {"value": temperature, "split": CALIBRATION},
        "intervals": {
            "coverage": coverage,
            "split": CALIBRATION,
            "vbmd": vbmd,
            "abmd": abmd,
            # The density's interval through the slope of chance.py: its quantile is the density's own.
            "osteoporosisLogit": [vbmd] * len(slope),
        },
        "ood": {"limit": limit, "quantile": config.calibrate.ood_quantile, "split": CALIBRATION},
    }
    fitted = {
        "oodMean": model.ood_mean.tolist(),
        "oodWhiten": model.ood_whiten.tolist(),
        "chanceSlope": slope.tolist(),
    }
    write_json(config.checkpoint_dir / "calibrated.json", fitted)
    write_json(config.run_dir / "calibration.json", section)
    print(f"calibrate: {json.dumps(section)}", flush=True)
    return section


def load_calibrated(config: Config) -> tuple[VertebraNet, dict[str, Any]]:
    """The trained network with its out-of-distribution buffers, and the manifest's calibration section."""
    model = load_model(config)
    paths = (config.checkpoint_dir / "calibrated.json", config.run_dir / "calibration.json")
    for path in paths:
        if not path.exists():
            raise UserError(f"{path}: not calibrated; run 'python -m vertebra calibrate' first.")
        if path.stat().st_mtime < (config.checkpoint_dir / "last.pt").stat().st_mtime:
            raise UserError(f"{path}: older than the checkpoint; run 'python -m vertebra calibrate' again.")
    fitted = json.loads(paths[0].read_text(encoding="utf-8"))
    model.ood_mean.copy_(torch.tensor(fitted["oodMean"]))
    model.ood_whiten.copy_(torch.tensor(fitted["oodWhiten"]))
    model.chance_slope.copy_(torch.tensor(fitted["chanceSlope"]))
    return model, json.loads(paths[1].read_text(encoding="utf-8"))
