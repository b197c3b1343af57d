"""Loss of height of a body: the twin of src/core/results/gates/height-gate.ts and judgeHeights."""

from __future__ import annotations

from statistics import median
from typing import Any

from .app_rules import RULES
from .level_warning import Warning, gravest_first, said, whole

_HEIGHT_CODE = "height-loss"


def _expected_posterior(level: str, posteriors: dict[str, float]) -> float | None:
    """Posterior height that the other levels let expect, mm; posteriors: by level."""
    usual = RULES["heights"]["usualPosteriorMm"]
    shares = [mm / usual[other] for other, mm in posteriors.items() if other != level and other in usual]
    return usual[level] * median(shares) if shares and level in usual else None


def height_warnings(level: str, fit: dict[str, Any] | None, posteriors: dict[str, float]) -> list[Warning]:
    """posteriors: posterior heights by level, mm, of the same person."""
    if fit is None:
        return []
    heights, rule = fit["heightsMm"], RULES["heights"]
    expected = _expected_posterior(level, posteriors)
    losses = [
        (
            1 - heights["anterior"] / heights["posterior"],
            "The front of this body is {} % lower than its back",
        ),
        (
            1 - heights["middle"] / heights["posterior"] / rule["healthyMiddle"],
            "The middle of this body is {} % lower than healthy endplates leave it",
        ),
        (
            0.0 if expected is None else 1 - heights["posterior"] / expected,
            "This body is {} % lower than the other levels of this spine let expect",
        ),
    ]
    loss, words = max(losses, key=lambda one: one[0])
    if loss < rule["leastLoss"]:
        return []
    what = words.format(whole(loss * 100))
    sentence = f"{what}: look for a fracture, which makes density read too high."
    return [said("mark", _HEIGHT_CODE, sentence)]


def judge_heights(levels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Levels of a results file, their loss of height found anew against each other."""
    posteriors = {one["level"]: one["fit"]["heightsMm"]["posterior"] for one in levels if one["fit"]}
    judged = []
    for one in levels:
        kept = [warning for warning in one["warnings"] if warning["code"] != _HEIGHT_CODE]
        found = height_warnings(one["level"], one["fit"], posteriors)
        judged.append({**one, "warnings": gravest_first([*kept, *found])})
    return judged
