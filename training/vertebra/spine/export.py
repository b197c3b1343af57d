"""Write public/models/<id>/ of the spine network by docs/model-contract.md: manifest, graph, golden case, card."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..checkpoint import write_bytes, write_json, write_text
from ..config import REPO_ROOT, UserError
from ..release.export import code_revision, file_entry
from ..release.onnx_graph import open_session, relative_difference
from .card import spine_card
from .config import CLASSES, SpineConfig
from .crops import golden_volume
from .fit import load_spine_model
from .graph import build_spine_graph, run_spine_session
from .model import SpineNet, SpineOutput, multiply_adds

GRAPH_TOLERANCE = 1e-4  # of each output's range, ONNX Runtime against PyTorch
TYPICAL_CELLS = (104, 96, 120)
INTENDED_USE = (
    "Research use only: proposes where the vertebral bodies are and which they are, for a reader who confirms or "
    "corrects each. Not a medical device and not for diagnosis."
)
WARNINGS = [
    "Trained on simulated trunks only; on real CT it was tested on a handful of scans.",
    "Levels are counted from ribs and sacrum; where neither is in view they are a guess, and their probabilities say so.",
    "Not for children, or for spines that are fused over many levels.",
]


def golden_section(config: SpineConfig, model: SpineNet, graph: bytes) -> tuple[bytes, list[dict[str, Any]]]:
    """golden.bin (int16 HU, clipped) and its case; refuses a graph that does not answer as PyTorch does."""
    grid = config.grid
    hu = golden_volume(config)
    answer = run_spine_session(open_session(graph), hu, grid.mean_hu, grid.std_hu)
    with torch.no_grad():
        volume = torch.from_numpy((hu.astype(np.float32) - grid.mean_hu) / grid.std_hu)[None, None]
        reference = SpineOutput(*(out[0].numpy() for out in model(volume)))
    outputs = {}
    for name in SpineOutput._fields:
        value = getattr(answer, name).reshape(-1)
        worst = relative_difference(value, getattr(reference, name).reshape(-1))
        if not worst <= GRAPH_TOLERANCE:
            raise UserError(f"model.onnx: output '{name}' differs from PyTorch by {worst:.2e} of its range.")
        outputs[name] = [round(float(v), 4) for v in value]
    return hu.astype("<i2").tobytes(), [{"name": "trunk", "shape": list(hu.shape), "outputs": outputs}]


def build_spine_manifest(
    config: SpineConfig, graph: bytes, golden: bytes, cases: list[dict[str, Any]], provenance: dict[str, Any]
) -> dict[str, Any]:
    settings = config.release
    return {
        "schemaVersion": 1,
        "kind": "spine",
        "id": settings.id,
        "version": settings.version,
        "title": settings.title,
        "licence": "Apache-2.0",
        "created": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "provenance": provenance,
        "intendedUse": INTENDED_USE,
        "warnings": WARNINGS,
        "file": {**file_entry("model.onnx", graph), "opset": settings.opset, "precision": "float32"},
        "input": {"volume": config.grid.manifest()},
        "outputs": {
            "heatmap": {"shape": [1, 1, "D", "H", "W"], "unit": "logit"},
            "levels": {"shape": [1, len(CLASSES), "D/2", "H/2", "W/2"], "stride": 2, "unit": "logit"},
        },
        "levels": list(CLASSES),
        "golden": {
            "file": file_entry("golden.bin", golden),
            "tolerance": settings.tolerance,
            "cases": cases,
        },
    }


def spine_provenance(config: SpineConfig, training: dict[str, Any]) -> dict[str, Any]:
    return {
        "codeRevision": code_revision(),
        "config": json.dumps(config.as_dict()),
        "seeds": {
            "simulate": config.trunk.seed,
            "heldOut": config.trunk.held_out_seed,
            "train": config.fit.seed,
        },
        "training": training,
        "data": {
            "simulated": config.trunk.train + config.trunk.faint,
            "real": 0,
            "description": f"{config.trunk.train} simulated trunks and {config.trunk.faint} more with faint bodies, "
            f"{training['crops']} crops of them; curves and spacings by statistics of the centroids of 113 VerSe 2020 CTs; "
            "no real CT in training.",
        },
    }


def check_in_browser_runtime(folder: Path) -> None:
    """Run the golden case through onnxruntime-web and refuse a difference beyond the tolerance."""
    script = REPO_ROOT / "scripts" / "spine-golden-in-ort-web.mjs"
    try:
        done = subprocess.run(
            ["node", str(script), str(folder.resolve())],
            cwd=REPO_ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        raise UserError("spine-export: needs Node to check the network in onnxruntime-web.") from None
    if done.returncode != 0:
        reason = (done.stdout.strip() or done.stderr.strip()).splitlines()[-1]
        raise UserError(f"{folder}: onnxruntime-web does not answer as PyTorch does ({reason}).")
    print(
        f"spine-export: onnxruntime-web differs by {done.stdout.strip()} of the outputs' ranges", flush=True
    )


def export_spine(config: SpineConfig, models: Path, untrained: bool = False) -> Path:
    """Write the model folder from the last checkpoint; untrained: of the final shape, for wiring only."""
    model, training = load_spine_model(config, untrained)
    graph = build_spine_graph(model, config.release.opset)
    golden, cases = golden_section(config, model, graph)
    training = {**training, "gmacTypical": round(multiply_adds(model, TYPICAL_CELLS) / 1e9, 2)}
    manifest = build_spine_manifest(config, graph, golden, cases, spine_provenance(config, training))
    folder = models / config.release.id
    write_bytes(folder / "model.onnx", graph)
    write_bytes(folder / "golden.bin", golden)
    write_json(folder / "manifest.json", manifest)
    write_text(folder / "model-card.md", spine_card(config, manifest))
    check_in_browser_runtime(folder)
    print(f"spine-export: {folder}, {len(graph) / 1e6:.2f} MB", flush=True)
    return folder
