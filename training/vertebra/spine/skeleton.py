"""Bones of the trunk beside the vertebrae: ribs, breastbone, shoulder girdle, sacrum, pelvis. LPS mm.

What labels are counted from must be right (which level carries a rib, how long the last ones are, where the sacrum
is); the rest is there so that a bone is not always a vertebra.
"""

from __future__ import annotations

import numpy as np

from ..demo.painter import Torso
from ..simulator.geometry import Canvas, Frame, ellipsoid, inside_fraction
from .column import Column, Vertebra
from .habitus import Habitus, shell_and_core_hu

# Rib cage by rib number: half width, half depth of its loop, how far it descends to its end, angle of its bony end
# from the back (degrees). Estimates after atlases, scaled to the person.
RIBS: dict[int, tuple[float, float, float, float]] = {
    1: (52, 40, 28, 150), 2: (74, 54, 45, 152), 3: (92, 65, 60, 152), 4: (105, 75, 74, 152), 5: (115, 83, 86, 152),
    6: (123, 89, 95, 150), 7: (129, 93, 101, 147), 8: (133, 96, 103, 140), 9: (134, 97, 98, 130),
    10: (132, 96, 88, 118), 11: (129, 93, 66, 88), 12: (124, 88, 44, 66), 13: (120, 84, 30, 55),
}  # fmt: skip
FIRST_ANGLE_DEG = 34.0


def blob(canvas: Canvas, at: np.ndarray, radii: tuple, hu: float, rotation: np.ndarray | None = None) -> None:
    """Paint an ellipsoid; radii along the axes of ``rotation``."""
    reach = max(radii) + 4
    window = canvas.window(at - reach, at + reach)
    if window is None:
        return
    frame = Frame(at, np.eye(3) if rotation is None else rotation)
    d = ellipsoid(*frame.to_local(*canvas.grid(window)), (0, 0, 0), radii)
    view = canvas.hu[window]
    view += inside_fraction(d, canvas.sigma_mm) * (np.float32(hu) - view)


def paint_ribs(torso: Torso, column: Column, habitus: Habitus, rng: np.random.Generator) -> None:
    """A rib at both sides of every thoracic level, the last ones short and of any length."""
    last = int(column.lowest_rib[1:])
    shell, core = shell_and_core_hu(habitus.bone, 0.8)
    core = min(core, 260.0)
    shell_mm = float(rng.uniform(0.5, 1.4))
    slope = rng.uniform(0.75, 1.25)
    last_reach = {last: rng.uniform(0.1, 1.3), last - 1: rng.uniform(0.7, 1.15)}
    for number in range(1, last + 1):
        vertebra = column.at(f"T{number}")
        assert vertebra is not None
        for side in (-1.0, 1.0):
            reach = float(last_reach.get(number, 1.0) * rng.normal(1, 0.08 if number >= last - 1 else 0.02))
            if number == last and reach < 0.15:
                continue
            points, cartilage = _rib(vertebra, number, side, reach, slope, habitus, rng)
            torso.chain(
                points,
                float(rng.uniform(3.4, 4.8)),
                (1, 1, float(rng.uniform(1.2, 1.8))),
                shell_mm,
                core,
                shell,
            )
            if cartilage:
                torso.chain(
                    cartilage, 5.0, (1, 1, 1.3), 1.0, habitus.hu["cartilage"], habitus.hu["cartilage"] + 60
                )


