"""The trabecular region of a vertebra: where a reader places it by convention, in the body's true frame.

The largest oval in the front two thirds of the body at mid-height, 3 to 5 mm off cortex and endplates, in front of the
basivertebral vein (domain.md part 7). Place and size in shares of the body are the middle of those of a reader who
placed regions in ten real bodies by eye (docs/evaluation/measuring.md); the app's fitted region has the same ones
(src/core/measure/body-roi.ts), about the body that it finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .anatomy import Shape

FORWARD_SHARE = 0.20  # of the half depth between the walls: how far the region's middle is in front of theirs
WIDTH_SHARE, DEPTH_SHARE = 0.65, 0.46  # half axes, of the half width at the waist and of that half depth
MOST_MM = (14.0, 9.0, 8.0)  # half width, half depth, height
WALL_MARGIN_MM, ENDPLATE_MARGIN_MM = 4.0, 3.0
LEAST_HEIGHT_MM = 3.0  # a crushed body keeps a label


@dataclass(frozen=True)
class Lengths:
    """Of a body in its mid-sagittal plane by the formulas of anatomy.body_distance, mm; walls from the origin."""

    front: float
    back: float
    anterior: float
    middle: float
    posterior: float


@dataclass(frozen=True)
class Region:
    """An elliptical cylinder along z, mm; y of its middle from the origin (posterior positive)."""

    y: float
    half_width: float
    half_depth: float
    half_height: float


def lengths_of(shape: Shape) -> Lengths:
    """Walls and heights; the wall to the canal is hollow."""
    slope = shape.slope[0] + shape.slope[1]
    front = shape.half_depth
    back = front**2 / (front + shape.posterior_concavity)
    return Lengths(
        front=float(front),
        back=float(back),
        anterior=float(shape.height - slope * front),
        middle=float(shape.height - 1.06 * sum(shape.concavity) + slope * (back - front) / 2),
        posterior=float(shape.height + slope * back),
    )


def region_of(shape: Shape) -> Region:
    """The region of a shape in its own frame."""
    lengths = lengths_of(shape)
    half_depth = (lengths.front + lengths.back) / 2
    half_width = shape.half_width[1]
    forward = FORWARD_SHARE * half_depth
    height = min(MOST_MM[2], min(lengths.middle, lengths.anterior) - 2 * ENDPLATE_MARGIN_MM)
    return Region(
        y=float((lengths.back - lengths.front) / 2 - forward),
        half_width=float(min(MOST_MM[0], WIDTH_SHARE * half_width, half_width - WALL_MARGIN_MM)),
        half_depth=float(min(MOST_MM[1], DEPTH_SHARE * half_depth, half_depth - forward - WALL_MARGIN_MM)),
        half_height=max(LEAST_HEIGHT_MM, height) / 2,
    )
