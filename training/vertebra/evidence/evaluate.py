"""Evaluation on the test split: metrics.json (also the manifest's) and docs/evaluation/<run>-network.md.

The baseline is mean HU of a fixed elliptical cylinder at the pick, corrected for kVp by the published ratios,
with one straight line per target fitted on the calibration split.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import torch
from scipy.special import expit

from ..checkpoint import write_json, write_text
from ..config import DEVICES, LEVELS, REPO_ROOT, TRAINING_ROOT, Config
from ..dataset import Split, load_split, read_simulation
from ..network.calibrate import interval_scores, load_calibrated
from ..network.model import count_multiply_adds
from ..network.predict import osteoporosis_logit, predict_split
from ..network.train import load_checkpoint
from ..simulator.constants import HA_SLOPE_HU
from .metrics import (
    area_under_curve,
    bias,
    calibration_error,
    mean_absolute_error,
    pearson,
    share,
    with_interval,
)
from .report import evaluation_page, read_real_check

SUBGROUP_MIN = 30  # patients, below which a subgroup is not reported
THICKNESS_EDGES_MM = (0.0, 1.5, 3.0, 10.0)


def baseline_hu(labels: dict[str, np.ndarray]) -> np.ndarray:
    """Mean HU of the ROI, brought to 120 kVp."""
    ratio = np.asarray([HA_SLOPE_HU[120] / HA_SLOPE_HU[int(k)] for k in labels["kvp"]])
    return labels["roi_hu"] * ratio


def fit_line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Slope and intercept by least squares."""
    slope, intercept = np.polyfit(x, y, 1)
    return float(slope), float(intercept)


