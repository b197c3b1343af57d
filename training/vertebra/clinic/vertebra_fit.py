"""The body round a pick: axis, endplates, walls, heights. The twin of src/core/measure/vertebra-fit.ts and what it uses.

Numbers come from app-rules.json; tests/fixtures/fit-cases.json holds both to the same fits. LPS, mm; in a body's own
frame x is to the left, y to the back, z up. Shapes: frames are dicts of unit vectors up, front, left [3].
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..real_data import Scan
from .app_rules import RULES
from .body_axis import find_axis
from .body_frame import Frame, frame_of_axis, leaning, points_in, turned
from .body_surfaces import find_endplate, find_walls, height_at
from .body_turn import find_turn
from .measure import fixed_roi
from .roi_beside_focus import SOURCE as BESIDE_FOCUS
from .roi_beside_focus import roi_beside_focus

_FIT: dict[str, Any] = RULES["fit"]


def fit_vertebra(scan: Scan, centre_lps: list[float]) -> dict[str, Any] | None:
    """The ``fit`` of a results file, whatever its confidence; None where no body was found at all."""
    pick = np.asarray(centre_lps, dtype=float)
    axis = find_axis(scan, pick)
    if axis is None:
        return None
    frame, top, bottom = axis
    origin = pick + (top + bottom) / 2 * frame["up"]
    outline = {"x": 0.0, "y": 0.0, **{k: float(v) for k, v in _FIT["usualOutline"].items()}}
    ends = {1: np.array([(top - bottom) / 2]), -1: np.array([-(top - bottom) / 2])}
    found: dict[int, tuple[np.ndarray, float]] = {}
    share = 0.0
    for number, windows in enumerate(_FIT["rounds"]):
        if number > 0:
            # The body's own middle, leaning as its endplates do on average.
            mean = (ends[1][:3] + ends[-1][:3]) / 2
            origin = points_in(frame, origin, outline["x"], outline["y"], float(mean[0]))
            slopes = -float(mean[2]) / outline["halfDepth"], -float(mean[1]) / outline["halfWidth"]
            frame = frame_of_axis(leaning(frame, *slopes), frame["left"])
            outline = {**outline, "x": 0.0, "y": 0.0}
            ends = {sign: np.concatenate([c[:3] - mean, c[3:]]) for sign, c in ends.items()}
            degrees = find_turn(scan, frame, origin, outline, float(ends[1][0] - ends[-1][0]) / 2)
            frame = turned(frame, degrees)
            ends = {sign: _turned_surface(c, outline, degrees) for sign, c in ends.items()}
        half = float(ends[1][0] - ends[-1][0]) / 2
        walls = find_walls(scan, frame, origin, half, outline, windows["walls"])
        if walls is None:
            return None
        outline, share = walls
        for sign in (1, -1):
            surface = find_endplate(scan, frame, origin, outline, sign, ends[sign], windows["ends"])
            if surface is None:
                return None
            found[sign] = surface
        ends = {sign: surface[0] for sign, surface in found.items()}
    return _describe(frame, origin, outline, share, found, pick)


def _turned_surface(coefficients: np.ndarray, outline: dict[str, float], degrees: float) -> np.ndarray:
    """The slopes of an endplate in the turned frame."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    width, depth = outline["halfWidth"], outline["halfDepth"]
    to_left, back = coefficients[1] / width, coefficients[2] / depth
    slopes = [(to_left * cos + back * sin) * width, (back * cos - to_left * sin) * depth]
    return np.concatenate([coefficients[:1], slopes, coefficients[3:]])


