"""Soft tissue of a trunk: skin, fat, muscle, lungs, heart, vessels, abdominal organs, bowel, table. LPS mm.

Smooth columns and blobs after the torso of demo/, with the ranges of habitus.py: what lies about the spine differs from
person to person by more than any atlas says.
"""

from __future__ import annotations

import numpy as np

from ..demo.painter import Torso
from ..simulator.fields import field_bank, sample_field
from .column import Column
from .habitus import Habitus
from .skeleton import RIBS, blob

GAS = -950.0


class Body:
    """The lines that the soft tissue follows, as functions of height z (mm)."""

    def __init__(self, column: Column, habitus: Habitus, rng: np.random.Generator) -> None:
        names = [v.name for v in column.vertebrae]
        centres = np.array([v.frame.origin for v in column.vertebrae])
        order = np.argsort(centres[:, 2])
        # Variants lack a level: its neighbour stands for it.
        self.z = {name: float(c[2]) for name, c in zip(names, centres, strict=True)}
        self.z.setdefault("T12", self.z["T11"])
        self.z.setdefault("L5", self.z["L4"])
        zs, xs, ys = centres[order, 2], centres[order, 0], centres[order, 1]
        self.x = lambda z: np.interp(z, zs, xs)
        self.y = lambda z: np.interp(z, zs, ys)
        smooth = np.convolve(np.pad(ys, 4, mode="edge"), np.ones(9) / 9, mode="valid")
        t1, t10, l3, s1 = (self.z[n] for n in ("T1", "T10", "L3", "S1"))
        low = s1 - 150
        ribs = habitus.chest * np.array([RIBS[1][0] + 62, RIBS[5][0] + 34, RIBS[10][0] + 10])
        waist = float(rng.uniform(108, 132)) * column.scale
        hips = float(rng.uniform(150, 172)) * column.scale
        half = np.array(
            [hips, hips - 4, waist, *ribs[::-1][:2], ribs[0], 62, 58]
        ) + habitus.side_fat * np.array([1, 1, 0.9, 0.6, 0.6, 0.6, 0.3, 0.3])
        at = np.array([low, s1 - 40, l3, t10, self.z["T5"], t1 - 10, t1 + 55, t1 + 300])
        self.half_width = lambda z: np.interp(z, at, half)
        back = np.maximum(ys, 0.6 * smooth + 0.4 * ys) + 66 * column.scale + habitus.back_fat
        self.back = lambda z: np.interp(z, zs, back)
        chest = 2 * RIBS[6][1] * habitus.chest_depth
        front_at = np.array([low, s1, l3, t10, self.z["T5"], t1, t1 + 60, t1 + 300])
        front_mm = np.array([
            habitus.belly, habitus.belly, habitus.belly, max(chest - 30, 0.75 * habitus.belly), chest - 20, chest * 0.55,
            55, 55,
        ])  # fmt: skip
        front = np.interp(zs, front_at, front_mm)
        front = np.minimum(ys, smooth) - front
        self.front = lambda z: np.interp(z, zs, front)
        self.inner_width = lambda z: self.half_width(z) - habitus.side_fat * 0.8 - 8


def paint_soft_tissue(
    torso: Torso, body: Body, column: Column, habitus: Habitus, rng: np.random.Generator
) -> None:
    """All of it, from the outside inwards; bones are painted over it."""
    canvas, hu = torso.canvas, habitus.hu
    texture = sample_field(
        field_bank(4.5, 3.2), rng, canvas.z, canvas.y, canvas.x, float(rng.uniform(1.5, 4))
    )
    fat = (np.float32(hu["fat"]) + np.float32(rng.uniform(2, 14)) * texture).astype(np.float32)
    marbling = np.float32(rng.uniform(2, 8) + 45 * habitus.ageing * rng.random())
    muscle = (np.float32(hu["muscle"]) + marbling * np.minimum(texture, 0.6)).astype(np.float32)
    canvas.hu[...] = -1000
    _paint_table(torso, body, rng)
    half_depth = lambda z: (body.back(z) - body.front(z)) / 2  # noqa: E731
    middle = lambda z: (body.back(z) + body.front(z)) / 2  # noqa: E731
    torso.column(body.x, middle, body.half_width, half_depth, 10.0, power=4)
    torso.column(body.x, middle, lambda z: body.half_width(z) - 3, lambda z: half_depth(z) - 3, fat, power=4)
    torso.column(
        body.x, lambda z: middle(z) - 2, body.inner_width, lambda z: half_depth(z) - 0.7 * habitus.back_fat - 9, muscle,
        power=4,
    )  # fmt: skip
    torso.column(
        body.x,
        lambda z: middle(z) - 8,
        lambda z: body.inner_width(z) - 22,
        lambda z: half_depth(z) - 0.7 * habitus.back_fat - 26,
        fat,
        (-1e4, body.z["T11"]),
    )
    _paint_chest(torso, body, column, habitus, rng)
    _paint_abdomen(torso, body, habitus, rng)
    _paint_muscles(torso, body, habitus, muscle, fat)
    _paint_vessels(torso, body, habitus, rng)
    for _ in range(int(rng.integers(0, 14))):  # things that no atlas has
        z = rng.uniform(canvas.z[0], canvas.z[-1])
        at = np.array([body.x(z) + rng.normal(0, 70), body.y(z) - rng.uniform(-40, 150), z])
        blob(
            canvas,
            at,
            tuple(rng.uniform(5, 26, 3)),
            float(rng.choice((rng.uniform(-110, 120), rng.uniform(-900, 600)))),
        )
    if habitus.arms == "down":
        for side in (-1.0, 1.0):
            torso.column(
                lambda z, s=side: body.x(z) + s * (body.half_width(np.full_like(z, body.z["T10"])) + 46), body.y, 42, 46,
                muscle, (-1e4, body.z["T1"] - 20), end_mm=40,
            )  # fmt: skip


