"""Writes a cohort: shards by split, cohort.json, and the report of every exclusion (CSV and Markdown).

The report names patients as the table does; it lies with the shards below training/data, which git ignores.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..checkpoint import write_json, write_npz, write_text
from ..config import DEVICES, CohortConfig, Config, UserError
from ..dataset import Split
from .cohort import Cohort, Outcome, Vertebra, read_cohort
from .exclusions import REASONS

COHORT_SPLITS = ("train", "calibration", "test")
RECORD = "cohort.json"
# Patient numbers of cohorts start here, above those of the simulated splits.
FIRST_PATIENT = 1_000_000_000


def split_patients(patients: list[str], config: CohortConfig) -> dict[str, str]:
    """train, calibration or test for each patient, by a hash of seed and ID; each holds its share, rounded.

    Of three patients or more every split gets one at least. A cohort made again with more patients is split anew,
    so a network trained on the older split must be trained again too.
    """

    def draw(patient: str) -> bytes:
        return hashlib.sha256(f"{config.seed}/{patient}".encode()).digest()

    def count(share: float) -> int:
        return max(round(share * len(patients)), 1 if len(patients) >= len(COHORT_SPLITS) else 0)

    order = sorted(patients, key=draw)
    test, calibration = count(config.test_share), count(config.calibration_share)
    return {
        patient: "test" if n < test else "calibration" if n < test + calibration else "train"
        for n, patient in enumerate(order)
    }


def _write_split(folder: Path, vertebrae: list[Vertebra], per_shard: int) -> None:
    """Shards of whole patients; the labels are written last, so a shard with labels is whole."""
    folder.mkdir(parents=True)
    patients = sorted({v.patient_id for v in vertebrae})
    for number, start in enumerate(range(0, len(patients), per_shard)):
        chosen = set(patients[start : start + per_shard])
        part = [v for v in vertebrae if v.patient_id in chosen]
        partial = folder / f".{number:04d}.{os.getpid()}.npy"
        np.save(partial, np.stack([v.patch for v in part]))
        os.replace(partial, folder / f"{number:04d}.patches.npy")
        labels = {key: np.asarray([v.labels[key] for v in part]) for key in part[0].labels}
        write_npz(folder / f"{number:04d}.labels.npz", **labels)


def write_cohort(
    config: Config, ct: Path, levels: Path, table: Path, out: Path, fresh: bool = False
) -> Cohort:
    """Read, check, write; returns the cohort with splits filled in. Refuses to write over another cohort."""
    if out.exists() and any(out.iterdir()):
        if not (out / RECORD).exists():
            raise UserError(f"{out}: is not empty and holds no cohort; name a new folder.")
        if not fresh:
            raise UserError(f"{out}: holds a cohort; add --fresh to replace it.")
    cohort = read_cohort(config, ct, levels, table)
    split_of = split_patients(sorted({v.patient_id for v in cohort.vertebrae}), config.cohort)
    numbers = {patient: FIRST_PATIENT + n for n, patient in enumerate(sorted(split_of))}
    for vertebra in cohort.vertebrae:
        vertebra.labels["patient"] = numbers[vertebra.patient_id]
    kept = {(v.patient_id, int(v.labels["level"])) for v in cohort.vertebrae}
    cohort.outcomes = [
        replace(o, split=split_of[o.patient_id]) if o.status != "excluded" else o for o in cohort.outcomes
    ]
    if out.exists() and fresh:
        shutil.rmtree(out)
    counts = {}
    for split in COHORT_SPLITS:
        part = [v for v in cohort.vertebrae if split_of[v.patient_id] == split]
        if part:
            _write_split(out / split, part, config.cohort.shard_patients)
        counts[split] = {"patients": len({v.patient_id for v in part}), "vertebrae": len(part)}
    write_text(out / "report.csv", report_csv(cohort.outcomes))
    write_text(out / "report.md", report_page(cohort, counts, table))
    record = {
        "patch": config.as_dict()["patch"],
        "cohort": config.as_dict()["cohort"],
        "tableSha256": hashlib.sha256(table.read_bytes()).hexdigest(),
        "splits": counts,
    }
    write_json(out / RECORD, record)
    print(f"cohort: {len(kept)} vertebrae of {len(split_of)} patients kept; {out / 'report.md'}", flush=True)
    return cohort


def _cells(outcome: Outcome) -> dict[str, Any]:
    row = outcome.row
    return {
        "patient_id": outcome.patient_id,
        "level": outcome.level,
        "status": outcome.status,
        "codes": " ".join(reason.code for reason in outcome.reasons),
        "reasons": " ".join(reason.sentence for reason in outcome.reasons),
        "ct": outcome.ct,
        "table_line": outcome.line or "",
        "abmd_g_cm2": "" if row is None else f"{row.abmd_g_cm2:.3f}",
        "device": "" if row is None else row.device,
        "interval_days": "" if outcome.interval_days is None else outcome.interval_days,
        "split": outcome.split,
    }


def report_csv(outcomes: list[Outcome]) -> str:
    """One line a vertebra, row or patient, in the order of patients and levels."""
    rows = [_cells(o) for o in sorted(outcomes, key=lambda o: (o.patient_id, o.level, o.line or 0))]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else ["patient_id"], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def report_page(cohort: Cohort, counts: dict[str, dict[str, int]], table: Path) -> str:
    """Counts by split, device and reason, and every excluded or flagged vertebra with its sentence."""
    status = Counter(o.status for o in cohort.outcomes)
    devices = Counter(DEVICES[int(v.labels["device"])] for v in cohort.vertebrae)
    codes = Counter(reason.code for o in cohort.outcomes for reason in o.reasons)
    lines = [
        f"# Cohort from {table.name}",
        "",
        f"{len(cohort.vertebrae)} vertebrae of {len({v.patient_id for v in cohort.vertebrae})} patients are kept, "
        f"{status['flagged']} of them with a flag; {status['excluded']} entries are excluded. Research use only.",
        "",
        "| split | patients | vertebrae |",
        "|---|---|---|",
        *(f"| {name} | {n['patients']} | {n['vertebrae']} |" for name, n in counts.items()),
        "",
        "Kept by device: " + (", ".join(f"{name} {n}" for name, n in devices.most_common()) or "none") + ".",
        "",
        "| reason | effect | entries | rule |",
        "|---|---|---|---|",
        *(f"| `{code}` | {REASONS[code][0]} | {n} | {REASONS[code][1]} |" for code, n in codes.most_common()),
    ]
    for effect in ("excluded", "flagged"):
        lines += ["", f"## {effect.capitalize()}", "", "| patient | level | why |", "|---|---|---|"]
        lines += [
            f"| {o.patient_id} | {o.level or 'all'} | {' '.join(r.sentence for r in o.reasons)} |"
            for o in sorted(cohort.outcomes, key=lambda o: (o.patient_id, o.level, o.line or 0))
            if o.status == effect
        ]
    return "\n".join(lines) + "\n"


def read_record(folder: Path) -> dict[str, Any]:
    """cohort.json of a cohort's folder."""
    path = folder / RECORD
    if not path.exists():
        raise UserError(f"{path}: there is no such file; run 'python -m vertebra cohort' first.")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"{path}: is not JSON ({error}); make the cohort again.") from error


def load_cohort_split(folder: Path, names: tuple[str, ...] = COHORT_SPLITS) -> Split:
    """The named splits of a cohort as one, in the form of dataset.load_split."""
    read_record(folder)
    patches, labels, starts, count = [], [], [], 0
    for path in sorted(p for name in names for p in (folder / name).glob("*.labels.npz")):
        with np.load(path) as archive:
            labels.append({key: archive[key] for key in archive.files})
        patches.append(np.load(path.with_name(path.name.replace("labels.npz", "patches.npy")), mmap_mode="r"))
        starts.append(count)
        count += len(labels[-1]["level"])
    if not labels:
        raise UserError(f"{folder}: holds no vertebra in {', '.join(names)}.")
    merged = {key: np.concatenate([one[key] for one in labels]) for key in labels[0]}
    return Split(patches, merged, np.asarray(starts))
