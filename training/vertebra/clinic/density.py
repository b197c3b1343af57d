"""From attenuation to density, with its expected error: the twin of src/core/measure/density-reading.ts.

A script has no scanner calibration, so the tube voltage is all that it converts by.
tests/fixtures/density-cases.json holds both to the same numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .app_rules import RULES
from .measure import hu_to_vbmd

ERROR_SHARE = 0.1
# How far contrast agent raises vertebral attenuation, HU (domain.md 2.5).
RISE_HU = {"arterial": (13.5, 14.4), "portal venous": (18.2, 25.7), "unclear": (13.5, 25.7)}
CONTRAST_AORTA_HU = 100
PORTAL_VENOUS_BELOW_HU = 200
ARTERIAL_ABOVE_HU = 230
PHASE_KVP = (110, 130)
# HU of 1 mg iodine in a millilitre at 80 and 140 kVp (domain.md, appendix A).
IODINE_HU = (43, 24)


def _iodine_hu(kvp: float) -> float:
    return IODINE_HU[0] + (kvp - 80) / 60 * (IODINE_HU[1] - IODINE_HU[0])


def _phase(aorta_hu: float | None, kvp: float) -> str:
    if aorta_hu is None or aorta_hu <= CONTRAST_AORTA_HU or not PHASE_KVP[0] <= kvp <= PHASE_KVP[1]:
        return "unclear"
    if aorta_hu > ARTERIAL_ABOVE_HU:
        return "arterial"
    return "portal venous" if aorta_hu < PORTAL_VENOUS_BELOW_HU else "unclear"


def read_density(
    mean_hu: float,
    kvp: float | None,
    kvp_source: str,
    contrast: bool | None,
    aorta_hu: float | None = None,
) -> dict[str, Any] | None:
    """The ``density`` of a measurement; None where the voltage gives none.

    kvp_source: header or reader. aorta_hu: of blood in the aorta, None where nobody looked.
    """
    vbmd = hu_to_vbmd(mean_hu, kvp)
    if vbmd is None or kvp is None:
        return None
    slope = float(np.interp(kvp, *zip(*RULES["huPerMgCm3"], strict=True)))
    error = abs(vbmd) * ERROR_SHARE
    rise = None
    if contrast is True or (aorta_hu is not None and aorta_hu > CONTRAST_AORTA_HU):
        phase = _phase(aorta_hu, kvp)
        brightness = _iodine_hu(kvp) / _iodine_hu(120)
        rise = {"phase": phase, "riseMgCm3": [hu * brightness / slope for hu in RISE_HU[phase]]}
    return {
        "vbmdMgCm3": vbmd,
        "lowMgCm3": vbmd - error - (rise["riseMgCm3"][1] if rise else 0),
        "highMgCm3": vbmd + error,
        "method": {"kind": "tube-voltage", "kvp": kvp, "kvpSource": kvp_source, "huPerMgCm3": slope},
        "contrast": rise,
    }
