"""The clinic's CSV of DXA readings: one row a vertebra. Each bad row is refused by line and the rest goes on."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ..config import DEVICES, LEVELS, CohortConfig, UserError
from .ct_series import parse_date
from .exclusions import Reason

REQUIRED = ("patient_id", "level", "abmd", "unit", "device", "dxa_date")
OPTIONAL = (
    "ct",
    "ct_date",
    "sex",
    "age",
    "fracture",
    "exclude",
    "contrast",
    "kvp",
    "slice_thickness_mm",
    "kernel",
)
UNITS = {"g/cm2": 1.0, "g/cm²": 1.0, "g/cm^2": 1.0, "mg/cm2": 0.001, "mg/cm²": 0.001, "mg/cm^2": 0.001}
# What tables call the machines whose scale Hui et al. 1997 convert.
DEVICE_WORDS = {"lunar": "ge-lunar", "hologic": "hologic", "norland": "norland", "sbmd": "standardised"}
NO_FRACTURE = {"", "no", "none", "0", "n", "false"}
TRUE_WORDS, FALSE_WORDS = {"yes", "1", "true", "y"}, {"no", "0", "false", "n"}


@dataclass(frozen=True)
class DxaRow:
    """One reading; abmd in g/cm2 whatever the table's unit."""

    line: int  # in the file, the header is line 1
    patient_id: str
    level: str
    abmd_g_cm2: float
    device: str
    dxa_date: date
    facts: dict[str, str]  # the optional columns, stripped, empty ones left out


@dataclass(frozen=True)
class RefusedRow:
    line: int
    patient_id: str
    level: str
    reason: Reason


@dataclass(frozen=True)
class DxaTable:
    rows: list[DxaRow] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    patients: frozenset[str] = frozenset()  # of every row, refused or not


def device_of(text: str) -> str | None:
    """A device of the model contract from what a table calls it, None where it is not known."""
    plain = text.strip().lower()
    if plain in DEVICES:
        return plain
    found = {name for word, name in DEVICE_WORDS.items() if word in plain}
    return found.pop() if len(found) == 1 else None


def parse_number(text: str, decimal_comma: bool = False) -> float | None:
    """A finite number, None for anything else. A decimal comma counts only where cells end in semicolons."""
    plain = text.strip().replace(",", ".") if decimal_comma else text.strip()
    return float(plain) if re.fullmatch(r"[+-]?\d+(\.\d+)?", plain) else None


def _read_cells(path: Path) -> tuple[list[dict[str, str]], bool]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such table.") from None
    except (UnicodeDecodeError, IsADirectoryError) as error:
        raise UserError(f"{path}: is not a text file in UTF-8; save the table as CSV (UTF-8).") from error
    head = text.split("\n", 1)[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, restval="", restkey="")
    names = [(name or "").strip().lower() for name in reader.fieldnames or []]
    for name in REQUIRED:
        if name not in names:
            raise UserError(f"{path}: has no column '{name}'; needed are {', '.join(REQUIRED)}.")
    repeated = [name for name in names if names.count(name) > 1]
    if repeated:
        raise UserError(f"{path}: has the column '{repeated[0]}' twice.")
    unknown = [name for name in names if name not in REQUIRED + OPTIONAL]
    if unknown:
        raise UserError(
            f"{path}: has the unknown column '{unknown[0]}'; known are {', '.join(REQUIRED + OPTIONAL)}."
        )
    reader.fieldnames = names
    cells = [{k: (v or "").strip() for k, v in row.items() if k} for row in reader]
    return cells, delimiter == ";"


