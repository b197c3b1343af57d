"""Every reason to doubt a level's numbers: the twin of src/core/results/gates.ts, with its codes and words.

tests/fixtures/gate-cases.json holds both to the same warnings. A script places no pick by a click, refuses
tilted scans and reads every slice, so what the app says of those (``off-centre``, ``tilt-resampled``,
``patch-beside-slices``, ``every-second-slice``) does not occur here.
"""

from __future__ import annotations

import math
from typing import Any

from ..config import LEVELS
from .app_rules import RULES
from .measure import BodyRegion, Problem, qct_category

Warning = dict[str, str]
_LIMITS = RULES["gates"]
_SEVERITY = {"refuse": 0, "mark": 1, "note": 2}
_REFUSES_DENSITY = {"roi-outside-scan", "slices-too-thick", "metal-or-cement"}


def _said(effect: str, code: str, sentence: str) -> Warning:
    return {"code": code, "effect": effect, "sentence": sentence}


def _whole(value: float) -> str:
    """Rounded as Math.round does: halves go up."""
    return str(math.floor(value + 0.5))


def _mm(value: float) -> str:
    return f"{math.floor(value * 10 + 0.5) / 10:g}"


def is_density_refused(warnings: list[Warning]) -> bool:
    """Is the measured density withheld?"""
    return any(w["effect"] == "refuse" and w["code"] in _REFUSES_DENSITY for w in warnings)


def is_network_refused(warnings: list[Warning]) -> bool:
    """Is the network's estimate withheld?"""
    return any(w["effect"] == "refuse" for w in warnings)


def acquisition_warnings(header: dict[str, Any]) -> list[Warning]:
    """What the header says against every level. header: as patch.acquisition_vector reads it."""
    found = []
    kvp, thickness = header["kvp"], header["sliceThicknessMm"]
    span, thick = _LIMITS["kvp"], _LIMITS["sliceThicknessMm"]
    if kvp is None:
        found.append(
            _said(
                "mark",
                "kvp-unknown",
                "The header gives no tube voltage, so no density is computed from the attenuation.",
            )
        )
    elif not span["min"] <= kvp <= span["max"]:
        sentence = (
            f"The tube voltage of {kvp:g} kVp is outside {span['min']} to {span['max']} kVp, so no density "
            "is computed from the attenuation."
        )
        found.append(_said("mark", "kvp-out-of-range", sentence))
    if thickness is None:
        sentence = "The header gives no slice thickness: thick slices mix the endplates into the numbers."
        found.append(_said("mark", "thickness-unknown", sentence))
    elif thickness > thick["refuse"]:
        sentence = (
            f"The slices are {_mm(thickness)} mm thick; above {thick['refuse']} mm no density is given."
        )
        found.append(_said("refuse", "slices-too-thick", sentence))
    elif thickness > thick["mark"]:
        sentence = (
            f"The slices are {_mm(thickness)} mm thick; above {thick['mark']} mm the endplates blur into "
            "the measured region."
        )
        found.append(_said("mark", "slices-thick", sentence))
    if header["contrast"] is True:
        sentence = (
            "Contrast agent was given, which raises vertebral attenuation by about 14 to 26 HU (11 to 21 %), "
            "so density reads too high."
        )
        found.append(_said("mark", "contrast", sentence))
    return found


def region_warnings(region: BodyRegion) -> list[Warning]:
    """Metal, cement, dense bone, a body cut by the field of view."""
    found = []
    if region.metal_fraction > _LIMITS["metalFraction"]:
        sentence = (
            f"The vertebral body holds {_whole(region.max_hu or 0)} HU: metal or cement is likely, so no "
            "density is given."
        )
        found.append(_said("refuse", "metal-or-cement", sentence))
    elif region.dense_fraction > _LIMITS["denseFraction"] or region.metal_fraction > 0:
        sentence = (
            "Part of the vertebral body is denser than bone tissue should be: look for sclerosis, a bone "
            "island, cement or metal."
        )
        found.append(_said("mark", "dense-material", sentence))
    if region.outside_fraction > 0:
        found.append(_said("mark", "body-cut", "The field of view cuts this vertebral body."))
    return found


