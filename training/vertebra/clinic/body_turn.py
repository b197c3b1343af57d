"""How far a vertebra is turned about its axis: the twin of src/core/measure/body-turn.ts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..real_data import Scan
from .app_rules import RULES
from .body_frame import Frame, points_in, sample_body

_TURN: dict[str, Any] = RULES["fit"]["turn"]


def _steps(line: dict[str, float]) -> np.ndarray:
    return np.arange(line["from"], line["to"] + line["step"] / 2, line["step"], dtype=float)


_BACK, _SIDE = (
    grid.ravel() for grid in np.meshgrid(_steps(_TURN["backMm"]), _steps(_TURN["sideMm"]), indexing="ij")
)
_REACH = math.ceil(math.hypot(_TURN["sideMm"]["to"], _TURN["backMm"]["to"]) / _TURN["cellMm"])


def _read(picture: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    column, row = x / _TURN["cellMm"] + _REACH, y / _TURN["cellMm"] + _REACH
    i, j = np.floor(column).astype(int), np.floor(row).astype(int)
    fx, fy = column - i, row - j
    near = picture[j, i] * (1 - fx) + picture[j, i + 1] * fx
    return near * (1 - fy) + (picture[j + 1, i] * (1 - fx) + picture[j + 1, i + 1] * fx) * fy


def _unlike(picture: np.ndarray, degrees: float) -> float:
    """0 where the halves mirror each other, 1 where they have nothing in common; NaN where too much is missing."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    one = _read(picture, _SIDE * cos - _BACK * sin, _SIDE * sin + _BACK * cos)
    other = _read(picture, -_SIDE * cos - _BACK * sin, -_SIDE * sin + _BACK * cos)
    known = ~np.isnan(one - other)
    count = int(known.sum())
    if count < _TURN["believed"]["inside"] * len(known):
        return math.nan
    one, other = one[known], other[known]
    total = float((one + other).sum())
    squares = float((one * one + other * other).sum())
    return float(((one - other) ** 2).sum()) / max(1e-9, squares - total * total / (2 * count))


def find_turn(
    scan: Scan, frame: Frame, origin: np.ndarray, outline: dict[str, float], half_height: float
) -> float:
    """Degrees, positive from the left to the back; 0 where no turn is believed."""
    cells = np.arange(-_REACH, _REACH + 1) * _TURN["cellMm"]
    heights = np.array(_TURN["heights"]) * half_height
    x, y = outline["x"] + cells[None, :, None], outline["y"] + cells[:, None, None]
    values = sample_body(scan, points_in(frame, origin, x, y, heights[None, None, :]))
    picture = np.minimum(_TURN["hardestHu"], values).mean(axis=2)
    best = (math.inf, math.inf, 0)  # cost, unlike, degrees

    def look(degrees: int) -> None:
        nonlocal best
        unlike = _unlike(picture, degrees)
        cost = unlike + _TURN["prior"]["costs"] * (degrees / _TURN["prior"]["sdDeg"]) ** 2
        if cost < best[0]:
            best = cost, unlike, degrees

    tried = _TURN["turnDeg"]
    for degrees in range(-tried["most"], tried["most"] + 1, tried["step"]):
        look(degrees)
    coarse = best[2]
    for off in range(tried["finer"] - tried["step"], tried["step"], tried["finer"]):
        look(coarse + off)
    return float(best[2]) if best[1] <= _TURN["believed"]["unlike"] else 0.0
