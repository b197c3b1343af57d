"""Every reason to doubt a level's numbers: the twin of src/core/results/gates, with its codes and words.

tests/fixtures/gate-cases.json holds both to the same warnings. A script places no pick by a click, moves no
region, refuses tilted scans, reads every slice and looks for no aorta, so what the app says of those does not
occur here.
"""

from __future__ import annotations

import math
from typing import Any

from ..real_data import Scan
from .app_rules import RULES
from .doubts import Doubts, Focus, inspect_doubts, roi_layers
from .heights import height_warnings
from .level_warning import Warning, gravest_first, said, whole
from .measure import BodyRegion, Problem, inspect_body_region
from .network_gates import network_warnings
from .roi_beside_focus import SOURCE as BESIDE_FOCUS

_LIMITS = RULES["gates"]
_DOUBTS = RULES["doubts"]
_REFUSES_DENSITY = {"roi-outside-scan", "slices-too-thick", "metal-or-cement", "metal-beside"}


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
            said(
                "mark",
                "kvp-unknown",
                "No tube voltage is known for these images, so no density is computed from the attenuation.",
            )
        )
    elif not span["min"] <= kvp <= span["max"]:
        sentence = (
            f"The tube voltage of {kvp:g} kVp is outside {span['min']} to {span['max']} kVp, so no density "
            "is computed from the attenuation."
        )
        found.append(said("mark", "kvp-out-of-range", sentence))
    if thickness is None:
        sentence = "The header gives no slice thickness: thick slices mix the endplates into the numbers."
        found.append(said("mark", "thickness-unknown", sentence))
    elif thickness > thick["refuse"]:
        sentence = (
            f"The slices are {_mm(thickness)} mm thick; above {thick['refuse']} mm no density is given."
        )
        found.append(said("refuse", "slices-too-thick", sentence))
    elif thickness > thick["mark"]:
        sentence = (
            f"The slices are {_mm(thickness)} mm thick; above {thick['mark']} mm the endplates blur into "
            "the measured region."
        )
        found.append(said("mark", "slices-thick", sentence))
    if header["contrast"] is True:
        sentence = (
            "Contrast agent was given, which raises vertebral attenuation by about 14 to 26 HU (11 to 21 %), "
            "so density reads too high."
        )
        found.append(said("mark", "contrast", sentence))
    return found


def material_warnings(region: BodyRegion) -> list[Warning]:
    """Metal, cement or dense bone in the body; one warning at most."""
    highest = region.max_hu or 0
    if region.metal_fraction > _LIMITS["metalFraction"]:
        what = "metal" if highest > _DOUBTS["metal"]["certainHu"] else "cement or metal"
        sentence = f"The vertebral body holds {whole(highest)} HU: {what} is likely, so no density is given."
        return [said("refuse", "metal-or-cement", sentence)]
    if region.dense_fraction <= _LIMITS["denseFraction"] and region.metal_fraction == 0:
        return []
    sentence = (
        "Part of the vertebral body is denser than bone tissue should be: look for sclerosis, a bone "
        "island, cement or metal."
    )
    return [said("mark", "dense-material", sentence)]


def _metal_beside_warnings(doubts: Doubts) -> list[Warning]:
    limits = _DOUBTS["metal"]
    if doubts.metal_mm3 > limits["refuseMm3"]:
        sentence = (
            "Much metal lies beside this vertebra and its streaks reach the body, so no density is given."
        )
        return [said("refuse", "metal-beside", sentence)]
    if doubts.metal_mm3 <= limits["markMm3"]:
        return []
    sentence = "Metal lies beside this vertebra: its streaks may change the attenuation."
    return [said("mark", "metal-beside", sentence)]


def _streak_warnings(doubts: Doubts) -> list[Warning]:
    """Metal beside the body is said already."""
    limits, streaks = _DOUBTS["streaks"], doubts.streaks
    if doubts.metal_mm3 > _DOUBTS["metal"]["markMm3"] or streaks is None:
        return []
    if streaks.ratio < limits["ratio"] or streaks.hu < limits["leastHu"]:
        return []
    sentence = (
        f"Metal {whole(streaks.metal_mm)} mm from this body sends streaks through its slices: they may change "
        "the attenuation."
    )
    return [said("mark", "streaks", sentence)]


