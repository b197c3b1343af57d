"""An exported model folder (docs/model-contract.md), run by ONNX Runtime; nothing of PyTorch is needed."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from ..config import DEVICES, LEVELS, UserError
from ..patch import acquisition_vector, normalise, resample_patch
from ..real_data import Scan


@dataclass(frozen=True)
class Model:
    manifest: dict[str, Any]
    session: onnxruntime.InferenceSession

    def run(self, hu: np.ndarray, acquisition: np.ndarray) -> dict[str, np.ndarray]:
        """Outputs by name, [N, ...]. hu [N, D, H, W] on the patch grid, acquisition [N, columns]."""
        patch = normalise(hu, self.manifest["input"]["patch"])[:, None]
        names = [output.name for output in self.session.get_outputs()]
        inputs = {
            self.manifest["input"]["patch"]["name"]: patch,
            self.manifest["input"]["acquisition"]["name"]: acquisition.astype(np.float32),
        }
        return dict(zip(names, self.session.run(names, inputs), strict=True))

    def run_at(self, scan: Scan, centre_lps: list[float]) -> tuple[dict[str, np.ndarray], float, float]:
        """Outputs of one level without the batch axis, the share of the patch outside the scan, and ms."""
        began = time.perf_counter()
        hu, outside = resample_patch(
            scan.hu, scan.index_to_world, centre_lps, self.manifest["input"]["patch"]
        )
        acquisition = acquisition_vector(scan.header, self.manifest["input"]["acquisition"]["features"])
        outputs = self.run(hu[None], acquisition[None])
        elapsed = (time.perf_counter() - began) * 1000
        return {name: value[0] for name, value in outputs.items()}, outside, elapsed


def open_model(folder: Path, threads: int = 2) -> Model:
    """Read and check a folder: schema, SHA-256 of the graph, levels and devices that this package knows."""
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file; name the folder of an exported model.") from None
    except ValueError as error:
        raise UserError(f"{path}: is not JSON ({error}).") from error
    if manifest.get("schemaVersion") != 1:
        raise UserError(f"{path}: schema version {manifest.get('schemaVersion')} is not 1.")
    if manifest["levels"] != list(LEVELS):
        raise UserError(f"{path}: its levels are not {', '.join(LEVELS)}.")
    unknown = [device["id"] for device in manifest["devices"] if device["id"] not in DEVICES]
    if unknown:
        raise UserError(f"{path}: its device {unknown[0]} is none of {', '.join(DEVICES)}.")
    graph = folder / manifest["file"]["name"]
    data = graph.read_bytes() if graph.exists() else b""
    if hashlib.sha256(data).hexdigest() != manifest["file"]["sha256"]:
        raise UserError(f"{graph}: is missing or changed; its SHA-256 is not that of the manifest.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return Model(manifest, onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"]))
