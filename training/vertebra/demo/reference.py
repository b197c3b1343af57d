"""The exported network's answers on the demonstration study (its zip, as DICOM) for the browser's tests."""

from __future__ import annotations

import json
from pathlib import Path

from ..checkpoint import write_json
from ..config import REPO_ROOT, Config, UserError
from ..patch import acquisition_vector, normalise, resample_patch
from ..real_data import read_dicom_zip
from ..release.export import flat_outputs
from ..release.onnx_graph import open_session, run_session


def write_demo_reference(config: Config, demo: Path, out: Path) -> None:
    """demo holds demo-study.zip and truth.json; the answers at each level's true centre go to ``out``."""
    folder = REPO_ROOT / "public" / "models" / config.export.id
    for path in (demo / "demo-study.zip", demo / "truth.json", folder / "manifest.json"):
        if not path.exists():
            raise UserError(f"{path}: missing; the demonstration study and the exported model come first.")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    truth = json.loads((demo / "truth.json").read_text(encoding="utf-8"))
    session = open_session((folder / "model.onnx").read_bytes())
    spec, features = manifest["input"]["patch"], manifest["input"]["acquisition"]["features"]
    scan = read_dicom_zip(demo / "demo-study.zip")
    acquisition = acquisition_vector(scan.header, features)
    levels = {}
    for level, entry in truth["levels"].items():
        centre = [float(v) for v in entry["centreLps"]]
        hu, outside = resample_patch(scan.hu, scan.index_to_world, centre, spec)
        outputs = run_session(session, normalise(hu, spec)[None, None], acquisition[None])
        levels[level] = {"centreLps": centre, "outsideFraction": outside, "outputs": flat_outputs(outputs, 0)}
        vbmd = float(outputs["vbmd"][0])
        print(f"demo-reference: {level} truth {entry['vbmdMgCm3']}, network {vbmd:.1f} mg/cm3", flush=True)
    write_json(
        out,
        {
            "modelId": manifest["id"],
            "modelSha256": manifest["file"]["sha256"],
            "study": "demo-study.zip",
            "header": scan.header,
            "acquisition": [float(v) for v in acquisition],
            "tolerance": manifest["golden"]["tolerance"],
            "levels": levels,
        },
    )
