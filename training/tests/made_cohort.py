"""A made clinic: simulated spines as DICOM and NIfTI, level centres of three kinds, and a DXA table with every fault."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from vertebra.demo.study import DemoConfig, render
from vertebra.real_data import Scan, thicker

COLUMNS = ("patient_id", "level", "abmd", "unit", "device", "dxa_date", "ct", "ct_date", "sex", "age",
           "fracture", "exclude", "contrast", "kvp", "slice_thickness_mm", "kernel")  # fmt: skip
CT_DATE = "2026-03-20"
DXA_DATE = "2026-03-11"
GRID = DemoConfig(pixels=131, pixel_mm=2.3, spacing_mm=3.0, thickness_mm=3.0, noise_sd_hu=4.0)


@dataclass
class Body:
    """One simulated spine on its scan grid; centres LPS mm by level."""

    scan: Scan
    centres: dict[str, tuple[float, float, float]]
    vbmd: dict[str, float]


@dataclass
class Clinic:
    """Folders and table as they are written."""

    root: Path
    rows: list[dict[str, str]] = field(default_factory=list)

    @property
    def ct(self) -> Path:
        return self.root / "ct"

    @property
    def levels(self) -> Path:
        return self.root / "levels"

    @property
    def table(self) -> Path:
        return self.root / "dxa.csv"

    def add_row(self, patient_id: str, level: str, abmd: float | str, **others: str) -> None:
        row = {"patient_id": patient_id, "level": level, "abmd": str(abmd), "unit": "g/cm2", "device": "Hologic",
               "dxa_date": DXA_DATE}  # fmt: skip
        self.rows.append(row | others)

    def write_table(self) -> None:
        lines = [",".join(COLUMNS)]
        lines += [",".join(row.get(name, "") for name in COLUMNS) for row in self.rows]
        self.table.write_text("\n".join(lines) + "\n", encoding="utf-8")


def simulate_body(seed: int, density: float) -> Body:
    """density: factor of the demo's densities. The origin is offset and no spacing equals another's."""
    plan = replace(GRID, seed=seed, vbmd=tuple((level, v * density) for level, v in GRID.vbmd), wedge=())
    hu, line, z, spine, _ = render(plan)
    offset = np.array([-31.5, 212.25, -665.5 + 10 * seed])
    matrix = np.diag([plan.pixel_mm, plan.pixel_mm, plan.spacing_mm, 1.0])
    matrix[:3, 3] = np.array([line[0], line[0], z[0]]) + offset
    named = [s for s in spine if s.level != "S1"]
    return Body(
        Scan(hu.astype(np.float32), matrix, {}),
        {s.level: tuple(float(v) for v in s.frame.origin + offset) for s in named},
        {s.level: s.vbmd for s in named},
    )


def write_dicom(folder: Path, scan: Scan, patient_id: str, series_uid: str, **header: Any) -> None:
    """One uncompressed axial series; header: keywords that replace the defaults, None leaves one out."""
    folder.mkdir(parents=True)
    spacing = np.linalg.norm(scan.index_to_world[:3, :3], axis=0)
    for k, plane in enumerate(scan.hu):
        ds = Dataset()
        ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, f"{series_uid}.{k + 1}"
        ds.Modality, ds.PatientID, ds.PatientSex, ds.PatientAge = "CT", patient_id, "F", "066Y"
        ds.StudyDate = CT_DATE.replace("-", "")
        ds.StudyInstanceUID, ds.SeriesInstanceUID = f"{series_uid}.0", series_uid
        ds.KVP, ds.SliceThickness, ds.ConvolutionKernel = "120", f"{spacing[2]:g}", "B40f"
        ds.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
        ds.ImagePositionPatient = [f"{v:.4f}" for v in (scan.index_to_world @ [0, 0, k, 1])[:3]]
        ds.PixelSpacing = [f"{spacing[1]:g}", f"{spacing[0]:g}"]
        ds.Rows, ds.Columns = plane.shape
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.BitsAllocated = ds.BitsStored = 16
        ds.HighBit, ds.PixelRepresentation = 15, 0
        ds.RescaleSlope, ds.RescaleIntercept = "1", "-1024"
        ds.PixelData = (np.rint(plane) + 1024).astype("<u2").tobytes()
        for name, value in header.items():
            if value is None:
                delattr(ds, name)
            else:
                setattr(ds, name, value)
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
        ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
        dcmwrite(folder / f"{k:04d}.dcm", ds, enforce_file_format=True)


def write_nifti(path: Path, values: np.ndarray, index_to_world: np.ndarray) -> None:
    """values [k, j, i], stored with i towards the right and j towards the front, as converters do."""
    path.parent.mkdir(parents=True, exist_ok=True)
    flip = np.diag([-1.0, -1.0, 1.0, 1.0])
    flip[:2, 3] = np.array(values.shape[:0:-1]) - 1
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ index_to_world @ flip
    nibabel.save(nibabel.Nifti1Image(values[:, ::-1, ::-1].transpose(2, 1, 0).astype(np.int16), affine), path)


def write_picks(path: Path, centres: dict[str, Any], series_uid: str | None, **states: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    levels = [
        {"level": k, "centreLps": list(v), "state": states.get(k, "confirmed")} for k, v in centres.items()
    ]
    head = {"format": "osteolens-results", "schemaVersion": 1, "seriesInstanceUid": series_uid}
    path.write_text(json.dumps(head | {"levels": levels}))


def write_verse(path: Path, scan: Scan, centres: dict[str, Any]) -> None:
    """Voxel indices in the axes R, A, S of the NIfTI that write_nifti makes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    labels = {"T11": 18, "T12": 19, "L1": 20, "L2": 21, "L3": 22, "L4": 23, "L5": 24}
    items: list[dict[str, Any]] = [{"direction": ["R", "A", "S"]}]
    for level, centre in centres.items():
        i, j, k = (np.linalg.inv(scan.index_to_world) @ [*centre, 1.0])[:3]
        items.append(
            {"label": labels[level], "X": scan.hu.shape[2] - 1 - i, "Y": scan.hu.shape[1] - 1 - j, "Z": k}
        )
    path.write_text(json.dumps(items))


