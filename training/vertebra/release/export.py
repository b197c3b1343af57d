"""Write public/models/<id>/ by docs/model-contract.md: manifest, graph, golden cases, model card."""

from __future__ import annotations

import hashlib
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from ..checkpoint import write_bytes, write_json, write_text
from ..config import DEVICES, LEVELS, REPO_ROOT, Config, UserError, acquisition_features
from ..dataset import load_split, read_simulation
from ..network.calibrate import load_calibrated
from ..network.model import Output, VertebraNet
from ..network.predict import predict
from ..simulator.dxa import young_reference, young_spine_reference
from .model_card import model_card
from .onnx_graph import build_graph, open_session, output_difference, run_session

GRAPH_TOLERANCE = 1e-4  # of each output's range, ONNX Runtime against PyTorch on the same machine
DEVICE_TITLES = {
    "ge-lunar": "GE Lunar",
    "hologic": "Hologic",
    "norland": "Norland",
    "standardised": "Standardised (sBMD)",
}
UNITS = {
    "vbmd": "mg/cm3",
    "abmd": "unit of the device",
    "classLogits": "logit",
    "levelLogits": "logit",
    "logVariance": "ln of the variance",
    "gates": "share",
    "oodScore": "mean squared whitened deviation",
    "cam": "logit",
}
INTENDED_USE = (
    "Research use only: an estimate of bone density from one vertebral body on CT, to be read beside the "
    "measured trabecular "
    "HU. Not a medical device, not for diagnosis, and it cannot be used to rule out low bone density."
)
WARNINGS = [
    "Trained on simulated CT only; not clinically validated.",
    "DXA readings in training are virtual: areal density, T-score classes and device differences come from "
    "published "
    "equations, not from patients.",
    "Not for children, vertebrae with metal, cement or fracture, or cone-beam CT.",
]
REFERENCE_SOURCE = (
    "Levels: young white women, Biol Direct 2025 s13062-025-00627-w table 1 (Hologic scale; T10 to T12 and "
    "L5 extrapolated); "
    "L1-L4: 1.047 +- 0.110 g/cm2; other scales by Hui et al. 1997, J Bone Miner Res 12:1463"
)


