"""How often each gate speaks on simulated vertebrae of each kind: its misses and false alarms, as docs/evaluation/gates.

``python -m vertebra.evidence.gate_table [tune | test]``. Everything is done as for a reader's level but the network: fit,
region, aorta, detectors, and the neighbours where a case has them. The header is taken to give the slice thickness, and
to say nothing of contrast. Limits were chosen on ``tune``; the page quotes ``test``.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ..checkpoint import write_json
from ..clinic.doubts import inspect_doubts
from ..clinic.gates import aorta_warnings, body_warnings, measurement_warnings, shape_warnings
from ..clinic.heights import judge_heights
from ..clinic.internal_tissues import read_slab, tissues_in_slab
from ..clinic.measure import inspect_body_region, measure_roi_at
from ..clinic.roi_beside_focus import SOURCE as BESIDE_FOCUS
from ..clinic.vertebra_fit import choose_roi
from ..config import REPO_ROOT
from .doubt_cases import KINDS, LARGE_SETS, load_case

OUT = REPO_ROOT / "docs" / "evaluation" / "gates" / "table.json"
JUDGES = Path(__file__).parents[1] / "clinic"
# Of a ball of a focus's volume: half a centimetre more each.
FOCUS_EDGES_MM = (5, 8, 10.5, 13, 18)
FOCUS_CODES = {
    "lytic": ("loose-focus", "haemangioma"), "haemangioma": ("loose-focus", "haemangioma"),
    "sclerotic": ("dense-focus", "dense-material"), "island": ("dense-focus", "dense-material"),
}  # fmt: skip


def judge(path: Path) -> dict[str, Any]:
    """What the gates say of one vertebra of the large set."""
    scan, mark, _, facts = load_case(path)
    centre = [float(v) for v in mark]
    roi, source, fit = choose_roi(scan, centre)
    slab = read_slab(scan, centre)
    tissues = tissues_in_slab(slab)
    blood = tissues["blood"]["medianHu"] if tissues["blood"] else None
    muscle = tissues["muscle"]["sdHu"] if tissues["muscle"] else None
    doubts = inspect_doubts(scan, centre, fit, roi, slab)
    header = {**scan.header, "sliceThicknessMm": facts["thickness_mm"]}
    said = [
        *measurement_warnings(scan, measure_roi_at(scan, roi, None)),
        *body_warnings(
            facts["level"],
            inspect_body_region(scan, centre),
            doubts,
            header,
            muscle,
            fit is None,
            source == BESIDE_FOCUS,
        ),
        *aorta_warnings(None, blood),
        *shape_warnings(fit, True, centre),
    ]
    own = {"level": facts["level"], "fit": fit, "warnings": said}
    beside = [_fitted(other) for other in sorted(path.parent.glob(f"{path.stem}-*.npz"))]
    judged = judge_heights([own, *beside])
    codes = [warning["code"] for warning in judged[0]["warnings"]]
    return {
        "name": path.stem, "kind": facts["kind"], "level": facts["level"], "noiseSd": facts["noise_sd_hu"],
        "thickness": facts["thickness_mm"], "codes": codes, "alone": _height_codes(judge_heights([own])[0]),
        "hasBeside": bool(beside), "besideHigh": [_is_high(one) for one in judged[1:] if one["fit"]],
        "noise": doubts.noise_hu, "muscle": muscle,
        "dense": doubts.dense.volume_mm3, "loose": doubts.loose.volume_mm3, "hole": doubts.hole.score,
        "fat": doubts.fat_share, "metal": doubts.metal_mm3, "bridge": doubts.bridge_sectors,
        "streaks": doubts.streaks and [doubts.streaks.ratio, doubts.streaks.hu], "focusMm": facts.get("focus_mm"),
        "heights": fit and fit["heightsMm"], "phase": facts["phase"], "blood": blood,
    }  # fmt: skip


def _fitted(path: Path) -> dict[str, Any]:
    scan, mark, _, facts = load_case(path)
    return {
        "level": facts["level"],
        "fit": choose_roi(scan, [float(v) for v in mark])[2],
        "warnings": [],
    }


def _height_codes(level: dict[str, Any]) -> list[str]:
    return [warning["code"] for warning in level["warnings"] if warning["code"] == "height-loss"]


def _is_high(level: dict[str, Any]) -> bool:
    return any(warning["code"] == "height-high" for warning in level["warnings"])


def judge_all(folder: Path) -> list[dict[str, Any]]:
    """Kind by kind; goes on where the same sources were stopped. Plain ones with contrast agent are left out, since
    the gates are right about it."""
    rows = []
    judges = judges_hash()
    for kind in KINDS:
        stored = folder / f"judged-{kind}.json"
        kept = json.loads(stored.read_text(encoding="utf-8")) if stored.exists() else None
        if not isinstance(kept, dict) or kept["judges"] != judges:
            paths = sorted(folder.glob(f"{kind}-[0-9][0-9][0-9].npz"))
            judged = [judge(path) for path in paths if kind != "plain" or _phase(path) == "none"]
            kept = {"judges": judges, "rows": judged}
            write_json(stored, kept)
        rows += kept["rows"]
    return rows


def judges_hash() -> str:
    """SHA-256 over what decides what the gates say: the clinic's sources, the app's rules and this file."""
    digest = hashlib.sha256()
    for source in [*sorted(JUDGES.glob("*.py")), JUDGES / "app-rules.json", Path(__file__)]:
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def _phase(path: Path) -> str:
    with np.load(path) as case:
        return json.loads(str(case["facts"]))["phase"]


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


def by_focus_size(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Share of foci found, by the diameter of a ball of their volume."""
    table: dict[str, Any] = {}
    for kind, codes in FOCUS_CODES.items():
        for low, high in pairwise(FOCUS_EDGES_MM):
            part = [row for row in rows if row["kind"] == kind and low <= (row["focusMm"] or 0) < high]
            if not part:
                continue
            found = sum(any(code in row["codes"] for code in codes) for row in part)
            entry = {
                "fromMm": low,
                "toMm": high,
                "vertebrae": len(part),
                "found": round(found / len(part), 3),
            }
            table.setdefault(kind, []).append(entry)
    return table


