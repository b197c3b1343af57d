"""The results file of the app and its CSV, written by Python (docs/results-file.md)."""

from __future__ import annotations

import csv
import io
import tomllib
from datetime import UTC, datetime
from typing import Any

from ..config import TRAINING_ROOT
from .app_rules import RULES
from .gates import is_density_refused, is_network_refused
from .level_centres import ANCHORS

PARTS = (("value", ""), ("low", "_low"), ("high", "_high"))


def package_version() -> str:
    """Says that Python wrote the file, and which version."""
    project = tomllib.loads((TRAINING_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return f"vertebra {project['project']['version']}"


def make_results_file(
    levels: list[dict[str, Any]],
    header: dict[str, Any],
    study_uid: str | None,
    series_uid: str | None,
    device_id: str | None = None,
    stated: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Content of ``*.osteolens.json``. No name, birth date or patient ID goes in.

    header: as the scan says it; stated: what a reader stated where it is silent.
    """
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "format": RULES["format"],
        "schemaVersion": RULES["schemaVersion"],
        "statement": RULES["statement"],
        "studyInstanceUid": study_uid,
        "seriesInstanceUid": series_uid,
        "deviceId": device_id,
        "appVersion": package_version(),
        "createdAt": now,
        "savedAt": now,
        "acquisition": {key: header[key] for key in ("kvp", "sliceThicknessMm", "kernel", "contrast")},
        **({} if stated is None else {"statedByReader": stated}),
        "levels": levels,
    }


def _rounded(value: float | None, digits: int) -> float | int | None:
    if value is None:
        return None
    rounded = round(float(value), digits)
    return int(rounded) if rounded == int(rounded) else rounded


def _safe(cell: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    is_formula = isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") and cell != ""
    return "" if cell is None else f"'{cell}" if is_formula else cell


def _method_words(method: dict[str, Any] | None) -> str | None:
    if method is None:
        return None
    if method["kind"] == "scanner-calibration":
        own = method["calibration"]
        return (
            f"by the calibration of {own['name']}, {own['phantom']}, {own['kvp']:g} kVp, {own['measuredOn']}"
        )
    source = " stated by the reader" if method["kvpSource"] == "reader" else ""
    return f"by tube voltage, {method['kvp']:g} kVp{source}"


def _count_words(count: dict[str, Any] | None) -> str | None:
    """How the app came to a name, in the app's words."""
    if count is None:
        return None
    named = " and ".join(ANCHORS[anchor] for anchor in count["anchors"])
    share = count["confidence"]
    # Half up, as the app rounds.
    sure = "<1 %" if share < 0.01 else ">99 %" if share > 0.99 else f"{int(share * 100 + 0.5)} %"
    return f"{f'from {named}' if named else 'with no landmark in view'}, {sure} sure"


def _row(file: dict[str, Any], level: dict[str, Any], devices: list[dict[str, Any]]) -> dict[str, Any]:
    warnings, measured, run = level["warnings"], level["measurement"] or {}, level["run"] or {}
    network = level["network"] or {}
    shown = {} if is_network_refused(warnings) else network
    density = None if is_density_refused(warnings) else measured.get("vbmdMgCm3")
    row: dict[str, Any] = {
        "study_instance_uid": file["studyInstanceUid"],
        "series_instance_uid": file["seriesInstanceUid"],
        "level": level["level"],
        "reader_state": level["state"],
        "name_count": _count_words(level.get("nameCount")),
        "age_stated_by_reader_years": file.get("statedByReader", {}).get("ageYears"),
        "sex_stated_by_reader": file.get("statedByReader", {}).get("sex"),
    }
    for name, value in zip(("left", "posterior", "superior"), level["centreLps"], strict=True):
        row[f"centre_{name}_mm"] = _rounded(value, 1)
    for name, key, digits in (
        ("roi_mean_hu", "meanHu", 1),
        ("roi_median_hu", "medianHu", 1),
        ("roi_sd_hu", "sdHu", 1),
        ("roi_area_mm2", "areaMm2", 0),
        ("roi_volume_mm3", "volumeMm3", 0),
    ):
        row[name] = _rounded(measured.get(key), digits)
    row["roi_source"] = level.get("roiSource")
    heights = (level.get("fit") or {}).get("heightsMm", {})
    for part in ("anterior", "middle", "posterior"):
        row[f"height_{part}_mm"] = _rounded(heights.get(part), 1)
    row["measured_vbmd_mg_cm3"] = _rounded(density, 1)
    reading = (measured.get("density") or {}) if density is not None else {}
    row["measured_vbmd_low_mg_cm3"] = _rounded(reading.get("lowMgCm3"), 1)
    row["measured_vbmd_high_mg_cm3"] = _rounded(reading.get("highMgCm3"), 1)
    row["density_method"] = _method_words(reading.get("method"))
    for part, ending in PARTS:
        row[f"network_vbmd{ending}_mg_cm3"] = _rounded(shown.get("vbmdMgCm3", {}).get(part), 1)
    for device in devices:
        name, unit = device["id"], device["unit"]
        estimate = next((d for d in shown.get("devices", []) if d["deviceId"] == name), {})
        for part, ending in PARTS:
            chance = estimate.get("osteoporosis", {}).get(part)
            row[f"network_osteoporosis_probability{ending}_{name}"] = _rounded(chance, 3)
        for part, ending in PARTS:
            digits = 3 if unit == "g/cm2" else 0
            areal = _rounded(estimate.get("abmd", {}).get(part), digits)
            row[f"network_abmd{ending}_{name}_{unit.replace('/', '_')}"] = areal
    row["network_level"] = network.get("predictedLevel")
    row["ood_score"] = _rounded(network.get("oodScore"), 3)
    row["ood_limit"] = _rounded(network.get("oodLimit"), 3)
    for name, effect in (("refused", "refuse"), ("marks", "mark"), ("notes", "note")):
        row[name] = " ".join(f"{w['code']}: {w['sentence']}" for w in warnings if w["effect"] == effect)
    row["backend"], row["elapsed_ms"] = run.get("backend"), _rounded(run.get("elapsedMs"), 0)
    row["model_id"], row["model_sha256"] = run.get("modelId"), run.get("modelSha256")
    row["app_version"], row["statement"] = file["appVersion"], file["statement"]
    return row


def results_csv(file: dict[str, Any], devices: list[dict[str, Any]]) -> str:
    """The app's CSV of a results file; devices: the manifest's. Refused numbers are left empty."""
    rows = [_row(file, level, devices) for level in file["levels"]]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(rows[0].keys() if rows else [])
    writer.writerows([[_safe(cell) for cell in row.values()] for row in rows])
    return out.getvalue()
