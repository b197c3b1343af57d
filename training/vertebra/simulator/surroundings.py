"""Soft tissue round the spine of a patch: muscle, fat, vessels, canal, discs, lung, ribs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import constants as c
from .anatomy import Shape
from .fields import field_bank, sample_field
from .geometry import Canvas, Frame, capsule, ellipsoid, inside_fraction
from .population import Patient, bone_hu


@dataclass(frozen=True)
class Tissues:
    """HU of soft tissues in one patient and acquisition."""

    fat: float
    muscle: float
    disc: float
    sac: float
    aorta: float
    cava: float
    organ: float
    lung: float
    muscle_fat: float  # streaks of fat in muscle, HU SD


def draw_tissues(rng: np.random.Generator, patient: Patient, kvp: float, phase: str) -> Tissues:
    """Draw tissue HU for a phase and kVp."""

    def draw(name: str) -> float:
        mean, sd = c.TISSUE_HU[name]
        return float(rng.normal(mean, sd))

    iodine = c.at_kvp(c.IODINE_RELATIVE, kvp)
    blood = draw("blood")
    aorta, cava = blood, blood
    if phase != "none":
        aorta += max(0.0, rng.normal(*c.AORTA_ENHANCED_HU[phase]) - 41) * iodine
        cava += max(0.0, rng.normal(*c.IVC_ENHANCED_HU[phase]) - 41) * iodine
    rise = {"none": 0.0, "arterial": 8.0, "venous": 16.0}[phase] * iodine
    ageing = max(0.0, patient.age - 45)
    return Tissues(
        fat=draw("fat") * c.at_kvp(c.LIPID_HU, kvp) / c.LIPID_HU[120],
        muscle=draw("muscle") - 0.25 * ageing + rise,
        disc=draw("disc"),
        sac=draw("sac"),
        aorta=aorta,
        cava=cava,
        organ=draw("liver") + 2.5 * rise,
        lung=draw("lung"),
        muscle_fat=float(5 + 0.35 * ageing * rng.random()),
    )


def blend(
    canvas: Canvas, window: tuple, distance: np.ndarray, hu: float | np.ndarray, share: float = 1.0
) -> None:
    """Paint HU inside a signed distance on a window."""
    view = canvas.hu[window]
    fraction = inside_fraction(distance, canvas.sigma_mm)
    view += fraction * np.float32(share) * (np.asarray(hu, dtype=np.float32) - view)


def paint_tube(canvas: Canvas, frame: Frame, centre: tuple, radii: tuple, hu: float | np.ndarray) -> None:
    """Paint an elliptic tube along a frame's z through the whole canvas (local centre x, y)."""
    whole = canvas.window(
        np.array([canvas.x[0], canvas.y[0], canvas.z[0]]),
        np.array([canvas.x[-1], canvas.y[-1], canvas.z[-1]]),
    )
    assert whole is not None
    span = abs(float(canvas.z[-1] - canvas.z[0])) + abs(float(canvas.z.mean()) - float(frame.origin[2]))
    line = frame.to_world(np.array([[centre[0], centre[1], -span], [centre[0], centre[1], span]]))
    reach = max(radii) + 3
    low, high = line.min(axis=0) - reach, line.max(axis=0) + reach
    window = canvas.window(low, high)
    if window is None:
        return
    x, y, _ = frame.to_local(*canvas.grid(window))
    blend(
        canvas, window, ellipsoid(x, y, None, centre, radii), hu[window] if isinstance(hu, np.ndarray) else hu
    )


def paint_blob(
    canvas: Canvas, frame: Frame, centre: tuple, radii: tuple, hu: float, share: float = 1.0
) -> bool:
    """Paint an ellipsoid at local coordinates; False where it misses the canvas."""
    at = frame.to_world(np.asarray(centre, dtype=float))
    reach = max(radii) + 3
    window = canvas.window(at - reach, at + reach)
    if window is None:
        return False
    blend(canvas, window, ellipsoid(*frame.to_local(*canvas.grid(window)), centre, radii), hu, share)
    return True