def height_table(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Share with a loss of height, from the body alone and against its neighbours, of the cases that have some."""
    table = {}
    for kind in ("plain", "wedge", "biconcave", "crush"):
        part = [row for row in rows if row["kind"] == kind and row["hasBeside"]]
        if part:
            table[kind] = {
                "vertebrae": len(part),
                "alone": round(sum(bool(row["alone"]) for row in part) / len(part), 3),
                "withNeighbours": round(sum("height-loss" in row["codes"] for row in part) / len(part), 3),
            }
    return table


def high_table(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """How many fitted levels of whole people read too high beside their others, in thin and in thick slices.

    ``plain``: all levels of people without pathology; ``beside``: the healthy ones beside a deformed one; ``deformed``.
    """
    table: dict[str, Any] = {}
    for row in rows:
        if not row["hasBeside"]:
            continue
        is_plain = row["kind"] == "plain"
        own = [("plain" if is_plain else "deformed", "height-high" in row["codes"])] if row["heights"] else []
        beside = [("plain" if is_plain else "beside", high) for high in row["besideHigh"]]
        slices = "to3mm" if row["thickness"] <= 3 else "above3mm"
        for group, high in [*own, *beside]:
            entry = table.setdefault(group, {}).setdefault(slices, {"fitted": 0, "tooHigh": 0})
            entry["fitted"] += 1
            entry["tooHigh"] += high
    return table


def write_table(rows: list[dict[str, Any]], out: Path = OUT) -> None:
    """The tables as JSON; docs/evaluation/gates/README.md quotes them."""
    about = "Written by training/vertebra/evidence/gate_table.py: share of vertebrae at which a code is said."
    tables = {
        "kinds": tabulate(rows),
        "foci": by_focus_size(rows),
        "heights": height_table(rows),
        "high": high_table(rows),
    }
    write_json(out, {"about": about, **tables})


def main(which: str = "test") -> None:
    """Judge a set; the page is of ``test``."""
    folder = LARGE_SETS[which][1]
    write_table(judge_all(folder), OUT if which == "test" else folder / "table.json")


if __name__ == "__main__":
    main(*sys.argv[1:])