def file_entry(name: str, data: bytes) -> dict[str, Any]:
    """A file of a model folder as its manifest lists it."""
    return {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def sources_hash() -> str:
    """SHA-256 over all sources of the package: says which code it was even before a commit."""
    digest = hashlib.sha256()
    package = Path(__file__).parent.parent
    for source in sorted(package.rglob("*.py")):
        digest.update(source.relative_to(package).as_posix().encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def code_revision() -> str:
    """The commit ('-dirty' where training/ differs; 'uncommitted' before the first) and the sources' hash."""
    try:
        commit = subprocess.run(
            ["git", "rev-parse", "--verify", "-q", "HEAD"],
            cwd=REPO_ROOT,
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
        changed = subprocess.run(
            ["git", "status", "--porcelain", "--", "training"],
            cwd=REPO_ROOT,
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
    except OSError:
        commit = changed = ""
    state = (commit + ("-dirty" if changed else "")) if commit else "uncommitted"
    return f"{state}, sources sha256 {sources_hash()[:16]}"


def device_section() -> list[dict[str, Any]]:
    """The manifest's devices, from the references that made the labels."""
    section = []
    for device in DEVICES:
        mean, sd = young_spine_reference(device)
        by_level = {}
        for level in LEVELS:
            level_mean, level_sd = young_reference(level, device)
            by_level[level] = {"mean": round(level_mean, 5), "sd": round(level_sd, 5)}
        section.append(
            {
                "id": device,
                "title": DEVICE_TITLES[device],
                "unit": "mg/cm2" if device == "standardised" else "g/cm2",
                "youngAdult": {
                    "mean": round(mean, 5),
                    "sd": round(sd, 5),
                    "byLevel": by_level,
                    "source": REFERENCE_SOURCE,
                },
            }
        )
    return section


def pick_golden(labels: dict[str, np.ndarray], count: int) -> list[int]:
    """Test patches spread over vBMD, of different kVp where there is a choice."""
    order = np.argsort(labels["vbmd"])
    chosen: list[int] = []
    seen: set[float] = set()
    for number in range(count):
        at = int((number + 0.5) / count * len(order))
        near = order[max(0, at - 20) : at + 20]
        fresh = [
            int(i) for i in near if float(labels["kvp"][i]) not in seen and labels["lesion"][i] == "none"
        ]
        pick = fresh[len(fresh) // 2] if fresh else int(order[at])
        seen.add(float(labels["kvp"][pick]))
        chosen.append(pick)
    return chosen


def flat_outputs(outputs: dict[str, np.ndarray], index: int) -> dict[str, list[float]]:
    """One case's outputs, row-major."""
    return {name: [float(v) for v in outputs[name][index].reshape(-1)] for name in Output._fields}


def simulated_golden(config: Config) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Test patches, clipped HU [n, D, H, W], their acquisition [n, columns] and names."""
    split = load_split(config, "test")
    chosen = pick_golden(split.labels, config.export.golden_cases)
    level, kvp, vbmd = (split.labels[key][chosen] for key in ("level", "kvp", "vbmd"))
    names = [
        f"{LEVELS[int(one)]}-{volts:.0f}kvp-{density:.0f}mg"
        for one, volts, density in zip(level, kvp, vbmd, strict=True)
    ]
    return split.hu(np.asarray(chosen)), split.labels["acquisition"][chosen].astype(np.float32), names


def golden_section(
    config: Config,
    model: VertebraNet,
    graph: bytes,
    hu: np.ndarray,
    acquisition: np.ndarray,
    names: list[str],
) -> tuple[bytes, list[dict[str, Any]]]:
    """golden.bin and its cases; refuses a graph whose answers differ from PyTorch's, alone or in a batch."""
    reference = predict(model, hu, acquisition)
    session = open_session(graph)
    patch = ((hu - config.patch.mean_hu) / config.patch.std_hu)[:, None].astype(np.float32)
    batched = run_session(session, patch, acquisition)
    single = [run_session(session, patch[i : i + 1], acquisition[i : i + 1]) for i in range(len(hu))]
    for name in Output._fields:
        alone = np.concatenate([one[name] for one in single])
        worst = max(output_difference(name, v, reference[name]) for v in (batched[name], alone))
        if not worst <= GRAPH_TOLERANCE:
            raise UserError(f"model.onnx: output '{name}' differs from PyTorch by {worst:.2e} of its range.")
    cases = [
        {"name": one, "acquisition": [float(v) for v in acquisition[n]], "outputs": flat_outputs(batched, n)}
        for n, one in enumerate(names)
    ]
    return hu.astype("<i2").tobytes(), cases


def gating_facts(described: dict[str, Any]) -> dict[str, Any]:
    """The manifest's ``gating`` from what evidence.experts measured."""
    experts = [{key: one[key] for key in ("name", "varianceExplained")} for one in described["experts"]]
    return {"vertebrae": described["vertebrae"], "experts": experts}


# What of metrics.json travels with the network; the whole is in docs/evaluation.
MANIFEST_METRICS = ("simulated", "training", "methods", "sites", "externalGain", "coverage", "realCt")


def provenance(config: Config, metrics: dict[str, Any]) -> dict[str, Any]:
    simulation = read_simulation(config)
    counts = metrics["training"]["counts"]
    vertebrae = {name: count["vertebrae"] for name, count in counts.items()}
    patients = sum(count["patients"] for count in counts.values())
    return {
        "codeRevision": code_revision(),
        "config": json.dumps({**config.as_dict(), "simulatorSha256": simulation["simulator"]}),
        "seeds": {
            "simulate": config.simulate.seed,
            "pretrain": config.pretrain.seed,
            "train": config.train.seed,
        },
        "data": {
            "simulated": sum(vertebrae.values()),
            "real": 0,
            "description": f"{vertebrae['pool']} unlabelled vertebrae for self-supervision, {vertebrae['train']} with a "
            f"virtual DXA reading and {vertebrae['qct']} with a QCT density for training, {vertebrae['calibration']} "
            f"for calibration, {vertebrae['test']} and {vertebrae['external']} (external hospital) for testing, of "
            f"{patients} simulated patients; no real CT in training.",
        },
    }


def build_manifest(
    config: Config,
    graph: bytes,
    golden: bytes,
    cases: list[dict[str, Any]],
    outputs: dict[str, list[Any]],
    calibration: dict[str, Any],
    metrics: dict[str, Any],
    origin: dict[str, Any],
    warnings: list[str],
    gating: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """origin: the manifest's ``provenance``; metrics are taken as they are; gating: what moves the experts' shares, None
    where it was not measured."""
    settings = config.export
    return {
        "schemaVersion": 1,
        "id": settings.id,
        "version": settings.version,
        "title": settings.title,
        "licence": "Apache-2.0",
        "created": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "provenance": origin,
        "intendedUse": INTENDED_USE,
        "warnings": warnings,
        "file": {**file_entry("model.onnx", graph), "opset": settings.opset, "precision": "float32"},
        "input": {
            "patch": config.patch.manifest(),
            "acquisition": {
                "name": "acquisition",
                "shape": ["N", len(cases[0]["acquisition"])],
                "features": acquisition_features(),
            },
        },
        "outputs": {name: {"shape": shape, "unit": UNITS[name]} for name, shape in outputs.items()},
        "devices": device_section(),
        "levels": list(LEVELS),
        "calibration": calibration,
        **({"gating": gating} if gating else {}),
        "metrics": metrics,
        "golden": {"file": file_entry("golden.bin", golden), "tolerance": settings.tolerance, "cases": cases},
    }


def read_metrics(config: Config) -> dict[str, Any]:
    path = config.run_dir / "metrics.json"
    if not path.exists():
        raise UserError(
            f"{path}: a model is exported with its evaluation; run 'python -m vertebra evaluate' first."
        )
    if path.stat().st_mtime < (config.run_dir / "calibration.json").stat().st_mtime:
        raise UserError(f"{path}: older than the calibration; run 'python -m vertebra evaluate' again.")
    return json.loads(path.read_text(encoding="utf-8"))


def check_in_browser_runtime(folder: Path) -> None:
    """Run the golden patches through onnxruntime-web and refuse a difference beyond the tolerance."""
    script = REPO_ROOT / "scripts" / "golden-in-ort-web.mjs"
    try:
        done = subprocess.run(
            ["node", str(script), str(folder)], cwd=REPO_ROOT, capture_output=True, text=True, check=False
        )
    except OSError:
        raise UserError(
            "export: needs Node to check the network in onnxruntime-web; install Node 20."
        ) from None
    if done.returncode != 0:
        reason = (done.stdout.strip() or done.stderr.strip()).splitlines()[-1]
        raise UserError(f"{folder}: onnxruntime-web does not answer as PyTorch does ({reason}).")
    print(f"export: onnxruntime-web differs by {done.stdout.strip()} of the outputs' ranges", flush=True)


def output_shapes(graph: bytes) -> dict[str, list[Any]]:
    """Each output's shape as the manifest writes it."""
    return {value.name: ["N", *value.shape[1:]] for value in open_session(graph).get_outputs()}


def write_folder(folder: Path, graph: bytes, golden: bytes, manifest: dict[str, Any], card: str) -> None:
    """The four files of a model, then the check in the browser's runtime."""
    write_bytes(folder / "model.onnx", graph)
    write_bytes(folder / "golden.bin", golden)
    write_json(folder / "manifest.json", manifest)
    write_text(folder / "model-card.md", card)
    check_in_browser_runtime(folder)


def export(config: Config, models: Path) -> Path:
    """Write the model folder and the index; returns the folder."""
    model, calibration = load_calibrated(config)
    metrics = read_metrics(config)
    graph = build_graph(model, config.export.opset)
    golden, cases = golden_section(config, model, graph, *simulated_golden(config))
    told = {key: metrics[key] for key in MANIFEST_METRICS if key in metrics}
    outputs = output_shapes(graph)
    origin = provenance(config, metrics)
    gating = gating_facts(metrics["experts"])
    manifest = build_manifest(
        config, graph, golden, cases, outputs, calibration, told, origin, WARNINGS, gating
    )
    folder = models / config.export.id
    write_folder(folder, graph, golden, manifest, model_card(config, manifest, metrics))
    write_json(models / "index.json", {"default": config.export.id, "models": [config.export.id]})
    print(
        f"export: {folder}, {len(graph) / 1e6:.2f} MB, sha256 {manifest['file']['sha256'][:12]}", flush=True
    )
    return folder
