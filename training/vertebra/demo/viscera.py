"""The demo's soft tissue: back muscles, viscera, mesentery, chest, retroperitoneum."""

from __future__ import annotations

import numpy as np

from ..simulator.geometry import Frame, rotation_lps, smooth_max
from ..simulator.population import bone_hu
from ..simulator.surroundings import paint_blob
from .painter import BLOOD, BOWEL, FAT, GAS, KIDNEY, LIVER, LUNG, MUSCLE, SPLEEN, Torso


def paint_back_muscles(torso: Torso, muscle: np.ndarray, fat: np.ndarray) -> None:
    y = torso.spine_y
    skin = lambda x, yy, z: yy - 99 + np.abs(x) * np.float32(0.06) + 0 * z  # noqa: E731
    for side in (-1.0, 1.0):
        torso.column(side * 37, lambda z: y(z) + 43, 33, 23, muscle, power=4, clip=skin)
        torso.column(side * 15, lambda z: y(z) + 47, 14, 20, muscle, power=4, clip=skin)
        torso.column(side * 26.5, lambda z: y(z) + 47, 0.8, 16, fat, clip=skin)
        torso.column(side * 0.01, lambda z: y(z) + 60, 1.6, 14, fat, clip=skin)
        torso.column(
            side * 63,
            lambda z: y(z) + 17,
            21,
            9,
            muscle,
            (torso.level_z["L5"], torso.level_z["L1"] + 8),
            end_mm=25,
        )
        torso.column(side * 92, lambda z: y(z) + 20, 24, 8, muscle, power=4)


def paint_viscera(torso: Torso, rng: np.random.Generator, texture: np.ndarray) -> None:
    z_of = torso.level_z
    top = float(torso.canvas.z[-1]) + 60
    inside = lambda x, y, z: smooth_max(np.abs(x) - 124 + 0 * y, np.abs(y + 4) - 79 + 0 * x, 30) + 0 * z  # noqa: E731
    liver = (np.float32(LIVER) + np.float32(2.5) * texture).astype(np.float32)
    spread = lambda z: np.clip((np.asarray(z) - z_of["L3"] - 8) / 62, 0.02, 1)  # noqa: E731
    torso.column(
        lambda z: -66 - 16 * (1 - spread(z)),
        lambda z: -6 + 4 * (1 - spread(z)),
        lambda z: 58 * np.sqrt(spread(z)),
        lambda z: 72 * np.sqrt(spread(z)),
        liver,
        (z_of["L3"] + 8, top),
        power=4,
        clip=inside,
    )
    torso.column(-10, -52, 48, 24, liver, (z_of["L1"] + 4, top), clip=inside, end_mm=30)
    for _ in range(9):  # vessels of the liver
        p = (rng.uniform(-105, -40), rng.uniform(-50, 35), rng.uniform(z_of["L1"], top - 60))
        torso.chain(
            [p, tuple(np.array(p) + rng.normal(0, 14, 3))], rng.uniform(1.8, 3.6), (1, 1, 1), 0.5, 40, 44
        )
    torso.column(
        -62, -62, 13, 17, 8, (z_of["L2"] + 2, z_of["T12"] - 2), clip=inside, end_mm=20
    )  # gallbladder
    torso.column(98, 30, 22, 34, SPLEEN, (z_of["L1"] - 6, top), clip=inside, end_mm=40)
    torso.column(58, -38, 46, 28, 25, (z_of["L1"] - 4, top), clip=inside, end_mm=35)  # stomach
    torso.column(56, -58, 36, 7, GAS, (z_of["L1"] + 6, top), clip=lambda x, y, z: y + 51 + 0 * x, end_mm=30)
    torso.column(
        lambda z: 6 + 0 * z, -18, 30, 9, 38, (z_of["L2"] + 2, z_of["L1"] + 14), end_mm=14
    )  # pancreas
    for side, z in ((-1.0, z_of["L2"] + 8), (1.0, z_of["L1"] + 2)):
        centre = (side * 62, 30 + 3, z)
        frame = Frame(np.zeros(3), np.eye(3))
        paint_blob(torso.canvas, frame, centre, (30, 35, 60), FAT + 3)
        paint_blob(torso.canvas, frame, centre, (24, 28, 52), KIDNEY)
        paint_blob(torso.canvas, frame, (centre[0] - side * 13, centre[1] - 5, z), (13, 10, 26), FAT + 20)
        paint_blob(torso.canvas, frame, (centre[0] - side * 9, centre[1] - 3, z - 4), (6, 6, 10), 8)
        paint_blob(torso.canvas, frame, (side * 26, 18, z_of["T12"] - 4), (5, 13, 12), 22, 0.7)  # adrenal
    # Colon at the flanks, small bowel in front; gas rises to the front of each loop.
    loops = [(side * x, y, r) for side in (-1.0, 1.0) for x, y, r in ((100.0, -14.0, 18.0),)]
    for x, y, r in loops:
        end = z_of["L2"] - 6 if x < 0 else z_of["L1"] - 30
        wobble = float(rng.uniform(0, 6))
        torso.column(
            lambda z, x=x, w=wobble: x + 5 * np.sin(z / 17 + w),
            y,
            lambda z, w=wobble, r=r: r * (1 + 0.18 * np.sin(z / 9 + w)),
            r,
            BOWEL + 6,
            (-1e4, end),
            clip=inside,
        )
        torso.column(
            lambda z, x=x, w=wobble: x + 5 * np.sin(z / 17 + w),
            y - 4,
            lambda z, w=wobble, r=r: (r - 3) * (1 + 0.2 * np.sin(z / 9 + w)),
            r - 7,
            GAS,
            (-1e4, end - 4),
            clip=lambda x, y, z, r=r: y - 3 + 0 * x,
        )
    for z in np.arange(float(torso.canvas.z[0]) - 10, z_of["L1"] + 6, 19.0):
        for x in np.linspace(-74, 74, 7):
            if z > z_of["L2"] - 12 and x < -30:
                continue
            p = np.array([x + rng.normal(0, 5), rng.uniform(-76, -22) + 0.002 * x * x, z + rng.normal(0, 6)])
            radii = (rng.uniform(11, 21), rng.uniform(9, 15), rng.uniform(9, 16))
            frame = Frame(p, rotation_lps(*rng.uniform(-50, 50, 3)))
            paint_blob(torso.canvas, frame, (0, 0, 0), radii, rng.uniform(18, 48))
            if rng.random() < 0.28:
                paint_blob(torso.canvas, frame, (0, -2, 0), tuple(0.5 * r for r in radii), GAS)
            else:
                paint_blob(torso.canvas, frame, (0, 0, 0), tuple(0.6 * r for r in radii), rng.uniform(8, 26))


