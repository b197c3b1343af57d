"""A whole simulated trunk on the coarse grid, with the truth of its vertebrae.

Structures are painted straight on cells of 4 mm with edges as soft as the mean over a cell makes them, which costs a
hundredth of painting finely and averaging.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ..demo.painter import Torso
from ..simulator.anatomy import Physics, paint_vertebra
from ..simulator.geometry import Canvas, Frame
from ..simulator.population import Bone
from ..simulator.surroundings import paint_disc
from .column import Column, Vertebra, draw_column
from .config import CLASSES
from .habitus import Habitus, draw_habitus
from .skeleton import blob, paint_breast_and_shoulders, paint_pelvis, paint_ribs
from .soft_tissue import Body, paint_soft_tissue

CELL_SIGMA_MM = 1.4  # of a mean over 4 mm (1.15) and a scanner's PSF
MARGIN_MM = 26.0
HU_RANGE = (-1024, 4000)


@dataclass(frozen=True)
class Trunk:
    """hu int16 [z, y, x]; ``origin`` is the LPS point (x, y, z) of cell (0, 0, 0)'s centre, mm."""

    hu: np.ndarray
    origin: np.ndarray
    cell_mm: float
    names: tuple[str, ...]  # of config.CLASSES, head to feet
    centres: np.ndarray  # [n, 3] LPS mm
    ups: np.ndarray  # [n, 3] unit vectors towards the head
    half_heights: np.ndarray  # [n] mm
    others: np.ndarray  # [m, 3] LPS mm, bodies that are not to be found: C5 to C7, S2 to S5
    tags: tuple[str, ...]


def paint_trunk(
    seed: tuple[int, int], cell_mm: float, hard: bool = False, variant: str | None = None, faint: bool = False
) -> Trunk:
    """Paint one trunk; ``hard`` has more scoliosis, deformity and hardware, as the held-out spines.

    ``faint``: bodies that stand out little from their discs, by poor bone or by thin discs under bright endplates.
    """
    rng = np.random.default_rng(seed)
    scoliosis = bool(rng.random() < (0.35 if hard else 0.25))
    deformed = float(rng.choice((0.0, 0.05, 0.3), p=(0.4, 0.35, 0.25)))
    column = draw_column(rng, scoliosis, deformed, variant)
    habitus = draw_habitus(rng, column.scale)
    if faint:
        column, habitus = _make_faint(column, habitus, np.random.default_rng((*seed, 1)))
    canvas = _canvas(column, habitus, cell_mm, rng)
    body = Body(column, habitus, rng)
    torso = Torso(canvas, {v.name: v.frame.origin for v in column.vertebrae})
    paint_soft_tissue(torso, body, column, habitus, rng)
    paint_breast_and_shoulders(torso, column, habitus, rng)
    paint_ribs(torso, column, habitus, rng)
    paint_pelvis(torso, column, habitus, rng)
    _paint_spine(canvas, torso, column, habitus, rng)
    hardware = _paint_hardware(canvas, column, rng, 0.2 if hard else 0.12)
    kept = [v for v in column.vertebrae if v.name in CLASSES]
    tags = [*hardware]
    tags += ["scoliosis"] if scoliosis else []
    tags += ["deformity"] if any(v.deformity != "none" for v in kept) else []
    tags += [column.variant] if column.variant != "normal" else []
    return Trunk(
        hu=np.clip(np.rint(canvas.hu), *HU_RANGE).astype(np.int16),
        origin=np.array([canvas.x[0], canvas.y[0], canvas.z[0]], dtype=float),
        cell_mm=cell_mm,
        names=tuple(v.name for v in kept),
        centres=np.array([v.frame.origin for v in kept]),
        ups=np.array([v.frame.rotation[:, 2] for v in kept]),
        half_heights=np.array([v.shape.half_height for v in kept]),
        others=np.array([v.frame.origin for v in column.vertebrae if v.name not in CLASSES]),
        tags=tuple(tags),
    )


