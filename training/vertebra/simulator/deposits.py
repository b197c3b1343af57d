"""Things beside plain bone: osteophytes, facet arthrosis, aortic calcium, lesions, cement and metal.

They are drawn first, as a list in the vertebra's frame, so that the CT and the DXA beam see the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import constants as c
from .anatomy import Physics, Shape
from .geometry import Canvas, Frame, capsule, ellipsoid, inside_fraction
from .population import Patient

CEMENT_BEAM_MG_CM3 = 900.0  # what DXA counts for PMMA with barium or zirconium (choice)
METAL_BEAM_MG_CM3 = 2500.0  # for titanium (choice)
METAL_HU = 3071.0
RIM_SEGMENTS = 5


@dataclass(frozen=True)
class Deposit:
    """An ellipsoid, or a rod from ``centre`` to ``end``, local mm; ``mineral`` is what DXA counts (mg/cm3).

    Without ``hu`` it looks like that mineral in marrow; with it, like that HU at any voltage.
    """

    kind: str
    centre: tuple[float, float, float]
    radii: tuple[float, float, float]
    mineral: float
    hu: float | None = None
    share: float = 1.0
    end: tuple[float, float, float] | None = None


def paint_deposits(
    canvas: Canvas, frame: Frame, deposits: tuple[Deposit, ...], marrow: float, physics: Physics
) -> None:
    """Blend every deposit into the canvas, in order."""
    for d in deposits:
        ends = frame.to_world(np.array([d.centre, d.end or d.centre], dtype=float))
        reach = max(d.radii) + 3
        window = canvas.window(ends.min(axis=0) - reach, ends.max(axis=0) + reach)
        if window is None:
            continue
        local = frame.to_local(*canvas.grid(window))
        if d.end is None:
            distance = ellipsoid(*local, d.centre, d.radii)
        else:
            distance = capsule(*local, d.centre, d.end, (d.radii[0], d.radii[1]))
        value = d.hu if d.hu is not None and not physics.mineral_only else physics.bone(d.mineral, marrow)
        view = canvas.hu[window]
        view += inside_fraction(distance, canvas.sigma_mm) * np.float32(d.share) * (np.float32(value) - view)


def draw_degeneration(rng: np.random.Generator, shape: Shape, patient: Patient) -> list[Deposit]:
    """Osteophytes, facet arthrosis and aortic calcium: what DXA sees and the trabecular compartment does
    not. Independent of density."""
    traits = patient.traits
    ageing = float(np.clip((patient.age - 35) / 40, 0, 1.2))
    b, h = shape.half_depth, shape.half_height
    out: list[Deposit] = []
    worn = ageing * np.exp(c.WEAR_LOG_SD * traits.degeneration)
    for end in (1.0, -1.0):
        if rng.random() >= 0.10 + 0.35 * min(worn, 2.0):
            continue
        width = shape.half_width[0 if end > 0 else 2]
        size = c.WEAR_SIZE * rng.uniform(0.5, 0.8 + 0.8 * min(worn, 2.0))
        middle = rng.uniform(np.pi, 2 * np.pi) if rng.random() < 0.85 else rng.uniform(0, 2 * np.pi)
        mineral = rng.uniform(200, 450)
        for k in range(RIM_SEGMENTS):  # a piece of the rim, not a single bead
            angle = middle + (k - RIM_SEGMENTS // 2) * 0.22
            at = (width * np.cos(angle), b * np.sin(angle), end * (h - 0.5))
            out.append(Deposit("osteophyte", at, (2.6 * size, 2.6 * size, 1.9 * size), mineral))
    if shape.level != "T10" and rng.random() < 0.10 + 0.35 * min(worn, 2.0):
        severity = float(rng.uniform(0.2, 0.6 + 0.7 * min(worn, 1.5)))
        for side in (-1.0, 1.0):
            at = (side * (shape.canal[0] / 2 + 5), b + 0.8 * shape.canal[1], -h * 0.95)
            radii = tuple(
                c.WEAR_SIZE * r for r in (3.5 + 2.5 * severity, 3.0 + 2.5 * severity, 5.0 + 2.0 * severity)
            )
            out.append(Deposit("facet", at, radii, 380.0 + 150 * severity, share=0.8))
    if shape.level != "L5" and rng.random() < 0.05 + 0.45 * ageing * np.exp(0.6 * traits.calcification - 0.2):
        for _ in range(int(rng.integers(1, 6))):
            angle = rng.uniform(0, 2 * np.pi)
            at = (9 + 9 * np.cos(angle), -b - 11 + 9 * np.sin(angle), rng.uniform(-h, h))
            radii = (rng.uniform(0.8, 2.2), rng.uniform(0.8, 2.0), rng.uniform(1, 6))
            out.append(Deposit("calcification", at, radii, float(rng.uniform(250, 800))))
    return out


def draw_schmorl(rng: np.random.Generator, shape: Shape) -> list[Deposit]:
    """A node of disc through an endplate, with a sclerotic rim."""
    end = 1.0 if rng.random() < 0.5 else -1.0
    at = (
        rng.normal(0, 0.25) * shape.half_width[1],
        rng.normal(0.05, 0.25) * shape.half_depth,
        end * (shape.half_height - rng.uniform(0.5, 2.0)),
    )
    r, deep = rng.uniform(3, 6), rng.uniform(2.5, 5.5)
    rim = float(rng.uniform(150, 420))
    beyond = (at[0], at[1], end * (shape.half_height + deep + 2.5))
    disc = c.TISSUE_HU["disc"][0]
    return [
        Deposit("schmorl", at, (r + 1.2, r + 1.2, deep + 1.2), rim),
        Deposit("schmorl", at, (r, r, deep), 0.0, hu=disc),
        Deposit("schmorl", beyond, (r + 2, r + 2, deep + 2), 0.0, hu=disc),  # the rim's half in the disc
    ]


def draw_lesion(rng: np.random.Generator, shape: Shape, kind: str) -> list[Deposit]:
    """A focal lesion of the body, cement, pedicle screws, or metal close to the spine."""
    b, w, h = shape.half_depth, shape.half_width[1], shape.half_height
    at = (rng.uniform(-0.45, 0.45) * w, rng.uniform(-0.5, 0.3) * b, rng.uniform(-0.35, 0.35) * h)
    if kind == "cement":
        out = []
        for _ in range(int(rng.integers(2, 5))):
            p = (at[0] + rng.normal(0, 3), at[1] + rng.normal(0, 3), at[2] + rng.normal(0, 3))
            radii = tuple(rng.uniform(3, 7, 3))
            out.append(Deposit(kind, p, radii, CEMENT_BEAM_MG_CM3, hu=float(rng.uniform(1500, 2800))))
        return out
    if kind == "haemangioma":
        r = rng.uniform(5, 10)
        out = [Deposit(kind, at, (r, r, min(r, 0.8 * h)), 30.0, hu=float(rng.uniform(-50, 0)))]
        for _ in range(int(r * 1.5)):
            dx, dy = rng.uniform(-0.8 * r, 0.8 * r, 2)
            rod = (at[0] + dx, at[1] + dy, at[2])
            out.append(Deposit(kind, rod, (0.8, 0.8, 0.8 * r), 200.0, hu=float(rng.uniform(200, 320))))
        return out
    if kind == "screws":
        out = []
        r = rng.uniform(2.4, 3.4)
        for side in (-1.0, 1.0):
            x = side * (shape.canal[0] / 2 + shape.pedicle[0] / 2)
            tip = (0.45 * x, -0.35 * b, 0.25 * h)
            head = (x + side * 2, b + 0.9 * shape.canal[1] + 6, 0.3 * h)
            out.append(Deposit(kind, tip, (r, r, r), METAL_BEAM_MG_CM3, hu=METAL_HU, end=head))
        return out
    if kind == "metal":  # a stent strut, clip, filter or electrode in front of or behind the spine
        side = rng.choice([-1.0, 1.0])
        place = (side * rng.uniform(4, 16), -b - rng.uniform(5, 14), rng.uniform(-0.8, 0.8) * h)
        r = rng.uniform(0.8, 2.5)
        return [Deposit(kind, place, (r, r, r * rng.uniform(1, 4)), METAL_BEAM_MG_CM3, hu=METAL_HU)]
    r = rng.uniform(4, 9)
    if kind == "lytic":
        radii = (r, r * rng.uniform(0.7, 1), r * rng.uniform(0.6, 1))
        return [Deposit(kind, at, radii, 0.0, hu=float(rng.uniform(20, 60)))]
    if kind == "island":
        r = rng.uniform(2, 4)
    hu = rng.uniform(600, 1000) if kind == "island" else rng.uniform(400, 800)
    radii = (r, r, r * rng.uniform(0.7, 1))
    return [Deposit(kind, at, radii, hu / c.QCT_SLOPE_HU, hu=float(hu), share=0.9)]


def paint_streaks(
    canvas: Canvas, frame: Frame, deposits: tuple[Deposit, ...], rng: np.random.Generator
) -> None:
    """Photon starvation and beam hardening round metal, a plain pattern and no reconstruction: a dark band
    along the line of two metals, fine rays of both signs elsewhere, in each slice that metal crosses."""
    metal = [d for d in deposits if d.hu == METAL_HU]
    if not metal:
        return
    strength = float(rng.uniform(60, 220))
    rays = [(int(rng.integers(6, 26)), rng.uniform(0, 2 * np.pi), rng.normal()) for _ in range(6)]
    x, y = canvas.x[None, :], canvas.y[:, None]
    centres = []
    for d in metal:
        a, e = frame.to_world(np.array([d.centre, d.end or d.centre], dtype=float))
        reach = d.radii[2] if d.end is None else d.radii[0]
        near = np.clip(1.5 - np.maximum(canvas.z - max(a[2], e[2]), min(a[2], e[2]) - canvas.z) / reach, 0, 1)
        middle = (a + e) / 2
        centres.append(middle)
        dx, dy = x - np.float32(middle[0]), y - np.float32(middle[1])
        r, angle = np.sqrt(dx * dx + dy * dy) + np.float32(4), np.arctan2(dy, dx)
        wave = sum(np.float32(g / 2.4) * np.cos(n * angle + np.float32(p)) for n, p, g in rays)
        plane = np.float32(strength) * wave * np.exp(-r / np.float32(35))
        canvas.hu += near.astype(np.float32)[:, None, None] * plane.astype(np.float32)
    if len(centres) == 2:
        a, e = centres
        low, high = min(a[2], e[2]) - 4, max(a[2], e[2]) + 4
        band = np.exp(-(((y - np.float32((a[1] + e[1]) / 2)) / np.float32(4)) ** 2)) + 0 * x
        near = ((canvas.z > low) & (canvas.z < high)).astype(np.float32)
        canvas.hu -= near[:, None, None] * np.float32(1.5 * strength) * band.astype(np.float32)