def _describe(
    frame: Frame, origin: np.ndarray, outline: dict[str, float], share: float,
    found: dict[int, tuple[np.ndarray, float]], pick: np.ndarray,
) -> dict[str, Any]:  # fmt: skip
    width, depth, rim = outline["halfWidth"], outline["halfDepth"], _FIT["rim"]
    superior, inferior = found[1][0], found[-1][0]

    def point(coefficients: np.ndarray, y: float) -> list[float]:
        z = float(height_at(coefficients, 0.0, y))
        return points_in(frame, origin, outline["x"], outline["y"] + y * depth, z).tolist()

    def end(sign: int) -> dict[str, Any]:
        c = found[sign][0]
        return {
            "centreLps": point(c, 0),
            "normalLps": (sign * leaning(frame, -float(c[2]) / depth, -float(c[1]) / width)).tolist(),
            "anteriorLps": point(c, -rim),
            "posteriorLps": point(c, rim),
        }

    def height(y: float) -> float:
        return float(height_at(superior, 0.0, y) - height_at(inferior, 0.0, y))

    heights = {"anterior": height(-rim), "middle": height(0), "posterior": height(rim)}
    middle = float(height_at(superior, 0.0, 0.0) + height_at(inferior, 0.0, 0.0)) / 2
    centre = points_in(frame, origin, outline["x"], outline["y"], middle)
    sizes = _FIT["sizesMm"]
    plausible = (
        sizes["halfWidth"][0] <= width <= sizes["halfWidth"][1]
        and sizes["halfDepth"][0] <= depth <= sizes["halfDepth"][1]
        and sizes["middle"][0] <= heights["middle"] <= sizes["middle"][1]
        and min(heights["anterior"], heights["posterior"]) > 0
        and heights["middle"] <= _FIT["mostConvex"] * max(heights["anterior"], heights["posterior"])
        and math.dist(centre, pick) <= _FIT["mostOffMm"]
    )
    shares = _FIT["shares"]
    seen = (min(share, found[1][1], found[-1][1]) - shares["none"]) / (shares["full"] - shares["none"])
    return {
        **{name: axis.tolist() for name, axis in frame.items()},
        "centreLps": centre.tolist(),
        "halfWidthMm": width,
        "halfDepthMm": depth,
        "heightsMm": heights,
        "endplates": {"superior": end(1), "inferior": end(-1)},
        "confidence": min(1.0, max(0.0, seen)) if plausible else 0.0,
    }


def roi_of_body(fit: dict[str, Any]) -> dict[str, Any] | None:
    """The region by convention (body-roi.ts); None where the body is too small to hold one."""
    rule = RULES["bodyRoi"]
    most = rule["most"]
    width, depth, margin = fit["halfWidthMm"], fit["halfDepthMm"], rule["wallMarginMm"]
    forward = rule["forwardShare"] * depth
    half_width = min(most["halfWidthMm"], rule["widthShare"] * width, width - margin)
    half_depth = min(most["halfDepthMm"], rule["depthShare"] * depth, depth - forward - margin)
    lowest = min(fit["heightsMm"]["middle"], fit["heightsMm"]["anterior"])
    height = min(most["heightMm"], lowest - 2 * rule["endplateMarginMm"])
    least = rule["least"]
    if half_width < least["halfWidthMm"] or half_depth < least["halfDepthMm"] or height < least["heightMm"]:
        return None
    centre = np.asarray(fit["centreLps"]) + forward * np.asarray(fit["front"])
    return {
        "centreLps": centre.tolist(),
        **{name: fit[name] for name in ("up", "front", "left")},
        "halfWidthMm": half_width,
        "halfDepthMm": half_depth,
        "heightMm": height,
    }


def choose_roi(
    scan: Scan, centre_lps: list[float], edited: dict[str, Any] | None = None
) -> tuple[dict[str, Any], str, dict[str, Any] | None]:
    """Region, whose it is (body, beside-focus, fixed, edited), and the fit, None below the confidence that is asked."""
    found = fit_vertebra(scan, centre_lps)
    fit = found if found is not None and found["confidence"] >= _FIT["minConfidence"] else None
    if edited is not None:
        return edited, "edited", fit
    own = roi_of_body(fit) if fit else None
    if fit is None or own is None:
        return fixed_roi(centre_lps), "fixed", fit
    beside = roi_beside_focus(scan, fit, own)
    return (own, "body", fit) if beside is None else (beside, BESIDE_FOCUS, fit)
