"""A clinic's CT, level centres and DXA table into shards of the dataset's format, and every exclusion into a report.

Patients are matched by PatientID or by file and folder names, and split whole. What a clinic cannot know (vBMD,
readings of other machines, lesions) is NaN, -1 or "unknown" in the labels, so that every loss leaves it out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ..config import LEVELS, CohortConfig, Config, UserError
from ..real_data import Scan
from .app_rules import RULES
from .ct_series import NIFTI_ENDINGS, CtSeries, case_name, find_series, parse_date
from .dxa_table import FALSE_WORDS, TRUE_WORDS, DxaRow, parse_number, read_dxa_table
from .exclusions import Reason
from .gates import material_warnings
from .labels import age_at_ct, make_labels, t_score
from .level_centres import Centres, LevelCentre, doubtful_pair, is_level_file, read_centres
from .match import choose_ct, choose_level_file, is_mask_name
from .measure import Problem, inspect_body_region, measure_roi
from .series_notes import can_state_kvp, series_notes


@dataclass(frozen=True)
class Outcome:
    """What became of one vertebra, row, or of a patient as a whole (``level`` empty)."""

    patient_id: str
    level: str
    ct: str = ""
    line: int | None = None  # of the table
    reasons: tuple[Reason, ...] = ()
    row: DxaRow | None = None
    interval_days: int | None = None
    split: str = ""

    @property
    def status(self) -> str:
        effects = {reason.effect for reason in self.reasons}
        return "excluded" if "excluded" in effects else "flagged" if effects else "kept"


@dataclass
class Vertebra:
    """One kept vertebra: patch int16 [D, H, W] and its labels."""

    patient_id: str
    patch: np.ndarray
    labels: dict[str, Any]


@dataclass
class Cohort:
    vertebrae: list[Vertebra] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)


def read_cohort(config: Config, ct: Path, levels: Path, table_path: Path) -> Cohort:
    """Match, check, cut patches. One bad CT, file or row is told and the rest goes on."""
    table = read_dxa_table(table_path, config.cohort)
    series = find_series(ct)
    if not levels.exists():
        raise UserError(f"{levels}: there is no such folder of level centres.")
    level_files = sorted(p for p in levels.rglob("*") if p.is_file() and is_level_file(p))
    if ct.resolve() == levels.resolve():  # one folder for both: masks are told by their names
        level_files = [p for p in level_files if not p.name.endswith(NIFTI_ENDINGS) or is_mask_name(p)]
    masks = {p.resolve() for p in level_files}
    series = [s for s in series if not (s.is_nifti and Path(str(s.files[0])).resolve() in masks)]
    if not series:
        raise UserError(f"{ct}: holds no CT images.")
    cohort = Cohort()
    for refused in table.refused:
        cohort.outcomes.append(
            Outcome(refused.patient_id, refused.level, line=refused.line, reasons=(refused.reason,))
        )
    by_patient: dict[str, list[DxaRow]] = defaultdict(list)
    for row in table.rows:
        by_patient[row.patient_id].append(row)
    matched: set[str] = set()
    for patient_id in sorted(table.patients):
        fitting = [s for s in series if patient_id in s.keys]
        matched |= {s.name for s in fitting}
        _read_patient(config, patient_id, by_patient.get(patient_id, []), fitting, level_files, cohort)
    for one in series:
        if one.name not in matched:
            names = one.patient_id or case_name(Path(one.name))
            sentence = f"{one.name}: no row of {table_path.name} has a patient_id that fits this CT."
            cohort.outcomes.append(
                Outcome(names, "", one.name, reasons=(Reason("patient-without-dxa", sentence),))
            )
    return cohort


def _read_patient(
    config: Config,
    patient_id: str,
    rows: list[DxaRow],
    fitting: list[CtSeries],
    level_files: list[Path],
    cohort: Cohort,
) -> None:
    """All rows of one patient, and all levels of its CT."""

    def refuse(reason: Reason, ct: str = "") -> None:
        whole = rows or [None]
        for row in whole:
            cohort.outcomes.append(
                Outcome(patient_id, row.level if row else "", ct, row.line if row else None, (reason,), row)
            )

    if not fitting:
        sentence = (
            f"Patient {patient_id}: no CT has this PatientID or stands in a file or folder of this name."
        )
        return refuse(Reason("patient-without-ct", sentence))
    if not rows:  # every row of this patient was refused before, each with its own reason
        return None
    chosen = choose_ct(patient_id, rows, fitting)
    if isinstance(chosen, Reason):
        return refuse(chosen)
    found = choose_level_file(chosen, patient_id, level_files)
    if isinstance(found, Reason):
        return refuse(found, chosen.name)
    try:
        scan = _with_table_facts(chosen.load(), rows)
    except UserError as error:
        return refuse(Reason("ct-unreadable", str(error)), chosen.name)
    try:
        centres = read_centres(found, scan)
    except UserError as error:
        return refuse(Reason("level-file-refused", str(error)), chosen.name)
    if centres.series_uid and chosen.series_uid and centres.series_uid != chosen.series_uid:
        sentence = f"{found}: belongs to another series than {chosen.name}."
        return refuse(Reason("level-file-refused", sentence), chosen.name)
    _check_levels(config, patient_id, rows, chosen, scan, centres, cohort)
    return None


def _with_table_facts(scan: Scan, rows: list[DxaRow]) -> Scan:
    """What the table tells of the acquisition where the header is silent; the reader's word on contrast counts."""

    def told(name: str) -> str | None:
        return next((row.facts[name] for row in rows if name in row.facts), None)

    header = dict(scan.header)
    for key, name in (("kvp", "kvp"), ("sliceThicknessMm", "slice_thickness_mm")):
        may_tell = key != "kvp" or can_state_kvp(header)
        if header[key] is None and may_tell and told(name) is not None:
            header[key] = parse_number(told(name) or "")
    header["kernel"] = header["kernel"] or told("kernel")
    contrast = (told("contrast") or "").lower()
    if contrast in TRUE_WORDS:
        header["contrast"] = True
    elif contrast in FALSE_WORDS and header["contrast"] is None:
        header["contrast"] = False
    return replace(scan, header=header)


