"""CT from DICOM or NIfTI into one array with its geometry, LPS mm; for checks and fixtures only."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from .config import UserError

UNKNOWN_HEADER: dict[str, Any] = {"kvp": None, "sliceThicknessMm": None, "kernel": None, "contrast": None}


@dataclass(frozen=True)
class Scan:
    hu: np.ndarray  # [k, j, i]
    index_to_world: np.ndarray  # 4x4, (i, j, k, 1) to LPS mm
    header: dict[str, Any]  # as patch.acquisition_vector reads it

    def world_grid(self, low: np.ndarray, high: np.ndarray) -> tuple[tuple[slice, slice, slice], np.ndarray]:
        """Index window [k, j, i] round a world box and the world points of its voxels [k, j, i, 3]."""
        corners = np.array(
            [[x, y, z, 1.0] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
        )
        index = (np.linalg.inv(self.index_to_world) @ corners.T)[:3]  # [(i, j, k), 8]
        limits = np.array(self.hu.shape[::-1])
        start = np.clip(np.floor(index.min(1)).astype(int), 0, limits)
        stop = np.clip(np.ceil(index.max(1)).astype(int) + 1, 0, limits)
        window = tuple(slice(int(start[a]), int(stop[a])) for a in (2, 1, 0))
        k, j, i = np.meshgrid(*(np.arange(s.start, s.stop) for s in window), indexing="ij")
        homogeneous = np.stack([i, j, k, np.ones_like(i)], axis=-1)
        return window, homogeneous @ self.index_to_world[:3].T  # type: ignore[return-value]


def _header(dataset: Any) -> dict[str, Any]:
    kernel = dataset.get("ConvolutionKernel")
    if kernel is not None and not isinstance(kernel, str):
        kernel = "\\".join(str(part) for part in kernel)
    agent = str(dataset.get("ContrastBolusAgent") or "").strip()
    return {
        "kvp": float(dataset.KVP) if dataset.get("KVP") not in (None, "") else None,
        "sliceThicknessMm": float(dataset.SliceThickness)
        if dataset.get("SliceThickness") not in (None, "")
        else None,
        "kernel": kernel or None,
        "contrast": True if agent else None,
    }


def scan_from_datasets(datasets: Iterable[Any], name: str) -> Scan:
    """Slices ordered by position along the normal, HU by rescale; one orientation and one step."""
    slices = [
        d for d in datasets if "ImagePositionPatient" in d and "ImageOrientationPatient" in d and "Rows" in d
    ]
    if len(slices) < 2:
        raise UserError(f"{name}: a CT needs at least two slices with a position.")
    row, column = (np.array([float(v) for v in slices[0].ImageOrientationPatient[a : a + 3]]) for a in (0, 3))
    normal = np.cross(row, column)
    positions = np.array([[float(v) for v in d.ImagePositionPatient] for d in slices])
    order = np.argsort(positions @ normal)
    at = (positions @ normal)[order]
    steps = np.diff(at)
    step = float(steps.mean())
    if step <= 0 or np.abs(steps - step).max() > max(0.05, 0.01 * step):
        raise UserError(
            f"{name}: the distance between slices changes, from {steps.min():.3f} to {steps.max():.3f} mm."
        )
    ordered = [slices[i] for i in order]
    hu = np.stack(
        [
            d.pixel_array * float(d.get("RescaleSlope", 1)) + float(d.get("RescaleIntercept", 0))
            for d in ordered
        ]
    )
    row_mm, column_mm = (float(v) for v in ordered[0].PixelSpacing)
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1], matrix[:3, 2] = row * column_mm, column * row_mm, normal * step
    matrix[:3, 3] = positions[order[0]]
    return Scan(hu.astype(np.float32), matrix, _header(ordered[0]))


def read_dicom_folder(folder: Path) -> Scan:
    import pydicom

    return scan_from_datasets((pydicom.dcmread(path) for path in sorted(folder.glob("*.dcm"))), str(folder))


def read_dicom_zip(path: Path) -> Scan:
    """The one CT series of a zip."""
    import pydicom

    series: dict[str, list[Any]] = {}
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            data = archive.read(member)
            if not member.endswith("/") and data[128:132] == b"DICM":
                dataset = pydicom.dcmread(io.BytesIO(data))
                if dataset.get("Modality") == "CT":
                    series.setdefault(str(dataset.SeriesInstanceUID), []).append(dataset)
    if len(series) != 1:
        raise UserError(f"{path}: must hold one CT series, found {len(series)}.")
    return scan_from_datasets(next(iter(series.values())), str(path))


def read_nifti(path: Path) -> Scan:
    """NIfTI in RAS to LPS; its header tells nothing of the acquisition."""
    import nibabel

    image = nibabel.load(path)
    matrix = np.diag([-1.0, -1.0, 1.0, 1.0]) @ np.asarray(image.affine, dtype=np.float64)
    hu = np.asarray(image.dataobj, dtype=np.float32).transpose(2, 1, 0)  # [k, j, i]
    return Scan(np.ascontiguousarray(hu), matrix, dict(UNKNOWN_HEADER))


def thicker(scan: Scan, slices: int) -> Scan:
    """Mean of groups of adjacent slices: a scan of slices times the thickness and the step."""
    count = scan.hu.shape[0] // slices
    hu = scan.hu[: count * slices].reshape(count, slices, *scan.hu.shape[1:]).mean(axis=1)
    matrix = scan.index_to_world.copy()
    matrix[:3, 3] += scan.index_to_world[:3, 2] * (slices - 1) / 2
    matrix[:3, 2] *= slices
    step = float(np.linalg.norm(matrix[:3, 2]))
    return replace(scan, hu=hu, index_to_world=matrix, header={**scan.header, "sliceThicknessMm": step})
