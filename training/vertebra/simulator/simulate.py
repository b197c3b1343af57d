"""One simulated vertebra on a scan grid, with everything that is known about it.

`draw_person` makes a patient with one spine, one protocol and one set of tissues; `simulate_vertebra` scans one
level of that person; `simulate_patch` does both for one vertebra. The same generator state gives the same
vertebra.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from . import constants as c
from .anatomy import Physics, paint_vertebra
from .beam import areal_density
from .deposits import paint_deposits, paint_streaks
from .dxa import DxaResult, scan_dxa
from .geometry import Canvas, Frame, rotation_lps
from .population import Patient, Prior, draw_patient, qct_vbmd
from .region import region_of
from .scanner import Protocol, acquire, draw_protocol, fine_axis
from .sites import Machine, Site
from .spine import PathologyRates, Segment, draw_spine, frames_about, neighbours
from .surroundings import Tissues, draw_tissues, paint_disc, paint_ribs, paint_soft_tissue

PATCH_HALF_MM = (32.0, 32.0, 18.0)  # x, y, z reach of the default patch; the block holds it and a margin
BLOCK_MARGIN_MM = 3.0
OBLIQUE_SD_DEG = (
    6.0,
    2.5,
    2.5,
)  # of scans whose axes are not the patient's: sagittal (gantry), coronal, axial
OBLIQUE_LIMIT_DEG = 14.0
NARROW_MM = (2.0, 12.0)  # how much of the patch a small field of view leaves out at one side


@dataclass(frozen=True)
class SimulatorConfig:
    """What to simulate. ``None`` draws it."""

    prior: Prior = "flat"
    level: str | None = None
    level_weights: tuple[float, ...] = (0.08, 0.10, 0.14, 0.16, 0.15, 0.14, 0.13, 0.10)
    pick_error_mm: float = 3.0  # SD per axis, cut at 2.5 SD
    cut_rate: float = 0.08  # share of vertebrae at which the scan ends inside the patch, above or below
    narrow_rate: float = 0.04  # share of people with a field of view that ends inside the patch
    oblique_rate: float = 0.12  # share of people scanned along turned axes
    deformity_rate: float = 1.0  # factors of the published rates
    lesion_scale: float = 1.0
    schmorl_rate: float = 1.0
    half_size_mm: tuple[float, float, float] = PATCH_HALF_MM
    protocol: dict[str, Any] = field(default_factory=dict)  # fields of Protocol to force, e.g. {"kvp": 100}
    patient: dict[str, Any] = field(default_factory=dict)  # fields of Patient to force
    bone: dict[str, Any] = field(default_factory=dict)  # fields of Bone to force


@dataclass(frozen=True)
class Person:
    """A patient with everything that the patient's pictures share."""

    patient: Patient
    spine: dict[str, Segment]
    protocol: Protocol
    tissues: Tissues
    scanner_turn: np.ndarray  # 3x3: scan axes to patient axes
    narrow: tuple[
        int, float
    ]  # side of the field of view that is cut (0 to 3: -x, +x, -y, +y), mm; 0 mm: none
    header: dict[str, Any]
    machine: Machine | None


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


def draw_person(
    rng: np.random.Generator, config: SimulatorConfig, level: str, site: Site | None = None
) -> Person:
    """Draw a person; with the flat prior the density of ``level`` is spread evenly."""
    patient = draw_patient(rng, config.prior, level, site.population if site else None)
    patient = replace(patient, **config.patient)
    protocol = draw_protocol(rng, patient.diameter_cm, site.scanners if site else None)
    protocol = replace(protocol, **config.protocol)
    rates = PathologyRates(config.deformity_rate, config.lesion_scale, config.schmorl_rate)
    turn = np.zeros(3)
    if rng.random() < config.oblique_rate:
        turn = np.clip(np.array(OBLIQUE_SD_DEG) * rng.normal(size=3), -OBLIQUE_LIMIT_DEG, OBLIQUE_LIMIT_DEG)
    narrow = float(rng.uniform(*NARROW_MM)) if rng.random() < config.narrow_rate else 0.0
    return Person(
        patient=patient,
        spine=draw_spine(rng, patient, config.prior, rates, config.bone),
        protocol=protocol,
        tissues=draw_tissues(rng, patient, protocol.kvp, protocol.phase),
        scanner_turn=rotation_lps(*turn) if turn.any() else np.eye(3),
        narrow=(int(rng.integers(4)), narrow),
        header=_draw_header(rng, protocol),
        machine=site.machine if site else None,
    )


