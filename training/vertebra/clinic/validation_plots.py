"""Plots of a validation, SVG: agreement, reliability and ROC of each scale, from the numbers of its tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from .validate import Answers

COLOUR, GREY = "#2f6db5", "#999999"
BINS = 5  # of equal count; a clinic's cohort is small


def _agreement(figure: Figure, answers: Answers, unit: str) -> None:
    """Scatter with the line of identity, and Bland-Altman with its limits."""
    scatter, bland = figure.add_subplot(2, 2, 1), figure.add_subplot(2, 2, 2)
    ends = [min(answers.reading.min(), answers.value.min()), max(answers.reading.max(), answers.value.max())]
    scatter.plot(ends, ends, color=GREY, linewidth=0.8)
    scatter.plot(answers.reading, answers.value, "o", color=COLOUR, markersize=3)
    scatter.set(xlabel=f"DXA, {unit}", ylabel=f"network, {unit}", title="each vertebra")
    gap = answers.value - answers.reading
    bland.plot((answers.value + answers.reading) / 2, gap, "o", color=COLOUR, markersize=3)
    spread = 1.96 * gap.std(ddof=1)
    for at, style in ((gap.mean(), "-"), (gap.mean() - spread, "--"), (gap.mean() + spread, "--")):
        bland.axhline(at, color=GREY, linestyle=style, linewidth=0.8)
    bland.set(xlabel=f"mean of both, {unit}", ylabel=f"network - DXA, {unit}", title="difference")


def _reliability(figure: Figure, answers: Answers) -> None:
    axes = figure.add_subplot(2, 2, 3)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.8)
    parts = [p for p in np.array_split(np.argsort(answers.probability), BINS) if len(p)]
    axes.plot(
        [answers.probability[p].mean() for p in parts],
        [answers.osteoporosis[p].mean() for p in parts],
        "o-",
        color=COLOUR,
    )
    axes.set(xlabel="probability of T ≤ -2.5", ylabel="share with T ≤ -2.5", title="reliability")


def _roc(figure: Figure, answers: Answers) -> None:
    axes = figure.add_subplot(2, 2, 4)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.8)
    positive = answers.osteoporosis
    if positive.any() and not positive.all():
        # One point a threshold: vertebrae of one probability enter together.
        cuts = np.concatenate([[np.inf], np.unique(answers.probability)[::-1]])
        hits = [(answers.probability[positive] >= c).mean() for c in cuts]
        false = [(answers.probability[~positive] >= c).mean() for c in cuts]
        axes.plot(false, hits, color=COLOUR)
    axes.set(xlabel="1 - specificity", ylabel="sensitivity", title="ROC of T ≤ -2.5")


def write_plots(folder: Path, groups: dict[str, Answers], units: dict[str, str]) -> dict[str, str]:
    """One figure a scale; returns the file names."""
    names = {}
    folder.mkdir(parents=True, exist_ok=True)
    for device, answers in groups.items():
        figure = Figure(figsize=(9, 8))
        FigureCanvasSVG(figure)
        figure.suptitle(f"{device}: {len(answers.reading)} vertebrae of {answers.patients} patients")
        _agreement(figure, answers, units[device])
        _reliability(figure, answers)
        _roc(figure, answers)
        figure.tight_layout()
        names[device] = f"{device}.svg"
        figure.savefig(folder / names[device], metadata={"Date": None})
    return names