def _make_faint(column: Column, habitus: Habitus, rng: np.random.Generator) -> tuple[Column, Habitus]:
    bone = habitus.bone
    if rng.random() < 0.6:
        bone = replace(bone, mineral=float(rng.uniform(15, 90)), texture_mg=float(rng.uniform(5, 30)))
    bone = replace(
        bone,
        shell_mm=bone.shell_mm * float(rng.uniform(0.8, 1.5)),
        endplate_mm=bone.endplate_mm * float(rng.uniform(1.0, 2.2)),
        posterior_mineral=float(np.clip(bone.posterior_mineral, 120, 480)),
    )
    hu = {**habitus.hu, "disc": float(rng.uniform(60, 130))}
    taller = float(rng.uniform(1.0, 1.14))
    vertebrae = list(column.vertebrae)
    gaps = [float(np.linalg.norm(a.frame.origin - b.frame.origin)) for a, b in pairwise(vertebrae)]
    for n, v in enumerate(vertebrae):
        room = min(gaps[max(n - 1, 0) : n + 1]) - 2.5
        if v.name in CLASSES and v.deformity == "none":
            height = min(v.shape.height * taller, max(room, v.shape.height))
            vertebrae[n] = replace(v, shape=replace(v.shape, height=height))
    return replace(column, vertebrae=tuple(vertebrae)), replace(habitus, bone=bone, hu=hu)


def _canvas(column: Column, habitus: Habitus, cell_mm: float, rng: np.random.Generator) -> Canvas:
    centres = np.array([v.frame.origin for v in column.vertebrae])
    wide = 215.0 if habitus.arms == "down" else 178.0
    low = np.array(
        [centres[:, 0].mean() - wide, centres[:, 1].min() - habitus.belly - 40, centres[-1, 2] - 90]
    )
    high = np.array(
        [centres[:, 0].mean() + wide, centres[:, 1].max() + 96 + habitus.back_fat, centres[0, 2] + MARGIN_MM]
    )
    low[1] = min(low[1], float(centres[:, 1].min()) - 150)
    axes = [
        (lo + rng.uniform(0, cell_mm) + cell_mm * np.arange(int((hi - lo) / cell_mm))).astype(np.float32)
        for lo, hi in zip(low, high, strict=True)
    ]
    hu = np.full((len(axes[2]), len(axes[1]), len(axes[0])), -1000, dtype=np.float32)
    return Canvas(axes[0], axes[1], axes[2], hu, CELL_SIGMA_MM * cell_mm / 4)


def _paint_spine(
    canvas: Canvas, torso: Torso, column: Column, habitus: Habitus, rng: np.random.Generator
) -> None:
    mobile = [v for v in column.vertebrae if v.name not in ("S2", "S3", "S4", "S5")]
    canal = [v.frame.to_world(np.array([0, v.shape.half_depth + v.shape.canal[1] / 2, 0])) for v in mobile]
    for a, b in pairwise(canal):
        torso.chain([tuple(a), tuple(b)], 9.0, (1.25, 1, 1), 1.5, habitus.hu["sac"], habitus.hu["fat"] + 60)
    for upper, lower in pairwise(mobile):
        a = upper.frame.to_world(np.array([0, 0, -upper.shape.half_height]))
        b = lower.frame.to_world(np.array([0, 0, lower.shape.half_height]))
        gap = float(np.linalg.norm(a - b))
        rotation = upper.frame.rotation
        origin = (a + b) / 2 + rotation @ np.array([0, 0, upper.shape.half_height + gap / 2])
        disc = float(rng.uniform(-400, 0)) if rng.random() < 0.06 * habitus.ageing else habitus.hu["disc"]
        paint_disc(canvas, Frame(origin, rotation), upper.shape, False, gap, disc, rng)
    for vertebra in mobile:
        paint_vertebra(
            canvas,
            vertebra.shape,
            _own_bone(habitus.bone, vertebra, habitus, rng),
            vertebra.frame,
            Physics(120),
            rng,
        )
        for side in (-1.0, 1.0):  # osteophytes at the front rims
            if rng.random() < 0.5 * habitus.ageing:
                at = vertebra.frame.to_world(
                    np.array([
                        rng.uniform(-1, 1) * vertebra.shape.half_width[0], -0.9 * vertebra.shape.half_depth,
                        side * vertebra.shape.half_height,
                    ])
                )  # fmt: skip
                blob(canvas, at, tuple(rng.uniform(2, 6, 3)), float(rng.uniform(200, 700)))


