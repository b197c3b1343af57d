"""Vertebra shapes and how they are painted: body, shell, posterior elements, basivertebral vein.

Local frame of a vertebra: x to the left, y posterior, z up, origin at the body's centre, mm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import constants as c
from .fields import field_bank, sample_field
from .geometry import Canvas, Frame, capsule, ellipsoid, inside_fraction, smooth_max, smooth_min
from .population import Bone, Patient, bone_hu, marrow_hu
from .region import region_of

FAR_MM = 30.0
FINE_SAMPLES = (4.0, 1.0)  # correlation of the fine field along z and in plane: vertical trabeculae
GRADIENT_PIVOT_MM = 2.0  # in front of the origin: where the front to back gradient is 1


@dataclass(frozen=True)
class Physics:
    """What turns mineral into the canvas's number: HU of one acquisition, or mineral itself (mg/cm3) for
    DXA."""

    kvp: float
    marrow_enhancement_hu: float = 0.0
    mineral_only: bool = False

    def marrow(self, fat_fraction: float) -> float:
        """The number of marrow without mineral."""
        if self.mineral_only:
            return 0.0
        return marrow_hu(fat_fraction, self.kvp, self.marrow_enhancement_hu)

    def bone(self, mineral: float | np.ndarray, marrow: float) -> float | np.ndarray:
        """The number of mineral in marrow."""
        if self.mineral_only:
            return mineral
        return bone_hu(mineral, np.float32(marrow), self.kvp)  # type: ignore[arg-type]


MINERAL = Physics(120, mineral_only=True)


@dataclass(frozen=True)
class Shape:
    """Lengths of one vertebra in mm."""

    level: str
    half_width: tuple[float, float, float]  # superior, waist, inferior
    half_depth: float
    height: float  # at the centre, rim to rim
    slope: tuple[float, float]  # of the superior and inferior rim plane: height gained per mm posterior
    concavity: tuple[float, float]  # of the superior and inferior endplate
    posterior_concavity: float
    canal: tuple[float, float]  # width, depth
    pedicle: tuple[float, float]  # width, height
    posterior_size: float
    spinous_mm: float
    transverse_mm: float

    @property
    def half_height(self) -> float:
        return self.height / 2


def draw_shape(
    rng: np.random.Generator, patient: Patient, level: str, bone: Bone, deformity: str = "none"
) -> Shape:
    """Draw a vertebra's shape; deformity: none, wedge, biconcave or crush (Genant mild to severe)."""
    sup, inf, depth, posterior, canal_w, canal_d, pedicle_w, pedicle_h = c.LEVEL_GEOMETRY_MM[level]
    s = patient.scale
    jitter = rng.normal(1, 0.03, 8)
    wedge = c.WEDGE_DEG[level][0 if patient.sex == "F" else 1] + c.WEDGE_SD_DEG * rng.normal()
    half_depth = depth * s * (1 + 0.6 * (jitter[0] - 1) + 0.035 * patient.traits.depth) / 2
    back = posterior * s * jitter[1]
    front = back - 2 * half_depth * np.tan(np.deg2rad(wedge))
    concavity = rng.uniform(1.2, 2.8, 2) * s
    upper_share = 0.5
    if deformity == "wedge":
        front = back * (1 - rng.uniform(0.20, 0.45))
        upper_share = rng.uniform(0.6, 0.95)
    elif deformity == "biconcave":
        concavity = concavity + back * rng.uniform(0.10, 0.18, 2)
    elif deformity == "crush":
        back = back * (1 - rng.uniform(0.20, 0.45))
        front = back * rng.uniform(0.85, 1.02)
    total = (back - front) / (2 * half_depth)
    lumbar = level.startswith("L")
    transverse = {"L1": 36, "L2": 40, "L3": 45, "L4": 41, "L5": 43, "T12": 21, "T11": 24, "T10": 29}[level]
    waist = rng.uniform(0.87, 0.93)
    widths = sup * s * jitter[2] / 2, inf * s * jitter[3] / 2
    return Shape(
        level=level,
        half_width=(widths[0], waist * (widths[0] + widths[1]) / 2, widths[1]),
        half_depth=float(half_depth),
        height=float((back + front) / 2),
        slope=(float(total * upper_share), float(total * (1 - upper_share))),
        concavity=(float(concavity[0]), float(concavity[1])),
        posterior_concavity=float(rng.uniform(3.2, 5.2) * s),
        canal=(canal_w * s * jitter[4], canal_d * s * jitter[5]),
        pedicle=(pedicle_w * s * jitter[6] * bone.posterior_size, pedicle_h * s * jitter[7]),
        posterior_size=bone.posterior_size * s,
        spinous_mm=float((31 if lumbar else 27) * s * rng.normal(1, 0.08)),
        transverse_mm=float(transverse * s * rng.normal(1, 0.07)),
    )


