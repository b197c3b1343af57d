"""Simulated vertebrae with the truth of their shape and of a hand-placed region, for tests of measuring.

``python -m vertebra.evidence.measuring_cases FOLDER COUNT [deformed | small | turned | thick | focus] [FIRST]`` writes one
.json and .i16.gz (int16 HU, little endian, i fastest, then j, then k) a vertebra, counted from FIRST. The hand-placed
region is the simulator's own: an elliptical cylinder in the true frame of the body, read in the scan as the app reads it.
``small``: on a coarse grid, so that a few can stand in the repository (tests/fixtures/measuring). ``turned``: as in
scoliosis, the vertebra and its neighbours turned about their axes and leaning to a side. ``thick``: slices of 5 mm.
``focus``: with a lesion; its hand-placed region is read in a second scan of the same person with the same noise, without
the lesion.
"""

from __future__ import annotations

import copy
import gzip
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..clinic.measure import sample
from ..real_data import Scan
from ..simulator.anatomy import Shape
from ..simulator.deposits import draw_lesion
from ..simulator.region import lengths_of, region_of
from ..simulator.simulate import (
    Person,
    SimulatedVertebra,
    SimulatorConfig,
    draw_level,
    draw_person,
    simulate_vertebra,
)
from ..simulator.spine import Segment

HALF_SIZE_MM = (40.0, 40.0, 34.0)
PICK_ERROR_MM = 2.0  # about what snapping leaves (snap-to-body.real-ct.test.ts)
SEED = 20260
KINDS = ("plain", "deformed", "small", "turned", "thick", "focus")
FOCI = ("sclerotic", "island", "lytic", "haemangioma")  # of ``focus``, in turn
STEP_MM = 1.0
# Of ``turned``, estimates: a thoracolumbar or lumbar apex turns by 10 to 30 degrees; its neighbours turn less.
TURN_DEG = {"axial": 30.0, "coronal": 12.0}
NEIGHBOURS_TURN = 0.8
SMALL: dict[str, Any] = {
    "half_size_mm": (31.0, 30.0, 27.0),
    "protocol": {"pixel_mm": 1.2, "spacing_mm": 1.8, "thickness_mm": 2.0},
}
THICK: dict[str, Any] = {"protocol": {"spacing_mm": 5.0, "thickness_mm": 5.0}}


def hand_region(shape: Shape, rotation: np.ndarray) -> np.ndarray:
    """Points [n, 3] of the simulator's region from the body's centre, patient axes, mm."""
    region = region_of(shape)
    halves = region.half_width, region.half_depth, region.half_height
    lines = [np.arange(-np.floor(h / STEP_MM), np.floor(h / STEP_MM) + 1) * STEP_MM for h in halves]
    grid = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, 3)
    grid = grid[(grid[:, 0] / halves[0]) ** 2 + (grid[:, 1] / halves[1]) ** 2 <= 1]
    return (grid + np.array([0, region.y, 0])) @ rotation.T


def shape_truth(shape: Shape) -> dict[str, float]:
    """Lengths in the mid-sagittal plane, mm."""
    lengths = lengths_of(shape)
    return {
        "halfWidthMm": float(shape.half_width[1]),
        "frontMm": lengths.front,
        "backMm": lengths.back,
        "anteriorMm": lengths.anterior,
        "middleMm": lengths.middle,
        "posteriorMm": lengths.posterior,
    }


def turned_person(rng: np.random.Generator, person: Person, level: str) -> Person:
    """The same person with a curve whose apex is the level: turns and leanings drawn evenly to both sides."""
    axial, coronal = (rng.uniform(-TURN_DEG[key], TURN_DEG[key]) for key in ("axial", "coronal"))

    def turn(name: str, segment: Segment) -> Segment:
        sagittal, lean, turned = segment.turn_deg
        share = 1.0 if name == level else NEIGHBOURS_TURN
        return replace(segment, turn_deg=(sagittal, lean + share * coronal, turned + share * axial))

    return replace(person, spine={name: turn(name, segment) for name, segment in person.spine.items()})


def with_focus(rng: np.random.Generator, person: Person, level: str, lesion: str) -> Person:
    """The same person with a lesion in the level's body."""
    segment = person.spine[level]
    added = draw_lesion(rng, segment.shape, lesion)
    segment = replace(segment, lesion=lesion, deposits=(*segment.deposits, *added))
    return replace(person, spine={**person.spine, level: segment})


def make_case(seed: int, kind: str) -> tuple[SimulatedVertebra, dict[str, Any]]:
    """A scanned vertebra and its truth. Without deformity there is no lesion, node or cut either."""
    rng = np.random.default_rng([SEED, seed, KINDS.index(kind)])
    config = SimulatorConfig(
        prior="population",
        pick_error_mm=PICK_ERROR_MM,
        cut_rate=0,
        narrow_rate=0,
        deformity_rate=1e9 if kind == "deformed" else 0,
        lesion_scale=0,
        schmorl_rate=0,
        **{"half_size_mm": HALF_SIZE_MM, **{"small": SMALL, "thick": THICK}.get(kind, {})},
    )
    level = draw_level(rng, config)
    person = draw_person(rng, config, level)
    if kind == "turned":
        person = turned_person(rng, person, level)
    noise = copy.deepcopy(rng)
    made = plain = simulate_vertebra(rng, person, level, config)
    if kind == "focus":
        person = with_focus(rng, person, level, FOCI[seed % len(FOCI)])
        made = simulate_vertebra(noise, person, level, config)
    segment = person.spine[level]
    rotation = segment.rotation()
    centre = np.asarray(made.true_centre_lps)
    values = sample(
        Scan(plain.scan, plain.index_to_world, plain.header), centre + hand_region(segment.shape, rotation)
    )
    assert not np.isnan(values).any()
    truth = {
        "seed": seed,
        "level": level,
        "deformity": segment.deformity,
        "lesion": segment.lesion,
        "sizeVox": list(made.scan.shape[::-1]),
        "indexToWorld": made.index_to_world.reshape(-1).tolist(),
        "pickLps": list(made.centre_lps),
        "centreLps": list(made.true_centre_lps),
        "upLps": rotation[:, 2].tolist(),
        "leftLps": rotation[:, 0].tolist(),
        "thicknessMm": person.protocol.thickness_mm,
        "noiseHu": person.protocol.noise_sd_hu,
        "kernel": person.protocol.kernel_class,
        "handMeanHu": float(values.mean()),
        "handSdHu": float(values.std()),
        **shape_truth(segment.shape),
    }
    return made, truth


def main(folder: Path, count: int, kind: str, first: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(first, first + count):
        made, truth = make_case(seed, kind)
        name = f"{kind}-{seed:03d}"
        (folder / f"{name}.i16.gz").write_bytes(gzip.compress(made.scan.astype("<i2").tobytes(), mtime=0))
        (folder / f"{name}.json").write_text(json.dumps(truth) + "\n", encoding="utf-8")


if __name__ == "__main__":
    given = dict(enumerate(sys.argv))
    main(Path(sys.argv[1]), int(sys.argv[2]), given.get(3, "plain"), int(given.get(4, "0")))