def _focus_warnings(doubts: Doubts, is_dense_said: bool, is_fitted: bool, is_beside: bool) -> list[Warning]:
    found = []
    dense, loose = doubts.dense, doubts.loose
    if dense.volume_mm3 > _DOUBTS["dense"]["markMm3"] and not is_dense_said:
        beside = _BESIDE if is_beside else _without(dense)
        sentence = (
            f"A part of the body of {_millilitres(dense.volume_mm3)} ml has {whole(dense.mean_hu)} HU, far "
            f"denser than the rest{beside}: look for sclerosis, a bone island or an impacted fracture."
        )
        found.append(said("mark", "dense-focus", sentence))
    limits, hole = _DOUBTS["loose"], doubts.hole.focus
    is_fat = doubts.fat_share > _DOUBTS["fatShare"]
    look = "look for a lytic lesion, a Schmorl node or a vein."
    if is_fat and loose.volume_mm3 > limits["fatMarkMm3" if is_fitted else "unfittedMarkMm3"]:
        beside = _BESIDE if is_beside else _without(loose)
        sentence = f"{_less_dense(loose)}, with fat in it{beside}: look for a haemangioma."
        found.append(said("mark", "haemangioma", sentence))
    elif doubts.hole.score > _DOUBTS["hole"]["markScore" if is_fitted else "unfittedMarkScore"]:
        sentence = f"{_less_dense(hole)}, and as even as soft tissue{_without(hole)}: {look}"
        found.append(said("mark", "loose-focus", sentence))
    elif loose.volume_mm3 > limits["markMm3" if is_fitted else "unfittedMarkMm3"]:
        found.append(said("mark", "loose-focus", f"{_less_dense(loose)}{_without(loose)}: {look}"))
    return found


def _less_dense(focus: Focus) -> str:
    volume, hu = _millilitres(focus.volume_mm3), whole(focus.mean_hu)
    return f"A part of the body of {volume} ml has {hu} HU, far less dense than the rest"


_BESIDE = "; the measured region lies beside it"


def _without(focus: Focus) -> str:
    hu = focus.without_hu
    return "" if hu is None else f"; without it the measured region reads {whole(hu)} HU"


def _millilitres(mm3: float) -> str:
    return f"{math.floor(mm3 / 100 + 0.5) / 10:.1f}"


def _noise_warnings(doubts: Doubts, muscle_sd: float | None, kernel: str | None) -> list[Warning]:
    """Coarse trabeculae look like noise in the body, but not in the muscle beside it."""
    if doubts.noise_hu <= _DOUBTS["noiseHu"]:
        return []
    if muscle_sd is not None and muscle_sd <= _DOUBTS["muscleNoiseHu"]:
        return []
    where = "of this scan" if kernel is None else f"of this scan with the kernel {kernel}"
    sentence = (
        f"The noise {where} is {whole(doubts.noise_hu)} HU in the body: a sharp kernel or a low dose makes "
        "every number here less certain."
    )
    return [said("mark", "noisy", sentence)]


def _bridge_warnings(doubts: Doubts, level: str, thickness: float | None) -> list[Warning]:
    limits, sectors = _DOUBTS["bridge"], doubts.bridge_sectors
    # Thick slices, and the thin discs and rib heads of the chest, let neighbouring rims run together.
    if level in ("T10", "T11"):
        return []
    if sectors is None or sectors < limits["noteSectors"]:
        return []
    if thickness is None or thickness > limits["maxThicknessMm"]:
        return []
    sentence = (
        "Bone seems to bridge the disc beside this vertebra: DXA reads higher there than the bone inside "
        "the body is."
    )
    return [said("note", "bridge", sentence)]


def _cut_warnings(region: BodyRegion, level: str, is_unfitted: bool) -> list[Warning]:
    """Where a body cannot be fitted so near the end of the scan, the end is likely why."""
    # Where no usual height is known the region alone tells.
    usual = RULES["heights"]["usualMm"].get(level, {"posterior": -math.inf})
    beyond = region.room_mm - usual["posterior"] / 2
    if region.outside_fraction > 0 or beyond < _LIMITS["room"]["fittedMm"]:
        return [said("mark", "body-cut", "The field of view cuts this vertebral body.")]
    if not is_unfitted or beyond >= _LIMITS["room"]["unfittedMm"]:
        return []
    sentence = "The scan ends in this vertebral body or close to it, and its edges were not found."
    return [said("mark", "body-cut", sentence)]


def body_warnings(
    level: str,
    region: BodyRegion,
    doubts: Doubts,
    header: dict[str, Any],
    muscle_sd: float | None,
    is_unfitted: bool,
    is_beside: bool = False,
) -> list[Warning]:
    """What the voxels of the body and round it say.

    muscle_sd: HU, None where no muscle was found; is_unfitted: the body was looked for and not found with confidence;
    is_beside: the measured region lies beside a focus.
    """
    material = material_warnings(region)
    found = list(material)
    found += _cut_warnings(region, level, is_unfitted)
    # A metal or cement body is all foci; once said, the rest would be noise.
    if not any(warning["effect"] == "refuse" for warning in material):
        found += _metal_beside_warnings(doubts)
        found += _streak_warnings(doubts)
        found += _focus_warnings(doubts, bool(material), doubts.bridge_sectors is not None, is_beside)
        found += _noise_warnings(doubts, muscle_sd, header["kernel"])
    return found + _bridge_warnings(doubts, level, header["sliceThicknessMm"])


