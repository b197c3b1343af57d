"""One person's spine from T10 to L5, drawn once: every picture and DXA of the person shows the same bones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from . import constants as c
from .anatomy import Shape, draw_shape
from .deposits import Deposit, draw_degeneration, draw_lesion, draw_schmorl
from .geometry import Frame, rotation_lps
from .population import Bone, Patient, Prior, draw_bone

# Segments from above; the outer two exist only as neighbours and take the numbers of T10 and L5.
SEGMENTS: tuple[str, ...] = ("T9", *c.LEVELS, "S1")
# Usual sagittal tilt of a level in supine CT, degrees, upper end forward positive: kyphosis above, lordosis
# below (estimate).
LEVEL_TILT_DEG: dict[str, float] = {
    "T9": 8.0, "T10": 6.0, "T11": 3.0, "T12": 0.0, "L1": -4.0, "L2": -6.0, "L3": -4.0, "L4": 4.0, "L5": 16.0,
    "S1": 34.0,
}  # fmt: skip
PERSON_TILT_SD_DEG = 6.0
LARGEST_TILT_DEG = 28.0
COMPACTION_MG_CM3 = (10.0, 60.0)  # a fractured body reads 20 to 100 HU higher (estimate)


@dataclass(frozen=True)
class PathologyRates:
    """Factors of the rates of constants.py."""

    deformity: float = 1.0
    lesion: float = 1.0
    schmorl: float = 1.0


@dataclass(frozen=True)
class Segment:
    """One vertebra of a person, its frame's angles in patient axes, and the disc below it."""

    level: str  # of constants.LEVELS, whose numbers it has
    shape: Shape
    bone: Bone
    turn_deg: tuple[float, float, float]  # sagittal, coronal, axial
    disc_below_mm: float
    deformity: str
    lesion: str
    schmorl: bool
    deposits: tuple[Deposit, ...]
    seed: int  # of its density field

    def rotation(self) -> np.ndarray:
        return rotation_lps(*self.turn_deg)


def draw_spine(
    rng: np.random.Generator,
    patient: Patient,
    prior: Prior,
    rates: PathologyRates | None = None,
    bone: dict[str, Any] | None = None,
) -> dict[str, Segment]:
    """Draw every segment; ``bone`` forces fields of every Bone."""
    rates = rates or PathologyRates()
    pitch = PERSON_TILT_SD_DEG * rng.normal()
    lean = rng.normal(0, 2.5, 2)
    ageing = float(np.clip(1 - 0.003 * max(0.0, patient.age - 50), 0.8, 1.0))
    spine = {}
    for name in SEGMENTS:
        level = c.LEVELS[int(np.clip(SEGMENTS.index(name) - 1, 0, len(c.LEVELS) - 1))]
        material = replace(draw_bone(rng, patient, level, prior), **(bone or {}))
        deformity = _draw_deformity(rng, patient, rates.deformity)
        if deformity != "none":
            material = replace(material, mineral=material.mineral + float(rng.uniform(*COMPACTION_MG_CM3)))
        shape = draw_shape(rng, patient, level, material, deformity)
        lesion = _draw_lesion_kind(rng, rates.lesion)
        schmorl = bool(rng.random() < c.SCHMORL_RATE * rates.schmorl)
        deposits = draw_degeneration(rng, shape, patient)
        if schmorl:
            deposits += draw_schmorl(rng, shape)
        if lesion != "none":
            deposits += draw_lesion(rng, shape, lesion)
        tilt = LEVEL_TILT_DEG[name] * patient.traits.lordosis + pitch + 1.5 * rng.normal()
        disc = c.DISC_BELOW_MM[level] * patient.scale * patient.traits.disc * ageing
        spine[name] = Segment(
            level=level,
            shape=shape,
            bone=material,
            turn_deg=(
                float(np.clip(tilt, -LARGEST_TILT_DEG, LARGEST_TILT_DEG)),
                float(lean[0] + 2.0 * rng.normal()),
                float(lean[1] + 2.0 * rng.normal()),
            ),
            disc_below_mm=float(disc * np.clip(rng.normal(1, 0.10), 0.5, 1.4)),
            deformity=deformity,
            lesion=lesion,
            schmorl=schmorl,
            deposits=tuple(deposits),
            seed=int(rng.integers(2**31)),
        )
    return spine


def _draw_deformity(rng: np.random.Generator, patient: Patient, factor: float) -> str:
    rate = c.DEFORMITY_RATE_AT_60 * c.DEFORMITY_RATE_PER_15_Y ** ((patient.age - 60) / 15)
    rate *= factor * c.DEFORMITY_PER_SD**-patient.z
    if rng.random() >= rate:
        return "none"
    return str(rng.choice(("wedge", "biconcave", "crush"), p=(0.6, 0.28, 0.12)))


def _draw_lesion_kind(rng: np.random.Generator, factor: float) -> str:
    u = rng.random()
    for kind, rate in c.LESION_RATE.items():
        u -= rate * factor
        if u < 0:
            return kind
    return "none"


def neighbours(spine: dict[str, Segment], name: str) -> tuple[Segment, Segment]:
    """The segments above and below one of constants.LEVELS."""
    at = SEGMENTS.index(name)
    return spine[SEGMENTS[at - 1]], spine[SEGMENTS[at + 1]]


def frames_about(spine: dict[str, Segment], name: str) -> tuple[Frame, Frame, Frame]:
    """Frames of a level and of those above and below it, patient axes, the level's centre at the origin."""
    target = spine[name]
    above, below = neighbours(spine, name)
    up = np.array([0.0, 0.0, 1.0])
    turn = target.rotation()
    frames = [Frame(np.zeros(3), turn)]
    for sign, other, gap in ((1.0, above, above.disc_below_mm), (-1.0, below, target.disc_below_mm)):
        rotation = other.rotation()
        near = turn @ up * (target.shape.half_height + gap / 2)
        far = rotation @ up * (other.shape.half_height + gap / 2)
        frames.append(Frame(sign * (near + far), rotation))
    return frames[0], frames[1], frames[2]
