"""Heights of a body too low or too high: the twin of src/core/results/gates/height-gate.ts and judgeHeights."""

from __future__ import annotations

from statistics import median
from typing import Any

from .app_rules import RULES
from .level_warning import Warning, gravest_first, said, whole

Heights = dict[str, float]  # mm: anterior, middle, posterior

_HEIGHT_CODES = ("height-loss", "height-high")
_RULE = RULES["heights"]
_PLACE_WORDS = {"posterior": "back", "middle": "middle", "anterior": "front"}


def _expected(place: str, level: str, others: dict[str, Heights]) -> float | None:
    """Height that the other levels let expect, mm; others: by level, the level itself does not count."""
    usual = _RULE["usualMm"]
    shares = [
        h[place] / usual[other][place] for other, h in others.items() if other != level and other in usual
    ]
    return usual[level][place] * median(shares) if shares and level in usual else None


def _largest_loss(level: str, heights: Heights, others: dict[str, Heights]) -> tuple[float, str]:
    """Share, and the words for it with a gap for percent."""
    expected = _expected("posterior", level, others)
    losses = [
        (
            1 - heights["anterior"] / heights["posterior"],
            "The front of this body is {} % lower than its back",
        ),
        (
            1 - heights["middle"] / heights["posterior"] / _RULE["healthyMiddle"],
            "The middle of this body is {} % lower than healthy endplates leave it",
        ),
        (
            0.0 if expected is None else 1 - heights["posterior"] / expected,
            "This body is {} % lower than the other levels of this spine let expect",
        ),
    ]
    return max(losses, key=lambda one: one[0])


def _loss_warnings(level: str, heights: Heights, others: dict[str, Heights]) -> list[Warning]:
    loss, words = _largest_loss(level, heights, others)
    if loss < _RULE["leastLoss"]:
        return []
    what = words.format(whole(loss * 100))
    sentence = f"{what}: look for a fracture, which makes density read too high."
    return [said("mark", "height-loss", sentence)]


def _high_warnings(level: str, heights: Heights, others: dict[str, Heights]) -> list[Warning]:
    """Others that have lost height do not count, unless all have (high-height.ts)."""
    rest = {name: h for name, h in others.items() if name != level}
    everyone = {**rest, level: heights}
    sound = {n: h for n, h in rest.items() if _largest_loss(n, h, everyone)[0] < _RULE["leastLoss"]}
    worst: tuple[float, str, float] | None = None
    for place, limit in _RULE["tooHigh"].items():
        expected = _expected(place, level, sound or rest)
        ratio = 0.0 if expected is None else heights[place] / expected
        if ratio > limit and (worst is None or ratio / limit > worst[0]):
            worst = (ratio / limit, place, ratio)
    if worst is None:
        return []
    found = (
        f"The {_PLACE_WORDS[worst[1]]} of this body reads {whole((worst[2] - 1) * 100)} % higher than the "
        "other levels of this spine let expect"
    )
    sentence = (
        f"{found}: look whether its outline holds a disc, a neighbour's endplate or an osteophyte, or "
        "whether the other levels are low."
    )
    return [said("mark", "height-high", sentence)]


def height_warnings(level: str, fit: dict[str, Any] | None, others: dict[str, Heights]) -> list[Warning]:
    """others: heights by level of the same person, the level itself among them or not."""
    if fit is None:
        return []
    heights = fit["heightsMm"]
    return [*_loss_warnings(level, heights, others), *_high_warnings(level, heights, others)]


def judge_heights(levels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Levels of a results file, their heights judged anew against each other."""
    everyone = {one["level"]: one["fit"]["heightsMm"] for one in levels if one["fit"]}
    judged = []
    for one in levels:
        kept = [warning for warning in one["warnings"] if warning["code"] not in _HEIGHT_CODES]
        found = height_warnings(one["level"], one["fit"], everyone)
        judged.append({**one, "warnings": gravest_first([*kept, *found])})
    return judged