def write_mask(path: Path, scan: Scan, centres: dict[str, Any]) -> None:
    """TotalSegmentator's labels: an elliptical body, pedicles and a spinous process behind it."""
    numbers = {"T12": 32, "L1": 31, "L2": 30, "L3": 29, "L4": 28, "L5": 27}
    k, j, i = np.meshgrid(*(np.arange(n) for n in scan.hu.shape), indexing="ij")
    world = np.stack([i, j, k, np.ones_like(i)], -1) @ scan.index_to_world[:3].T
    labels = np.zeros(scan.hu.shape, np.int16)
    for level, number in numbers.items():
        x, y, z = np.moveaxis(world - np.asarray(centres[level]), -1, 0)
        body = ((x / 22) ** 2 + (y / 17) ** 2 <= 1) & (np.abs(z) <= 12)
        pedicles = (np.abs(np.abs(x) - 14) <= 5) & (y > 10) & (y < 34) & (np.abs(z) <= 7)
        spinous = (np.abs(x) <= 5) & (y > 28) & (y < 62) & (z > -16) & (z < 4)
        labels[body | pedicles | spinous] = number
    write_nifti(path, labels, scan.index_to_world)


def reading(body: Body, level: str, device: str = "Hologic") -> float:
    """A plausible areal density of a level, falling with its trabecular density."""
    hologic = 0.27 + 0.0063 * body.vbmd[level]
    return round(hologic * (1.13 if "Lunar" in device else 1.0), 3)


def metal_in(scan: Scan, centre: tuple[float, float, float], hu: float, radius_mm: float) -> Scan:
    """A ball of other material in a body."""
    k, j, i = np.meshgrid(*(np.arange(n) for n in scan.hu.shape), indexing="ij")
    world = np.stack([i, j, k, np.ones_like(i)], -1) @ scan.index_to_world[:3].T
    ball = np.linalg.norm(world - np.asarray(centre), axis=-1) <= radius_mm
    return replace(scan, hu=np.where(ball, hu, scan.hu).astype(np.float32))


def thick(body: Body) -> Body:
    """The same spine in slices three times as thick."""
    scan = thicker(replace(body.scan, header={"sliceThicknessMm": 3.0}), 3)
    return replace(body, scan=scan)
