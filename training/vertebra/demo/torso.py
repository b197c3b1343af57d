"""The demo's virtual torso: T11 to the sacrum in a whole cross-section, painted with the simulator's own
vertebrae.

World is LPS mm with L3's centre at (0, SPINE_Y_MM, 0); lengths are those of an average woman of 66 (choice,
after atlases).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ..simulator import constants as c
from ..simulator.anatomy import Physics, Shape, draw_shape, paint_vertebra
from ..simulator.fields import field_bank, sample_field
from ..simulator.geometry import Canvas, Frame, inside_fraction, rotation_lps
from ..simulator.population import Bone, Patient, bone_hu, draw_bone, marrow_hu, mineral_of_hu, qct_vbmd
from ..simulator.surroundings import paint_disc
from .painter import DISC, FAT, MUSCLE, SAC, Torso
from .viscera import (
    paint_back_muscles,
    paint_chest,
    paint_mesentery,
    paint_retroperitoneum,
    paint_viscera,
)

SPINE_Y_MM = 33.0
BODY_MM = (158.0, 118.0)  # half axes of the skin
TILT_DEG: dict[str, float] = {
    "T11": -3.0, "T12": -6.0, "L1": -8.0, "L2": -7.0, "L3": -3.0, "L4": 6.0, "L5": 18.0, "S1": 36.0,
}  # fmt: skip


@dataclass(frozen=True)
class Segment:
    """One painted vertebra of the demo."""

    level: str
    frame: Frame
    shape: Shape
    bone: Bone
    vbmd: float  # QCT truth, mg/cm3
    wedge: float  # anterior height loss, share


def build_spine(
    seed: int, targets: dict[str, float], wedges: dict[str, float], patient: Patient
) -> list[Segment]:
    """Shapes, materials and frames from T11 to S1; ``vbmd`` is still the target."""
    names = ["T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1"]
    shapes, bones = {}, {}
    for n, name in enumerate(names):
        level = "L5" if name == "S1" else name
        rng = np.random.default_rng([seed, 100 + n])
        bone = draw_bone(rng, patient, level, "population")
        bone = replace(
            bone,
            fat_fraction=0.46 + 0.008 * n,
            texture_mg=20.0,
            texture_mm=1.0,
            gradient_ap=0.03,
            gradient_end=0.25,
            shell_mm=0.36,
            endplate_mm=0.40,
            posterior_mineral=210.0,
            posterior_shell_mm=0.95,
            posterior_size=1.0,
            sclerosis=(60.0, 0.0) if name in ("L4", "L5") else (0.0, 0.0),
        )
        bone = replace(
            bone, mineral=mineral_of_hu(targets.get(name, 110.0) * c.QCT_SLOPE_HU, bone.fat_fraction)
        )
        shape = draw_shape(rng, patient, level, bone)
        if name == "S1":
            shape = replace(
                shape,
                half_width=(25.0, 20.0, 15.0),
                half_depth=15.0,
                height=29.0,
                slope=(0.0, 0.0),
                transverse_mm=14.0,
                spinous_mm=9.0,
                canal=(26.0, 13.0),
                concavity=(1.5, 0.5),
                pedicle=(15.0, 18.0),
            )
        if name == "L5":
            shape = replace(shape, spinous_mm=0.68 * shape.spinous_mm)
        loss = wedges.get(name, 0.0)
        if loss > 0:
            back = shape.height + (shape.slope[0] + shape.slope[1]) * shape.half_depth
            total = back * loss / (2 * shape.half_depth)
            shape = replace(shape, height=back * (1 - loss / 2), slope=(0.8 * total, 0.2 * total))
        shapes[name], bones[name] = shape, bone
    rotations = {n: rotation_lps(TILT_DEG[n], 1.5 * np.sin(i), 0.0) for i, n in enumerate(names)}
    origins = {"L3": np.array([0.0, SPINE_Y_MM, 0.0])}
    up = np.array([0.0, 0.0, 1.0])
    middle = names.index("L3")
    for i in list(range(middle + 1, len(names))) + list(range(middle - 1, -1, -1)):
        name, known = names[i], names[i - 1 if i > middle else i + 1]
        sign = -1.0 if i > middle else 1.0
        gap = c.DISC_BELOW_MM[known if i > middle else name] * patient.scale
        origins[name] = origins[known] + sign * (
            rotations[known] @ up * (shapes[known].half_height + gap / 2)
            + rotations[name] @ up * (shapes[name].half_height + gap / 2)
        )
    return [
        Segment(
            n, Frame(origins[n], rotations[n]), shapes[n], bones[n], targets.get(n, 110.0), wedges.get(n, 0.0)
        )
        for n in names
    ]


def centres(spine: list[Segment]) -> dict[str, np.ndarray]:
    """Body centres (LPS mm) by level, from above."""
    return {s.level: s.frame.origin for s in spine}


def paint_torso(canvas: Canvas, spine: list[Segment], seed: int, kvp: int) -> None:
    """Everything but the vertebrae: table, skin, fat, wall, viscera, vessels, ribs, pelvis."""
    rng = np.random.default_rng([seed, 1])
    torso = Torso(canvas, centres(spine))
    z_of = torso.level_z
    low, high = float(canvas.z[0]), float(canvas.z[-1])
    texture = sample_field(field_bank(4.5, 3.2), rng, canvas.z, canvas.y, canvas.x, 1.6)
    fat = (np.float32(FAT) + np.float32(5) * texture).astype(np.float32)
    muscle = (np.float32(MUSCLE) + np.float32(22) * np.minimum(texture - np.float32(0.9), 0.0)).astype(
        np.float32
    )
    canvas.hu[...] = -1000
    waist = lambda z: 1 + 0.05 * np.tanh((np.asarray(z) - z_of["L1"]) / 60) ** 2  # noqa: E731
    bx, by = BODY_MM
    # Table top: a shallow arc under the back.
    torso.column(0, 20.0, 420.0, 91.0, -40, clip=lambda x, y, z: 96 - y)
    torso.column(0, 20.0, 417.0, 88.5, -960, clip=lambda x, y, z: 96 - y)
    flat_back = lambda x, y, z: (y - 107) * np.float32(0.9) + 0 * x  # noqa: E731
    torso.column(0, -4, lambda z: bx * waist(z), by, 18, power=4, clip=flat_back)
    torso.column(
        0, -4, lambda z: bx * waist(z) - 2, by - 2, fat, power=4, clip=lambda x, y, z: flat_back(x, y, z) + 2
    )
    # Abdominal wall: muscle ring with a fat seam, rectus in front, closed by the back muscles.
    torso.column(
        0, -4, lambda z: bx * waist(z) - 17, by - 21, muscle, power=4, clip=lambda x, y, z: y - 62 + 0 * x
    )
    torso.column(
        0,
        -4,
        lambda z: bx * waist(z) - 22,
        by - 25,
        fat,
        clip=lambda x, y, z: np.maximum(66 - np.abs(x), y - 45),
        power=4,
    )
    torso.column(
        0, -4, lambda z: bx * waist(z) - 23.5, by - 26, muscle, power=4, clip=lambda x, y, z: y - 58 + 0 * x
    )
    torso.column(
        0, -4, lambda z: bx * waist(z) - 29, by - 31, fat, power=4, clip=lambda x, y, z: y - 56 + 0 * x
    )
    torso.column(0, -by + 21, 2.0, 8, fat, power=4)
    for side in (-1.0, 1.0):  # seams between rectus and the flat muscles, and inside the flat muscles
        torso.column(side * 72, -by + 31, 2.2, 11, fat)
    for k in range(70):  # septa and small vessels of the subcutaneous fat
        t, depth = rng.uniform(0.6, 2 * np.pi - 0.6), rng.uniform(4, 13)
        z = rng.uniform(low, high)
        p = np.array([(bx - depth) * np.sin(t), -4 + (by - depth) * np.cos(t), z])
        q = p + np.array([6 * np.cos(t), -5 * np.sin(t), rng.normal(0, 14)])
        torso.chain([tuple(p), tuple(q)], 0.8, (1, 1, 1), 0.3, -10 + k % 3, -20)
    paint_back_muscles(torso, muscle, fat)
    paint_viscera(torso, rng, texture)
    paint_mesentery(torso, rng)
    paint_chest(torso, z_of)
    paint_retroperitoneum(torso, muscle, fat, rng, kvp)
    marrow = marrow_hu(0.5, kvp)
    shell, core = bone_hu(c.SHELL_MINERAL_MG_CM3, marrow, kvp), bone_hu(120.0, marrow, kvp)
    for side in (-1.0, 1.0):
        for start_z, first, last, drop, head in (
            (z_of["T12"] + 3, 22, 58, 52, True),
            (z_of["T11"] + 4, 20, 96, 88, True),
            (z_of["T11"] + 30, 70, 122, 92, False),
            (z_of["T11"] + 28, 108, 146, 80, False),
        ):
            angles = np.deg2rad(np.linspace(first, last, 9))
            points: list[tuple] = [
                (side * 134 * np.sin(t), -4 + 88 * np.cos(t), start_z - 4 - drop * (k / 8))
                for k, t in enumerate(angles)
            ]
            if head:
                y = float(torso.spine_y(np.array([start_z]))[0])
                points = [(side * 23, y + 13, start_z + 2), (side * 32, y + 24, start_z), *points]
            torso.chain(points, 4.2, (1, 1, 1.5), 0.9, core, shell)
        crest = z_of["L5"] + 14
        iliac = [
            (side * 44, 72, crest - 42),
            (side * 64, 66, crest - 30),
            (side * 88, 46, crest - 26),
            (side * 108, 18, crest - 28),
            (side * 114, 4, crest - 36),
        ]
        torso.chain(iliac, 4.4, (1, 1, 6.0), 1.1, core, shell)
        torso.chain(
            [(side * 14, 58, crest - 44), (side * 36, 63, crest - 40)],
            14,
            (1.0, 0.95, 1.0),
            0.5,
            core - 110,
            shell * 0.8,
        )
    assert high > low


def paint_spine(canvas: Canvas, spine: list[Segment], seed: int, kvp: int) -> list[Segment]:
    """Canal, discs and vertebrae; returns the segments with the truth of the painted trabecular region."""
    torso = Torso(canvas, centres(spine))
    y = torso.spine_y
    torso.column(0, lambda z: y(z) + 26, 11.5, 8.5, FAT + 30)
    torso.column(0, lambda z: y(z) + 25.5, 8.6, 6.6, SAC)
    torso.column(0, lambda z: y(z) + 26, 4.6, 4.0, 34, (torso.level_z["L1"], 1e4))
    for upper, lower in pairwise(spine):
        a = upper.frame.to_world(np.array([0, 0, -upper.shape.half_height]))
        b = lower.frame.to_world(np.array([0, 0, lower.shape.half_height]))
        tilt = (TILT_DEG[upper.level] + TILT_DEG[lower.level]) / 2
        rotation, gap = rotation_lps(tilt), float(np.linalg.norm(a - b))
        origin = (a + b) / 2 + rotation @ np.array([0, 0, upper.shape.half_height + gap / 2])
        rng = np.random.default_rng([seed, 50, int(upper.level[1:])])
        paint_disc(canvas, Frame(origin, rotation), upper.shape, False, gap, DISC, rng)
    out = []
    for n, segment in enumerate(spine):
        target = mineral_of_hu(segment.vbmd * c.QCT_SLOPE_HU, segment.bone.fat_fraction)
        bone = segment.bone
        for final in (False, True):  # a dry run finds how gradients and texture move the region's mean
            rng = np.random.default_rng([seed, 200 + n])
            sheet = canvas if final else replace(canvas, hu=np.zeros_like(canvas.hu))
            mean = paint_vertebra(sheet, segment.shape, bone, segment.frame, Physics(kvp), rng)
            if mean is None:
                break
            if not final:
                bone = replace(bone, mineral=bone.mineral + target - mean)
        truth = segment.vbmd if mean is None else qct_vbmd(mean, bone.fat_fraction)
        out.append(replace(segment, bone=bone, vbmd=truth))
    return out


def visible_share(canvas: Canvas, segment: Segment) -> float:
    """Share of a vertebral body's height that lies on the canvas."""
    h = segment.shape.half_height
    low, high = segment.frame.origin[2] - h, segment.frame.origin[2] + h
    inside = min(high, float(canvas.z[-1])) - max(low, float(canvas.z[0]))
    return float(np.clip(inside / (high - low), 0, 1))


def body_share(hu: np.ndarray) -> np.ndarray:
    """1 inside the patient, 0 in the air around it, from a noise-free scan in HU."""
    return inside_fraction(-(hu + np.float32(600)) / np.float32(100), 0.6)
