"""The demo's virtual torso: T11 to the sacrum in a whole cross-section, painted with the simulator's own vertebrae.

World is LPS mm with L3's centre at (0, SPINE_Y_MM, 0); lengths are those of an average woman of 66 (choice, after atlases).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from . import constants as c
from .anatomy import Physics, Shape, draw_shape, paint_vertebra
from .fields import field_bank, sample_field
from .geometry import Canvas, Frame, capsule, inside_fraction, rotation_lps, smooth_max
from .population import Bone, Patient, bone_hu, draw_bone, marrow_hu, mineral_of_hu, qct_vbmd
from .surroundings import blend, paint_blob, paint_disc

SPINE_Y_MM = 33.0
BODY_MM = (158.0, 118.0)  # half axes of the skin
SLAB = 24  # fine slices painted at once
TILT_DEG: dict[str, float] = {
    "T11": -3.0, "T12": -6.0, "L1": -8.0, "L2": -7.0, "L3": -3.0, "L4": 6.0, "L5": 18.0, "S1": 36.0,
}  # fmt: skip
FAT, MUSCLE, LIVER, SPLEEN, KIDNEY, BLOOD, BOWEL, GAS, LUNG, DISC, SAC = -104, 52, 57, 47, 32, 42, 28, -940, -850, 78, 18


@dataclass(frozen=True)
class Segment:
    """One painted vertebra of the demo."""

    level: str
    frame: Frame
    shape: Shape
    bone: Bone
    vbmd: float  # QCT truth, mg/cm3
    wedge: float  # anterior height loss, share


def build_spine(seed: int, targets: dict[str, float], wedges: dict[str, float], patient: Patient) -> list[Segment]:
    """Shapes, materials and frames from T11 to S1; ``vbmd`` is still the target."""
    names = ["T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1"]
    shapes, bones = {}, {}
    for n, name in enumerate(names):
        level = "L5" if name == "S1" else name
        rng = np.random.default_rng([seed, 100 + n])
        bone = draw_bone(rng, patient, level, "population")
        bone = replace(
            bone, fat_fraction=0.46 + 0.008 * n, texture_mg=20.0, texture_mm=1.0, gradient_ap=0.03, gradient_end=0.25,
            shell_mm=0.36, endplate_mm=0.40, posterior_mineral=210.0, posterior_shell_mm=0.95, posterior_size=1.0,
            sclerosis=(60.0, 0.0) if name in ("L4", "L5") else (0.0, 0.0),
        )  # fmt: skip
        bone = replace(bone, mineral=mineral_of_hu(targets.get(name, 110.0) * c.QCT_SLOPE_HU, bone.fat_fraction))
        shape = draw_shape(rng, patient, level, bone)
        if name == "S1":
            shape = replace(shape, half_width=(25.0, 20.0, 15.0), half_depth=15.0, height=29.0, slope=(0.0, 0.0), transverse_mm=14.0,
                            spinous_mm=18.0, concavity=(1.5, 0.5), pedicle=(15.0, 18.0))  # fmt: skip
        if name == "L5":
            shape = replace(shape, spinous_mm=0.8 * shape.spinous_mm)
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
        Segment(n, Frame(origins[n], rotations[n]), shapes[n], bones[n], targets.get(n, 110.0), wedges.get(n, 0.0)) for n in names
    ]


class Torso:
    """Painter of the soft tissue; ``spine`` gives the curve that vessels and muscles follow."""

    def __init__(self, canvas: Canvas, spine: list[Segment]) -> None:
        self.canvas = canvas
        heights = np.array([s.frame.origin[2] for s in spine][::-1])
        backs = np.array([s.frame.origin[1] for s in spine][::-1])
        self.spine_y: Callable[[np.ndarray], np.ndarray] = lambda z: np.interp(z, heights, backs).astype(np.float32)
        self.level_z = {s.level: float(s.frame.origin[2]) for s in spine}

    def column(
        self, x0: object, y0: object, rx: object, ry: object, hu: object, z_range: tuple[float, float] | None = None,
        power: int = 2, end_mm: float = 12.0, clip: Callable | None = None,
    ) -> None:  # fmt: skip
        """Paint an upright column whose centre and radii are numbers or functions of z; ends rounded over end_mm."""
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
            shrink = np.sqrt(np.clip(np.minimum(z - lo, hi - z) / end_mm, 0.02, 1))[:, None, None].astype(np.float32)
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

    def chain(self, points: list[tuple], radius: float, stretch: tuple, shell_mm: float, core_hu: float, shell_hu: float) -> None:
        """Paint a bone along points: a union of capsules with a shell."""
        pts = np.array(points, dtype=float)
        reach = radius * max(stretch) + 4
        window = self.canvas.window(pts.min(axis=0) - reach, pts.max(axis=0) + reach)
        if window is None:
            return
        grid = self.canvas.grid(window)
        d = np.full([s.stop - s.start for s in window], 50.0, dtype=np.float32)
        for a, b in zip(pts[:-1], pts[1:], strict=True):
            sub = self.canvas.window(np.minimum(a, b) - reach, np.maximum(a, b) + reach)
            if sub is None:
                continue
            part = tuple(slice(s.start - w.start, s.stop - w.start) for s, w in zip(sub, window, strict=True))
            local = self.canvas.grid(sub)
            d[part] = np.minimum(d[part], capsule(*local, tuple(a), tuple(b), (radius, radius), stretch))
        del grid
        blend(self.canvas, window, d, shell_hu)
        blend(self.canvas, window, d + np.float32(shell_mm), core_hu)


def paint_torso(canvas: Canvas, spine: list[Segment], seed: int, kvp: int) -> None:
    """Everything but the vertebrae: table, skin, fat, wall, viscera, vessels, ribs, pelvis."""
    rng = np.random.default_rng([seed, 1])
    torso = Torso(canvas, spine)
    z_of = torso.level_z
    low, high = float(canvas.z[0]), float(canvas.z[-1])
    texture = sample_field(field_bank(4.5, 3.2), rng, canvas.z, canvas.y, canvas.x, 1.6)
    fat = (np.float32(FAT) + np.float32(5) * texture).astype(np.float32)
    muscle = (np.float32(MUSCLE) + np.float32(22) * np.minimum(texture - np.float32(0.9), 0.0)).astype(np.float32)
    canvas.hu[...] = -1000
    waist = lambda z: 1 + 0.05 * np.tanh((np.asarray(z) - z_of["L1"]) / 60) ** 2  # noqa: E731
    bx, by = BODY_MM
    # Table top: a shallow arc under the back.
    torso.column(0, 20.0, 420.0, 91.0, -40, clip=lambda x, y, z: 96 - y)
    torso.column(0, 20.0, 417.0, 88.5, -960, clip=lambda x, y, z: 96 - y)
    flat_back = lambda x, y, z: (y - 107) * np.float32(0.9) + 0 * x  # noqa: E731
    torso.column(0, -4, lambda z: bx * waist(z), by, 18, power=4, clip=flat_back)
    torso.column(0, -4, lambda z: bx * waist(z) - 2, by - 2, fat, power=4, clip=lambda x, y, z: flat_back(x, y, z) + 2)
    # Abdominal wall: muscle ring with a fat seam, rectus in front, closed by the back muscles.
    torso.column(0, -4, lambda z: bx * waist(z) - 17, by - 21, muscle, power=4, clip=lambda x, y, z: y - 62 + 0 * x)
    torso.column(0, -4, lambda z: bx * waist(z) - 22, by - 25, fat, clip=lambda x, y, z: np.maximum(66 - np.abs(x), y - 45), power=4)
    torso.column(0, -4, lambda z: bx * waist(z) - 23.5, by - 26, muscle, power=4, clip=lambda x, y, z: y - 58 + 0 * x)
    torso.column(0, -4, lambda z: bx * waist(z) - 29, by - 31, fat, power=4, clip=lambda x, y, z: y - 56 + 0 * x)
    torso.column(0, -by + 21, 2.0, 8, fat, power=4)
    for side in (-1.0, 1.0):  # seams between rectus and the flat muscles, and inside the flat muscles
        torso.column(side * 72, -by + 31, 2.2, 11, fat)
    for k in range(70):  # septa and small vessels of the subcutaneous fat
        t, depth = rng.uniform(0.6, 2 * np.pi - 0.6), rng.uniform(4, 13)
        z = rng.uniform(low, high)
        p = np.array([(bx - depth) * np.sin(t), -4 + (by - depth) * np.cos(t), z])
        q = p + np.array([6 * np.cos(t), -5 * np.sin(t), rng.normal(0, 14)])
        torso.chain([tuple(p), tuple(q)], 0.8, (1, 1, 1), 0.3, -10 + k % 3, -20)
    _paint_back_muscles(torso, muscle, fat)
    _paint_viscera(torso, rng, texture)
    _paint_mesentery(torso, rng)
    _paint_chest(torso, z_of)
    _paint_retroperitoneum(torso, muscle, fat, rng, kvp)
    marrow = marrow_hu(0.5, kvp)
    shell, core = bone_hu(c.SHELL_MINERAL_MG_CM3, marrow, kvp), bone_hu(120.0, marrow, kvp)
    for side in (-1.0, 1.0):
        for start_z, first, last, drop, head in ((z_of["T12"] + 3, 22, 58, 52, True), (z_of["T11"] + 4, 20, 96, 88, True),
                                                 (z_of["T11"] + 30, 70, 122, 92, False), (z_of["T11"] + 28, 108, 146, 80, False)):  # fmt: skip
            angles = np.deg2rad(np.linspace(first, last, 9))
            points: list[tuple] = [
                (side * 134 * np.sin(t), -4 + 88 * np.cos(t), start_z - 4 - drop * (k / 8)) for k, t in enumerate(angles)
            ]
            if head:
                y = float(torso.spine_y(np.array([start_z]))[0])
                points = [(side * 23, y + 13, start_z + 2), (side * 32, y + 24, start_z), *points]
            torso.chain(points, 4.2, (1, 1, 1.5), 0.9, core, shell)
        crest = z_of["L5"] + 14
        iliac = [(side * 44, 72, crest - 42), (side * 64, 66, crest - 30), (side * 88, 46, crest - 26), (side * 108, 18, crest - 28), (side * 118, -8, crest - 40)]
        torso.chain(iliac, 4.4, (1, 1, 6.0), 1.1, core, shell)
        torso.chain([(side * 14, 58, crest - 44), (side * 36, 63, crest - 40)], 14, (1.0, 0.95, 1.0), 0.5, core - 110, shell * 0.8)
    assert high > low


def _paint_back_muscles(torso: Torso, muscle: np.ndarray, fat: np.ndarray) -> None:
    y = torso.spine_y
    skin = lambda x, yy, z: yy - 99 + np.abs(x) * np.float32(0.06) + 0 * z  # noqa: E731
    for side in (-1.0, 1.0):
        torso.column(side * 37, lambda z: y(z) + 43, 33, 23, muscle, power=4, clip=skin)
        torso.column(side * 15, lambda z: y(z) + 47, 14, 20, muscle, power=4, clip=skin)
        torso.column(side * 26.5, lambda z: y(z) + 47, 0.8, 16, fat, clip=skin)
        torso.column(side * 0.01, lambda z: y(z) + 60, 1.6, 14, fat, clip=skin)
        torso.column(side * 63, lambda z: y(z) + 17, 21, 9, muscle, (torso.level_z["L5"], torso.level_z["L1"] + 8), end_mm=25)
        torso.column(side * 92, lambda z: y(z) + 20, 24, 8, muscle, power=4)


def _paint_viscera(torso: Torso, rng: np.random.Generator, texture: np.ndarray) -> None:
    z_of = torso.level_z
    top = float(torso.canvas.z[-1]) + 60
    inside = lambda x, y, z: smooth_max(np.abs(x) - 124 + 0 * y, np.abs(y + 4) - 79 + 0 * x, 30) + 0 * z  # noqa: E731
    liver = (np.float32(LIVER) + np.float32(2.5) * texture).astype(np.float32)
    spread = lambda z: np.clip((np.asarray(z) - z_of["L3"] - 8) / 62, 0.02, 1)  # noqa: E731
    torso.column(lambda z: -66 - 16 * (1 - spread(z)), lambda z: -6 + 4 * (1 - spread(z)), lambda z: 58 * np.sqrt(spread(z)), lambda z: 72 * np.sqrt(spread(z)), liver,
                 (z_of["L3"] + 8, top), power=4, clip=inside)  # fmt: skip
    torso.column(-10, -52, 48, 24, liver, (z_of["L1"] + 4, top), clip=inside, end_mm=30)
    for _ in range(9):  # vessels of the liver
        p = (rng.uniform(-105, -40), rng.uniform(-50, 35), rng.uniform(z_of["L1"], top - 60))
        torso.chain([p, tuple(np.array(p) + rng.normal(0, 14, 3))], rng.uniform(1.8, 3.6), (1, 1, 1), 0.5, 40, 44)
    torso.column(-62, -62, 13, 17, 8, (z_of["L2"] + 2, z_of["T12"] - 2), clip=inside, end_mm=20)  # gallbladder
    torso.column(98, 30, 22, 34, SPLEEN, (z_of["L1"] - 6, top), clip=inside, end_mm=40)
    torso.column(58, -38, 46, 28, 25, (z_of["L1"] - 4, top), clip=inside, end_mm=35)  # stomach
    torso.column(56, -58, 36, 7, GAS, (z_of["L1"] + 6, top), clip=lambda x, y, z: y + 51 + 0 * x, end_mm=30)
    torso.column(lambda z: 6 + 0 * z, -18, 30, 9, 38, (z_of["L2"] + 2, z_of["L1"] + 14), end_mm=14)  # pancreas
    for side, z in ((-1.0, z_of["L2"] + 8), (1.0, z_of["L1"] + 2)):
        centre = (side * 62, 30 + 3, z)
        frame = Frame(np.zeros(3), np.eye(3))
        paint_blob(torso.canvas, frame, centre, (30, 35, 60), FAT + 3)
        paint_blob(torso.canvas, frame, centre, (24, 28, 52), KIDNEY)
        paint_blob(torso.canvas, frame, (centre[0] - side * 13, centre[1] - 5, z), (13, 10, 26), FAT + 20)
        paint_blob(torso.canvas, frame, (centre[0] - side * 9, centre[1] - 3, z - 4), (6, 6, 10), 8)
        paint_blob(torso.canvas, frame, (side * 26, 18, z_of["T12"] - 4), (5, 13, 12), 22, 0.7)  # adrenal
    # Colon at the flanks, small bowel in front; gas rises to the front of each loop.
    loops = [(side * x, y, r) for side in (-1.0, 1.0) for x, y, r in ((102.0, 2.0, 19.0),)]
    for x, y, r in loops:
        end = z_of["L2"] - 6 if x < 0 else z_of["L1"] - 30
        wobble = float(rng.uniform(0, 6))
        torso.column(lambda z, x=x, w=wobble: x + 5 * np.sin(z / 17 + w), y, lambda z, w=wobble, r=r: r * (1 + 0.18 * np.sin(z / 9 + w)), r, BOWEL + 6, (-1e4, end), clip=inside)
        torso.column(lambda z, x=x, w=wobble: x + 5 * np.sin(z / 17 + w), y - 4, lambda z, w=wobble, r=r: (r - 3) * (1 + 0.2 * np.sin(z / 9 + w)), r - 7, GAS, (-1e4, end - 4), clip=lambda x, y, z, r=r: y - 3 + 0 * x)
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


def _paint_mesentery(torso: Torso, rng: np.random.Generator) -> None:
    """Mesenteric and gonadal vessels, small nodes: the strands that make abdominal fat look like itself."""
    z_of = torso.level_z
    for _ in range(170):
        z = rng.uniform(float(torso.canvas.z[0]), z_of["L1"] - 4)
        p = np.array([rng.normal(0, 34), rng.uniform(-52, -4), z])
        step = np.array([0.5 * p[0], -14.0, -12.0]) * rng.uniform(0.4, 1.0) + rng.normal(0, 6, 3)
        radius = float(rng.uniform(0.8, 1.9))
        torso.chain([tuple(p), tuple(p + step / 2 + rng.normal(0, 2, 3)), tuple(p + step)], radius, (1, 1, 1), 0.2, 38, 30)
    for side in (-1.0, 1.0):
        for x, y0 in ((46.0, 4.0), (30.0, -2.0)):
            line = [(side * (x + 2 * np.sin(z / 13)), y0 + 2 * np.cos(z / 11), float(z)) for z in np.linspace(z_of["L2"], float(torso.canvas.z[0]), 9)]
            torso.chain(line, 1.7, (1, 1, 1), 0.2, 32, 28)
    torso.column(5, -38, 4.5, 4.5, 41, (z_of["L4"], z_of["L1"]), end_mm=10)
    torso.column(-8, -40, 5.5, 5.5, 40, (z_of["L4"], z_of["L1"]), end_mm=10)
    torso.column(lambda z: -38 + 0 * z, -22, 14, 12, 34, (z_of["L3"] - 6, z_of["L1"]), end_mm=16)  # duodenum
    torso.column(lambda z: 0 * z, lambda z: torso.spine_y(z) - 48, 34, 8, 32, (z_of["L3"] - 16, z_of["L3"] + 4), end_mm=10)


def _paint_chest(torso: Torso, z_of: dict[str, float]) -> None:
    """Posterior recesses of the lungs, a thin diaphragm in front of them."""
    top = float(torso.canvas.z[-1]) + 40
    y = torso.spine_y
    for side in (-1.0, 1.0):
        lo = z_of["T12"] - 10
        grow = lambda z, lo=lo: np.clip((np.asarray(z) - lo) / 45, 0.05, 1)  # noqa: E731
        outer = lambda x, yy, z: np.sqrt((x / 126) ** 2 + ((yy + 4) / 79) ** 2) * 79 - 79 + 0 * z  # noqa: E731
        torso.column(side * 62, lambda z, g=grow: y(z) + 28 - 4 * g(z), lambda z, g=grow: 34 + 18 * g(z), lambda z, g=grow: 3 + 19 * g(z), MUSCLE, (lo - 4, top), clip=outer)
        torso.column(side * 62, lambda z, g=grow: y(z) + 29 - 4 * g(z), lambda z, g=grow: 31 + 18 * g(z), lambda z, g=grow: 1 + 18 * g(z), LUNG, (lo, top), clip=lambda x, yy, z, o=outer: o(x, yy, z) + 1)


def _paint_retroperitoneum(torso: Torso, muscle: np.ndarray, fat: np.ndarray, rng: np.random.Generator, kvp: int) -> None:
    y, z_of = torso.spine_y, torso.level_z
    knots = [z_of[k] for k in ("S1", "L5", "L4", "L3", "L2", "L1", "T12")]
    interp = lambda values: lambda z: np.interp(z, knots, values)  # noqa: E731
    for side in (-1.0, 1.0):
        torso.column(lambda z, s=side: s * interp((50, 45, 41, 37, 33, 28, 24))(z), lambda z: y(z) + interp((-16, -6, 1, 4, 5, 4, 2))(z),
                     interp((18, 18, 17, 14, 10.5, 7.5, 4)), interp((20, 21, 20, 17.5, 14, 9.5, 5)), muscle, (-1e4, z_of["T12"]), end_mm=8)  # fmt: skip
        torso.column(side * 10, lambda z: y(z) - 18.5, 9, 3.4, muscle, (z_of["L2"] - 8, 1e4), end_mm=25)  # crura
        torso.column(lambda z, s=side: s * (6 + np.clip((z_of["L4"] - z) * 0.42, 0, 40)) + 4, lambda z: y(z) - 26 + np.clip((z_of["L4"] - z) * 0.10, 0, 20),
                     6, 6, BLOOD, (-1e4, z_of["L4"] + 6), end_mm=4)  # fmt: skip
        torso.column(lambda z, s=side: s * (9 + np.clip((z_of["L5"] - z) * 0.40, 0, 40)) - 9, lambda z: y(z) - 21 + np.clip((z_of["L5"] - z) * 0.14, 0, 20),
                     7.5, 6, BLOOD - 1, (-1e4, z_of["L5"] + 8), end_mm=4)  # fmt: skip
    torso.column(6, lambda z: y(z) - 27, 9.2, 9.2, BLOOD, (z_of["L4"], 1e4), end_mm=3)
    torso.column(interp((-16, -16, -16, -17, -17, -17, -18)), lambda z: y(z) - 23, 11.5, 8, BLOOD - 1, (z_of["L5"] + 2, 1e4), end_mm=3)
    frame = Frame(np.zeros(3), np.eye(3))
    for _ in range(14):  # calcified plaques on the aortic wall
        z, t = rng.uniform(z_of["L4"] + 2, z_of["L1"] + 10), rng.uniform(0, 2 * np.pi)
        at = (6 + 9 * np.cos(t), float(y(np.array([z]))[0]) - 27 + 9 * np.sin(t), z)
        radii = tuple(np.array([rng.uniform(0.8, 2.2), rng.uniform(0.8, 1.8), rng.uniform(1.5, 5)]))
        paint_blob(torso.canvas, frame, at, radii, bone_hu(rng.uniform(250, 650), 45.0, kvp))


def paint_spine(canvas: Canvas, spine: list[Segment], seed: int, kvp: int) -> list[Segment]:
    """Canal, discs and vertebrae; returns the segments with the truth of the painted trabecular region."""
    torso = Torso(canvas, spine)
    y = torso.spine_y
    torso.column(0, lambda z: y(z) + 26, 11.5, 8.5, FAT + 30)
    torso.column(0, lambda z: y(z) + 25.5, 8.6, 6.6, SAC)
    torso.column(0, lambda z: y(z) + 26, 4.6, 4.0, 34, (torso.level_z["L1"], 1e4))
    for upper, lower in zip(spine[:-1], spine[1:], strict=True):
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