def paint_mesentery(torso: Torso, rng: np.random.Generator) -> None:
    """Mesenteric and gonadal vessels, small nodes: the strands that make abdominal fat look like itself."""
    z_of = torso.level_z
    for _ in range(170):
        z = rng.uniform(float(torso.canvas.z[0]), z_of["L1"] - 4)
        p = np.array([rng.normal(0, 34), rng.uniform(-52, -4), z])
        step = np.array([0.5 * p[0], -14.0, -12.0]) * rng.uniform(0.4, 1.0) + rng.normal(0, 6, 3)
        radius = float(rng.uniform(0.8, 1.9))
        torso.chain(
            [tuple(p), tuple(p + step / 2 + rng.normal(0, 2, 3)), tuple(p + step)],
            radius,
            (1, 1, 1),
            0.2,
            38,
            30,
        )
    for side in (-1.0, 1.0):
        for x, y0 in ((46.0, 4.0), (30.0, -2.0)):
            line = [
                (side * (x + 2 * np.sin(z / 13)), y0 + 2 * np.cos(z / 11), float(z))
                for z in np.linspace(z_of["L2"], float(torso.canvas.z[0]), 9)
            ]
            torso.chain(line, 1.7, (1, 1, 1), 0.2, 32, 28)
    torso.column(5, -38, 4.5, 4.5, 41, (z_of["L4"], z_of["L1"]), end_mm=10)
    torso.column(-8, -40, 5.5, 5.5, 40, (z_of["L4"], z_of["L1"]), end_mm=10)
    torso.column(lambda z: -38 + 0 * z, -22, 14, 12, 34, (z_of["L3"] - 6, z_of["L1"]), end_mm=16)  # duodenum
    torso.column(
        lambda z: 0 * z,
        lambda z: torso.spine_y(z) - 48,
        34,
        8,
        32,
        (z_of["L3"] - 16, z_of["L3"] + 4),
        end_mm=10,
    )