def _check_row(
    cells: dict[str, str], line: int, decimal_comma: bool, config: CohortConfig
) -> DxaRow | Reason:
    where = f"Line {line}"
    level, device = cells["level"].upper(), device_of(cells["device"])
    abmd, unit = parse_number(cells["abmd"], decimal_comma), UNITS.get(cells["unit"].lower().replace(" ", ""))
    taken_on = parse_date(cells["dxa_date"])
    if level not in LEVELS:
        return Reason("level-unknown", f"{where}: level '{cells['level']}' is none of {', '.join(LEVELS)}.")
    if abmd is None:
        return Reason("abmd-unreadable", f"{where}: abmd '{cells['abmd']}' is no number.")
    if unit is None:
        return Reason("unit-unknown", f"{where}: unit '{cells['unit']}' is neither g/cm2 nor mg/cm2.")
    value = abmd * unit
    if not config.min_abmd_g_cm2 <= value <= config.max_abmd_g_cm2:
        other = abmd * (0.001 if unit == 1.0 else 1.0)
        fits = config.min_abmd_g_cm2 <= other <= config.max_abmd_g_cm2
        hint = f"; in {'mg' if unit == 1.0 else 'g'}/cm2 it would fit, so check the unit" if fits else ""
        return Reason(
            "abmd-implausible",
            f"{where}: {abmd:g} {cells['unit']} is outside {config.min_abmd_g_cm2:g} to "
            f"{config.max_abmd_g_cm2:g} g/cm2{hint}.",
        )
    if device is None:
        return Reason(
            "device-unknown", f"{where}: device '{cells['device']}' is none of {', '.join(DEVICES)}."
        )
    for name in ("dxa_date", "ct_date"):
        if cells.get(name, "") and parse_date(cells[name]) is None:
            return Reason("date-unreadable", f"{where}: {name} '{cells[name]}' is not written as 2024-05-31.")
    if taken_on is None:
        return Reason("date-unreadable", f"{where}: dxa_date is empty.")
    if cells.get("exclude", ""):
        return Reason("reader-excluded", f"{where}: excluded by the reader ({cells['exclude']}).")
    if cells.get("fracture", "").lower() not in NO_FRACTURE:
        return Reason("fracture", f"{where}: the reader marked a fracture ({cells['fracture']}).")
    facts = {name: cells[name] for name in OPTIONAL if cells.get(name, "")}
    if decimal_comma:
        facts = {
            k: v.replace(",", ".") if k in ("age", "kvp", "slice_thickness_mm") else v
            for k, v in facts.items()
        }
    return DxaRow(line, cells["patient_id"], level, value, device, taken_on, facts)


def _drop_copies(rows: list[DxaRow]) -> tuple[list[DxaRow], list[RefusedRow]]:
    """Copies of a row, and readings of one day that contradict each other."""
    groups: dict[tuple[str, str, date], list[DxaRow]] = defaultdict(list)
    for row in rows:
        groups[(row.patient_id, row.level, row.dxa_date)].append(row)
    kept, refused = [], []
    for group in groups.values():
        first = group[0]
        if all((row.abmd_g_cm2, row.device) == (first.abmd_g_cm2, first.device) for row in group):
            kept.append(first)
            refused += [
                RefusedRow(
                    row.line,
                    row.patient_id,
                    row.level,
                    Reason("duplicate-row", f"Line {row.line}: repeats line {first.line}."),
                )
                for row in group[1:]
            ]
            continue
        lines = ", ".join(str(row.line) for row in group)
        refused += [
            RefusedRow(
                row.line,
                row.patient_id,
                row.level,
                Reason("rows-contradict", f"Lines {lines}: give {row.level} of one day different readings."),
            )
            for row in group
        ]
    return kept, refused


def read_dxa_table(path: Path, config: CohortConfig) -> DxaTable:
    """All rows that can be used, and why the others cannot. UserError where the file is no such table."""
    cells, decimal_comma = _read_cells(path)
    if not cells:
        raise UserError(f"{path}: holds no row below its header.")
    rows: list[DxaRow] = []
    refused: list[RefusedRow] = []
    for line, one in enumerate(cells, start=2):
        if not one["patient_id"]:
            raise UserError(f"{path}: line {line} has no patient_id.")
        checked = _check_row(one, line, decimal_comma, config)
        if isinstance(checked, Reason):
            refused.append(RefusedRow(line, one["patient_id"], one["level"].upper(), checked))
        else:
            rows.append(checked)
    kept, copies = _drop_copies(rows)
    return DxaTable(kept, [*refused, *copies], frozenset(one["patient_id"] for one in cells))
