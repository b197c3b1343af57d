"""Finds the CT series below a folder, in a zip or in one file, and reads one of them when asked.

Headers are read first and pixels later, so that a hospital's folder can be listed without holding it in memory.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from ..config import UserError
from ..real_data import Scan, read_nifti, scan_from_datasets
from .patient_age import age_from_dates, age_in_years

NIFTI_ENDINGS = (".nii", ".nii.gz")
# What programs add to the name of a case: VerSe (_ct, _seg-..., _ctd), NIfTI channels (_0000), our own files.
_SUFFIX = re.compile(
    r"(_ct|_seg-[^.]*|_ctd|_labels?|_mask|_0000|[-_.]picks|[-_.]results)?"
    r"(\.osteolens\.json|\.json|\.nii\.gz|\.nii|\.zip|\.dcm)$"
)


def case_name(path: Path) -> str:
    """A file's name without its ending and what programs add: sub-verse004_ct.nii.gz is sub-verse004."""
    return _SUFFIX.sub("", path.name)


@dataclass(frozen=True)
class CtSeries:
    """One CT, not yet read. ``files`` are paths, or the bytes of a zip's members."""

    name: str  # as reports name it: path below the folder that was searched
    keys: frozenset[str]  # names by which tables and files of level centres may call it
    files: tuple[Path | bytes, ...]
    is_nifti: bool = False
    patient_id: str | None = None
    study_date: date | None = None
    study_uid: str | None = None
    series_uid: str | None = None
    sex: str | None = None  # F or M
    age: float | None = None  # years

    def load(self) -> Scan:
        """Read the pixels; UserError in one sentence where they do not make one volume."""
        import pydicom

        if self.is_nifti:
            return read_nifti(self.files[0])  # type: ignore[arg-type]
        datasets = (
            pydicom.dcmread(io.BytesIO(f) if isinstance(f, bytes) else f, force=True) for f in self.files
        )
        return scan_from_datasets(datasets, self.name)


def parse_date(text: str) -> date | None:
    """2024-05-31 or 20240531; None for anything else, as 03/04/2024 may be of March or of April."""
    match = re.fullmatch(r"(\d{4})-?(\d{2})-?(\d{2})", text.strip())
    try:
        return date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None


def _text(dataset: Any, keyword: str) -> str | None:
    return str(dataset.get(keyword) or "").strip() or None


def _age(dataset: Any) -> float | None:
    told = _text(dataset, "PatientAge")
    if told is not None:
        return age_in_years(told)
    return age_from_dates(_text(dataset, "PatientBirthDate"), _text(dataset, "StudyDate"))


def _describe(dataset: Any) -> dict[str, Any]:
    sex = _text(dataset, "PatientSex")
    return {
        "patient_id": _text(dataset, "PatientID"),
        "study_date": parse_date(_text(dataset, "AcquisitionDate") or _text(dataset, "StudyDate") or ""),
        "study_uid": _text(dataset, "StudyInstanceUID"),
        "series_uid": _text(dataset, "SeriesInstanceUID"),
        "sex": sex if sex in ("F", "M") else None,
        "age": _age(dataset),
    }


def _is_ct_slice(dataset: Any) -> bool:
    kinds = [str(kind).upper() for kind in (dataset.get("ImageType") or [])]
    return dataset.get("Modality") == "CT" and "Rows" in dataset and "LOCALIZER" not in kinds


def _read_header(source: Path | bytes) -> Any | None:
    """A DICOM header, None where it is none. Files without the DICM mark are tried as raw data sets."""
    import pydicom

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pydicom.dcmread(
                io.BytesIO(source) if isinstance(source, bytes) else source,
                stop_before_pixels=True,
                force=True,
            )
    except Exception:  # not DICOM, or damaged: pydicom raises many kinds
        return None


def _group(slices: list[tuple[str, Path | bytes]]) -> list[CtSeries]:
    """slices: name of the folder, and where the file is. A missing series UID groups by folder."""
    groups: dict[tuple[str, str], list[Path | bytes]] = defaultdict(list)
    facts: dict[tuple[str, str], dict[str, Any]] = {}
    for folder, source in slices:
        header = _read_header(source)
        if header is None or not _is_ct_slice(header):
            continue
        key = (folder, _text(header, "SeriesInstanceUID") or "")
        groups[key].append(source)
        facts.setdefault(key, _describe(header))
    found = []
    for key, files in groups.items():
        fact = facts[key]
        same_folder = sum(other[0] == key[0] for other in groups) > 1
        label = f"{key[0]} series {key[1]}" if same_folder else key[0]
        names = {*Path(key[0]).parts, fact["patient_id"], key[1]} - {None, "", "."}
        found.append(CtSeries(label, frozenset(names), tuple(files), **fact))
    return found


def _zip_series(path: Path) -> list[CtSeries]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [n for n in archive.namelist() if not n.endswith("/")]
            slices = [(path.name, archive.read(n)) for n in members]
    except (OSError, zipfile.BadZipFile, RuntimeError) as error:
        raise UserError(f"{path}: cannot be unpacked ({error}).") from error
    return [replace(one, keys=one.keys | {case_name(path)}) for one in _group(slices)]


def find_series(root: Path) -> list[CtSeries]:
    """CT series of a folder (searched to its leaves), a zip, a NIfTI file or a DICOM file, by name."""
    if not root.exists():
        raise UserError(f"{root}: there is no such file or folder.")
    if root.is_file():
        if root.name.endswith(NIFTI_ENDINGS):
            return [CtSeries(root.name, frozenset({case_name(root)}), (root,), is_nifti=True)]
        if zipfile.is_zipfile(root):
            return _zip_series(root)
        return _group([(root.name, root)])
    slices: list[tuple[str, Path | bytes]] = []
    found: list[CtSeries] = []
    for path in sorted(p for p in root.rglob("*") if p.is_file() and not p.name.startswith(".")):
        inner = path.relative_to(root)
        if path.name.endswith(NIFTI_ENDINGS):
            names = frozenset({case_name(path), *inner.parent.parts})
            found.append(CtSeries(str(inner), names, (path,), is_nifti=True))
        elif path.suffix.lower() == ".zip":
            found += [
                replace(s, name=str(inner), keys=s.keys | set(inner.parent.parts)) for s in _zip_series(path)
            ]
        elif path.suffix.lower() not in (".json", ".csv", ".txt", ".md", ".pdf", ".png", ".jpg"):
            slices.append((str(inner.parent) if str(inner.parent) != "." else root.name, path))
    return sorted([*found, *_group(slices)], key=lambda series: series.name)
