"""How often each gate speaks on simulated vertebrae of each kind: its misses and false alarms, as docs/evaluation/gates.

Everything is done as for a reader's level but the network: fit, region, aorta, detectors. The header is taken to give
the slice thickness, and to say nothing of contrast.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from ..checkpoint import write_json
from ..clinic.doubts import inspect_doubts
from ..clinic.gates import _aorta_warnings, _measurement_warnings, _shape_warnings, body_warnings
from ..clinic.internal_tissues import find_internal_tissues
from ..clinic.measure import inspect_body_region, measure_roi_at
from ..clinic.vertebra_fit import choose_roi
from ..config import REPO_ROOT
from .doubt_cases import KINDS, LARGE_FOLDER, load_case

OUT = REPO_ROOT / "docs" / "evaluation" / "gates" / "table.json"


def judge(path: Path) -> dict[str, Any]:
    """What the gates say of one vertebra of the large set."""
    scan, mark, _, facts = load_case(path)
    centre = [float(v) for v in mark]
    roi, _, fit = choose_roi(scan, centre)
    tissues = find_internal_tissues(scan, centre)
    blood = tissues["blood"]["medianHu"] if tissues["blood"] else None
    doubts = inspect_doubts(scan, centre, fit)
    header = {**scan.header, "sliceThicknessMm": facts["thickness_mm"]}
    said = [
        *_measurement_warnings(scan, measure_roi_at(scan, roi, None)),
        *body_warnings(facts["level"], inspect_body_region(scan, centre), doubts, header),
        *_aorta_warnings(None, blood),
        *_shape_warnings(fit, True, centre),
    ]
    return {
        "name": path.stem, "kind": facts["kind"], "level": facts["level"], "noiseSd": facts["noise_sd_hu"],
        "thickness": facts["thickness_mm"], "codes": [warning["code"] for warning in said],
        "noise": doubts.noise_hu, "dense": doubts.dense.volume_mm3, "loose": doubts.loose.volume_mm3,
        "fat": doubts.fat_share, "metal": doubts.metal_mm3, "bridge": doubts.bridge_sectors,
        "heights": fit and fit["heightsMm"], "phase": facts["phase"], "blood": blood,
    }  # fmt: skip


def judge_all(folder: Path = LARGE_FOLDER) -> list[dict[str, Any]]:
    return [judge(path) for path in sorted(folder.glob("*-[0-9][0-9][0-9].npz"))]


def tabulate(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Share of each kind's vertebrae at which each code is said."""
    table = {}
    for kind in KINDS:
        part = [row for row in rows if row["kind"] == kind]
        said = Counter(code for row in part for code in set(row["codes"]))
        table[kind] = {
            "vertebrae": len(part),
            **{code: round(n / len(part), 3) for code, n in sorted(said.items())},
        }
    return table


def write_table(rows: list[dict[str, Any]], out: Path = OUT) -> None:
    """The table as JSON; docs/evaluation/gates/README.md quotes it."""
    about = "Written by training/vertebra/evidence/gate_table.py: share of vertebrae at which a code is said."
    write_json(out, {"about": about, "kinds": tabulate(rows)})
