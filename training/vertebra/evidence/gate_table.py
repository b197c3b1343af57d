"""How often each gate speaks on simulated vertebrae of each kind: its misses and false alarms, as docs/evaluation/gates.

The bodies' frames, endplates and heights are the simulator's own, off by what a fit may be off, so that the table is
of the gates and not of the fit; the region is the fixed one at the mark.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from ..checkpoint import write_json
from ..clinic.doubts import inspect_doubts
from ..clinic.gates import _measurement_warnings, _shape_warnings, body_warnings
from ..clinic.measure import inspect_body_region, measure_roi
from ..config import REPO_ROOT
from .doubt_cases import KINDS, LARGE_FOLDER, load_case

FIT_ERROR_MM = 0.7  # SD per axis of the centre and of each height
OUT = REPO_ROOT / "docs" / "evaluation" / "gates" / "table.json"


def true_fit(centre: np.ndarray, facts: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """The simulator's body as the app's fit would have it, LPS mm."""
    turn = np.asarray(facts["rotation"])  # columns left, back, up
    centre = centre + FIT_ERROR_MM * rng.normal(size=3)
    half, depth = facts["height"] / 2, facts["half_depth"]
    up, front, left = turn[:, 2], -turn[:, 1], turn[:, 0]
    endplates, edges = {}, {}
    for name, sign, slope in (("superior", 1, facts["slope"][0]), ("inferior", -1, facts["slope"][1])):
        normal = turn @ np.array([0.0, -slope, sign]) if sign > 0 else turn @ np.array([0.0, -slope, -1.0])
        endplates[name] = {
            "centreLps": list(centre + sign * half * up),
            "normalLps": list(normal / np.linalg.norm(normal)),
        }
        edges[name] = slope * depth
    lost = edges["superior"] + edges["inferior"]  # a rim plane rises backwards, so the front is lower
    dish = facts["concavity"][0] + facts["concavity"][1]
    heights = {"anterior": 2 * half - lost, "middle": 2 * half - dish, "posterior": 2 * half + lost}
    return {
        "centreLps": list(centre), "up": list(up), "front": list(front), "left": list(left),
        "halfWidthMm": facts["half_width"], "halfDepthMm": depth, "endplates": endplates,
        "heightsMm": {key: value + FIT_ERROR_MM * rng.normal() for key, value in heights.items()},
    }  # fmt: skip


def judge(path: Path) -> dict[str, Any]:
    """What the gates say of one vertebra of the large set."""
    scan, mark, true_centre, facts = load_case(path)
    centre = [float(v) for v in mark]
    rng = np.random.default_rng([int(path.stem.rsplit("-", 1)[1]), KINDS.index(facts["kind"])])
    fit = true_fit(true_centre, facts, rng)
    doubts = inspect_doubts(scan, centre, fit)
    header = {**scan.header, "sliceThicknessMm": facts["thickness_mm"]}
    said = [
        *_measurement_warnings(scan, measure_roi(scan, centre, None)),
        *body_warnings(facts["level"], inspect_body_region(scan, centre), doubts, header),
        *_shape_warnings(fit, True, centre),
    ]
    return {
        "name": path.stem, "kind": facts["kind"], "level": facts["level"], "noiseSd": facts["noise_sd_hu"],
        "thickness": facts["thickness_mm"], "codes": [warning["code"] for warning in said],
        "noise": doubts.noise_hu, "dense": doubts.dense.volume_mm3, "loose": doubts.loose.volume_mm3,
        "fat": doubts.fat_share, "metal": doubts.metal_mm3, "bridge": doubts.bridge_sectors,
        "heights": fit["heightsMm"],
    }  # fmt: skip


def judge_all(folder: Path = LARGE_FOLDER, most: int | None = None) -> list[dict[str, Any]]:
    return [
        judge(path)
        for path in sorted(folder.glob("*-[0-9][0-9][0-9].npz"))
        if most is None or int(path.stem[-3:]) < most
    ]


def tabulate(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Share of each kind's vertebrae at which each code is said; the content of the file."""
    table = {}
    for kind in KINDS:
        part = [row for row in rows if row["kind"] == kind]
        said = Counter(code for row in part for code in set(row["codes"]))
        table[kind] = {
            "vertebrae": len(part),
            **{code: round(n / len(part), 3) for code, n in sorted(said.items())},
        }
    return table


def write_table(out: Path = OUT) -> None:
    write_json(
        out, {"about": "Written by training/vertebra/evidence/gate_table.py.", "kinds": tabulate(judge_all())}
    )


def print_table(rows: list[dict[str, Any]]) -> None:
    print(json.dumps(tabulate(rows), indent=1))