def paint_soft_tissue(
    canvas: Canvas, shape: Shape, frame: Frame, patient: Patient, tissues: Tissues, rng: np.random.Generator
) -> None:
    """Background, muscles, vessels and canal of a patch, in the target vertebra's frame. Overwrites the
    canvas."""
    texture = sample_field(
        field_bank(4.5, 3.2), rng, canvas.z, canvas.y, canvas.x, float(rng.uniform(1.2, 2.0))
    )
    index = c.LEVELS.index(shape.level)
    b, w = shape.half_depth, max(shape.half_width[0], shape.half_width[2])
    canal_d = shape.canal[1]
    canvas.hu[...] = np.float32(tissues.fat) + np.float32(6) * texture
    muscle = np.float32(tissues.muscle) + np.float32(tissues.muscle_fat) * np.minimum(texture, 0.8)
    s = patient.scale
    lateral, back = w + 3.0, b + canal_d
    if index <= 2:  # T10 to T12: lung or organ beside the spine, crura in front
        beside = tissues.lung if rng.random() < (0.95, 0.75, 0.4)[index] else tissues.organ
        for side in (-1.0, 1.0):
            hu = beside if side > 0 or rng.random() < 0.8 else tissues.organ
            paint_tube(canvas, frame, (side * (lateral + 28), 0.55 * b, 0), (26, 30 * s, 1), hu)
            paint_tube(canvas, frame, (side * (0.45 * w + 3), -b - 4, 0), (0.4 * w, 3.5, 1), muscle)
        paint_tube(canvas, frame, (0, -b - 55, 0), (60, 28, 1), tissues.organ)
    else:
        rx, ry = ((7, 9), (10, 13), (14, 17), (17, 20), (18, 21))[index - 3]
        for side in (-1.0, 1.0):
            grow = s * rng.normal(1, 0.12)
            paint_tube(
                canvas, frame, (side * (0.84 * w + rx * grow), 0.30 * b, 0), (rx * grow, ry * grow, 1), muscle
            )
    for side in (-1.0, 1.0):
        paint_tube(canvas, frame, (side * 31, back + 15, 0), (26, 19, 1), muscle)
        paint_tube(canvas, frame, (side * 12, back + 14, 0), (10, 12, 1), muscle)
    radius = float(np.clip(rng.normal(9 + 0.03 * (patient.age - 60), 1.2), 6.5, 15)) * s
    if shape.level == "L5":
        for side, hu in ((-1.0, tissues.aorta), (1.0, tissues.aorta)):
            paint_tube(canvas, frame, (side * 20, -b - 4, 0), (6, 7, 1), hu)
            paint_tube(canvas, frame, (side * 14 - 5, -b - 2, 0), (8, 6, 1), tissues.cava)
    else:
        ax = rng.normal(13 if index <= 2 else 9, 3)
        paint_tube(
            canvas, frame, (ax, -b - radius - rng.uniform(1, 6), 0), (radius, radius, 1), tissues.aorta
        )
        if index >= 3:
            paint_tube(
                canvas,
                frame,
                (-0.75 * w + rng.normal(0, 2), -b - rng.uniform(6, 11), 0),
                (11, 8, 1),
                tissues.cava,
            )
    _paint_canal(canvas, frame, shape, tissues, rng)


def _paint_canal(
    canvas: Canvas, frame: Frame, shape: Shape, tissues: Tissues, rng: np.random.Generator
) -> None:
    canal_w, canal_d = shape.canal
    cy = shape.half_depth + canal_d / 2 - 1
    paint_tube(canvas, frame, (0, cy, 0), (canal_w / 2 + 1, canal_d / 2 + 1, 1), 0.7 * tissues.fat)
    sac = rng.uniform(0.68, 0.85)
    paint_tube(canvas, frame, (0, cy, 0), (canal_w / 2 * sac, canal_d / 2 * sac, 1), tissues.sac)
    if c.LEVELS.index(shape.level) <= 3:
        paint_tube(canvas, frame, (0, cy, 0), (5.0, 4.2, 1), c.TISSUE_HU["cord"][0])


def paint_disc(
    canvas: Canvas,
    frame: Frame,
    shape: Shape,
    above: bool,
    height_mm: float,
    hu: float,
    rng: np.random.Generator,
) -> None:
    """Paint the disc column at one end of a vertebra, up into the neighbour, before any bone."""
    sign = 1.0 if above else -1.0
    h = shape.half_height
    end = 1 if above else -1
    width = shape.half_width[0] if end > 0 else shape.half_width[2]
    centre = (0.0, -1.0, sign * (h + height_mm / 2))
    reach = width + 8
    at = frame.to_world(np.array(centre))
    box = np.array([reach, reach, height_mm / 2 + 8 + 0.35 * reach * abs(frame.rotation[1, 2])])
    window = canvas.window(at - box, at + box)
    if window is None:
        return
    x, y, z = frame.to_local(*canvas.grid(window))
    bulge = float(rng.uniform(0.3, 1.8))
    side = ellipsoid(x, y, None, (0, -0.5), (width + bulge, shape.half_depth + bulge * 0.7))
    slab = np.abs(z - np.float32(centre[2])) - np.float32(height_mm / 2 + 4.5)
    d = np.maximum(side, slab)
    annulus = np.clip(1 + side * np.float32(0.2), 0, 1) * np.float32(22)
    blend(canvas, window, d, np.float32(hu) + annulus - np.float32(6))
    if rng.random() < 0.06:  # vacuum phenomenon
        paint_blob(canvas, frame, (rng.normal(0, 4), rng.normal(0, 3), centre[2]), (7, 5, 1.2), -400, 0.8)


def paint_ribs(canvas: Canvas, frame: Frame, shape: Shape, kvp: float, marrow: float) -> None:
    """Rib heads of a thoracic level."""
    if not shape.level.startswith("T"):
        return
    b, h = shape.half_depth, shape.half_height
    w = shape.half_width[1]
    for side in (-1.0, 1.0):
        a, tip = (side * (w + 4.5), b - 4, 0.35 * h), (side * (w + 34), b + 24, -0.5 * h)
        ends = frame.to_world(np.array([a, tip]))
        window = canvas.window(ends.min(axis=0) - 8, ends.max(axis=0) + 8)
        if window is None:
            continue
        d = capsule(*frame.to_local(*canvas.grid(window)), a, tip, (4.8, 4.2), (1, 1, 1.4))
        blend(canvas, window, d, bone_hu(c.SHELL_MINERAL_MG_CM3, marrow, kvp))
        blend(canvas, window, d + np.float32(0.9), bone_hu(150.0, marrow, kvp))
