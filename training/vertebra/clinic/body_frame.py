"""A body's own frame, and samples of a scan in it: the twin of src/core/measure/body-frame.ts.

LPS, mm; in a body's own frame x is to the left, y to the back, z up. Frames are dicts of unit vectors up, front, left [3].
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..real_data import Scan
from .app_rules import RULES
from .measure import sample

Frame = dict[str, np.ndarray]
PATIENT_LEFT = np.array([1.0, 0.0, 0.0])


def unit(v: np.ndarray) -> np.ndarray:
    return v / math.sqrt(float(v @ v))


def frame_of_axis(axis: np.ndarray, towards: np.ndarray = PATIENT_LEFT) -> Frame:
    """Left is that of ``towards``, brought onto the plane across the axis."""
    up = unit(np.asarray(axis, dtype=float))
    left = unit(towards - float(towards @ up) * up)
    return {"up": up, "left": left, "front": np.cross(left, up)}


def turned(frame: Frame, degrees: float) -> Frame:
    """A frame turned about its own axis, positive from its left to its back."""
    angle = math.radians(degrees)
    return frame_of_axis(frame["up"], math.cos(angle) * frame["left"] - math.sin(angle) * frame["front"])


def leaning(frame: Frame, back: float, to_left: float) -> np.ndarray:
    return unit(frame["up"] - back * frame["front"] + to_left * frame["left"])


def points_in(frame: Frame, origin: np.ndarray, x: Any, y: Any, z: Any) -> np.ndarray:
    """World points [..., 3] of body coordinates, broadcast."""
    x, y, z = np.broadcast_arrays(x, y, z)
    return origin + x[..., None] * frame["left"] - y[..., None] * frame["front"] + z[..., None] * frame["up"]


def sample_body(scan: Scan, points: np.ndarray) -> np.ndarray:
    """HU at world points [..., 3], nothing softer than fat; NaN outside the scan."""
    values = sample(scan, points.reshape(-1, 3)).reshape(points.shape[:-1])
    return np.maximum(RULES["fit"]["softestHu"], values)
