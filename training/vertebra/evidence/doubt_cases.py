"""Simulated vertebrae with one known reason for doubt each: what the app's gates are measured and tested with.

``plain`` has none of them, and keeps what is usual: noise, wear at the rims, calcium in the aorta, tilted discs, a
centre that is off by a little. Every other kind is such a vertebra with one thing added, so that a gate's false
alarms and misses are its own. Limits are chosen on the set ``tune`` and reported on the set ``test``.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..checkpoint import write_text
from ..config import LEVELS, TRAINING_ROOT
from ..real_data import Scan
from ..simulator.anatomy import draw_shape
from ..simulator.deposits import METAL_BEAM_MG_CM3, METAL_HU, Deposit, draw_lesion, draw_schmorl
from ..simulator.simulate import (
    Person,
    SimulatedVertebra,
    SimulatorConfig,
    draw_level,
    draw_person,
    simulate_vertebra,
)
from ..simulator.spine import COMPACTION_MG_CM3, Segment

LESIONS = ("screws", "metal", "cement", "sclerotic", "island", "lytic", "haemangioma")
DEFORMITIES = ("wedge", "biconcave", "crush")
KINDS = (
    "plain", *LESIONS, *DEFORMITIES, "endplate-sclerosis", "schmorl", "bridge", "contrast", "noisy", "off-centre",
    "streaks",
)  # fmt: skip

# Reach of the large set's blocks, mm (x, y, z): the aorta in front and the discs above and below are in them.
HALF_SIZE_MM = (36.0, 46.0, 28.0)
SEED = 20_261_123
LARGE_SETS = {
    "tune": (SEED, TRAINING_ROOT / "data" / "gates"),
    "test": (SEED + 7, TRAINING_ROOT / "data" / "gates-test"),
}
LARGE_COUNTS = {kind: 30 for kind in KINDS} | {"plain": 240, "lytic": 90, "crush": 60, "streaks": 60}
# A low body is told by the others of its person: these many of a kind come with their neighbours.
BESIDE_COUNTS = {"plain": 100, "wedge": 30, "biconcave": 30, "crush": 60}
BESIDE_HALF_SIZE_MM = (36.0, 40.0, 28.0)
BESIDE_STEPS = (-2, -1, 1, 2)
CENTRE_ERROR_MM = 1.0  # SD per axis: of a mark that snapped to its body
OFF_CENTRE_MM = (7.0, 12.0)
# Metal in the same slices, but further away than the box in which metal is looked for.
STREAK_HALF_SIZE_MM = (84.0, 60.0, 22.0)
STREAK_ASIDE_MM = (47.0, 75.0)
NOISE_SD_HU = (70.0, 110.0)  # 1 mm slices in a sharp kernel reach 50 to 100 HU (domain.md 3.4)
SCLEROSIS_MG_CM3 = (180.0, 320.0)  # 300 to 600 HU under an endplate (domain.md 3.5)

# The small set is committed: coarse slices, small blocks and HU in steps keep it small.
SMALL_FOLDER = TRAINING_ROOT.parent / "e2e" / "fixtures" / "doubts"
SMALL_HALF_SIZE_MM = (28.0, 38.0, 21.0)
SMALL_STREAK_HALF_SIZE_MM = (62.0, 40.0, 18.0)
SMALL_PROTOCOL = {
    "kvp": 120, "pixel_mm": 1.3, "spacing_mm": 2.0, "thickness_mm": 2.0, "kernel_class": "smooth",
    "kernel": "B30s", "psf_sigma_mm": 0.8, "overshoot": 0.0, "noise_sd_hu": 5.0,
}  # fmt: skip
SMALL_STEP_HU = 16
SMALL_KINDS = tuple(kind for kind in KINDS if kind not in ("noisy", "off-centre", "biconcave", "crush"))

# Draws in which the thing is large enough to be seen; how often it is, the large set tells.
CLEAR_DRAW = {"island": 2, "lytic": 4, "haemangioma": 2, "metal": 3, "streaks": 10}


def _config(kind: str, small: bool) -> SimulatorConfig:
    protocol: dict[str, Any] = dict(SMALL_PROTOCOL) if small else {}
    if kind == "contrast":
        protocol |= {"phase": "venous"}
    elif kind != "plain" or small:
        protocol |= {"phase": "none", "marrow_enhancement_hu": 0.0}
    return SimulatorConfig(
        prior="population",
        level_weights=(0.05, 0.08, 0.12, 0.2, 0.2, 0.15, 0.1, 0.1),
        pick_error_mm=0.0,
        cut_rate=0.0,
        narrow_rate=0.0,
        oblique_rate=0.12 if not small else 0.0,
        deformity_rate=0.0,
        lesion_scale=0.0,
        schmorl_rate=0.0,
        half_size_mm=_half_size(kind, small),
        protocol=protocol,
        bone={"sclerosis": (0.0, 0.0)},
    )


def _half_size(kind: str, small: bool) -> tuple[float, float, float]:
    if kind == "streaks":
        return SMALL_STREAK_HALF_SIZE_MM if small else STREAK_HALF_SIZE_MM
    return SMALL_HALF_SIZE_MM if small else HALF_SIZE_MM


def _bridge(rng: np.random.Generator, segment: Segment) -> list[Deposit]:
    """Bone from rim to rim across one disc, in front or at a side: rods along the spine outside the rim."""
    shape = segment.shape
    end = 1.0 if rng.random() < 0.5 else -1.0
    width = shape.half_width[0 if end > 0 else 2]
    middle = rng.uniform(1.1 * np.pi, 1.9 * np.pi)
    mineral = float(rng.uniform(280, 450))
    out = []
    for k in range(5):
        angle = middle + (k - 2) * 0.16
        x, y = (width + 1.0) * np.cos(angle), (shape.half_depth + 1.0) * np.sin(angle)
        near, far = (x, y, end * (shape.half_height - 4)), (x, y, end * (shape.half_height + 16))
        out.append(Deposit("bridge", near, (2.6, 2.6, 2.6), mineral, end=far))
    return out


def _far_metal(rng: np.random.Generator) -> list[Deposit]:
    """A rod, or one at each side, that crosses the slices of the body: the shaft of an implant, a lead, a rod of a rib."""
    out = []
    for side in (-1.0, 1.0) if rng.random() < 0.3 else (float(rng.choice([-1.0, 1.0])),):
        x, y, r = side * rng.uniform(*STREAK_ASIDE_MM), rng.uniform(-25, 35), rng.uniform(3, 7)
        low, high = (x, y, -rng.uniform(12, 25)), (x, y, rng.uniform(12, 25))
        out.append(Deposit("metal", low, (r, r, r), METAL_BEAM_MG_CM3, hu=METAL_HU, end=high))
    return out


def _with_doubt(rng: np.random.Generator, segment: Segment, person: Person, kind: str) -> Segment:
    """The segment with one thing added."""
    if kind in LESIONS:
        added = tuple(draw_lesion(rng, segment.shape, kind))
        return replace(segment, lesion=kind, deposits=(*segment.deposits, *added))
    if kind in DEFORMITIES:
        bone = replace(segment.bone, mineral=segment.bone.mineral + float(rng.uniform(*COMPACTION_MG_CM3)))
        shape = draw_shape(rng, person.patient, segment.level, bone, kind)
        return replace(segment, bone=bone, shape=shape, deformity=kind)
    if kind == "schmorl":
        return replace(segment, schmorl=True, deposits=(*segment.deposits, *draw_schmorl(rng, segment.shape)))
    if kind == "streaks":
        return replace(segment, deposits=(*segment.deposits, *_far_metal(rng)))
    if kind == "bridge":
        return replace(segment, deposits=(*segment.deposits, *_bridge(rng, segment)))
    if kind == "endplate-sclerosis":
        added = tuple(float(v) for v in rng.uniform(*SCLEROSIS_MG_CM3, 2))
        return replace(segment, bone=replace(segment.bone, sclerosis=added))
    return segment


def _draw_case(rng: np.random.Generator, kind: str, small: bool) -> tuple[Person, str, SimulatorConfig]:
    """A person, the level with the doubt in it, and how to scan it."""
    config = _config(kind, small)
    level = draw_level(rng, config)
    person = draw_person(rng, config, level)
    if kind == "noisy":
        protocol = replace(
            person.protocol, kernel_class="sharp", kernel="B70s", psf_sigma_mm=0.45, overshoot=0.15,
            noise_sd_hu=float(rng.uniform(*NOISE_SD_HU)), thickness_mm=1.0, spacing_mm=1.0,
        )  # fmt: skip
        person = replace(person, protocol=protocol, header={**person.header, "kernel": "B70s"})
    segment = _with_doubt(rng, person.spine[level], person, kind)
    return replace(person, spine={**person.spine, level: segment}), level, config


def simulate_doubt(rng: np.random.Generator, kind: str, small: bool = False) -> SimulatedVertebra:
    """One vertebra of a kind. ``facts`` gain ``kind``, and in mm: height, half_width, half_depth, and of a focus the
    diameter of a ball of its volume."""
    person, level, config = _draw_case(rng, kind, small)
    segment = person.spine[level]
    made = simulate_vertebra(rng, person, level, config)
    error = CENTRE_ERROR_MM * np.clip(rng.normal(size=3), -2, 2)
    if kind == "off-centre":
        way = rng.normal(size=3) * (1, 1, 0.3)
        error = way / np.linalg.norm(way) * rng.uniform(*OFF_CENTRE_MM)
    shape = segment.shape
    return replace(
        made,
        centre_lps=tuple(float(v) for v in np.asarray(made.true_centre_lps) + error),
        facts={
            **made.facts, "kind": kind, "height": shape.height, "half_width": shape.half_width[1],
            "half_depth": shape.half_depth, "slope": shape.slope, "concavity": shape.concavity,
            "focus_mm": _focus_mm(segment, kind),
        },
    )  # fmt: skip


def _focus_mm(segment: Segment, kind: str) -> float | None:
    radii = [d.radii for d in segment.deposits if d.kind == kind and d.end is None]
    return 2 * float(np.prod(radii[0])) ** (1 / 3) if kind in LESIONS and radii else None


def simulate_beside(
    rng: np.random.Generator, neighbour_rng: np.random.Generator, kind: str
) -> dict[str, SimulatedVertebra]:
    """Neighbours of the vertebra that ``simulate_doubt`` makes with the same state of ``rng``, by level."""
    person, level, config = _draw_case(rng, kind, False)
    config = replace(config, half_size_mm=BESIDE_HALF_SIZE_MM, pick_error_mm=CENTRE_ERROR_MM)
    at = [LEVELS.index(level) + step for step in BESIDE_STEPS]
    names = [LEVELS[n] for n in at if 0 <= n < len(LEVELS)]
    return {name: simulate_vertebra(neighbour_rng, person, name, config) for name in names}


def write_large_set(which: str) -> None:
    """A git-ignored set (``tune`` or ``test``): one .npz a vertebra, and one a neighbour. Resumes: what is there stays."""
    seed, folder = LARGE_SETS[which]
    folder.mkdir(parents=True, exist_ok=True)
    todo = [(index, kind) for kind, count in LARGE_COUNTS.items() for index in range(count)]
    for index, kind in sorted(todo, key=lambda entry: entry[0]):
        key = [seed, KINDS.index(kind), index]
        path = folder / f"{kind}-{index:03d}.npz"
        if not path.exists():
            _write_case(path, simulate_doubt(np.random.default_rng(key), kind))
        if index >= BESIDE_COUNTS.get(kind, 0) or any(folder.glob(f"{path.stem}-*.npz")):
            continue
        beside = simulate_beside(np.random.default_rng(key), np.random.default_rng([*key, 1]), kind)
        for name, made in beside.items():
            _write_case(folder / f"{path.stem}-{name}.npz", made)


def _write_case(path: Path, made: SimulatedVertebra) -> None:
    facts = {"header": made.header, "level": made.level, **made.facts}
    part = path.with_name("writing.npz")
    np.savez(
        part, hu=made.scan, index_to_world=made.index_to_world, centre=made.centre_lps,
        true_centre=made.true_centre_lps, facts=json.dumps(facts),
    )  # fmt: skip
    part.replace(path)


def load_case(path: Path) -> tuple[Scan, np.ndarray, np.ndarray, dict[str, Any]]:
    """Scan, marked centre, true centre (LPS mm) and facts of one vertebra of the large set."""
    with np.load(path) as stored:
        facts = json.loads(str(stored["facts"]))
        scan = Scan(stored["hu"], stored["index_to_world"], facts["header"])
        return scan, stored["centre"], stored["true_centre"], facts


def write_small_set(folder: Path = SMALL_FOLDER) -> None:
    """The committed set: ``<kind>.i16.gz``, little-endian HU in the order k, j, i, and ``cases.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    cases = []
    for kind in SMALL_KINDS:
        draw = CLEAR_DRAW.get(kind)
        seed = [SEED + 1, KINDS.index(kind)] + ([] if draw is None else [draw])
        made = simulate_doubt(np.random.default_rng(seed), kind, small=True)
        hu = (np.round(made.scan / SMALL_STEP_HU) * SMALL_STEP_HU).astype("<i2")
        (folder / f"{kind}.i16.gz").write_bytes(gzip.compress(hu.tobytes(), 9, mtime=0))
        cases.append(
            {
                "kind": kind,
                "level": made.level,
                "sizeVox": list(hu.shape[::-1]),
                "indexToWorld": made.index_to_world.tolist(),
                "centreLps": list(made.centre_lps),
                "header": made.header,
            }
        )
    about = "Simulated (training/vertebra/evidence/doubt_cases.py); no patient."
    write_text(folder / "cases.json", json.dumps({"about": about, "cases": cases}, indent=1) + "\n")