def subgroups(labels: dict[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """Masks by kVp, kernel, slice thickness, phase, level and what else could matter."""
    thickness = labels["thickness"]
    bands = list(pairwise(THICKNESS_EDGES_MM))
    return {
        "kVp": {f"{k:.0f}": labels["kvp"] == k for k in np.unique(labels["kvp"])},
        "kernel": {str(k): labels["kernel"] == k for k in np.unique(labels["kernel"])},
        "slice thickness": {f"{a:g} to {b:g} mm": (thickness > a) & (thickness <= b) for a, b in bands},
        "phase": {str(k): labels["phase"] == k for k in np.unique(labels["phase"])},
        "sex": {str(k): labels["sex"] == k for k in np.unique(labels["sex"])},
        "level": {name: labels["level"] == i for i, name in enumerate(LEVELS)},
        "body": {
            "intact": (labels["deformity"] == "none")
            & (labels["lesion"] == "none")
            & (labels["outside"] < 0.01),
            "fracture deformity": labels["deformity"] != "none",
            "lesion or cement": labels["lesion"] != "none",
            "cut by the scan": labels["outside"] >= 0.01,
        },
    }


def device_metrics(
    config: Config,
    outputs: dict[str, np.ndarray],
    labels: dict[str, np.ndarray],
    temperature: float,
    baseline: dict[str, Any],
) -> dict[str, Any]:
    """By device: aBMD, osteoporosis and three classes, and the baseline's numbers beside them."""
    draws = config.calibrate.bootstrap
    logit = osteoporosis_logit(outputs["classLogits"], temperature)
    found = {}
    for d, device in enumerate(DEVICES):
        truth, value = labels["abmd"][:, d], outputs["abmd"][:, d]
        positive = labels["class"][:, d] == 2
        slope, intercept = baseline["abmd"][d]
        guess = slope * baseline["hu"] + intercept
        found[device] = {
            "abmd_r": with_interval(pearson, truth, value, draws),
            "abmd_mae": with_interval(mean_absolute_error, truth, value, draws),
            "auc_osteoporosis": with_interval(area_under_curve, positive, logit[:, d], draws),
            "class_accuracy": with_interval(
                share, outputs["classLogits"][:, d].argmax(-1) == labels["class"][:, d], value, draws
            ),
            "ece_osteoporosis": with_interval(
                calibration_error, positive.astype(float), expit(logit[:, d]), draws
            ),
            "prevalence": round(float(positive.mean()), 4),
            "baseline_abmd_r": with_interval(pearson, truth, guess, draws),
            "baseline_abmd_mae": with_interval(mean_absolute_error, truth, guess, draws),
            "baseline_auc_osteoporosis": with_interval(area_under_curve, positive, -baseline["hu"], draws),
        }
    return found


def coverage_metrics(
    config: Config, outputs: dict[str, np.ndarray], labels: dict[str, np.ndarray], calibration: dict[str, Any]
) -> dict[str, Any]:
    """Share of the test split inside the calibrated intervals."""
    draws, intervals = config.calibrate.bootstrap, calibration["intervals"]
    vbmd, abmd = interval_scores(outputs, labels)
    found = {"vbmd": with_interval(share, vbmd <= intervals["vbmd"], vbmd, draws)}
    for d, device in enumerate(DEVICES):
        found[f"abmd {device}"] = with_interval(share, abmd[:, d] <= intervals["abmd"][d], abmd[:, d], draws)
    return found


def subgroup_metrics(
    config: Config, outputs: dict[str, np.ndarray], labels: dict[str, np.ndarray], temperature: float
) -> dict[str, dict[str, Any]]:
    """vBMD error and bias, and the AUC on the first device's scale, by subgroup."""
    draws = config.calibrate.bootstrap
    logit = osteoporosis_logit(outputs["classLogits"], temperature)[:, 0]
    found: dict[str, dict[str, Any]] = {}
    for family, groups in subgroups(labels).items():
        found[family] = {}
        for name, mask in groups.items():
            if int(mask.sum()) < SUBGROUP_MIN:
                continue
            truth, value = labels["vbmd"][mask], outputs["vbmd"][mask]
            found[family][name] = {
                "vbmd_mae": with_interval(mean_absolute_error, truth, value, draws),
                "vbmd_bias": with_interval(bias, truth, value, draws),
                "auc_osteoporosis": with_interval(
                    area_under_curve, labels["class"][mask, 0] == 2, logit[mask], draws
                ),
            }
    return found


def gate_shares(outputs: dict[str, np.ndarray]) -> dict[str, list[float]]:
    """Mean share of each expert by device."""
    return {
        device: [round(float(v), 3) for v in outputs["gates"][:, d].mean(0)]
        for d, device in enumerate(DEVICES)
    }


def fit_baseline(calibration: Split) -> dict[str, Any]:
    hu = baseline_hu(calibration.labels)
    return {
        "vbmd": fit_line(hu, calibration.labels["vbmd"]),
        "abmd": [fit_line(hu, calibration.labels["abmd"][:, d]) for d in range(len(DEVICES))],
    }


def evaluate(config: Config) -> dict[str, Any]:
    """Measure, write metrics.json and the page, return the metrics."""
    torch.set_num_threads(config.train.threads)
    model, calibration = load_calibrated(config)
    split = load_split(config, "test")
    labels, draws = split.labels, config.calibrate.bootstrap
    outputs = predict_split(model, split)
    temperature = calibration["temperature"]["value"]
    baseline = fit_baseline(load_split(config, "calibration"))
    baseline["hu"] = baseline_hu(labels)
    slope, intercept = baseline["vbmd"]
    checkpoint = load_checkpoint(config)
    metrics = {
        "split": "test",
        "patients": len(split),
        "simulated": True,
        "training": {
            "patches": config.simulate.train,
            "epochs": checkpoint["epoch"],
            "seconds": round(checkpoint["seconds"]),
            "parameters": sum(p.numel() for p in model.parameters()),
            "gmac": round(count_multiply_adds(model) / 1e9, 3),
            "simulator": read_simulation(config)["simulator"],
        },
        "vbmd": {
            "r": with_interval(pearson, labels["vbmd"], outputs["vbmd"], draws),
            "mae": with_interval(mean_absolute_error, labels["vbmd"], outputs["vbmd"], draws),
            "bias": with_interval(bias, labels["vbmd"], outputs["vbmd"], draws),
            "baseline_r": with_interval(pearson, labels["vbmd"], slope * baseline["hu"] + intercept, draws),
            "baseline_mae": with_interval(
                mean_absolute_error, labels["vbmd"], slope * baseline["hu"] + intercept, draws
            ),
        },
        "devices": device_metrics(config, outputs, labels, temperature, baseline),
        "level_accuracy": with_interval(
            share, outputs["levelLogits"].argmax(-1) == labels["level"], labels["vbmd"], draws
        ),
        "coverage": coverage_metrics(config, outputs, labels, calibration),
        "ood_flagged": with_interval(
            share, outputs["oodScore"] > calibration["ood"]["limit"], labels["vbmd"], draws
        ),
        "subgroups": subgroup_metrics(config, outputs, labels, temperature),
        "gates": gate_shares(outputs),
    }
    check = read_real_check(config)
    if check is not None:
        metrics["realCt"] = check["summary"]
    write_json(config.run_dir / "metrics.json", metrics)
    if config.root == TRAINING_ROOT:
        write_text(
            REPO_ROOT / "docs" / "evaluation" / f"{config.name}-network.md", evaluation_page(config, metrics)
        )
    return metrics