def _paint_table(torso: Torso, body: Body, rng: np.random.Generator) -> None:
    if rng.random() < 0.25:
        return
    back = max(float(body.back(z)) for z in np.linspace(body.z["S1"], body.z["T2"], 12)) + rng.uniform(-4, 14)
    radius = float(rng.uniform(60, 400))
    cover = lambda x, y, z: back - y + 0 * x  # noqa: E731
    torso.column(0, back + 34 - radius, 260.0 + radius / 2, radius, -40, clip=cover)
    torso.column(
        0, back + 30 - radius, 257.0 + radius / 2, radius, -960, clip=lambda x, y, z: cover(x, y, z) + 2
    )


def _paint_chest(
    torso: Torso, body: Body, column: Column, habitus: Habitus, rng: np.random.Generator
) -> None:
    hu, z = habitus.hu, body.z
    low, high = z["T11"] - rng.uniform(-25, 30), z["T1"] + rng.uniform(-15, 12)
    top = float(z["T8"] + rng.uniform(-10, 35))  # of the diaphragm's dome
    mediastinum = float(rng.uniform(24, 42))
    hollow = rng.uniform(28, 42)
    for side in (-1.0, 1.0):

        def wide(at: np.ndarray) -> np.ndarray:
            outer = np.interp(at, [low, z["T8"], z["T4"], high], [118, 122, 92, 34])
            return (habitus.chest * outer - mediastinum) / 2

        def deep(at: np.ndarray) -> np.ndarray:
            return habitus.chest_depth * np.interp(at, [low, z["T8"], z["T3"], high], [78, 84, 62, 30])

        torso.column(
            lambda at, s=side, w=wide: body.x(at) + s * (mediastinum + w(at)),
            lambda at, d=deep: body.y(at) + hollow - d(at),
            wide, deep, hu["lung"], (low, high), power=4, end_mm=30,
        )  # fmt: skip
        for _ in range(10):
            p = np.array(
                [body.x(z["T7"]) + side * rng.uniform(35, 95), body.y(z["T7"]) - rng.uniform(-10, 90), 0.0]
            )
            p[2] = rng.uniform(low, high)
            torso.chain(
                [tuple(p), tuple(p + rng.normal(0, 22, 3))], rng.uniform(1.5, 4), (1, 1, 1), 0.5, 0, 40
            )
        dome = np.array([body.x(z["T9"]) + side * 68 * habitus.chest, body.y(z["T9"]) - 42, top - 60.0])
        radii = (60 * habitus.chest, 74 * habitus.chest_depth, 60)
        blob(torso.canvas, dome, radii, hu["liver"] if side < 0 else 0.5 * (hu["spleen"] + hu["fat"]))
    if rng.random() < 0.2:  # fluid behind a lung
        side = rng.choice((-1.0, 1.0))
        torso.column(
            lambda at: body.x(at) + side * 60, lambda at: body.y(at) + 18, 42, float(rng.uniform(6, 22)), 12.0,
            (low, z["T6"]), end_mm=30,
        )  # fmt: skip
    heart = np.array(
        [body.x(z["T8"]) + 26, body.y(z["T7"]) - 92 * habitus.chest_depth, z["T8"] + rng.uniform(-15, 25)]
    )
    blob(torso.canvas, heart, (rng.uniform(48, 66), rng.uniform(40, 54), rng.uniform(48, 62)), hu["heart"])
    torso.column(
        body.x,
        lambda at: body.y(at) - 55,
        mediastinum * 0.8,
        34,
        0.4 * hu["fat"] + 15,
        (z["T9"], z["T2"]),
        end_mm=20,
    )
    torso.column(body.x, lambda at: body.y(at) - 36, 8.5, 8.5, GAS, (z["T5"], 1e4), end_mm=6)
    torso.column(body.x, lambda at: body.y(at) - 24, 7, 5.5, 35, (z["T10"], 1e4), end_mm=6)
    arch = np.array([body.x(z["T4"]) + 8, body.y(z["T4"]) - 42, z["T4"]])
    way = [
        arch + np.array([14, 22, 0]),
        arch + np.array([6, 0, 6]),
        arch + np.array([-16, -34, -10]),
        heart + np.array([-18, 0, 20]),
    ]
    torso.chain([tuple(p) for p in way], 13, (1, 1, 1), 0.5, hu["blood"], hu["blood"])
    for side in (-1.0, 1.0):
        branch = [
            (body.x(z["T4"]) + side * 12, arch[1] - 6, z["T4"]),
            (body.x(z["T1"]) + side * 40, body.y(z["T1"]) - 40, z["T1"] + 20),
        ]
        torso.chain(branch, 6, (1, 1, 1), 0.5, hu["blood"], hu["blood"])
        blob(
            torso.canvas,
            np.array([body.x(z["C7"]) + side * 24, body.y(z["C7"]) - 30, z["C7"] + 10]),
            (12, 12, 26),
            90,
        )