def _measurement_warnings(measured: dict[str, Any] | Problem) -> list[Warning]:
    if isinstance(measured, Problem):
        return [_said("refuse", measured.code, measured.sentence)]
    if measured["sdHu"] <= _LIMITS["roiSdHu"]:
        return []
    sentence = (
        f"The attenuation varies by {_whole(measured['sdHu'])} HU within the measured region: look for "
        "noise, a vessel, sclerosis or a fracture."
    )
    return [_said("mark", "roi-spread", sentence)]


def _category_warnings(measured: float | None, network: dict[str, Any]) -> list[Warning]:
    """QCT category of the measurement, or else of the network's density, that contradicts its DXA answer."""
    vbmd = network["vbmdMgCm3"]["value"] if measured is None else measured
    whose = "The network's own" if measured is None else "The measured"
    chances = [device["osteoporosis"]["value"] for device in network["devices"]]
    limit, category = _LIMITS["contradiction"], qct_category(vbmd)
    density = f"{whose} density of {_whole(vbmd)} mg/cm³ is"
    if category == "osteoporosis" and all(chance < limit["osteoporosisBelow"] for chance in chances):
        sentence = (
            f"{density} in the osteoporotic range of QCT, while the network expects no osteoporosis on DXA: "
            "do not rely on its probability."
        )
        return [_said("mark", "categories-differ", sentence)]
    if category == "normal" and all(chance > limit["normalAbove"] for chance in chances):
        sentence = (
            f"{density} normal by QCT, while the network expects osteoporosis on DXA: do not rely on its "
            "probability."
        )
        return [_said("mark", "categories-differ", sentence)]
    return []


def _label_warnings(level: str, network: dict[str, Any]) -> list[Warning]:
    steps = abs(LEVELS.index(level) - LEVELS.index(network["predictedLevel"]))
    probability = network["levelProbabilities"].get(level, 0.0)
    if steps < _LIMITS["labelSteps"] and probability >= _LIMITS["labelProbability"]:
        return []
    sentence = (
        f"The network takes this vertebra for {network['predictedLevel']}, not {level}: check the label."
    )
    return [_said("mark", "label-doubt", sentence)]


def _network_warnings(
    level: str, measured: dict[str, Any] | Problem, estimated: dict[str, Any] | Problem
) -> list[Warning]:
    if isinstance(estimated, Problem):
        return [_said("refuse", estimated.code, estimated.sentence)]
    found = []
    strangeness = estimated["oodScore"] / estimated["oodLimit"]
    if strangeness > _LIMITS["strangeness"]["refuse"]:
        sentence = (
            "This vertebra looks very unlike those the network was trained on, so its estimate is not given."
        )
        found.append(_said("refuse", "out-of-distribution", sentence))
    elif strangeness > _LIMITS["strangeness"]["mark"]:
        sentence = (
            "This vertebra looks unlike the simulated ones that the network was trained on, so its estimate "
            "may be off."
        )
        found.append(_said("mark", "out-of-distribution", sentence))
    outside = estimated["outsideFraction"]
    if outside > 0:
        effect = "mark" if outside > _LIMITS["patchOutside"]["mark"] else "note"
        percent = max(1, math.floor(outside * 100 + 0.5))
        sentence = f"{percent} % of what the network looks at lies outside the scan."
        found.append(_said(effect, "patch-outside-scan", sentence))
    vbmd = None if isinstance(measured, Problem) else measured["vbmdMgCm3"]
    if vbmd is not None:
        low, high = estimated["vbmdMgCm3"]["low"], estimated["vbmdMgCm3"]["high"]
        error = abs(vbmd) * _LIMITS["measurementError"]
        if vbmd + error < low or vbmd - error > high:
            sentence = (
                f"The measured density of {_whole(vbmd)} mg/cm³ and the network's interval of {_whole(low)} "
                f"to {_whole(high)} mg/cm³ do not agree."
            )
            found.append(_said("mark", "density-disagrees", sentence))
    return found + _category_warnings(vbmd, estimated) + _label_warnings(level, estimated)


def find_warnings(
    level: str,
    header: dict[str, Any],
    region: BodyRegion,
    measured: dict[str, Any] | Problem,
    estimated: dict[str, Any] | Problem,
) -> list[Warning]:
    """All that is said against one level, the gravest first.

    measured: ``measurement`` of the results file, or why there is none; estimated: ``network``, likewise.
    """
    found = [
        *_measurement_warnings(measured),
        *acquisition_warnings(header),
        *region_warnings(region),
        *_network_warnings(level, measured, estimated),
    ]
    return sorted(found, key=lambda warning: _SEVERITY[warning["effect"]])
