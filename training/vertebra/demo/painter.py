"""Painting of the demo's soft tissue and bones: columns along the spine's curve, chains of capsules."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from ..simulator.geometry import Canvas, capsule
from ..simulator.surroundings import blend

# Fine slices painted at once.
SLAB = 24
# HU at 120 kVp, unenhanced, see constants.TISSUE_HU.
FAT, MUSCLE, LIVER, SPLEEN, KIDNEY, BLOOD, BOWEL, GAS, LUNG, DISC, SAC = (
    -104,
    52,
    57,
    47,
    32,
    42,
    28,
    -940,
    -850,
    78,
    18,
)


class Torso:
    """Painter of the soft tissue.

    ``centres`` of the bodies by level, from above, give the curve that vessels and muscles follow.
    """

    def __init__(self, canvas: Canvas, centres: dict[str, np.ndarray]) -> None:
        self.canvas = canvas
        heights = np.array([v[2] for v in centres.values()][::-1])
        backs = np.array([v[1] for v in centres.values()][::-1])
        self.spine_y: Callable[[np.ndarray], np.ndarray] = lambda z: np.interp(z, heights, backs).astype(
            np.float32
        )
        self.level_z = {level: float(centre[2]) for level, centre in centres.items()}

    def column(
        self,
        x0: object,
        y0: object,
        rx: object,
        ry: object,
        hu: object,
        z_range: tuple[float, float] | None = None,
        power: int = 2,
        end_mm: float = 12.0,
        clip: Callable | None = None,
    ) -> None:
        """Paint an upright column whose centre and radii are numbers or functions of z; ends rounded over
        end_mm."""
        lo, hi = z_range or (-1e4, 1e4)

        def at(value: object, z: np.ndarray) -> np.ndarray:
            out = value(z) if callable(value) else np.full(len(z), value)
            return np.asarray(out, dtype=np.float32)[:, None, None]

        cv = self.canvas
        for start in range(0, len(cv.z), SLAB):
            z = cv.z[start : start + SLAB]
            use = (z > lo) & (z < hi)
            if not use.any():
                continue
            z0, z1 = start + int(np.argmax(use)), start + len(use) - int(np.argmax(use[::-1]))
            z = cv.z[z0:z1]
            shrink = np.sqrt(np.clip(np.minimum(z - lo, hi - z) / end_mm, 0.02, 1))[:, None, None].astype(
                np.float32
            )
            cx, cy, a, b = at(x0, z), at(y0, z), at(rx, z) * shrink, at(ry, z) * shrink
            low = np.array([(cx - a).min() - 3, (cy - b).min() - 3, z[0] - 1e-3])
            high = np.array([(cx + a).max() + 3, (cy + b).max() + 3, z[-1] + 1e-3])
            window = cv.window(low, high)
            if window is None:
                continue
            x, y, _ = cv.grid(window)
            u, v = (x - cx) / a, (y - cy) / b
            q = u * u + v * v if power == 2 else u**4 + v**4 + np.float32(1.1) * u * u * v * v
            f = np.sqrt(q) if power == 2 else np.sqrt(np.sqrt(q))
            d = (f - 1) * np.minimum(a, b)
            if clip is not None:
                d = np.maximum(d, clip(x, y, z[:, None, None]))
            blend(cv, window, d, hu if np.isscalar(hu) else hu[window])  # type: ignore[index]

    def chain(
        self,
        points: list[tuple],
        radius: float,
        stretch: tuple,
        shell_mm: float,
        core_hu: float,
        shell_hu: float,
    ) -> None:
        """Paint a bone along points: a union of capsules with a shell."""
        pts = np.array(points, dtype=float)
        reach = radius * max(stretch) + 4
        window = self.canvas.window(pts.min(axis=0) - reach, pts.max(axis=0) + reach)
        if window is None:
            return
        grid = self.canvas.grid(window)
        d = np.full([s.stop - s.start for s in window], 50.0, dtype=np.float32)
        for a, b in pairwise(pts):
            sub = self.canvas.window(np.minimum(a, b) - reach, np.maximum(a, b) + reach)
            if sub is None:
                continue
            part = tuple(slice(s.start - w.start, s.stop - w.start) for s, w in zip(sub, window, strict=True))
            local = self.canvas.grid(sub)
            d[part] = np.minimum(d[part], capsule(*local, tuple(a), tuple(b), (radius, radius), stretch))
        del grid
        blend(self.canvas, window, d, shell_hu)
        blend(self.canvas, window, d + np.float32(shell_mm), core_hu)