def _paint_abdomen(torso: Torso, body: Body, habitus: Habitus, rng: np.random.Generator) -> None:
    canvas, hu, z = torso.canvas, habitus.hu, body.z
    lowest = z["L1"] + rng.uniform(-60, 25)
    grow = lambda at: np.clip((np.asarray(at) - lowest) / 70, 0.03, 1)  # noqa: E731
    torso.column(
        lambda at: body.x(at) - 70, lambda at: body.y(at) - 40, lambda at: 56 * np.sqrt(grow(at)),
        lambda at: 70 * np.sqrt(grow(at)), hu["liver"], (lowest, z["T9"] + 10), power=4, end_mm=20,
    )  # fmt: skip
    blob(
        canvas,
        np.array([body.x(z["T12"]) - 5, body.y(z["T12"]) - 80, z["T11"] - 10]),
        (55, 28, 45),
        hu["liver"],
    )
    blob(
        canvas,
        np.array([body.x(z["T11"]) + 96, body.y(z["T11"]) - 10, z["T11"] - 20]),
        (24, 38, 52),
        hu["spleen"],
    )
    stomach = np.array([body.x(z["T12"]) + 56, body.y(z["T12"]) - 74, z["T12"] + rng.uniform(-25, 20)])
    blob(canvas, stomach, (42, 30, 52), hu["bowel"])
    if rng.random() < 0.7:
        blob(canvas, stomach + np.array([0, -14, 8]), (28, 14, 34), GAS)
    if rng.random() < 0.9:
        for side in (-1.0, 1.0):
            at = np.array(
                [body.x(z["L1"]) + side * rng.uniform(52, 68), body.y(z["L1"]) - 4, z["L1"] - 8 + side * 8]
            )
            at[2] += rng.normal(0, 14)
            blob(canvas, at, (25, 29, 55), hu["kidney"])
            blob(
                canvas,
                at - np.array([side * 14, 4, 0]),
                (9, 9, 20),
                hu["fat"] if rng.random() < 0.7 else 300.0,
            )
    blob(canvas, np.array([body.x(z["L1"]), body.y(z["L1"]) - 58, z["L1"]]), (60, 12, 14), hu["bowel"] + 15)
    oral = rng.uniform(150, 500) if rng.random() < 0.15 else None
    floor = z["S1"] - 110
    for _ in range(int(rng.integers(25, 60))):
        at = np.array([rng.normal(0, 62), 0.0, rng.uniform(floor, z["L1"] + 20)])
        at[1] = float(body.y(at[2])) - rng.uniform(40, max(60.0, habitus.belly - 22))
        at[0] += float(body.x(at[2]))
        radii = tuple(rng.uniform(10, 24, 3))
        filling = oral if oral is not None and rng.random() < 0.6 else rng.normal(hu["bowel"], 14)
        blob(canvas, at, radii, float(filling))
        if rng.random() < 0.35:
            blob(canvas, at - np.array([0, 3, 0]), tuple(0.7 * r for r in radii), GAS)
    for side in (-1.0, 1.0):
        radius = rng.uniform(14, 26)
        torso.column(
            lambda at, s=side: body.x(at) + s * (body.inner_width(at) - 46) + 5 * np.sin(at / 17),
            lambda at: body.y(at) - 34, lambda at, r=radius: r * (1 + 0.2 * np.sin(at / 9)), radius,
            GAS if rng.random() < 0.45 else rng.uniform(-150, 90), (floor, z["L1"]), end_mm=16,
        )  # fmt: skip
    blob(
        canvas,
        np.array([body.x(z["S5"]), body.y(z["S1"]) - 62, z["S1"] - 105]),
        (42, 34, 34),
        rng.choice((8.0, 8.0, 250.0)),
    )
    torso.column(body.x, lambda at: body.y(at) - 24, 14, 11, 20.0, (z["S5"] - 60, z["S2"]), end_mm=12)