def _rib(
    vertebra: Vertebra,
    number: int,
    side: float,
    reach: float,
    slope: float,
    habitus: Habitus,
    rng: np.random.Generator,
) -> tuple[list[tuple], list[tuple]]:
    shape, frame = vertebra.shape, vertebra.frame
    width, depth, drop, end = RIBS[number]
    width, depth = width * habitus.chest, depth * habitus.chest_depth
    height = 0.85 if 2 <= number <= 10 else 0.2
    head = frame.to_world(
        np.array([side * (max(shape.half_width) - 1), 0.65 * shape.half_depth, height * shape.half_height])
    )
    tubercle = frame.to_world(
        np.array(
            [
                side * (shape.transverse_mm - 1),
                shape.half_depth + 1.35 * shape.canal[1],
                0.7 * shape.half_height,
            ]
        )
    )
    pole_y = float(tubercle[1]) + 3
    middle = np.array([frame.origin[0], pole_y - depth, tubercle[2]])
    stop = FIRST_ANGLE_DEG + (end - FIRST_ANGLE_DEG) * reach
    points = [tuple(head), tuple(tubercle)]
    for angle in np.linspace(
        min(FIRST_ANGLE_DEG, stop - 4), stop, max(4, int((stop - FIRST_ANGLE_DEG) / 11) + 2)
    ):
        t = np.deg2rad(angle)
        fall = slope * drop * (max(angle - 20, 0) / (end - 20)) ** 0.85
        at = middle + np.array([side * width * np.sin(t), depth * np.cos(t), -fall])
        if side * (at[0] - tubercle[0]) > 2:
            points.append(tuple(at))
    cartilage: list[tuple] = []
    if number <= 7:
        tip = np.array(points[-1])
        front = np.array(
            [frame.origin[0] + side * 16, middle[1] - depth * 1.02, tip[2] + 8 * max(0, number - 3)]
        )
        cartilage = [tuple(tip), tuple(0.5 * (tip + front) + np.array([0, -3.0, -4.0])), tuple(front)]
    return points, cartilage


def paint_breast_and_shoulders(
    torso: Torso, column: Column, habitus: Habitus, rng: np.random.Generator
) -> None:
    shell, core = shell_and_core_hu(habitus.bone, 0.7)
    core = min(core, 220.0)
    t1, t5 = column.at("T1"), column.at("T5")
    assert t1 is not None and t5 is not None
    front = float(t5.frame.origin[1]) + 40 - 2.02 * RIBS[5][1] * habitus.chest_depth
    x, top = float(t5.frame.origin[0]), float(t1.frame.origin[2]) - 35
    length = 165 * column.scale
    spine_lean = np.linspace(18, -14, 6)
    line = [(x, front + spine_lean[k], top - length * k / 5) for k in range(6)]
    torso.chain(line, 5.5, (float(rng.uniform(2.2, 3.4)), 1, 1), 0.8, core, shell)
    lift = 0.0 if habitus.arms == "down" else float(rng.uniform(0, 50))
    z = float(t1.frame.origin[2])
    back = float(t5.frame.origin[1])
    for side in (-1.0, 1.0):
        torso.chain(
            [
                (x + side * 18, front + 8, top + 4),
                (x + side * 70, front + 26, top + 16 + lift),
                (x + side * 135, back - 30, top + 28 + lift),
            ],
            6.0, (1, 1, 1), 1.4, core, shell,
        )  # fmt: skip
        blade = np.array([x + side * (85 + 0.6 * lift), back + 42, z - 50 + lift])
        out = np.array([x + side * 150, back + 2, z - 18 + lift])
        for k in range(4):
            down = np.array([side * (2 + 8 * k + 0.2 * lift), 6 + k, -32.0 * k])
            torso.chain(
                [tuple(blade + down), tuple(0.35 * blade + 0.65 * out + down * (1 - 0.2 * k))],
                2.6, (1, 1, 6.5), 1.0, core, shell,
            )  # fmt: skip
        torso.chain(
            [tuple(blade + np.array([0, 8, -12])), tuple(out + np.array([0, 6, 6]))],
            4.5,
            (1, 1, 1.5),
            1.2,
            core,
            shell,
        )
        head = np.array([x + side * 168, back - 12, z - 22 + lift])
        blob(torso.canvas, head, (25, 25, 25), core)
        shaft = (0, 0, -260.0) if habitus.arms == "down" else (side * 30, -20.0, 220.0)
        torso.chain([tuple(head), tuple(head + shaft)], 11.5, (1, 1, 1), 4.0, 0.0, shell * 0.9)