def draw_level(rng: np.random.Generator, config: SimulatorConfig) -> str:
    """The level of a single vertebra."""
    weights = np.asarray(config.level_weights)
    drawn = str(rng.choice(c.LEVELS, p=weights / weights.sum()))
    return config.level or drawn


def simulate_patch(rng: np.random.Generator, config: SimulatorConfig) -> SimulatedVertebra:
    """Draw a person and scan one vertebra."""
    level = draw_level(rng, config)
    return simulate_vertebra(rng, draw_person(rng, config, level), level, config)


def simulate_vertebra(
    rng: np.random.Generator, person: Person, level: str, config: SimulatorConfig
) -> SimulatedVertebra:
    """Scan one level of a person and read its DXA."""
    segment, protocol = person.spine[level], person.protocol
    pick = config.pick_error_mm * np.clip(rng.normal(0, 1, 3), -2.5, 2.5)
    to_scan = person.scanner_turn.T
    canvas, slice_z = _empty_canvas(rng, to_scan, pick, protocol, config)
    mineral = paint_scene(rng, canvas, person, level)
    scan = acquire(canvas, slice_z, protocol, rng)
    lines, scan, cut_mm, narrow_mm = _cut(rng, scan, canvas, slice_z, to_scan @ pick, person, config)

    world = rng.uniform(-200, 200, 3)  # the patient lies anywhere in the scanner
    matrix = np.eye(4)
    steps = np.diag([protocol.pixel_mm, protocol.pixel_mm, protocol.spacing_mm])
    matrix[:3, :3] = person.scanner_turn @ steps
    matrix[:3, 3] = world + person.scanner_turn @ np.array([line[0] for line in lines], dtype=np.float64)
    return SimulatedVertebra(
        scan=scan,
        index_to_world=matrix,
        centre_lps=tuple(float(v) for v in world + pick),  # type: ignore[arg-type]
        true_centre_lps=tuple(float(v) for v in world),  # type: ignore[arg-type]
        header=person.header,
        level=level,
        vbmd_mg_cm3=qct_vbmd(mineral, segment.bone.fat_fraction),
        mineral_mg_cm3=mineral,
        dxa=scan_dxa(rng, areal_density(person.spine, level), level, person.machine),
        facts=_facts(person, segment, cut_mm, narrow_mm),
    )


def _facts(person: Person, segment: Segment, cut_mm: float, narrow_mm: float) -> dict[str, Any]:
    patient, protocol, bone = person.patient, person.protocol, segment.bone
    kinds = [d.kind for d in segment.deposits]
    return {
        "sex": patient.sex,
        "age": patient.age,
        "diameter_cm": patient.diameter_cm,
        "density_z": patient.z,
        "kvp": protocol.kvp,
        "kernel_class": protocol.kernel_class,
        "thickness_mm": protocol.thickness_mm,
        "spacing_mm": protocol.spacing_mm,
        "pixel_mm": protocol.pixel_mm,
        "noise_sd_hu": protocol.noise_sd_hu,
        "iterative": protocol.iterative,
        "dose": protocol.dose,
        "phase": protocol.phase,
        "marrow_enhancement_hu": protocol.marrow_enhancement_hu,
        "gain": protocol.gain,
        "offset_hu": protocol.offset_hu,
        "deformity": segment.deformity,
        "lesion": segment.lesion,
        "schmorl": segment.schmorl,
        "osteophytes": kinds.count("osteophyte"),
        "facet": "facet" in kinds,
        "calcification": kinds.count("calcification"),
        "cut_mm": cut_mm,
        "narrow_mm": narrow_mm,
        "oblique": bool(np.abs(person.scanner_turn - np.eye(3)).max() > 1e-6),
        "tilt_deg": segment.turn_deg[0],
        "fat_fraction": bone.fat_fraction,
        "texture_mg": bone.texture_mg,
        "texture_mm": bone.texture_mm,
        "shell_mm": bone.shell_mm,
        "posterior_mineral": bone.posterior_mineral,
        "posterior_shell_mm": bone.posterior_shell_mm,
        "sclerosis": bone.sclerosis,
        "region": asdict(region_of(segment.shape)),
        "rotation": segment.rotation().tolist(),
    }