def paint_chest(torso: Torso, z_of: dict[str, float]) -> None:
    """Posterior recesses of the lungs, a thin diaphragm in front of them."""
    top = float(torso.canvas.z[-1]) + 40
    y = torso.spine_y
    for side in (-1.0, 1.0):
        lo = z_of["T12"] - 10
        grow = lambda z, lo=lo: np.clip((np.asarray(z) - lo) / 45, 0.05, 1)  # noqa: E731
        outer = lambda x, yy, z: np.sqrt((x / 126) ** 2 + ((yy + 4) / 79) ** 2) * 79 - 79 + 0 * z  # noqa: E731
        torso.column(
            side * 62,
            lambda z, g=grow: y(z) + 28 - 4 * g(z),
            lambda z, g=grow: 34 + 18 * g(z),
            lambda z, g=grow: 3 + 19 * g(z),
            MUSCLE,
            (lo - 4, top),
            clip=outer,
        )
        torso.column(
            side * 62,
            lambda z, g=grow: y(z) + 29 - 4 * g(z),
            lambda z, g=grow: 31 + 18 * g(z),
            lambda z, g=grow: 1 + 18 * g(z),
            LUNG,
            (lo, top),
            clip=lambda x, yy, z, o=outer: o(x, yy, z) + 1,
        )


def paint_retroperitoneum(
    torso: Torso, muscle: np.ndarray, fat: np.ndarray, rng: np.random.Generator, kvp: int
) -> None:
    y, z_of = torso.spine_y, torso.level_z
    knots = [z_of[k] for k in ("S1", "L5", "L4", "L3", "L2", "L1", "T12")]
    interp = lambda values: lambda z: np.interp(z, knots, values)  # noqa: E731
    for side in (-1.0, 1.0):
        torso.column(
            lambda z, s=side: s * interp((50, 45, 41, 37, 33, 28, 24))(z),
            lambda z: y(z) + interp((-16, -6, 1, 4, 5, 4, 2))(z),
            interp((18, 18, 17, 14, 10.5, 7.5, 4)),
            interp((20, 21, 20, 17.5, 14, 9.5, 5)),
            muscle,
            (-1e4, z_of["T12"]),
            end_mm=8,
        )
        torso.column(
            side * 10, lambda z: y(z) - 18.5, 9, 3.4, muscle, (z_of["L2"] - 8, 1e4), end_mm=25
        )  # crura
        torso.column(
            lambda z, s=side: s * (6 + np.clip((z_of["L4"] - z) * 0.42, 0, 40)) + 4,
            lambda z: y(z) - 26 + np.clip((z_of["L4"] - z) * 0.10, 0, 20),
            6,
            6,
            BLOOD,
            (-1e4, z_of["L4"] + 6),
            end_mm=4,
        )
        torso.column(
            lambda z, s=side: s * (9 + np.clip((z_of["L5"] - z) * 0.40, 0, 40)) - 9,
            lambda z: y(z) - 21 + np.clip((z_of["L5"] - z) * 0.14, 0, 20),
            7.5,
            6,
            BLOOD - 1,
            (-1e4, z_of["L5"] + 8),
            end_mm=4,
        )
    torso.column(6, lambda z: y(z) - 27, 9.2, 9.2, BLOOD, (z_of["L4"], 1e4), end_mm=3)
    torso.column(
        interp((-16, -16, -16, -17, -17, -17, -18)),
        lambda z: y(z) - 23,
        11.5,
        8,
        BLOOD - 1,
        (z_of["L5"] + 2, 1e4),
        end_mm=3,
    )
    frame = Frame(np.zeros(3), np.eye(3))
    for _ in range(14):  # calcified plaques on the aortic wall
        z, t = rng.uniform(z_of["L4"] + 2, z_of["L1"] + 10), rng.uniform(0, 2 * np.pi)
        at = (6 + 9 * np.cos(t), float(y(np.array([z]))[0]) - 27 + 9 * np.sin(t), z)
        radii = tuple(np.array([rng.uniform(0.8, 2.2), rng.uniform(0.8, 1.8), rng.uniform(1.5, 5)]))
        paint_blob(torso.canvas, frame, at, radii, bone_hu(rng.uniform(250, 650), 45.0, kvp))
