"""Walls and endplates of a body by rays: the twin of src/core/measure/body-walls.ts and endplates.ts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..real_data import Scan
from .app_rules import RULES
from .body_edges import STEP_MM, find_edge, fit_robust, ray_count, ray_start
from .body_frame import Frame, points_in, sample_body

_WALLS: dict[str, Any] = RULES["fit"]["walls"]
_ENDS: dict[str, Any] = RULES["fit"]["endplates"]


def _is_corner(angle: np.ndarray) -> np.ndarray:
    return (np.sin(angle) > _WALLS["corner"]["sin"]) & (np.abs(np.cos(angle)) > _WALLS["corner"]["cos"])


def _radius(outline: dict[str, float], cos: np.ndarray, sin: np.ndarray) -> np.ndarray:
    power = _WALLS["power"]
    inner = np.abs(cos / outline["halfWidth"]) ** power + np.abs(sin / outline["halfDepth"]) ** power
    return inner ** (-1 / power)


def _off_outline(outline: dict[str, float], points: np.ndarray) -> np.ndarray:
    u, v = points[:, 0] - outline["x"], points[:, 1] - outline["y"]
    r = np.hypot(u, v)
    return r - _radius(outline, u / r, v / r)


def _outline_rows(outline: dict[str, float], points: np.ndarray) -> np.ndarray:
    u, v = points[:, 0] - outline["x"], points[:, 1] - outline["y"]
    r = np.hypot(u, v)
    cos, sin = u / r, v / r
    radius, power = _radius(outline, cos, sin), _WALLS["power"]
    pw = np.abs(cos / outline["halfWidth"]) ** power
    pd = np.abs(sin / outline["halfDepth"]) ** power
    total = pw + pd
    return np.stack(
        [
            pw / total / np.where(cos == 0, 1e-9, cos),
            pd / total / np.where(sin == 0, 1e-9, sin),
            radius * pw / total / outline["halfWidth"],
            radius * pd / total / outline["halfDepth"],
        ],
        axis=1,
    )


def find_walls(
    scan: Scan, frame: Frame, origin: np.ndarray, half_height: float, outline: dict[str, float], window: float
) -> tuple[dict[str, float], float] | None:
    count = _WALLS["angles"]
    angles = (np.arange(count) + 0.5) / count * 2 * math.pi
    corners = _is_corner(angles)
    expected = _radius(outline, np.cos(angles), np.sin(angles))
    starts, length = ray_start(expected, window), ray_count(window)
    r = starts[:, None] + np.arange(length) * STEP_MM
    x, y = outline["x"] + r * np.cos(angles)[:, None], outline["y"] + r * np.sin(angles)[:, None]
    heights = np.array(_WALLS["heights"])
    values = sample_body(
        scan, points_in(frame, origin, x[..., None], y[..., None], (heights * half_height)[None, None, :])
    )
    profiles = values.mean(axis=2)
    found, weights = [], []
    for n in range(count):
        edge = find_edge(profiles[n], float(starts[n]), float(expected[n]), window, first=True)
        if edge is None or edge[1] < _WALLS["leastFallHu"]:
            continue
        found.append(
            [outline["x"] + edge[0] * math.cos(angles[n]), outline["y"] + edge[0] * math.sin(angles[n])]
        )
        weights.append(_WALLS["cornerWeight"] if corners[n] else 1.0)
    if len(found) < count / 4:
        return None
    points, prior = np.array(found), np.array(weights)
    fitted = dict(outline)
    for _ in range(_WALLS["rounds"]):
        step = fit_robust(
            _outline_rows(fitted, points), _off_outline(fitted, points), prior, _WALLS["floorMm"]
        )
        if step is None:
            return None
        fitted = {
            key: fitted[key] + float(d)
            for key, d in zip(("x", "y", "halfWidth", "halfDepth"), step[0], strict=True)
        }
        if not (5 < fitted["halfWidth"] < 50 and 4 < fitted["halfDepth"] < 40):
            return None
    near = (prior == 1) & (np.abs(_off_outline(fitted, points)) < _WALLS["nearMm"])
    return fitted, float(near.sum() / (~corners).sum())


def height_at(coefficients: np.ndarray, x: Any, y: Any) -> Any:
    terms = [1.0, x, y, x * x, y * y]
    return sum(term * c for term, c in zip(terms, coefficients, strict=False))


def find_endplate(
    scan: Scan, frame: Frame, origin: np.ndarray, outline: dict[str, float], sign: int, expected: np.ndarray,
    window: float,
) -> tuple[np.ndarray, float] | None:  # fmt: skip
    points = np.array(_ENDS["points"])
    beside = _ENDS["besideMm"]
    at = sign * (np.zeros(len(points)) + height_at(expected, points[:, 0], points[:, 1]))
    starts, length = ray_start(at, window), ray_count(window)
    along = sign * (starts[:, None] + np.arange(length) * STEP_MM)  # [point, n]
    offsets = np.array([[0, 0], [beside, 0], [-beside, 0], [0, beside], [0, -beside]])
    x = outline["x"] + points[:, None, 0] * outline["halfWidth"] + offsets[None, :, 0]
    y = outline["y"] + points[:, None, 1] * outline["halfDepth"] + offsets[None, :, 1]
    values = sample_body(scan, points_in(frame, origin, x[..., None], y[..., None], along[:, None, :]))
    profiles = values.mean(axis=1)
    rows, heights = [], []
    for n, (px, py) in enumerate(points):
        edge = find_edge(profiles[n], float(starts[n]), float(at[n]), window)
        if edge is None or edge[1] < _ENDS["leastFallHu"]:
            continue
        rows.append([1.0, px, py, px * px, py * py])
        heights.append(sign * edge[0])
    if len(rows) < len(points) / 3:
        return None
    fit = fit_robust(np.array(rows), np.array(heights), np.ones(len(rows)), _ENDS["floorMm"])
    if fit is None:
        return None
    return fit[0], float((np.abs(fit[1]) < _ENDS["nearMm"]).sum() / len(points))