def paint_pelvis(torso: Torso, column: Column, habitus: Habitus, rng: np.random.Generator) -> None:
    """Sacral wings and lower segments, iliac wings, hips."""
    shell, core = shell_and_core_hu(habitus.bone, 0.75)
    core = min(core, 300.0)
    canvas, s = torso.canvas, column.scale
    sacrum = [column.at(f"S{n}") for n in range(1, 6)]
    s1 = sacrum[0]
    assert s1 is not None
    for n, part in enumerate(sacrum):
        assert part is not None
        shrink = (1.0, 0.86, 0.7, 0.55, 0.42)[n]
        for side in (-1.0, 1.0):
            at = part.frame.to_world(np.array([side * 36 * s * shrink, 4.0, -3.0]))
            radii = (21 * s * shrink, 15 * s * shrink, 15 * s * shrink)
            blob(canvas, at, tuple(r + 0.8 for r in radii), 0.35 * shell, part.frame.rotation)
            blob(canvas, at, radii, core - float(rng.uniform(0, 110)), part.frame.rotation)
        if n > 0:
            at = part.frame.origin
            blob(
                canvas,
                at,
                (17 * s * shrink, 11 * s * shrink, 12 * s),
                0.3 * shell + 0.5 * core,
                part.frame.rotation,
            )
            blob(canvas, at, (15 * s * shrink, 9 * s * shrink, 10 * s), core, part.frame.rotation)
        crest = part.frame.to_world(np.array([0, 22 * s * shrink, 0]))
        blob(canvas, crest, (5, 5, 11 * s), 0.4 * shell, part.frame.rotation)
    x, y, z = (float(v) for v in s1.frame.origin)
    crest = z + float(rng.uniform(18, 62)) * s
    flare = float(rng.uniform(0.9, 1.15)) * s
    thick = float(rng.uniform(3.4, 5.5))
    hip = np.array([88 * flare, y - 42 * s, z - 125 * s])
    for side in (-1.0, 1.0):
        for k, (down, width, ahead) in enumerate(((0, 118, 52), (30, 122, 66), (60, 112, 72), (88, 98, 66))):
            level = crest - 8 - down * s
            torso.chain(
                [
                    (x + side * (44 if k < 3 else 56) * s, y + (44 - 6 * k) * s, level - 6),
                    (x + side * 62 * s, y + (26 - 8 * k) * s, level + 2),
                    (x + side * (0.8 * width) * flare, y - (0.25 * ahead) * s, level),
                    (x + side * width * flare, y - (0.72 * ahead) * s, level - 6),
                    (x + side * (width - 6) * flare, y - ahead * s, level - 16),
                ],
                thick, (1, 1, 4.4), float(rng.uniform(0.8, 1.5)), core, shell,
            )  # fmt: skip
        at = np.array([x + side * hip[0], hip[1], hip[2]])
        blob(canvas, at, (33, 33, 33), 0.3 * shell)
        blob(canvas, at, (29, 29, 29), core)
        blob(canvas, at, (25.5, 25.5, 25.5), 60.0)
        blob(canvas, at, (24, 24, 24), core + 80)
        outer = at + np.array([side * 55, 8.0, -28.0])
        torso.chain([tuple(at), tuple(outer)], 15, (1, 1, 1), 1.2, core, shell)
        torso.chain(
            [tuple(outer), tuple(outer + np.array([-side * 8, 4.0, -140.0]))], 15, (1, 1, 1), 4.5, -20, shell
        )
        torso.chain(
            [tuple(at + np.array([-side * 20, -18.0, -10.0])), (x + side * 12, hip[1] - 62, hip[2] - 10)],
            8,
            (1, 1, 1),
            1.2,
            core,
            shell,
        )
        torso.chain(
            [tuple(at + np.array([-side * 12, 18.0, -20.0])), (x + side * 50, hip[1] + 22, hip[2] - 62)],
            11,
            (1, 1, 1),
            1.2,
            core,
            shell,
        )