def _ct_reasons(
    row: DxaRow, series: CtSeries, scan: Scan, config: CohortConfig
) -> tuple[list[Reason], int | None]:
    """What the CT as a whole says against a row: dates, slices, voltage, contrast."""
    found, interval = [], None
    taken_on = parse_date(row.facts.get("ct_date", "")) or series.study_date
    if taken_on is None:
        sentence = f"{series.name}: has no date; give it in the column ct_date."
        found.append(Reason("ct-date-unknown", sentence))
    else:
        interval = abs((taken_on - row.dxa_date).days)
        said = f"CT of {taken_on} and DXA of {row.dxa_date} lie {interval} days apart"
        if interval > config.max_interval_days:
            found.append(
                Reason("interval-too-long", f"{said}; at most {config.max_interval_days} are taken.")
            )
        elif interval > config.flag_interval_days:
            found.append(Reason("interval-long", f"{said}."))
    limits = RULES["gates"]["sliceThicknessMm"]
    thickness = scan.header["sliceThicknessMm"]
    step = float(np.linalg.norm(scan.index_to_world[:3, 2]))
    if (thickness or step) > limits["refuse"]:
        sentence = (
            f"{series.name}: slices of {thickness or step:.3g} mm; at most {limits['refuse']} are taken."
        )
        found.append(Reason("slices-too-thick", sentence))
    elif thickness is None:
        found.append(Reason("thickness-unknown", f"{series.name}: the slice thickness is not known."))
    elif thickness > limits["mark"]:
        found.append(Reason("slices-thick", f"{series.name}: slices of {thickness:.3g} mm."))
    kvp, span = scan.header["kvp"], RULES["gates"]["kvp"]
    if kvp is None or not span["min"] <= kvp <= span["max"]:
        told = "not known" if kvp is None else f"{kvp:g} kVp"
        found.append(Reason("kvp-unknown", f"{series.name}: the tube voltage is {told}."))
    found += [Reason("monoenergetic", note) for note in series_notes(scan.header, series.name)]
    if scan.header["contrast"] is True:
        found.append(Reason("contrast", f"{series.name}: contrast agent was given."))
    age = age_at_ct(row, series)
    if age is not None and age < config.young_years:
        found.append(Reason("under-50", f"Patient {row.patient_id}: {age:g} years at the CT."))
    return found, interval


def _neighbour_reasons(rows: dict[str, DxaRow], gap: float) -> dict[str, Reason]:
    """T-scores of adjacent levels on one device that differ by more than the gap; both are flagged."""
    found: dict[str, Reason] = {}
    for upper, lower in pairwise(LEVELS):
        one, other = rows.get(upper), rows.get(lower)
        if one is None or other is None or one.device != other.device:
            continue
        difference = abs(t_score(one) - t_score(other))
        if difference > gap:
            sentence = f"The T-scores of {upper} and {lower} differ by {difference:.1f}."
            found.setdefault(upper, Reason("t-score-differs", sentence))
            found.setdefault(lower, Reason("t-score-differs", sentence))
    return found