def _own_bone(bone: Bone, vertebra: Vertebra, habitus: Habitus, rng: np.random.Generator) -> Bone:
    mineral = bone.mineral * float(np.clip(rng.normal(1, 0.1), 0.6, 1.5))
    if vertebra.deformity != "none":
        mineral += float(rng.uniform(10, 80))
    if rng.random() < 0.015:
        mineral = float(rng.choice((20.0, 500.0)))  # lytic or sclerotic
    end = rng.uniform(0, 250, 2) * (rng.random(2) < 0.3 * habitus.ageing)
    return replace(bone, mineral=mineral, sclerosis=(float(end[0]), float(end[1])))


def _paint_hardware(canvas: Canvas, column: Column, rng: np.random.Generator, share: float) -> list[str]:
    """Pedicle screws with rods and streaks, or cement in some bodies; returns the tags."""
    kind = rng.random()
    usable = [v for v in column.vertebrae if v.name[0] in "TL"]
    if kind < share / 2:
        for n in rng.choice(len(usable), size=int(rng.integers(1, 4)), replace=False):
            v = usable[n]
            for _ in range(int(rng.integers(1, 4))):
                spread = np.array(
                    [0.4 * v.shape.half_width[0], 0.4 * v.shape.half_depth, 0.3 * v.shape.half_height]
                )
                at = v.frame.to_world(rng.normal(0, 1, 3) * spread * 0.7)
                blob(canvas, at, tuple(rng.uniform(3, 10, 3)), float(rng.uniform(1200, 3000)))
        return ["cement"]
    if kind < share:
        first = int(rng.integers(0, len(usable) - 2))
        chosen = usable[first : first + int(rng.integers(2, 6))]
        for v in chosen:
            cw = v.shape.canal[0] / 2 + v.shape.pedicle[0] / 2
            for side in (-1.0, 1.0):
                start = np.array([side * (cw + 3), v.shape.half_depth + v.shape.canal[1] + 4, 2.0])
                end = np.array([side * 0.45 * cw, -0.3 * v.shape.half_depth, 1.0])
                for t in np.linspace(0, 1, 9):
                    blob(canvas, v.frame.to_world(start + t * (end - start)), (2.6, 2.6, 2.6), 3500)
            _streaks(canvas, v, rng)
        for side in (-1.0, 1.0):
            for upper, lower in pairwise(chosen):
                a, b = (
                    w.frame.to_world(np.array([side * 16, w.shape.half_depth + w.shape.canal[1] + 8, 0]))
                    for w in (upper, lower)
                )
                for t in np.linspace(0, 1, 8):
                    blob(canvas, a + t * (b - a), (3, 3, 3.5), 3500)
        return ["metal"]
    return []


def _streaks(canvas: Canvas, vertebra: Vertebra, rng: np.random.Generator) -> None:
    """Rays of both signs in the slices that a screw crosses."""
    x0, y0, z0 = (np.float32(v) for v in vertebra.frame.origin)
    dx, dy = canvas.x[None, :] - x0, canvas.y[:, None] - y0
    angle = np.arctan2(dy, dx)
    wave = sum(
        np.float32(rng.normal()) * np.cos(int(rng.integers(3, 20)) * angle + rng.uniform(0, 6.3))
        for _ in range(5)
    )
    plane = np.float32(rng.uniform(30, 160)) * wave * np.exp(-np.hypot(dx, dy) / np.float32(60))
    near = np.exp(-(((canvas.z - z0) / np.float32(6)) ** 2))
    canvas.hu += near[:, None, None] * plane.astype(np.float32)
