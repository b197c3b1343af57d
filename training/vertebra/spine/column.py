"""A person's whole column from C5 to S5: how many levels, where they lie, how they are turned and shaped.

World is LPS mm; L1's centre is at the origin. Curves and distances follow the centroids of 113 CTs (VerSe 2020,
CC BY-SA 4.0, ../../../../shared/data/shapes/verse2020-centroids.csv), of which only the statistics below are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..simulator.anatomy import Shape
from ..simulator.constants import LEVEL_GEOMETRY_MM
from ..simulator.geometry import Frame, rotation_lps

# Distance to the next centre below (mm), sagittal angle of that way (degrees, positive: the lower centre lies further
# back) and its SD between people: VerSe 2020 centroids, n 48 to 87 a level. C5, C6 and the sacrum: estimates.
WAY_DOWN: dict[str, tuple[float, float, float]] = {
    "C5": (16.5, 18.0, 10.0), "C6": (17.5, 25.0, 11.0), "C7": (18.8, 31.3, 12.3), "T1": (20.9, 27.9, 9.7),
    "T2": (22.2, 27.3, 8.7), "T3": (22.3, 22.3, 7.3), "T4": (22.8, 16.4, 6.6), "T5": (23.5, 11.2, 6.1),
    "T6": (24.0, 5.5, 6.5), "T7": (24.3, -0.6, 5.2), "T8": (24.9, -3.5, 5.0), "T9": (25.7, -6.7, 7.5),
    "T10": (27.6, -10.1, 7.3), "T11": (29.8, -10.5, 5.5), "T12": (31.6, -10.0, 5.3), "T13": (32.0, -11.0, 5.4),
    "L1": (33.4, -12.9, 5.5), "L2": (34.1, -10.2, 5.4), "L3": (33.8, -5.0, 6.0), "L4": (31.7, 5.8, 8.2),
    "L5": (31.0, 20.0, 8.0), "L6": (31.0, 22.0, 8.0), "S1": (24.0, 46.0, 7.0), "S2": (20.0, 42.0, 7.0),
    "S3": (17.0, 25.0, 8.0), "S4": (15.0, 2.0, 10.0),
}  # fmt: skip
SAGITTAL_CORRELATION = 0.71  # of neighbouring levels' deviations
CORONAL_SD_DEG, CORONAL_CORRELATION, LEAN_SD_DEG = 4.0, 0.62, 3.8
SIZE_LOG_SD, LEVEL_LOG_SD = 0.065, 0.033
S1_TILT_DEG = (40.0, 9.0)

# As simulator.constants.LEVEL_GEOMETRY_MM, for the levels above it: a recalled cadaver table (Panjabi et al. 1991) and
# estimates. Superior and inferior width, depth, posterior height, canal width and depth, pedicle width and height.
UPPER_GEOMETRY_MM: dict[str, tuple[float, ...]] = {
    "C5": (18.0, 20.0, 16.0, 12.0, 24.0, 14.5, 5.5, 7.0), "C6": (19.5, 22.0, 16.5, 12.0, 25.0, 14.5, 6.0, 7.5),
    "C7": (22.0, 24.5, 17.0, 13.0, 24.5, 14.5, 7.0, 8.0), "T1": (24.5, 27.8, 18.5, 14.1, 21.8, 16.4, 8.5, 9.6),
    "T2": (24.9, 27.4, 19.6, 15.6, 19.5, 15.9, 8.2, 11.4), "T3": (24.6, 25.9, 22.7, 15.7, 18.3, 16.0, 6.8, 11.9),
    "T4": (24.5, 26.0, 23.3, 16.2, 17.0, 16.2, 6.3, 12.1), "T5": (24.9, 27.0, 24.3, 16.2, 17.2, 16.0, 6.0, 11.9),
    "T6": (26.2, 28.2, 26.0, 17.4, 17.1, 16.0, 6.0, 12.2), "T7": (27.8, 29.1, 27.4, 18.2, 17.0, 16.0, 6.0, 12.1),
    "T8": (29.5, 30.5, 27.9, 18.7, 17.0, 16.0, 6.7, 12.5), "T9": (30.6, 33.0, 29.3, 19.3, 17.0, 15.8, 7.7, 13.9),
}  # fmt: skip
BORROWED = {"T13": "T12", "L6": "L5", "S1": "L5"}
TRANSVERSE_MM = {"C5": 24, "C6": 25, "C7": 30, "T1": 37, "T2": 34, "T3": 31, "T4": 30, "T5": 30, "T6": 30, "T7": 30,
    "T8": 30, "T9": 29, "T10": 29, "T11": 24, "T12": 21, "T13": 24, "L1": 36, "L2": 40, "L3": 45, "L4": 41, "L5": 43,
    "L6": 42, "S1": 14}  # fmt: skip

# Shares of the variants in training; far above their rates in people, so that the network can tell them.
VARIANTS: dict[str, float] = {
    "normal": 0.70, "T13": 0.07, "L6": 0.09, "11-ribs": 0.05, "sacralised-L5": 0.06, "T13-four-lumbar": 0.03,
}  # fmt: skip


@dataclass(frozen=True)
class Vertebra:
    name: str
    frame: Frame
    shape: Shape
    deformity: str = "none"


@dataclass(frozen=True)
class Column:
    vertebrae: tuple[Vertebra, ...]  # head to feet, C5 to S5
    variant: str
    scoliosis_deg: float
    scale: float

    def at(self, name: str) -> Vertebra | None:
        return next((v for v in self.vertebrae if v.name == name), None)

    @property
    def lowest_rib(self) -> str:
        """The last level with ribs."""
        return [v.name for v in self.vertebrae if v.name.startswith("T")][-1]


def names_of(variant: str) -> list[str]:
    """Levels of a variant, head to feet."""
    thoracic = {"T13": 13, "T13-four-lumbar": 13, "11-ribs": 11}.get(variant, 12)
    lumbar = {"L6": 6, "sacralised-L5": 4, "T13-four-lumbar": 4}.get(variant, 5)
    return [
        "C5", "C6", "C7", *(f"T{n + 1}" for n in range(thoracic)), *(f"L{n + 1}" for n in range(lumbar)),
        "S1", "S2", "S3", "S4", "S5",
    ]  # fmt: skip


def _chain(rng: np.random.Generator, count: int, correlation: float) -> np.ndarray:
    """A stationary Gaussian chain of unit variance."""
    out = np.empty(count)
    out[0] = rng.normal()
    for n in range(1, count):
        out[n] = correlation * out[n - 1] + np.sqrt(1 - correlation**2) * rng.normal()
    return out


def draw_column(
    rng: np.random.Generator, scoliosis: bool, deformed_share: float, variant: str | None = None
) -> Column:
    """Draw a column; ``deformed_share`` of its bodies are wedged, biconcave or crushed."""
    variant = variant or str(rng.choice(list(VARIANTS), p=list(VARIANTS.values())))
    names = names_of(variant)
    count = len(names)
    scale = float(np.exp(SIZE_LOG_SD * rng.normal()))
    if rng.random() < 0.08:
        scale *= float(rng.uniform(0.85, 0.95))
    table = np.array([WAY_DOWN[n] for n in names[:-1]])
    spread = rng.uniform(0.7, 1.5)
    sagittal = (
        table[:, 1] + spread * table[:, 2] * _chain(rng, count - 1, SAGITTAL_CORRELATION) + rng.normal(0, 3)
    )
    coronal = LEAN_SD_DEG * rng.normal() + CORONAL_SD_DEG * 0.6 * _chain(rng, count - 1, CORONAL_CORRELATION)
    turn = rng.normal(0, 3) + rng.normal(0, 1.5, count)
    amplitude = 0.0
    if scoliosis:
        amplitude = float(rng.uniform(8, 28))
        middle, length = rng.uniform(6, 19), rng.uniform(8, 14)
        at = (np.arange(count - 1) - middle) * 2 * np.pi / length
        window = np.exp(-0.5 * ((np.arange(count - 1) - middle) / (0.45 * length)) ** 2)
        coronal = coronal + rng.choice((-1, 1)) * amplitude * np.sin(at) * window
        rotation = amplitude * rng.uniform(0.3, 0.9) * np.cos(at) * window
        turn = turn + rng.choice((-1, 1)) * np.append(rotation, rotation[-1])
    lengths = table[:, 0] * scale * np.exp(LEVEL_LOG_SD * rng.normal(size=count - 1))

    shapes, deformities = [], []
    for name in names:
        deformity = "none"
        if name[0] in "TL" and rng.random() < deformed_share:
            deformity = str(rng.choice(("wedge", "biconcave", "crush"), p=(0.5, 0.25, 0.25)))
        shapes.append(_shape(rng, name, scale, deformity))
        deformities.append(deformity)
    lengths *= _collapse(deformities)
    # Discs keep at least 2 mm: bodies of a short distance are lower.
    for n in range(count - 1):
        room = (lengths[n] - 2.0) / ((shapes[n].height + shapes[n + 1].height) / 2)
        if room < 1:
            shapes[n] = replace(shapes[n], height=shapes[n].height * room)
            shapes[n + 1] = replace(shapes[n + 1], height=shapes[n + 1].height * room)

    a, b = np.deg2rad(sagittal), np.deg2rad(coronal)
    way = lengths[:, None] * np.stack([np.sin(b), np.cos(b) * np.sin(a), -np.cos(b) * np.cos(a)], axis=1)
    centres = np.vstack([np.zeros(3), np.cumsum(way, axis=0)])
    centres -= centres[names.index("L1")]
    tilt = np.append(sagittal[:1], np.append((sagittal[1:] + sagittal[:-1]) / 2, sagittal[-1:]))
    lean = np.append(coronal[:1], np.append((coronal[1:] + coronal[:-1]) / 2, coronal[-1:]))
    s1 = names.index("S1")
    tilt[s1] = np.clip(rng.normal(*S1_TILT_DEG), 15, 65)
    tilt[s1 - 1] = 0.5 * tilt[s1 - 1] + 0.25 * tilt[s1]
    vertebrae = tuple(
        Vertebra(name, Frame(centre, rotation_lps(t, -c, r)), shape, deformity)
        for name, centre, t, c, r, shape, deformity in zip(
            names, centres, tilt + rng.normal(0, 2, count), lean, turn, shapes, deformities, strict=True
        )
    )
    return Column(vertebrae, variant, amplitude, scale)


def _collapse(deformities: list[str]) -> np.ndarray:
    """Factor of each distance beside a body that lost height."""
    loss = np.array([{"crush": 0.22, "wedge": 0.10}.get(d, 0.0) for d in deformities])
    return 1 - (loss[1:] + loss[:-1]) / 2


def _shape(rng: np.random.Generator, name: str, scale: float, deformity: str) -> Shape:
    s = scale * float(rng.normal(1, 0.03))
    known = name if name in TRANSVERSE_MM else "S1"
    row = {**UPPER_GEOMETRY_MM, **LEVEL_GEOMETRY_MM}[BORROWED.get(known, known)]
    sup, inf, depth, back, canal_w, canal_d, pedicle_w, pedicle_h = (v * s * rng.normal(1, 0.04) for v in row)
    lumbar = name.startswith("L")
    concavity = rng.uniform(0.8, 2.8, 2) * s
    front = back * rng.normal(0.95 if not lumbar else 1.02, 0.05)
    share = 0.5
    if deformity == "wedge":
        front, share = back * rng.uniform(0.5, 0.8), rng.uniform(0.5, 0.95)
    elif deformity == "biconcave":
        concavity = concavity + back * rng.uniform(0.10, 0.18, 2)
    elif deformity == "crush":
        back *= rng.uniform(0.45, 0.8)
        front = back * rng.uniform(0.8, 1.02)
    slope = (back - front) / depth
    shape = Shape(
        level=name,
        half_width=(sup / 2, rng.uniform(0.86, 0.94) * (sup + inf) / 4, inf / 2),
        half_depth=depth / 2,
        height=(back + front) / 2,
        slope=(slope * share, slope * (1 - share)),
        concavity=(float(concavity[0]), float(concavity[1])),
        posterior_concavity=float(rng.uniform(2.5, 5.0) * s),
        canal=(canal_w, canal_d),
        pedicle=(pedicle_w, pedicle_h),
        posterior_size=float(s * rng.uniform(0.85, 1.15) * (0.75 if name[0] == "C" else 1.0)),
        spinous_mm=float((31 if lumbar else 27) * s * rng.uniform(0.8, 1.2)),
        transverse_mm=float(TRANSVERSE_MM[known] * s * rng.uniform(0.85, 1.15)),
    )
    if name[0] == "S":
        shape = replace(
            shape, half_width=(25 * s, 20 * s, 15 * s), half_depth=15 * s, height=28 * s, slope=(0.0, 0.0),
            transverse_mm=14 * s, spinous_mm=9 * s, canal=(26 * s, 13 * s), pedicle=(15 * s, 18 * s),
        )  # fmt: skip
    elif name in ("L5", "L6"):
        shape = replace(shape, spinous_mm=0.7 * shape.spinous_mm)
    return shape
