"""Signed distances and grids of the scene. World is LPS mm; arrays are [z, y, x]; inside is negative.

Distances are first-order exact at the surface (implicit value over gradient length), which is what a thin
shell's mass
depends on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SMOOTHSTEP_WIDTH_PER_SIGMA = 4.472  # a cubic smoothstep of width W has the variance W^2 / 20 of a PSF


@dataclass
class Canvas:
    """A scene under construction: HU on the product of three ascending world axes (mm, float32)."""

    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    hu: np.ndarray  # float32 [z, y, x]
    sigma_mm: float  # PSF of edges

    def window(self, low: np.ndarray, high: np.ndarray) -> tuple[slice, slice, slice] | None:
        """Index window [z, y, x] of a world box (x, y, z), None where it misses the canvas."""
        out = []
        for axis, lo, hi in ((self.z, low[2], high[2]), (self.y, low[1], high[1]), (self.x, low[0], high[0])):
            a, b = int(np.searchsorted(axis, lo)), int(np.searchsorted(axis, hi, side="right"))
            if b <= a:
                return None
            out.append(slice(a, b))
        return out[0], out[1], out[2]

    def grid(self, window: tuple[slice, slice, slice]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Open world coordinates x [1, 1, n], y [1, n, 1], z [n, 1, 1] of a window."""
        return self.x[None, None, window[2]], self.y[None, window[1], None], self.z[window[0], None, None]


@dataclass(frozen=True)
class Frame:
    """A rigid frame: world = origin + rotation @ local."""

    origin: np.ndarray  # (x, y, z) mm
    rotation: np.ndarray  # 3x3, columns are the local axes (left, posterior, up) in LPS

    def to_local(
        self, x: np.ndarray, y: np.ndarray, z: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Open or full world coordinates to local ones (broadcast)."""
        r, o = self.rotation.astype(np.float32), self.origin.astype(np.float32)
        dx, dy, dz = x - o[0], y - o[1], z - o[2]
        # type: ignore[return-value]
        return tuple(dx * r[0, a] + dy * r[1, a] + dz * r[2, a] for a in range(3))

    def to_world(self, local: np.ndarray) -> np.ndarray:
        """Local points [..., 3] to world."""
        return self.origin + np.asarray(local) @ self.rotation.T


def rotation_lps(sagittal_deg: float, coronal_deg: float = 0.0, axial_deg: float = 0.0) -> np.ndarray:
    """Rotation of a vertebra: sagittal > 0 tips its upper end forward (anterior), coronal > 0 to the left."""
    a, b, c = np.deg2rad([sagittal_deg, coronal_deg, axial_deg])
    rx = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    ry = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    rz = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return rx @ ry @ rz


def inside_fraction(distance: np.ndarray, sigma_mm: float) -> np.ndarray:
    """Share of a point's PSF inside the surface at signed distance (mm); its integral across a slab is the
    slab."""
    t = distance * np.float32(-1.0 / (SMOOTHSTEP_WIDTH_PER_SIGMA * sigma_mm))
    t += np.float32(0.5)
    np.clip(t, 0.0, 1.0, out=t)
    return t * t * (np.float32(3.0) - np.float32(2.0) * t)


def ellipsoid(x: np.ndarray, y: np.ndarray, z: np.ndarray | None, centre: tuple, radii: tuple) -> np.ndarray:
    """Signed distance to an ellipsoid, or to an elliptic cylinder along z where z is None."""
    u, v = (
        (x - np.float32(centre[0])) / np.float32(radii[0]),
        (y - np.float32(centre[1])) / np.float32(radii[1]),
    )
    q = u * u + v * v
    g = u * u * np.float32(radii[0] ** -2) + v * v * np.float32(radii[1] ** -2)
    if z is not None:
        w = (z - np.float32(centre[2])) / np.float32(radii[2])
        q = q + w * w
        g = g + w * w * np.float32(radii[2] ** -2)
    f = np.sqrt(q)
    return (f - 1) * f / np.sqrt(g + np.float32(1e-9))


def capsule(
    x: np.ndarray,
    y: np.ndarray,
    z: np.ndarray,
    a: tuple,
    b: tuple,
    radius: tuple[float, float],
    stretch: tuple = (1, 1, 1),
) -> np.ndarray:
    """Signed distance to a tapered capsule from a to b; radius (at a, at b) in the unstretched direction."""
    s = np.asarray(stretch, dtype=np.float32)
    pa, pb = np.asarray(a, dtype=np.float32) / s, np.asarray(b, dtype=np.float32) / s
    px, py, pz = x / s[0] - pa[0], y / s[1] - pa[1], z / s[2] - pa[2]
    d = pb - pa
    h = np.clip((px * d[0] + py * d[1] + pz * d[2]) * np.float32(1.0 / max(float(d @ d), 1e-6)), 0, 1)
    px, py, pz = px - h * d[0], py - h * d[1], pz - h * d[2]
    return np.sqrt(px * px + py * py + pz * pz) - (
        np.float32(radius[0]) + h * np.float32(radius[1] - radius[0])
    )


def smooth_max(a: np.ndarray, b: np.ndarray, k: float) -> np.ndarray:
    """Maximum of two distances with an edge rounded over k mm."""
    h = np.maximum(np.float32(k) - np.abs(a - b), 0)
    return np.maximum(a, b) + h * h * np.float32(0.25 / k)


def smooth_min(a: np.ndarray, b: np.ndarray, k: float) -> np.ndarray:
    """Minimum of two distances with a fillet of k mm."""
    h = np.maximum(np.float32(k) - np.abs(a - b), 0)
    return np.minimum(a, b) - h * h * np.float32(0.25 / k)