def aorta_warnings(contrast: bool | None, blood_hu: float | None) -> list[Warning]:
    if contrast is True or blood_hu is None or blood_hu <= RULES["contrastAortaHu"]:
        return []
    whose = (
        "although the scan is said to have none"
        if contrast is False
        else "although the header does not say so"
    )
    sentence = (
        f"The blood in the aorta has {whole(blood_hu)} HU: contrast agent was given, {whose}, and density "
        "reads too high."
    )
    return [said("mark", "contrast-seen", sentence)]


def shape_warnings(
    fit: dict[str, Any] | None, is_fit_sought: bool, centre: list[float], roi_source: str | None = None
) -> list[Warning]:
    """What the fitted body says of the mark and the region."""
    found = (
        [said("note", "roi-edited", "The measuring region was placed by the reader.")]
        if roi_source == "edited"
        else []
    )
    if not is_fit_sought:
        return found
    if fit is None and roi_source == "edited":
        sentence = "The edges of this body were not found with confidence, so no heights are given."
        return [*found, said("note", "no-fit", sentence)]
    if fit is None:
        sentence = (
            "The edges of this body were not found with confidence, so the region lies by the mark alone and "
            "no heights are given: move the mark to the middle of the body, or place the region by hand."
        )
        return [said("mark", "no-fit", sentence)]
    distance = math.dist(fit["centreLps"], centre)
    if distance > _LIMITS["offBodyMm"]:
        sentence = (
            f"The mark lies {whole(distance)} mm from the centre of the body: move it there, or check what "
            "it marks."
        )
        found.append(said("mark", "mark-off-body", sentence))
    return found


def measurement_warnings(scan: Scan, measured: dict[str, Any] | Problem) -> list[Warning]:
    if isinstance(measured, Problem):
        return [said("refuse", measured.code, measured.sentence)]
    found = []
    if measured["sdHu"] > _LIMITS["roiSdHu"]:
        sentence = (
            f"The attenuation varies by {whole(measured['sdHu'])} HU within the measured region: look for "
            "noise, a vessel, sclerosis or a fracture."
        )
        found.append(said("mark", "roi-spread", sentence))
    layers = roi_layers(scan, measured["roi"])
    if layers is None:
        return found
    lower, middle, upper = layers
    name, off = ("upper", upper - middle)
    if abs(lower - middle) > abs(off):
        name, off = "lower", lower - middle
    if abs(off) > _LIMITS["unevenHu"]:
        change = f"{whole(abs(off))} HU {'above' if off > 0 else 'below'} its middle"
        sentence = (
            f"The {name} third of the measured region is {change}: look for endplate sclerosis, a Schmorl "
            "node, or an endplate in the region."
        )
        found.append(said("mark", "roi-uneven", sentence))
    return found


def find_warnings(
    level: str,
    scan: Scan,
    centre: list[float],
    header: dict[str, Any],
    measured: dict[str, Any] | Problem,
    estimated: dict[str, Any] | Problem,
    fit: dict[str, Any] | None = None,
    is_fit_sought: bool = False,
    roi_source: str | None = None,
    tissues: dict[str, Any] | None = None,
) -> list[Warning]:
    """All that is said against one level, the gravest first.

    measured: ``measurement`` of the results file, or why there is none; estimated: ``network``, likewise; fit: as
    the results file has it, None where the body was not found with confidence; roi_source: likewise; tissues: likewise,
    None where nobody looked. A loss of height against other levels is found by judge_heights.
    """
    readings = tissues or {}
    blood, muscle = readings.get("blood"), readings.get("muscle")
    found = [
        *measurement_warnings(scan, measured),
        *acquisition_warnings(header),
        *body_warnings(
            level,
            inspect_body_region(scan, centre),
            inspect_doubts(scan, centre, fit, None if isinstance(measured, Problem) else measured["roi"]),
            header,
            muscle["sdHu"] if muscle else None,
            is_fit_sought and fit is None,
            roi_source == BESIDE_FOCUS,
        ),
        *aorta_warnings(header["contrast"], blood["medianHu"] if blood else None),
        *shape_warnings(fit, is_fit_sought, centre, roi_source),
        *network_warnings(level, measured, estimated),
        *height_warnings(level, fit, {}),
    ]
    return gravest_first(found)
