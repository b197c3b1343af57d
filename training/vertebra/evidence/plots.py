"""Plots of the evaluation as SVG, drawn from the same arrays as its tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

from ..dataset import SITES
from ..network.variants import FULL
from .metrics import CALIBRATION_BINS
from .predictions import Answers, Truth

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "osteolens"  # the same data give the same file
from matplotlib import pyplot as plt  # noqa: E402 - after the backend

COLOURS = ("#2f6db5", "#c4692b", "#3d8a57", "#8a4a9c")


def _save(figure: plt.Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def plot_reliability(path: Path, truth: Truth, answers: Answers) -> None:
    """Observed share of osteoporosis against its probability, by site, in bins of equal count."""
    figure, axes = plt.subplots(figsize=(4.6, 4.2))
    axes.plot([0, 1], [0, 1], color="#999", linewidth=0.8)
    for site, colour in zip(SITES, COLOURS, strict=True):
        rows = np.flatnonzero(truth.site == site)
        order = rows[np.argsort(answers.osteoporosis[rows])]
        parts = [part for part in np.array_split(order, CALIBRATION_BINS) if len(part)]
        expected = [answers.osteoporosis[part].mean() for part in parts]
        axes.plot(
            expected, [truth.osteoporosis[part].mean() for part in parts], "o-", color=colour, label=site
        )
    axes.set(xlabel="probability of osteoporosis", ylabel="share with T ≤ −2.5", title="simulated patients")
    axes.legend(frameon=False)
    _save(figure, path)


def plot_roc(path: Path, truth: Truth, methods: dict[str, Sequence[Answers]]) -> None:
    """ROC at the external hospital, first seed of each method."""
    rows = truth.site == "external"
    positive = truth.osteoporosis[rows]
    figure, axes = plt.subplots(figsize=(4.6, 4.2))
    for name, seeds in methods.items():
        order = np.argsort(-seeds[0].osteoporosis[rows])
        hits = np.cumsum(positive[order]) / positive.sum()
        false = np.cumsum(~positive[order]) / (~positive).sum()
        axes.plot(false, hits, linewidth=2.0 if name == FULL else 1.0, label=name)
    axes.set(xlabel="1 − specificity", ylabel="sensitivity", title="external hospital, simulated")
    axes.legend(frameon=False, fontsize=7)
    _save(figure, path)


def plot_agreement(path: Path, reference: np.ndarray, value: np.ndarray, title: str, unit: str) -> None:
    """Scatter and Bland-Altman of two measurements of the same vertebrae."""
    figure, (scatter, bland) = plt.subplots(1, 2, figsize=(8.6, 4.0))
    limits = [min(reference.min(), value.min()) - 5, max(reference.max(), value.max()) + 5]
    scatter.plot(limits, limits, color="#999", linewidth=0.8)
    scatter.plot(reference, value, "o", color=COLOURS[0], markersize=4)
    scatter.set(xlabel=f"reference, {unit}", ylabel=f"network, {unit}", title=title)
    gap = value - reference
    bland.plot((value + reference) / 2, gap, "o", color=COLOURS[0], markersize=4)
    for at, style in ((gap.mean(), "-"), *((gap.mean() + s * 1.96 * gap.std(ddof=1), "--") for s in (-1, 1))):
        bland.axhline(at, color="#666", linestyle=style, linewidth=0.8)
    bland.set(xlabel=f"mean of both, {unit}", ylabel=f"network − reference, {unit}", title="Bland-Altman")
    _save(figure, path)


def write_plots(
    folder: Path, truth: Truth, methods: dict[str, Sequence[Answers]], check: dict[str, Any] | None
) -> None:
    plot_reliability(folder / "reliability.svg", truth, methods[FULL][0])
    plot_roc(folder / "roc-external.svg", truth, methods)
    if check is not None:
        reference, value = (
            np.array([row[key] for row in check["levels"]]) for key in ("referenceVbmd", "vbmd")
        )
        plot_agreement(folder / "real-ct.svg", reference, value, "real CT, vBMD", "mg/cm³")
