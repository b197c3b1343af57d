"""The network on real CT: its vBMD beside the HU of reference.json, and its slope to HU inside the body.

No real CT enters training. Reads OSTEOLENS_TEST_DATA, default ../shared/data beside the repository; says so
and skips where it is absent.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..checkpoint import write_json
from ..config import REPO_ROOT, Config, acquisition_features
from ..network.calibrate import load_calibrated
from ..network.model import VertebraNet
from ..network.predict import predict
from ..patch import acquisition_vector, clip_hu, resample_patch
from ..real_data import Scan, read_dicom_folder, read_nifti, thicker
from ..simulator.constants import HA_SLOPE_HU, QCT_SLOPE_HU

CONTRAST_HU = 11.0  # subtracted where the header names an agent: between arterial and portal venous L1 means
SHIFT_HU = 60.0
BODY_HALF_MM = (16.0, 12.0, 9.0)  # x, y, z half axes of a superellipsoid well inside a vertebral body
BODY_POWER = 4
LIDC = "lidc-0314-chest"


def data_folder() -> Path:
    return Path(os.environ.get("OSTEOLENS_TEST_DATA") or REPO_ROOT.parent / "shared" / "data")


def read_case(folder: Path, name: str) -> Scan:
    """One case of reference.json from ct/: DICOM slices, or the CT of a NIfTI folder."""
    path = folder / "ct" / name
    if any(path.glob("*.dcm")):
        return read_dicom_folder(path)
    candidates = sorted(
        p for p in path.glob("*.nii.gz") if "ct" in p.name.lower() and "seg" not in p.name.lower()
    )
    return read_nifti(candidates[0])


def reference_vbmd(hu: float, header: dict[str, Any]) -> float:
    """Trabecular HU as a phantom-calibrated QCT would read it, mg/cm3 (unknown kVp is taken as 120)."""
    if header["contrast"]:
        hu -= CONTRAST_HU
    kvp = header["kvp"]
    slope = (
        np.interp(kvp, sorted(HA_SLOPE_HU), [HA_SLOPE_HU[k] for k in sorted(HA_SLOPE_HU)])
        if kvp
        else QCT_SLOPE_HU
    )
    return float(hu / slope)


def answer(config: Config, model: VertebraNet, scan: Scan, centre: list[float]) -> dict[str, np.ndarray]:
    """All outputs for one pick, [1, ...]."""
    spec = config.patch.manifest()
    hu, _ = resample_patch(scan.hu, scan.index_to_world, centre, spec)
    acquisition = acquisition_vector(scan.header, acquisition_features())
    return predict(model, clip_hu(hu, spec)[None], acquisition[None])


def shift_body(scan: Scan, centre: list[float], by_hu: float) -> Scan:
    """The scan with its HU moved inside one vertebral body."""
    middle, half = np.asarray(centre), np.asarray(BODY_HALF_MM)
    window, world = scan.world_grid(middle - half, middle + half)
    inside = (np.abs((world - middle) / half) ** BODY_POWER).sum(-1) <= 1
    hu = scan.hu.copy()
    hu[window] += by_hu * inside
    return Scan(hu, scan.index_to_world, scan.header)


def hu_slope(config: Config, model: VertebraNet, scan: Scan, centre: list[float]) -> float:
    """d vBMD / d (HU / 1.35) between -SHIFT_HU and SHIFT_HU: 1 follows HU fully."""
    low, high = (
        answer(config, model, shift_body(scan, centre, s), centre)["vbmd"][0] for s in (-SHIFT_HU, SHIFT_HU)
    )
    return float(high - low) / (2 * SHIFT_HU / QCT_SLOPE_HU)


def check_case(
    config: Config, model: VertebraNet, name: str, scan: Scan, levels: dict[str, Any]
) -> tuple[list, list]:
    """Rows of levels and of slopes for one case."""
    rows, slopes = [], []
    for level, entry in levels.items():
        centre = [float(v) for v in entry["centre"]]
        out = answer(config, model, scan, centre)
        hu = float(entry.get("hu", entry.get("interiorMaskMeanHu")))
        rows.append(
            {
                "case": name,
                "level": level,
                "referenceHu": hu,
                "referenceVbmd": reference_vbmd(hu, scan.header),
                "vbmd": float(out["vbmd"][0]),
                "sd": float(np.exp(0.5 * out["logVariance"][0, 0])),
                "oodScore": float(out["oodScore"][0]),
                "abmd": [float(v) for v in out["abmd"][0]],
                "predictedLevel": int(out["levelLogits"][0].argmax()),
            }
        )
        thickness = float(np.linalg.norm(scan.index_to_world[:3, 2]))
        slope = hu_slope(config, model, scan, centre)
        slopes.append({"case": name, "level": level, "thicknessMm": round(thickness, 2), "slope": slope})
    return rows, slopes


def real_check(config: Config) -> dict[str, Any] | None:
    """Measure, write real-check.json beside the run's metrics, and print it."""
    folder = data_folder()
    if not (folder / "reference.json").exists():
        print(f"real-check: skipped, {folder} does not hold the test CTs", flush=True)
        return None
    torch.set_num_threads(config.train.threads)
    model, calibration = load_calibrated(config)
    reference = json.loads((folder / "reference.json").read_text(encoding="utf-8"))
    rows, slopes = [], []
    for name, case in reference.items():
        if not isinstance(case, dict):
            continue
        scan = read_case(folder, name)
        levels, steep = check_case(config, model, name, scan, case["levels"])
        rows += levels
        slopes += steep
        if name == LIDC:
            for slices in (3, 5):
                slopes += check_case(config, model, name, thicker(scan, slices), case["levels"])[1]
    truth, value = (np.array([row[key] for row in rows]) for key in ("referenceVbmd", "vbmd"))
    steepness = np.array([slope["slope"] for slope in slopes])
    check = {
        "summary": {
            "levels": len(rows),
            "cases": len({row["case"] for row in rows}),
            "r": float(np.corrcoef(truth, value)[0, 1]),
            "medianAbsoluteDifference": float(np.median(np.abs(value - truth))),
            "medianBias": float(np.median(value - truth)),
            "slopeMin": float(steepness.min()),
            "slopeMedian": float(np.median(steepness)),
            "slopeMax": float(steepness.max()),
            "oodLimit": calibration["ood"]["limit"],
        },
        "levels": rows,
        "slopes": slopes,
    }
    write_json(config.run_dir / "real-check.json", check)
    for row in rows:
        print(
            f"real-check: {row['case']} {row['level']}: {row['referenceHu']:.0f} HU = "
            f"{row['referenceVbmd']:.0f}, network "
            f"{row['vbmd']:.0f} +- {row['sd']:.0f} mg/cm3, OOD {row['oodScore']:.1f}"
        )
    for slope in slopes:
        print(
            f"real-check: slope {slope['case']} {slope['level']} at {slope['thicknessMm']} mm: "
            f"{slope['slope']:.2f}"
        )
    print(f"real-check: {json.dumps(check['summary'])}", flush=True)
    return check
