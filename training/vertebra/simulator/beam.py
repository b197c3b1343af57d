"""The DXA beam: a ray sum, front to back, of the mineral that is painted, over the level's region.

The region runs from mid-disc to mid-disc. Whatever lies in the beam counts: trabeculae, shell, posterior
elements (the neighbours' too), osteophytes, facets, aortic calcium, sclerosis, cement and metal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .anatomy import MINERAL, paint_vertebra
from .deposits import paint_deposits
from .geometry import Canvas
from .spine import Segment, frames_about, neighbours

STEP_MM = (1.5, 2.0, 1.5)  # x, y, z of the grid on which mineral is summed
SIGMA_MM = 0.8  # blur of edges, wide enough that thin shells keep their mass on the grid
BESIDE_MM = 3.0  # edge detection leaves the transverse processes out: body half width and this much
EDGE_SHARE = 0.35  # of the body's median areal density, below which a pixel is no bone


@dataclass(frozen=True)
class Projection:
    """Mineral in grams and bone area in cm2 of a level's region, before calibration; and the trabecular ROI's
    mean mineral (mg/cm3) as painted here."""

    mineral_g: float
    area_cm2: float
    roi_mineral: float

    @property
    def g_cm2(self) -> float:
        return self.mineral_g / self.area_cm2


def mineral_canvas(spine: dict[str, Segment], level: str) -> tuple[Canvas, float]:
    """Mineral (mg/cm3) painted over one level's region, and the mean of the trabecular ROI."""
    target = spine[level]
    frame, above_frame, below_frame = frames_about(spine, level)
    above, below = neighbours(spine, level)
    s = target.shape
    axis_z = frame.rotation[2, 2]
    top = axis_z * (s.half_height + above.disc_below_mm / 2)
    bottom = -axis_z * (s.half_height + target.disc_below_mm / 2)
    side = max(s.half_width) + BESIDE_MM
    front = -s.half_depth - 26
    back = s.half_depth + s.canal[1] + s.spinous_mm + 14
    x = _centres(-side, side, STEP_MM[0])
    y = _centres(front, back, STEP_MM[1])
    z = _centres(bottom, top, STEP_MM[2])
    canvas = Canvas(x, y, z, np.zeros((len(z), len(y), len(x)), dtype=np.float32), SIGMA_MM)
    order = ((above, above_frame), (below, below_frame), (target, frame))
    mean = None
    for segment, at in order:
        rng = np.random.default_rng(segment.seed)
        mean = paint_vertebra(canvas, segment.shape, segment.bone, at, MINERAL, rng)
    for segment, at in order:
        paint_deposits(canvas, at, segment.deposits, 0.0, MINERAL)
    assert mean is not None, "the trabecular region is always on the canvas"
    return canvas, mean


def _centres(low: float, high: float, step: float) -> np.ndarray:
    """Middles of equal cells of about ``step`` that fill low to high exactly."""
    count = max(1, round((high - low) / step))
    return (low + (np.arange(count) + 0.5) * (high - low) / count).astype(np.float32)


def areal_density(spine: dict[str, Segment], level: str) -> Projection:
    """Ray sum and edge detection of one level."""
    canvas, roi_mineral = mineral_canvas(spine, level)
    steps = [float(a[1] - a[0]) for a in (canvas.x, canvas.y, canvas.z)]
    areal = canvas.hu.sum(axis=1) * (steps[1] / 10 / 1000)  # g/cm2 [z, x]
    core = np.median(areal[:, np.abs(canvas.x) < 10])
    bone = areal > EDGE_SHARE * core
    pixel_cm2 = steps[0] * steps[2] / 100
    return Projection(float(areal[bone].sum() * pixel_cm2), float(bone.sum() * pixel_cm2), roi_mineral)