def _nearest_rows(rows: list[DxaRow], series: CtSeries, cohort: Cohort) -> dict[str, DxaRow]:
    """One row a level: of several DXA dates the one nearest to the CT."""
    by_level: dict[str, list[DxaRow]] = defaultdict(list)
    for row in rows:
        by_level[row.level].append(row)

    def distance(row: DxaRow) -> int:
        taken_on: date | None = parse_date(row.facts.get("ct_date", "")) or series.study_date
        return abs((taken_on - row.dxa_date).days) if taken_on else 0

    chosen = {}
    for level, candidates in by_level.items():
        candidates.sort(key=lambda row: (distance(row), row.line))
        chosen[level] = candidates[0]
        for row in candidates[1:]:
            sentence = f"Line {row.line}: line {candidates[0].line} gives a DXA of {level} nearer to the CT."
            cohort.outcomes.append(
                Outcome(
                    row.patient_id, level, series.name, row.line, (Reason("other-dxa-nearer", sentence),), row
                )
            )
    return chosen


def _check_levels(
    config: Config,
    patient_id: str,
    rows: list[DxaRow],
    series: CtSeries,
    scan: Scan,
    centres: Centres,
    cohort: Cohort,
) -> None:
    chosen = _nearest_rows(rows, series, cohort)
    neighbours = _neighbour_reasons(chosen, config.cohort.t_score_gap)
    doubtful = doubtful_pair([c for c in centres.levels if c.state != "rejected"])
    seen: set[str] = set()
    for centre in centres.levels:
        seen.add(centre.level)
        row = chosen.get(centre.level)
        if row is None:
            sentence = f"{centre.level}: the table has no usable reading of this level."
            cohort.outcomes.append(
                Outcome(
                    patient_id, centre.level, series.name, reasons=(Reason("level-not-in-dxa", sentence),)
                )
            )
            continue
        reasons, interval = _ct_reasons(row, series, scan, config.cohort)
        if doubtful is not None:
            sentence = f"{doubtful[0].level} and {doubtful[1].level} do not lie as neighbours of a spine do."
            reasons.append(Reason("levels-implausible", sentence))
        if centre.level in neighbours:
            reasons.append(neighbours[centre.level])
        outcome = Outcome(patient_id, centre.level, series.name, row.line, (), row, interval)
        if all(reason.effect == "flagged" for reason in reasons):
            reasons += _body_reasons(scan, centre, config.cohort)
        if all(reason.effect == "flagged" for reason in reasons):
            patch, labels = make_labels(config, row, series, scan, centre)
            if labels["outside"] > 0:
                sentence = f"{labels['outside']:.0%} of the patch lies outside the scan."
                reasons.append(Reason("patch-outside-scan", sentence))
            cohort.vertebrae.append(Vertebra(patient_id, patch, labels))
        cohort.outcomes.append(replace(outcome, reasons=tuple(reasons)))
    for level, row in chosen.items():
        if level in seen:
            continue
        cut = level in centres.cut
        sentence = (
            f"{level}: the edge of the scan cuts this body."
            if cut
            else f"{level}: no centre of this level was given for {series.name}."
        )
        reason = Reason("body-cut" if cut else "level-not-in-ct", sentence)
        cohort.outcomes.append(Outcome(patient_id, level, series.name, row.line, (reason,), row))


def _body_reasons(scan: Scan, centre: LevelCentre, config: CohortConfig) -> list[Reason]:
    """What the vertebra's own voxels say against it."""
    if centre.state == "rejected":
        return [Reason("rejected-pick", f"{centre.level}: the reader rejected this pick.")]
    point = list(centre.centre_lps)
    region, measured = inspect_body_region(scan, point), measure_roi(scan, point, None)
    if isinstance(measured, Problem) or region.outside_fraction > 0:
        return [Reason("body-cut", f"{centre.level}: the edge of the scan cuts the body.")]
    said = material_warnings(region)
    if (region.max_hu or 0) > config.metal_hu or any(w["code"] == "metal-or-cement" for w in said):
        return [Reason("metal", f"{centre.level}: the body holds {region.max_hu:.0f} HU.")]
    return [Reason("dense-material", f"{centre.level}: {w['sentence']}") for w in said]
