"""The network on real CT: its vBMD beside the HU of reference.json, how it holds when the scan is changed, its slope.

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
from ..config import LEVELS, REPO_ROOT, Config, acquisition_features
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
MOVES_MM = (2.0, 4.0)
TILT_DEG = 10.0
RESLICED_MM = (3.0, 5.0)
NOISE_HU = 30.0
NOISE_DRAWS = 3
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


def told(scan: Scan) -> Scan:
    """The scan with what reference_vbmd assumes where the header is silent: 120 kVp, no contrast agent.

    Left to the file alone the network hedges over every voltage and phase; the reference does not.
    """
    header = {**scan.header, "kvp": scan.header["kvp"] or 120.0, "contrast": bool(scan.header["contrast"])}
    return Scan(scan.hu, scan.index_to_world, header)


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


def turned(scan: Scan, centre: list[float], axis: int, degrees: float) -> Scan:
    """The patient turned about an LPS axis through a point."""
    a, b = [other for other in range(3) if other != axis]
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    turn, to, back = np.eye(4), np.eye(4), np.eye(4)
    turn[a, a], turn[a, b], turn[b, a], turn[b, b] = cosine, -sine, sine, cosine
    to[:3, 3], back[:3, 3] = centre, -np.asarray(centre)
    return Scan(scan.hu, to @ turn @ back @ scan.index_to_world, scan.header)


def noisy(scan: Scan, seed: int) -> Scan:
    noise = np.random.default_rng(seed).normal(0, NOISE_HU, scan.hu.shape)
    return Scan((scan.hu + noise).astype(np.float32), scan.index_to_world, scan.header)


def changes(scan: Scan, centre: list[float]) -> dict[str, list[tuple[Scan, list[float]]]]:
    """What may not change the answer: kind of change, then scans and picks."""
    directions = np.array(
        [[x, y, z] for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1) if x or y or z]
    )
    units = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    found = {
        f"pick moved {by:g} mm": [(scan, list(np.asarray(centre) + by * unit)) for unit in units]
        for by in MOVES_MM
    }
    found[f"tilted {TILT_DEG:g}°"] = [
        (turned(scan, centre, axis, sign * TILT_DEG), centre) for axis in range(3) for sign in (-1, 1)
    ]
    step = float(np.linalg.norm(scan.index_to_world[:3, 2]))
    for target in RESLICED_MM:
        if (slices := round(target / step)) > 1:
            found[f"resliced to {target:g} mm"] = [(thicker(scan, slices), centre)]
    found[f"noise of {NOISE_HU:g} HU added"] = [(noisy(scan, seed), centre) for seed in range(NOISE_DRAWS)]
    return found


def near(scan: Scan, centre: list[float]) -> Scan:
    """The part of a scan that any of the changes can reach."""
    window, _ = scan.world_grid(np.asarray(centre) - 60.0, np.asarray(centre) + 60.0)
    matrix = scan.index_to_world.copy()
    start = [window[axis].start for axis in (2, 1, 0)]
    matrix[:3, 3] = (scan.index_to_world @ np.array([*start, 1.0]))[:3]
    return Scan(np.ascontiguousarray(scan.hu[window]), matrix, scan.header)


def robustness(answers: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """By kind of change: CV and bias in percent of the unchanged answer, over vertebrae."""
    found = {}
    for kind in dict.fromkeys(a["kind"] for a in answers):
        mine = [a for a in answers if a["kind"] == kind]
        ratios = [np.asarray(a["vbmd"]) / a["base"] for a in mine]
        squares = [float(np.mean((r - 1) ** 2)) if len(r) == 1 else float(np.var(r, ddof=1)) for r in ratios]
        found[kind] = {
            "cvPercent": round(100 * float(np.sqrt(np.mean(squares))), 2),
            "biasPercent": round(100 * float(np.mean([r.mean() - 1 for r in ratios])), 2),
            "worstPercent": round(100 * float(max(np.abs(r - 1).max() for r in ratios)), 1),
            "n": int(sum(len(r) for r in ratios)),
        }
    return found


def hu_slope(config: Config, model: VertebraNet, scan: Scan, centre: list[float]) -> float:
    """d vBMD / d (HU / 1.35) between -SHIFT_HU and SHIFT_HU: 1 follows HU fully."""
    low, high = (
        answer(config, model, shift_body(scan, centre, s), centre)["vbmd"][0] for s in (-SHIFT_HU, SHIFT_HU)
    )
    return float(high - low) / (2 * SHIFT_HU / QCT_SLOPE_HU)


def check_case(
    config: Config, model: VertebraNet, name: str, whole: Scan, levels: dict[str, Any]
) -> tuple[list, list]:
    """Rows of levels and of slopes for one case."""
    rows, slopes = [], []
    for level, entry in levels.items():
        centre = [float(v) for v in entry["centre"]]
        scan = near(whole, centre)
        out = answer(config, model, scan, centre)
        informed = answer(config, model, told(scan), centre)
        hu = float(entry.get("hu", entry.get("interiorMaskMeanHu")))
        rows.append(
            {
                "case": name,
                "level": level,
                "referenceHu": hu,
                "referenceVbmd": reference_vbmd(hu, scan.header),
                "vbmd": float(informed["vbmd"][0]),
                "vbmdHeaderAlone": float(out["vbmd"][0]),
                "sd": float(np.exp(0.5 * informed["logVariance"][0, 0])),
                "oodScore": float(out["oodScore"][0]),
                "abmd": [float(v) for v in out["abmd"][0]],
                "predictedLevel": LEVELS[int(out["levelLogits"][0].argmax())],
            }
        )
        thickness = float(np.linalg.norm(scan.index_to_world[:3, 2]))
        slope = hu_slope(config, model, scan, centre)
        slopes.append({"case": name, "level": level, "thicknessMm": round(thickness, 2), "slope": slope})
    return rows, slopes


def change_case(
    config: Config, model: VertebraNet, whole: Scan, levels: dict[str, Any]
) -> list[dict[str, Any]]:
    """The answers to every change of every level of a case."""
    found = []
    for entry in levels.values():
        centre = [float(v) for v in entry["centre"]]
        scan = near(whole, centre)
        base = float(answer(config, model, scan, centre)["vbmd"][0])
        for kind, variants in changes(scan, centre).items():
            vbmd = [float(answer(config, model, other, pick)["vbmd"][0]) for other, pick in variants]
            found.append({"kind": kind, "base": base, "vbmd": vbmd})
    return found


def real_check(config: Config) -> dict[str, Any] | None:
    """Measure, write real-check.json beside the run's metrics, and print it."""
    folder = data_folder()
    if not (folder / "reference.json").exists():
        print(f"real-check: skipped, {folder} does not hold the test CTs", flush=True)
        return None
    torch.set_num_threads(config.train.threads)
    model, calibration = load_calibrated(config)
    reference = json.loads((folder / "reference.json").read_text(encoding="utf-8"))
    rows, slopes, changed = [], [], []
    for name, case in reference.items():
        if not isinstance(case, dict):
            continue
        scan = read_case(folder, name)
        levels, steep = check_case(config, model, name, scan, case["levels"])
        rows += levels
        changed += change_case(config, model, scan, case["levels"])
        slopes += steep
        if name == LIDC:
            for slices in (3, 5):
                slopes += check_case(config, model, name, thicker(scan, slices), case["levels"])[1]
    truth, value, alone = (
        np.array([row[key] for row in rows]) for key in ("referenceVbmd", "vbmd", "vbmdHeaderAlone")
    )
    trained = np.array([row["level"] in LEVELS for row in rows])
    steepness = np.array([slope["slope"] for slope in slopes])
    check = {
        "summary": {
            "levels": len(rows),
            "cases": len({row["case"] for row in rows}),
            "r": float(np.corrcoef(truth, value)[0, 1]),
            "medianAbsoluteDifference": float(np.median(np.abs(value - truth))),
            "medianBias": float(np.median(value - truth)),
            "medianAbsoluteDifferenceTrainedLevels": float(np.median(np.abs(value - truth)[trained])),
            "medianAbsoluteDifferenceHeaderAlone": float(np.median(np.abs(alone - truth))),
            "slopeMin": float(steepness.min()),
            "slopeMedian": float(np.median(steepness)),
            "slopeMax": float(steepness.max()),
            "levelsNamedRight": sum(
                row["level"] == row["predictedLevel"] for row in rows if row["level"] in LEVELS
            ),
            "levelsNamed": sum(row["level"] in LEVELS for row in rows),
            "oodLimit": calibration["ood"]["limit"],
        },
        "levels": rows,
        "robustness": robustness(changed),
        "slopes": slopes,
    }
    write_json(config.run_dir / "real-check.json", check)
    for row in rows:
        print(
            f"real-check: {row['case']} {row['level']}: {row['referenceHu']:.0f} HU = "
            f"{row['referenceVbmd']:.0f}, network "
            f"{row['vbmd']:.0f} ({row['vbmdHeaderAlone']:.0f} by the header alone) "
            f"+- {row['sd']:.0f} mg/cm3, OOD {row['oodScore']:.1f}"
        )
    for slope in slopes:
        print(
            f"real-check: slope {slope['case']} {slope['level']} at {slope['thicknessMm']} mm: "
            f"{slope['slope']:.2f}"
        )
    for kind, found in check["robustness"].items():
        print(f"real-check: {kind}: {json.dumps(found)}")
    print(f"real-check: {json.dumps(check['summary'])}", flush=True)
    return check