def _paint_muscles(torso: Torso, body: Body, habitus: Habitus, muscle: np.ndarray, fat: np.ndarray) -> None:
    z = body.z
    low = z["S4"]
    skin = lambda at: body.back(at) - habitus.back_fat - 6  # noqa: E731
    for side in (-1.0, 1.0):
        centre = lambda at: (skin(at) + body.y(at) + 14) / 2  # noqa: E731
        depth = lambda at: np.maximum((skin(at) - body.y(at) - 14) / 2, 8)  # noqa: E731
        torso.column(lambda at, s=side: body.x(at) + s * 30, centre, 29, depth, muscle, (low, 1e4), power=4)
        knots = [z[n] for n in ("S2", "S1", "L4", "L3", "L2", "L1", "T12")]
        torso.column(
            lambda at, s=side, k=knots: body.x(at) + s * np.interp(at, k, (64, 54, 43, 38, 34, 29, 26)),
            lambda at, k=knots: body.y(at) + np.interp(at, k, (-34, -18, 0, 3, 4, 4, 4)),
            lambda at, k=knots: np.interp(at, k, (19, 19, 17, 15, 11, 8, 4)),
            lambda at, k=knots: np.interp(at, k, (20, 21, 20, 17, 14, 10, 5)),
            muscle, (z["S2"] - 60, z["T12"]), end_mm=8,
        )  # fmt: skip
        torso.column(
            lambda at, s=side: body.x(at) + s * 62,
            lambda at: body.y(at) + 20,
            22,
            9,
            muscle,
            (z["L5"], z["T12"]),
        )
        torso.column(
            lambda at, s=side: body.x(at) + s * 78, lambda at: body.back(at) - habitus.back_fat - 42, 62, 34, muscle,
            (z["S1"] - 150, z["S1"] - 10), end_mm=30,
        )  # fmt: skip
    torso.column(body.x, lambda at: skin(at) - 6, 1.8, 12, fat)


def _paint_vessels(torso: Torso, body: Body, habitus: Habitus, rng: np.random.Generator) -> None:
    hu, z = habitus.hu, body.z
    shift, radius = rng.uniform(2, 16), rng.uniform(8, 17 if rng.random() < 0.2 else 12)
    knots = [z["L4"], z["T12"], z["T8"], z["T5"]]
    torso.column(
        lambda at: body.x(at) + np.interp(at, knots, (2, shift, shift + 12, shift + 16)),
        lambda at: body.y(at) + np.interp(at, knots, (-30, -29, -22, -14)),
        radius, radius, hu["blood"], (z["L4"], z["T4"]), end_mm=4,
    )  # fmt: skip
    torso.column(
        lambda at: body.x(at) - 17, lambda at: body.y(at) - 27, rng.uniform(8, 13), rng.uniform(5, 11), hu["cava"],
        (z["L5"], z["T9"]), end_mm=4,
    )  # fmt: skip
    for side in (-1.0, 1.0):
        torso.column(
            lambda at, s=side: body.x(at) + s * (7 + np.clip((z["L4"] - at) * 0.45, 0, 62)),
            lambda at: body.y(np.maximum(at, z["L5"])) - 26, 7.5, 7, hu["blood"], (z["S1"] - 140, z["L4"] + 5), end_mm=4,
        )  # fmt: skip
    for _ in range(int(18 * habitus.ageing)):  # calcified plaques
        at_z, angle = rng.uniform(z["L4"], z["T5"]), rng.uniform(0, 2 * np.pi)
        x = float(
            body.x(at_z) + np.interp(at_z, knots, (2, shift, shift + 12, shift + 16)) + radius * np.cos(angle)
        )
        y = float(body.y(at_z) + np.interp(at_z, knots, (-30, -29, -22, -14)) + radius * np.sin(angle))
        blob(torso.canvas, np.array([x, y, at_z]), tuple(rng.uniform(1, 5, 3)), float(rng.uniform(250, 900)))
