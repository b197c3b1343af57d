"""Reasons to doubt the network's answer at a level: the twin of src/core/results/gates/network-gates.ts."""

from __future__ import annotations

import math
from typing import Any

from ..config import LEVELS
from .app_rules import RULES
from .level_warning import Warning, said, whole
from .measure import Problem, qct_category

_LIMITS = RULES["gates"]


def _category_warnings(measured: float | None, network: dict[str, Any]) -> list[Warning]:
    """QCT category of the measurement, or else of the network's own density, that contradicts its DXA answer."""
    of_measured = (
        [] if measured is None else _contradictions("categories-differ", "The measured", measured, network)
    )
    own = network["vbmdMgCm3"]["value"]
    return of_measured or _contradictions("estimate-contradicts", "The network's own", own, network)


def _contradictions(code: str, whose: str, vbmd: float, network: dict[str, Any]) -> list[Warning]:
    chances = [device["osteoporosis"]["value"] for device in network["devices"]]
    limit, category = _LIMITS["contradiction"], qct_category(vbmd)
    density = f"{whose} density of {whole(vbmd)} mg/cm³ is"
    if category == "osteoporosis" and all(chance < limit["osteoporosisBelow"] for chance in chances):
        sentence = (
            f"{density} in the osteoporotic range of QCT, while the network expects no osteoporosis on DXA: "
            "do not rely on its probability."
        )
        return [said("mark", code, sentence)]
    if category == "normal" and all(chance > limit["normalAbove"] for chance in chances):
        sentence = (
            f"{density} normal by QCT, while the network expects osteoporosis on DXA: do not rely on its "
            "probability."
        )
        return [said("mark", code, sentence)]
    return []


def _label_warnings(level: str, network: dict[str, Any]) -> list[Warning]:
    if level not in LEVELS:
        sentence = (
            f"The network was trained on {LEVELS[0]} to {LEVELS[-1]} and has never seen a {level}, so its "
            "estimate may be off."
        )
        return [said("mark", "level-not-trained", sentence)]
    steps = abs(LEVELS.index(level) - LEVELS.index(network["predictedLevel"]))
    probability = network["levelProbabilities"].get(level, 0.0)
    if steps < _LIMITS["labelSteps"] and probability >= _LIMITS["labelProbability"]:
        return []
    sentence = (
        f"The network takes this vertebra for {network['predictedLevel']}, not {level}: check the label."
    )
    return [said("mark", "label-doubt", sentence)]


def network_warnings(
    level: str, measured: dict[str, Any] | Problem, estimated: dict[str, Any] | Problem
) -> list[Warning]:
    """What the network's own answer says against it, and the measured density against the network's.

    measured: ``measurement`` of the results file, or why there is none; estimated: ``network``, likewise.
    """
    if isinstance(estimated, Problem):
        return [said("refuse", estimated.code, estimated.sentence)]
    found = []
    strangeness = estimated["oodScore"] / estimated["oodLimit"]
    if strangeness > _LIMITS["strangeness"]["refuse"]:
        sentence = (
            "This vertebra looks very unlike those the network was trained on, so its estimate is not given."
        )
        found.append(said("refuse", "out-of-distribution", sentence))
    elif strangeness > _LIMITS["strangeness"]["mark"]:
        sentence = (
            "This vertebra looks unlike those that the network was trained on, so its estimate may be off."
        )
        found.append(said("mark", "out-of-distribution", sentence))
    outside = estimated["outsideFraction"]
    if outside > 0:
        effect = "mark" if outside > _LIMITS["patchOutside"]["mark"] else "note"
        percent = max(1, math.floor(outside * 100 + 0.5))
        sentence = f"{percent} % of what the network looks at lies outside the scan."
        found.append(said(effect, "patch-outside-scan", sentence))
    vbmd = None if isinstance(measured, Problem) else measured["vbmdMgCm3"]
    if vbmd is not None:
        low, high = estimated["vbmdMgCm3"]["low"], estimated["vbmdMgCm3"]["high"]
        error = abs(vbmd) * _LIMITS["measurementError"]
        known = (not isinstance(measured, Problem) and measured.get("density")) or {}
        least, most = known.get("lowMgCm3", vbmd - error), known.get("highMgCm3", vbmd + error)
        if most < low or least > high:
            sentence = (
                f"The measured density of {whole(vbmd)} mg/cm³ and the network's interval of {whole(low)} "
                f"to {whole(high)} mg/cm³ do not agree."
            )
            found.append(said("mark", "density-disagrees", sentence))
    return found + _category_warnings(vbmd, estimated) + _label_warnings(level, estimated)
