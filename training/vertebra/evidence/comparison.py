"""The evidence's table: every method at every site and at the external hospital; what each idea brings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..dataset import SITES
from .metrics import (
    accuracy,
    area_under_curve,
    calibration_error,
    difference,
    mean_absolute_error,
    pearson,
    resample,
    sensitivity,
    specificity,
    with_interval,
)
from .predictions import Answers, Truth

SUBGROUP_MIN = 30  # vertebrae, below which a subgroup is not reported
EXTERNAL = "external"
AGE_BANDS = ((20, 50), (50, 65), (65, 75), (75, 100))
THICKNESS_BANDS_MM = ((0.0, 1.5), (1.5, 3.0), (3.0, 10.0))


def scores(truth: Truth, seeds: Sequence[Answers], rows: np.ndarray, draws: int) -> dict[str, Any]:
    """All numbers of one method on some vertebrae (bool rows); a task that it does not do is left out."""
    picked = np.flatnonzero(rows)
    resamples = resample(truth.patient[picked], draws)
    positive = truth.osteoporosis[picked]
    level, vbmd = truth.labels["level"][picked], truth.labels["vbmd"][picked]

    def of(field: str) -> list[np.ndarray]:
        return [getattr(answers, field)[picked] for answers in seeds]

    called = [answers.osteoporosis[picked] >= answers.threshold for answers in seeds]
    probability, abmd, density, levels = of("osteoporosis"), of("abmd"), of("vbmd"), of("level")
    found = {
        "auc": with_interval(area_under_curve, positive, probability, resamples),
        "sensitivity": with_interval(sensitivity, positive, called, resamples),
        "specificity": with_interval(specificity, positive, called, resamples),
        "ece": with_interval(calibration_error, positive.astype(float), probability, resamples),
    }
    if np.isfinite(abmd[0]).all():
        found["abmd_mae"] = with_interval(mean_absolute_error, truth.abmd[picked], abmd, resamples)
        found["abmd_r"] = with_interval(pearson, truth.abmd[picked], abmd, resamples)
    if np.isfinite(density[0]).all():
        found["vbmd_mae"] = with_interval(mean_absolute_error, vbmd, density, resamples)
        found["vbmd_r"] = with_interval(pearson, vbmd, density, resamples)
    if (levels[0] >= 0).all():
        found["level_accuracy"] = with_interval(accuracy, level, levels, resamples)
    return found


def site_table(truth: Truth, methods: dict[str, Sequence[Answers]], draws: int) -> dict[str, dict[str, Any]]:
    """Method, then site, then number."""
    return {
        name: {site: scores(truth, seeds, truth.site == site, draws) for site in SITES}
        for name, seeds in methods.items()
    }


def external_gains(
    truth: Truth, methods: dict[str, Sequence[Answers]], full: str, draws: int
) -> dict[str, dict[str, Any]]:
    """External AUC of the full network minus that of every other method, paired by patient."""
    rows = np.flatnonzero(truth.site == EXTERNAL)
    resamples = resample(truth.patient[rows], draws)

    def values(name: str) -> list[np.ndarray]:
        return [answers.osteoporosis[rows] for answers in methods[name]]

    positive = truth.osteoporosis[rows]
    return {
        name: difference(area_under_curve, positive, values(full), values(name), resamples)
        for name in methods
        if name != full
    }


def subgroup_masks(truth: Truth) -> dict[str, dict[str, np.ndarray]]:
    """By kVp, kernel, slice thickness, phase, sex, age and what else could matter; bool masks."""
    labels = truth.labels
    thickness, age = labels["thickness"], labels["age"]
    intact = (labels["deformity"] == "none") & (labels["lesion"] == "none")
    cut = labels["outside"] >= 0.01
    return {
        "kVp": {f"{k:.0f}": labels["kvp"] == k for k in np.unique(labels["kvp"])},
        "kernel": {str(k): labels["kernel"] == k for k in np.unique(labels["kernel"])},
        "slices": {f"{a:g} to {b:g} mm": (thickness > a) & (thickness <= b) for a, b in THICKNESS_BANDS_MM},
        "phase": {str(k): labels["phase"] == k for k in np.unique(labels["phase"])},
        "sex": {str(k): labels["sex"] == k for k in np.unique(labels["sex"])},
        "age": {f"{a} to {b}": (age >= a) & (age < b) for a, b in AGE_BANDS},
        "body": {
            "intact and whole": intact & ~cut,
            "fracture deformity": labels["deformity"] != "none",
            "lesion, cement or metal": labels["lesion"] != "none",
            "cut by the scan": cut,
        },
    }


def subgroup_table(truth: Truth, seeds: Sequence[Answers], draws: int) -> dict[str, dict[str, Any]]:
    """The full network on all test patients, by subgroup."""
    return {
        family: {
            name: scores(truth, seeds, rows, draws)
            for name, rows in groups.items()
            if int(rows.sum()) >= SUBGROUP_MIN
        }
        for family, groups in subgroup_masks(truth).items()
    }
