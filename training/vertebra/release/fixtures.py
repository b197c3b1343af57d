"""Parity fixtures for the two languages: block, patch, acquisition and outputs, by docs/model-contract.md.

The blocks are simulated scenes sampled on grids that cannot pass by luck: three different spacings, an origin
far from zero, axes turned or reversed, a scan that ends inside the patch.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.ndimage import map_coordinates

from ..checkpoint import write_bytes, write_json
from ..config import Config
from ..patch import acquisition_vector, normalise, resample_patch
from ..simulator.geometry import rotation_lps
from ..simulator.simulate import SimulatorConfig, simulate_patch
from .export import flat_outputs
from .onnx_graph import open_session, run_session

SEED = 417
SCENE_HALF_MM = (44.0, 44.0, 34.0)


@dataclass(frozen=True)
class Case:
    name: str
    level: str
    spacing_mm: tuple[float, float, float]  # i, j, k
    size: tuple[int, int, int]  # i, j, k
    turn_deg: tuple[float, float, float]  # sagittal, coronal, axial
    flip: tuple[int, int, int]  # signs of the i, j, k axes
    offset_mm: tuple[float, float, float]  # of the block's middle from the pick, LPS
    header: dict[str, Any]


CASES = (
    Case(
        "anisotropic-offset",
        "L2",
        (0.83, 0.71, 2.3),
        (83, 97, 18),
        (0, 0, 0),
        (1, 1, 1),
        (1.3, -0.9, 0.7),
        {"kvp": 100.0, "sliceThicknessMm": 2.5, "kernel": "Br40d", "contrast": None},
    ),
    Case(
        "oblique",
        "T12",
        (1.1, 0.9, 3.1),
        (75, 91, 19),
        (14, -9, 7),
        (1, 1, 1),
        (-0.7, 1.1, 0.4),
        {"kvp": 120.0, "sliceThicknessMm": 3.0, "kernel": "b30F ", "contrast": True},
    ),
    Case(
        "edge-of-scan",
        "L4",
        (0.92, 0.88, 0.7),
        (71, 74, 36),
        (0, 0, 0),
        (1, -1, -1),
        (3.1, 2.2, 9.6),
        {"kvp": None, "sliceThicknessMm": 0.7, "kernel": None, "contrast": False},
    ),
)


def make_block(case: Case, number: int) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """int16 HU [k, j, i], index to LPS mm 4x4, and the pick in LPS mm."""
    rng = np.random.default_rng([SEED, number])
    protocol = {"thickness_mm": 1.0, "spacing_mm": 1.0, "noise_sd_hu": 14.0, "kernel_class": "standard"}
    settings = SimulatorConfig(
        level=case.level,
        cut_rate=0,
        lesion_scale=0,
        deformity_rate=0,
        half_size_mm=SCENE_HALF_MM,
        protocol=protocol,
    )
    scene = simulate_patch(rng, settings)
    centre = np.asarray(scene.centre_lps)
    matrix = np.eye(4)
    matrix[:3, :3] = rotation_lps(*case.turn_deg) @ np.diag(np.asarray(case.spacing_mm) * case.flip)
    matrix[:3, 3] = centre + case.offset_mm - matrix[:3, :3] @ ((np.asarray(case.size) - 1) / 2)
    matrix = np.round(matrix, 6)
    index = np.stack(
        np.meshgrid(*(np.arange(n) for n in case.size[::-1]), indexing="ij")[::-1]
    )  # [(i, j, k), k, j, i]
    world = np.tensordot(matrix[:3, :3], index, axes=1) + matrix[:3, 3].reshape(3, 1, 1, 1)
    inverse = np.linalg.inv(scene.index_to_world)
    at = np.tensordot(inverse[:3, :3], world, axes=1) + inverse[:3, 3].reshape(3, 1, 1, 1)
    block = map_coordinates(scene.scan.astype(np.float32), at[::-1], order=1, mode="nearest")
    return np.rint(block).astype(np.int16), matrix, [round(float(v), 3) for v in centre]


def write_fixtures(config: Config, model_folder: Path, folder: Path) -> None:
    """Write every case with the answers of the exported graph."""
    manifest = json.loads((model_folder / "manifest.json").read_text(encoding="utf-8"))
    session = open_session((model_folder / "model.onnx").read_bytes())
    spec, features = manifest["input"]["patch"], manifest["input"]["acquisition"]["features"]
    for number, case in enumerate(CASES):
        block, matrix, centre = make_block(case, number)
        hu, outside = resample_patch(block, matrix, centre, spec)
        patch = normalise(hu, spec)
        acquisition = acquisition_vector(case.header, features)
        outputs = run_session(session, patch[None, None], acquisition[None])
        files = {"block": f"{case.name}.block.i16.gz", "patch": f"{case.name}.patch.f32.gz"}
        write_bytes(folder / files["block"], gzip.compress(block.astype("<i2").tobytes(), mtime=0))
        write_bytes(folder / files["patch"], gzip.compress(patch.astype("<f4").tobytes(), mtime=0))
        fixture = {
            "name": case.name,
            "modelId": manifest["id"],
            "modelSha256": manifest["file"]["sha256"],
            "block": {
                "sizeVox": list(case.size),
                "indexToWorld": matrix.reshape(-1).tolist(),
                "file": files["block"],
            },
            "centreLps": centre,
            "header": case.header,
            "patchFile": files["patch"],
            "outsideFraction": outside,
            "acquisition": [float(v) for v in acquisition],
            "outputs": flat_outputs(outputs, 0),
            "tolerance": config.export.tolerance,
        }
        write_json(folder / f"{case.name}.json", fixture)
    print(f"export: {len(CASES)} parity fixtures in {folder}", flush=True)
