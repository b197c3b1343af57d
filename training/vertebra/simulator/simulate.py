"""One simulated vertebra on a scan grid, with everything that is known about it.

`simulate_patch(rng, config)` is the training set's only source; the same generator state gives the same
vertebra.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from . import constants as c
from .anatomy import Physics, Shape, draw_shape, paint_vertebra
from .dxa import Confounders, DxaResult, scan_dxa
from .geometry import Canvas, Frame, rotation_lps
from .population import Bone, Patient, Prior, draw_bone, draw_patient, marrow_hu, qct_vbmd
from .scanner import Protocol, acquire, draw_protocol, fine_axis
from .surroundings import (
    draw_tissues,
    paint_confounders,
    paint_disc,
    paint_lesion,
    paint_ribs,
    paint_soft_tissue,
)  # fmt: skip

LESIONS: dict[str, float] = {
    "haemangioma": 0.03,
    "island": 0.01,
    "sclerotic": 0.008,
    "lytic": 0.008,
    "cement": 0.006,
}
PATCH_HALF_MM = (32.0, 32.0, 18.0)  # x, y, z reach of the default patch; the block holds it and a margin
BLOCK_MARGIN_MM = 3.0


@dataclass(frozen=True)
class SimulatorConfig:
    """What to simulate. ``None`` draws it."""

    prior: Prior = "flat"
    level: str | None = None
    level_weights: tuple[float, ...] = (0.08, 0.10, 0.14, 0.16, 0.15, 0.14, 0.13, 0.10)
    pick_error_mm: float = 3.0  # SD per axis, cut at 2.5 SD
    tilt_sd_deg: float = 9.0  # sagittal, about the level's usual tilt, cut at +-25
    cut_rate: float = 0.10  # share of scans that end inside the patch
    deformity_rate: float = 0.10
    lesion_scale: float = 1.0  # multiplies the lesion rates
    half_size_mm: tuple[float, float, float] = PATCH_HALF_MM
    protocol: dict[str, Any] = field(default_factory=dict)  # fields of Protocol to force, e.g. {"kvp": 100}
    patient: dict[str, Any] = field(default_factory=dict)  # fields of Patient to force
    bone: dict[str, Any] = field(default_factory=dict)  # fields of Bone to force


@dataclass(frozen=True)
class SimulatedVertebra:
    """A scan block round one vertebra, its truth and its virtual DXA. LPS mm; devices as
    constants.DEVICES."""

    scan: np.ndarray  # int16 HU [k, j, i]
    index_to_world: np.ndarray  # 4x4, (i, j, k, 1) to LPS mm
    centre_lps: tuple[float, float, float]  # the pick, with its error
    true_centre_lps: tuple[float, float, float]
    header: dict[str, Any]  # kvp, sliceThicknessMm, kernel, contrast; None where the header does not tell
    level: str
    vbmd_mg_cm3: float  # as QCT reads it, unenhanced (see population.qct_vbmd)
    mineral_mg_cm3: float  # true trabecular HA of the same region
    dxa: DxaResult
    facts: dict[str, Any]

    @property
    def level_index(self) -> int:
        return c.LEVELS.index(self.level)


# Usual sagittal tilt of a level in supine CT, degrees, upper end forward positive: kyphosis above, lordosis
# below.
LEVEL_TILT_DEG: dict[str, float] = {
    "T10": 6.0, "T11": 3.0, "T12": 0.0, "L1": -4.0, "L2": -6.0, "L3": -4.0, "L4": 4.0, "L5": 16.0,
}  # fmt: skip


def simulate_patch(rng: np.random.Generator, config: SimulatorConfig) -> SimulatedVertebra:
    """Draw a patient, a vertebra and an acquisition, and scan it."""
    weights = np.asarray(config.level_weights)
    drawn = str(rng.choice(c.LEVELS, p=weights / weights.sum()))
    level = config.level or drawn
    patient = replace(draw_patient(rng, config.prior, level), **config.patient)
    protocol = replace(draw_protocol(rng, patient.diameter_cm), **config.protocol)
    bone = replace(draw_bone(rng, patient, level, config.prior), **config.bone)
    deformity, lesion = _draw_pathology(rng, patient, config)
    if deformity != "none":  # compaction: a fractured body reads 20 to 100 HU higher
        bone = replace(bone, mineral=bone.mineral + rng.uniform(10, 60))
    shape = draw_shape(rng, patient, level, bone, deformity)
    tilt = np.clip(LEVEL_TILT_DEG[level] + config.tilt_sd_deg * rng.normal(), -25, 25)
    frame = Frame(np.zeros(3), rotation_lps(float(tilt), float(rng.normal(0, 4)), float(rng.normal(0, 4))))
    pick = config.pick_error_mm * np.clip(rng.normal(0, 1, 3), -2.5, 2.5)

    canvas, slice_z = _empty_canvas(rng, pick, protocol, config)
    mineral, confounders = paint_scene(
        rng, canvas, patient, shape, bone, frame, protocol, lesion, config.prior
    )
    scan = acquire(canvas, slice_z, protocol, rng)
    scan, slice_z, cut_mm = _cut(rng, scan, slice_z, pick, config)

    world = rng.uniform(-200, 200, 3)  # the patient lies anywhere in the scanner
    matrix = np.diag([protocol.pixel_mm, protocol.pixel_mm, protocol.spacing_mm, 1.0])
    matrix[:3, 3] = world + np.array([canvas.x[0], canvas.y[0], slice_z[0]], dtype=np.float64)
    dxa = scan_dxa(rng, shape, replace(bone, mineral=mineral), confounders)
    facts = {
        "sex": patient.sex,
        "age": patient.age,
        "diameter_cm": patient.diameter_cm,
        "kvp": protocol.kvp,
        "kernel_class": protocol.kernel_class,
        "thickness_mm": protocol.thickness_mm,
        "spacing_mm": protocol.spacing_mm,
        "pixel_mm": protocol.pixel_mm,
        "noise_sd_hu": protocol.noise_sd_hu,
        "iterative": protocol.iterative,
        "phase": protocol.phase,
        "marrow_enhancement_hu": protocol.marrow_enhancement_hu,
        "gain": protocol.gain,
        "offset_hu": protocol.offset_hu,
        "deformity": deformity,
        "lesion": lesion,
        "cut_mm": cut_mm,
        "tilt_deg": float(tilt),
        "fat_fraction": bone.fat_fraction,
        "texture_mg": bone.texture_mg,
        "shell_mm": bone.shell_mm,
        "posterior_mineral": bone.posterior_mineral,
        "sclerosis": bone.sclerosis,
        "osteophyte_g": confounders.osteophyte_g,
        "facet_g": confounders.facet_g,
        "calcification_g": confounders.calcification_g,
        "roi_scale": shape.roi_scale,
        "rotation": frame.rotation.tolist(),
    }
    return SimulatedVertebra(
        scan=scan,
        index_to_world=matrix,
        centre_lps=tuple(float(v) for v in world + pick),  # type: ignore[arg-type]
        true_centre_lps=tuple(float(v) for v in world),  # type: ignore[arg-type]
        header=_draw_header(rng, protocol),
        level=level,
        vbmd_mg_cm3=qct_vbmd(mineral, bone.fat_fraction),
        mineral_mg_cm3=mineral,
        dxa=dxa,
        facts=facts,
    )


def _draw_pathology(rng: np.random.Generator, patient: Patient, config: SimulatorConfig) -> tuple[str, str]:
    age_factor = float(np.clip(0.4 + (patient.age - 45) / 35, 0.3, 1.8))
    deformity = "none"
    if rng.random() < config.deformity_rate * age_factor:
        deformity = "wedge" if rng.random() < 0.65 else "biconcave"
    u, lesion = rng.random(), "none"
    for kind, rate in LESIONS.items():
        u -= rate * config.lesion_scale
        if u < 0:
            lesion = kind
            break
    return deformity, lesion


def _empty_canvas(
    rng: np.random.Generator, pick: np.ndarray, protocol: Protocol, config: SimulatorConfig
) -> tuple[Canvas, np.ndarray]:
    """Grid round the pick: pixels as scanned, z fine enough for the slice profile. The body's centre is at
    0."""
    reach = np.asarray(config.half_size_mm) + BLOCK_MARGIN_MM
    steps = np.array([protocol.pixel_mm, protocol.pixel_mm, protocol.spacing_mm])
    lines = []
    for axis in range(3):
        count = int(np.ceil(2 * reach[axis] / steps[axis])) + 1
        start = pick[axis] - (count - 1) / 2 * steps[axis] + rng.uniform(-0.5, 0.5) * steps[axis]
        lines.append((start + np.arange(count) * steps[axis]).astype(np.float32))
    fine = fine_axis(lines[2], protocol.spacing_mm, protocol.thickness_mm)
    hu = np.zeros((len(fine), len(lines[1]), len(lines[0])), dtype=np.float32)
    return Canvas(lines[0], lines[1], fine, hu, protocol.psf_sigma_mm), lines[2]


def paint_scene(
    rng: np.random.Generator,
    canvas: Canvas,
    patient: Patient,
    shape: Shape,
    bone: Bone,
    frame: Frame,
    protocol: Protocol,
    lesion: str,
    prior: Prior,
) -> tuple[float, Confounders]:
    """Paint soft tissue, discs, the neighbours' ends and the vertebra; returns its ROI mineral and its
    confounders."""
    physics = Physics(protocol.kvp, protocol.marrow_enhancement_hu)
    tissues = draw_tissues(rng, patient, protocol.kvp, protocol.phase)
    marrow = marrow_hu(bone.fat_fraction, protocol.kvp, protocol.marrow_enhancement_hu)
    paint_soft_tissue(canvas, shape, frame, patient, tissues, rng)
    index = c.LEVELS.index(shape.level)
    neighbours = []
    for above in (True, False):
        other = c.LEVELS[int(np.clip(index + (-1 if above else 1), 0, len(c.LEVELS) - 1))]
        gap = c.DISC_BELOW_MM[other if above and index > 0 else shape.level] * patient.scale
        gap *= float(np.clip(rng.normal(1 - 0.003 * max(0, patient.age - 50), 0.15), 0.4, 1.4))
        paint_disc(canvas, frame, shape, above, gap, tissues.disc, rng)
        neighbour_bone = draw_bone(rng, patient, other, prior)
        if neighbour_bone.mineral > 0:  # a neighbour resembles, and does not copy, the target
            ratio = float(np.clip(rng.normal(1, 0.07), 0.8, 1.2))
            neighbour_bone = replace(
                neighbour_bone, mineral=bone.mineral * ratio, fat_fraction=bone.fat_fraction
            )
        neighbour = draw_shape(rng, patient, other, neighbour_bone)
        neighbours.append((above, neighbour, neighbour_bone, gap))
    paint_ribs(canvas, frame, shape, protocol.kvp, marrow)
    confounders = paint_confounders(canvas, frame, shape, patient, physics, marrow, rng)
    for above, neighbour, neighbour_bone, gap in neighbours:
        sign = 1.0 if above else -1.0
        distance = shape.half_height + gap + neighbour.half_height
        bend = float(np.clip(rng.normal(5 if index > 4 else 1, 3), -8, 12)) * -sign
        relative = rotation_lps(bend, float(rng.normal(0, 1.5)))
        rotation = frame.rotation @ relative
        half = frame.origin + frame.rotation @ np.array([0, 0, sign * (shape.half_height + gap / 2)])
        origin = half + rotation @ np.array([0, 0, sign * (distance - shape.half_height - gap / 2)])
        paint_vertebra(canvas, neighbour, neighbour_bone, Frame(origin, rotation), physics, rng)
    mineral = paint_vertebra(canvas, shape, bone, frame, physics, rng)
    assert mineral is not None, "the trabecular region is always on the canvas"
    if lesion != "none":
        extra = paint_lesion(canvas, frame, shape, physics, lesion, rng)
        confounders = replace(confounders, lesion_g=extra.lesion_g)
    return mineral, confounders


def _cut(
    rng: np.random.Generator, scan: np.ndarray, slice_z: np.ndarray, pick: np.ndarray, config: SimulatorConfig
) -> tuple[np.ndarray, np.ndarray, float]:
    """End the scan inside the patch now and then: returns the remaining slices and how deep the cut is in
    mm."""
    if rng.random() >= config.cut_rate:
        return scan, slice_z, 0.0
    depth = float(rng.uniform(1.0, config.half_size_mm[2] - 3.0))
    if rng.random() < 0.5:
        keep = slice_z <= pick[2] + config.half_size_mm[2] - depth
    else:
        keep = slice_z >= pick[2] - config.half_size_mm[2] + depth
    return scan[keep], slice_z[keep], depth


def _draw_header(rng: np.random.Generator, protocol: Protocol) -> dict[str, Any]:
    """What the header tells of the protocol; contrast is True, False (a reader said so) or None."""
    missing = rng.random(4)
    contrast: bool | None
    if protocol.phase == "none":
        contrast = False if missing[3] < 0.3 else None
    else:
        contrast = True if missing[3] < 0.75 else None
    return {
        "kvp": None if missing[0] < 0.04 else float(protocol.kvp),
        "sliceThicknessMm": None if missing[1] < 0.03 else float(protocol.thickness_mm),
        "kernel": None if missing[2] < 0.12 else protocol.kernel,
        "contrast": contrast,
    }