def body_distance(
    shape: Shape, x: np.ndarray, y: np.ndarray, z: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signed distances of the body, of its lateral wall, and to its endplates (negative inside)."""
    h = np.float32(shape.half_height)
    sup, waist, inf = (np.float32(w) for w in shape.half_width)
    t = np.clip(z / h, -1.3, 1.3)
    t2 = t * t
    mean_end, tilt = (sup + inf) / 2, (sup - inf) / 2
    flare = (mean_end - waist) * t2  # widening from the waist to the rims
    a = waist + flare + tilt * t
    b = np.float32(shape.half_depth) + np.float32(0.6) * flare - np.float32(0.4) * (mean_end - waist)
    u = x / a
    v = y / b
    u2 = u * u
    hollow = (
        np.float32(shape.posterior_concavity) * np.clip(1 - u2 * np.float32(1.1), 0, 1) * np.clip(v, 0, 1.5)
    )
    v = (y + hollow) / b
    v2 = v * v
    q = u2 * u2 + v2 * v2 + np.float32(1.35) * u2 * v2
    f = np.sqrt(np.sqrt(q)) + np.float32(1e-6)
    gu = (4 * u2 + np.float32(2.7) * v2) * u / a
    gv = (4 * v2 + np.float32(2.7) * u2) * v / b
    lateral = (f - 1) * 4 * f * f * f / (np.sqrt(gu * gu + gv * gv) + np.float32(1e-6))
    dish = np.clip(np.float32(1.06) - f * f, 0, 1)
    top = h + np.float32(shape.slope[0]) * y - np.float32(shape.concavity[0]) * dish
    bottom = -h - np.float32(shape.slope[1]) * y + np.float32(shape.concavity[1]) * dish
    end = np.maximum(z - top, bottom - z)
    return smooth_max(lateral, end, 2.0), lateral, end


def posterior_parts(shape: Shape) -> list[tuple[str, tuple, tuple, tuple, tuple]]:
    """Primitives in the local frame: (kind, a, b, radii, stretch); an ellipsoid has its centre in a and b."""
    b, h, s = shape.half_depth - 0.5, shape.half_height, shape.posterior_size
    cw, cd = shape.canal
    pw, ph = shape.pedicle
    lumbar = shape.level.startswith("L")
    parts: list[tuple[str, tuple, tuple, tuple, tuple]] = []
    for side in (-1.0, 1.0):
        px = side * (cw / 2 + pw / 2)
        pillar = side * (cw / 2 + 0.35 * pw + 2)
        parts.append(
            (
                "capsule",
                (px, b - 5, 0.28 * h),
                (px, b + 0.55 * cd, 0.22 * h),
                (pw / 2, pw / 2),
                (1, 1, ph / pw),
            )
        )
        parts.append(
            (
                "ellipsoid",
                (pillar, b + 0.78 * cd, -0.15 * h),
                (0, 0, 0),
                (5.5 * s, 5.5 * s, 13 * s),
                (1, 1, 1),
            )
        )
        if lumbar:
            parts.append(
                (
                    "ellipsoid",
                    (pillar + side * 3, b + 0.72 * cd, 0.85 * h),
                    (0, 0, 0),
                    (4.8 * s, 6.0 * s, 9 * s),
                    (1, 1, 1),
                )
            )
            parts.append(
                (
                    "ellipsoid",
                    (pillar - side * 3, b + cd + 1, -1.15 * h),
                    (0, 0, 0),
                    (4.6 * s, 5.5 * s, 9 * s),
                    (1, 1, 1),
                )
            )
            tip = (side * shape.transverse_mm, b + 0.8 * cd, 0.25 * h)
            parts.append(
                ("capsule", (px + side * pw / 3, b + 0.5 * cd, 0.2 * h), tip, (4.2 * s, 3.0 * s), (1, 1, 1.6))
            )
        else:
            parts.append(
                ("ellipsoid", (pillar, b + 0.8 * cd, 0.8 * h), (0, 0, 0), (5 * s, 3.5 * s, 8 * s), (1, 1, 1))
            )
            parts.append(
                (
                    "ellipsoid",
                    (pillar - side * 1, b + cd, -0.9 * h),
                    (0, 0, 0),
                    (5 * s, 3.5 * s, 8 * s),
                    (1, 1, 1),
                )
            )
            tip = (side * shape.transverse_mm, b + 1.5 * cd, 0.45 * h)
            parts.append(("capsule", (pillar, b + 0.9 * cd, 0.2 * h), tip, (4.5 * s, 4.5 * s), (1, 1, 1.3)))
        root = (0.0, b + cd + 5.5 * s, -0.45 * h)
        parts.append(
            (
                "capsule",
                (side * (cw / 2 + 2.5), b + 0.85 * cd, -0.15 * h),
                root,
                (3.1 * s, 3.3 * s),
                (1, 1, 2.4),
            )
        )
    drop = -0.75 * h if lumbar else -1.9 * h
    tip = (0.0, b + cd + shape.spinous_mm, drop)
    parts.append(
        ("capsule", (0.0, b + cd + 4 * s, -0.5 * h), tip, (3.0 * s, 3.8 * s), (1, 1, 2.6 if lumbar else 1.6))
    )
    return parts


def _local_box(shape: Shape, frame: Frame, low: tuple, high: tuple) -> tuple[np.ndarray, np.ndarray]:
    corners = np.array(
        [
            [(low, high)[i][0], (low, high)[j][1], (low, high)[k][2]]
            for i in (0, 1)
            for j in (0, 1)
            for k in (0, 1)
        ]
    )
    world = frame.to_world(corners)
    return world.min(axis=0), world.max(axis=0)


def _posterior_distance(canvas: Canvas, window: tuple, shape: Shape, frame: Frame) -> np.ndarray:
    """Union of the posterior primitives on a window, FAR_MM away from them."""
    out = np.full([s.stop - s.start for s in window], FAR_MM, dtype=np.float32)
    for kind, a, b, radii, stretch in posterior_parts(shape):
        b_end = a if kind == "ellipsoid" else b
        reach = np.array(radii if kind == "ellipsoid" else [max(radii) * k for k in stretch]) + 2.5
        reach = np.full(3, reach.max()) if abs(frame.rotation[2, 2]) < 0.8 else reach + 1.0
        ends = frame.to_world(np.array([a, b_end]))
        sub = canvas.window(ends.min(axis=0) - reach, ends.max(axis=0) + reach)
        if sub is None:
            continue
        clipped = tuple(
            slice(max(s.start, w.start), min(s.stop, w.stop)) for s, w in zip(sub, window, strict=True)
        )
        if any(s.stop <= s.start for s in clipped):
            continue
        local = frame.to_local(*canvas.grid(clipped))
        d = ellipsoid(*local, a, radii) if kind == "ellipsoid" else capsule(*local, a, b, radii, stretch)
        part = out[
            tuple(slice(s.start - w.start, s.stop - w.start) for s, w in zip(clipped, window, strict=True))
        ]
        part[...] = np.where(part >= FAR_MM, d, smooth_min(part, d, 2.0))
    return out


def paint_vertebra(
    canvas: Canvas, shape: Shape, bone: Bone, frame: Frame, physics: Physics, rng: np.random.Generator
) -> float | None:
    """Paint one vertebra; returns the mean mineral (mg/cm3) of its trabecular region (region.py), None
    where that is off canvas.

    Vein and later lesions are not part of that mean.
    """
    h, depth = shape.half_height, shape.half_depth
    wide = max(shape.transverse_mm + 6, max(shape.half_width) + 4)
    back = depth + shape.canal[1] + shape.spinous_mm + 7
    drop = -h - (14 if shape.level.startswith("L") else 26)
    window = canvas.window(*_local_box(shape, frame, (-wide, -depth - 5, drop), (wide, back, h + 12)))
    if window is None:
        return None
    distance = _posterior_distance(canvas, window, shape, frame)
    mineral = np.full(distance.shape, bone.posterior_mineral, dtype=np.float32)
    shell = np.full(distance.shape, bone.posterior_shell_mm, dtype=np.float32)
    reach = max(shape.half_width) + 3
    body = canvas.window(*_local_box(shape, frame, (-reach, -depth - 4, -h - 4), (reach, depth + 4, h + 4)))
    roi_mean = None
    if body is not None:
        sub = tuple(slice(s.start - w.start, s.stop - w.start) for s, w in zip(body, window, strict=True))
        x, y, z = frame.to_local(*canvas.grid(body))
        d, lateral, end = body_distance(shape, x, y, z)
        trabecular = _trabecular_mineral(canvas, body, shape, bone, y, z, end, rng)
        roi_mean = _roi_mean(shape, trabecular, x, y, z)
        condensed = np.clip(1 + d * np.float32(1 / c.SUBCORTICAL_MM), 0, 1)
        trabecular += np.float32(c.SUBCORTICAL_MINERAL_MG_CM3) * condensed
        weight = inside_fraction(d - np.float32(2.0), 0.6)
        mineral[sub] += weight * (trabecular - mineral[sub])
        rim = np.where(end > lateral, np.float32(bone.endplate_mm), np.float32(bone.shell_mm))
        buried = np.clip(distance[sub] + np.float32(1.5), 0.0, 1.5) * np.float32(
            1 / 1.5
        )  # no shell at a pedicle's root
        shell[sub] += weight * (rim * buried - shell[sub])
        distance[sub] = np.where(distance[sub] > 6, d, smooth_min(distance[sub], d, 2.5))
    _composite(canvas, window, distance, shell, mineral, bone, physics)
    if body is not None:
        vein = ellipsoid(x, y, z, (0, 0.72 * depth, 0), (5.5, 0.5 * depth, 1.5))
        hu = canvas.hu[body]
        hu += (
            inside_fraction(vein, max(canvas.sigma_mm, 0.4))
            * inside_fraction(d, 0.4)
            * np.float32(0.75)
            * ((0 if physics.mineral_only else 30) - hu)
        )
    return roi_mean


def _trabecular_mineral(
    canvas: Canvas, body: tuple, shape: Shape, bone: Bone, y: np.ndarray, z: np.ndarray, end: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    relative = z * np.float32(1 / shape.half_height)
    profile = 1 + np.float32(bone.gradient_end) * (np.clip(relative * relative, 0, 1) - np.float32(0.04))
    profile = profile - np.float32(bone.gradient_ap / shape.half_depth) * (y + np.float32(GRADIENT_PIVOT_MM))
    axes = canvas.z[body[0]], canvas.y[body[1]], canvas.x[body[2]]
    fine = sample_field(field_bank(*FINE_SAMPLES), rng, *axes, bone.texture_mm)
    coarse = sample_field(field_bank(4.5, 3.2), rng, *axes, bone.texture_mm)
    out = np.float32(bone.mineral) * profile
    # What a Gaussian PSF leaves of a Gaussian field's amplitude in two dimensions.
    size = FINE_SAMPLES[1] * bone.texture_mm
    resolved = size / np.hypot(size, canvas.sigma_mm)
    out += np.float32(0.95 * resolved * bone.texture_mg) * fine
    out += np.float32(0.45 * bone.texture_mg) * coarse
    for sign, added in zip((1.0, -1.0), bone.sclerosis, strict=True):
        if added > 0:
            near = np.clip(1 + end * np.float32(1 / 5.0), 0, 1) * (sign * z > 0)
            out += near * np.float32(added) * np.clip(0.5 - y * np.float32(1 / shape.half_depth), 0, 1)
    return np.maximum(out, 0)


def _roi_mean(shape: Shape, mineral: np.ndarray, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> float | None:
    region = region_of(shape)
    mask = (x / region.half_width) ** 2 + ((y - region.y) / region.half_depth) ** 2 <= 1
    mask &= np.abs(z) <= region.half_height
    return float(mineral[mask].mean()) if mask.sum() > 20 else None


def _composite(
    canvas: Canvas,
    window: tuple,
    distance: np.ndarray,
    shell: np.ndarray,
    mineral: np.ndarray,
    bone: Bone,
    physics: Physics,
) -> None:
    marrow = physics.marrow(bone.fat_fraction)
    shell_hu = physics.bone(c.SHELL_MINERAL_MG_CM3, marrow)
    outer = inside_fraction(distance, canvas.sigma_mm)
    inner = inside_fraction(distance + shell, canvas.sigma_mm)
    hu = canvas.hu[window]
    hu *= 1 - outer
    hu += (outer - inner) * np.float32(shell_hu)
    hu += inner * physics.bone(mineral, marrow)