def _empty_canvas(
    rng: np.random.Generator,
    to_scan: np.ndarray,
    pick: np.ndarray,
    protocol: Protocol,
    config: SimulatorConfig,
) -> tuple[Canvas, np.ndarray]:
    """Grid round the pick along the scan's axes: pixels as scanned, z fine enough for the slice profile. The
    body's centre is at 0; the grid holds the whole patch, which lies along the patient's axes."""
    reach = np.abs(to_scan) @ np.asarray(config.half_size_mm) + BLOCK_MARGIN_MM
    middle = to_scan @ pick
    steps = np.array([protocol.pixel_mm, protocol.pixel_mm, protocol.spacing_mm])
    lines = []
    for axis in range(3):
        count = int(np.ceil(2 * reach[axis] / steps[axis])) + 1
        start = middle[axis] - (count - 1) / 2 * steps[axis] + rng.uniform(-0.5, 0.5) * steps[axis]
        lines.append((start + np.arange(count) * steps[axis]).astype(np.float32))
    fine = fine_axis(lines[2], protocol.spacing_mm, protocol.thickness_mm)
    hu = np.zeros((len(fine), len(lines[1]), len(lines[0])), dtype=np.float32)
    return Canvas(lines[0], lines[1], fine, hu, protocol.psf_sigma_mm), lines[2]


def paint_scene(rng: np.random.Generator, canvas: Canvas, person: Person, level: str) -> float:
    """Paint soft tissue, discs, the neighbours' ends and the vertebra; returns its ROI mineral."""
    protocol, spine = person.protocol, person.spine
    physics = Physics(protocol.kvp, protocol.marrow_enhancement_hu)
    target = spine[level]
    above, below = neighbours(spine, level)
    to_scan = person.scanner_turn.T
    frames = [Frame(to_scan @ f.origin, to_scan @ f.rotation) for f in frames_about(spine, level)]
    frame = frames[0]
    paint_soft_tissue(canvas, target.shape, frame, person.patient, person.tissues, rng)
    for is_above, gap in ((True, above.disc_below_mm), (False, target.disc_below_mm)):
        paint_disc(canvas, frame, target.shape, is_above, gap, person.tissues.disc, rng)
    paint_ribs(canvas, frame, target.shape, protocol.kvp, physics.marrow(target.bone.fat_fraction))
    order = ((above, frames[1]), (below, frames[2]), (target, frame))
    mineral = None
    for segment, at in order:
        own = np.random.default_rng(segment.seed)
        mineral = paint_vertebra(canvas, segment.shape, segment.bone, at, physics, own)
    for segment, at in order:
        paint_deposits(canvas, at, segment.deposits, physics.marrow(segment.bone.fat_fraction), physics)
    for segment, at in order:
        paint_streaks(canvas, at, segment.deposits, rng)
    assert mineral is not None, "the trabecular region is always on the canvas"
    return mineral


def _cut(
    rng: np.random.Generator,
    scan: np.ndarray,
    canvas: Canvas,
    slice_z: np.ndarray,
    pick: np.ndarray,
    person: Person,
    config: SimulatorConfig,
) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], np.ndarray, float, float]:
    """End the scan, or its field of view, inside the patch now and then: returns what remains of the x, y and z
    lines and of the scan, and how deep the two cuts are in mm. Pick in scan axes."""
    half = config.half_size_mm
    keep = [np.ones(len(line), dtype=bool) for line in (canvas.x, canvas.y, slice_z)]
    depth = 0.0
    if rng.random() < config.cut_rate:
        depth = float(rng.uniform(1.0, half[2] - 3.0))
        if rng.random() < 0.5:
            keep[2] = slice_z <= pick[2] + half[2] - depth
        else:
            keep[2] = slice_z >= pick[2] - half[2] + depth
    side, narrow = person.narrow
    if narrow > 0:
        axis, sign = side // 2, 1 if side % 2 else -1
        line = (canvas.x, canvas.y)[axis]
        keep[axis] = sign * (line - pick[axis]) <= half[axis] - narrow
    x, y, z = keep
    return (canvas.x[x], canvas.y[y], slice_z[z]), scan[np.ix_(z, y, x)], depth, narrow


def _draw_header(rng: np.random.Generator, protocol: Protocol) -> dict[str, Any]:
    """What the header tells of the protocol; contrast is True, False (a reader said so) or None."""
    missing = rng.random(4)
    enhanced = protocol.phase != "none"
    told = missing[3] < (0.75 if enhanced else 0.3)
    return {
        "kvp": None if missing[0] < 0.04 else float(protocol.kvp),
        "sliceThicknessMm": None if missing[1] < 0.03 else float(protocol.thickness_mm),
        "kernel": None if missing[2] < 0.12 else protocol.kernel,
        "contrast": enhanced if told else None,
    }
