"""CT from DICOM or NIfTI into one array with its geometry, LPS mm. Refuses what would give a wrong number."""

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


# As the app's limits (docs/errors.md): sideways drift over the stack, difference of directions.
SHIFT_SHARE_OF_PIXEL = 0.5
DIRECTION_TOLERANCE = 0.0017  # 0.1 degree
SAME_POSITION_MM = 0.01
# Every CT of a trunk holds fat or air below and bone above (src/core/dicom/nifti-values.ts has the same rule).
DARK_HU, BRIGHT_HU = -50.0, 150.0


def _positive(dataset: Any, keyword: str) -> float | None:
    """A number of the header above 0, None where it is absent or no number."""
    try:
        value = float(dataset.get(keyword))
    except (TypeError, ValueError):
        return None
    return value if np.isfinite(value) and value > 0 else None


def _kernel(dataset: Any) -> str | None:
    kernel = dataset.get("ConvolutionKernel")
    if kernel is not None and not isinstance(kernel, str):
        kernel = "\\".join(str(part) for part in kernel)
    return kernel or None


def is_monoenergetic(dataset: Any) -> bool:
    """Computed from a multi-energy CT for one photon energy: Image Type value 4 is VMI (PS3.3 C.8.2.1.1.1)."""
    kinds = dataset.get("ImageType") or []
    return "VMI" in ([kinds] if isinstance(kinds, str) else [str(kind).upper() for kind in kinds])


def _header(datasets: list[Any]) -> dict[str, Any]:
    """What all slices agree on; None where one is silent or they differ. Contrast: True where one names an agent.

    The tube voltage of a virtual monoenergetic image is not that of its values, so it counts as unknown, and the header
    has ``isMonoenergetic``.
    """

    def shared(values: list[Any]) -> Any:
        return values[0] if all(value == values[0] for value in values) else None

    named = any(str(d.get("ContrastBolusAgent") or "").strip() for d in datasets)
    is_mono = any(is_monoenergetic(d) for d in datasets)
    return {
        **({"isMonoenergetic": True} if is_mono else {}),
        "kvp": None if is_mono else shared([_positive(d, "KVP") for d in datasets]),
        "sliceThicknessMm": shared([_positive(d, "SliceThickness") for d in datasets]),
        "kernel": shared([_kernel(d) for d in datasets]),
        "contrast": True if named else None,
    }


def _check_slices(slices: list[Any], name: str) -> None:
    """One size, orientation and pixel spacing, and values that become Hounsfield units."""
    first = slices[0]
    for one in slices:
        if "RescaleSlope" not in one or "RescaleIntercept" not in one:
            raise UserError(
                f"{name}: a slice does not say how its values become Hounsfield units (no rescale slope and "
                "intercept)."
            )
        if "PixelSpacing" not in one:
            raise UserError(f"{name}: a slice does not say how large its pixels are.")
        if (one.Rows, one.Columns, list(one.PixelSpacing)) != (
            first.Rows,
            first.Columns,
            list(first.PixelSpacing),
        ):
            raise UserError(f"{name}: its slices differ in size or pixel spacing.")
        turned = np.subtract(
            [float(v) for v in one.ImageOrientationPatient], [float(v) for v in first.ImageOrientationPatient]
        )
        if np.abs(turned).max() > DIRECTION_TOLERANCE:
            raise UserError(f"{name}: its slices differ in orientation.")


def _pixels(dataset: Any, name: str) -> np.ndarray:
    try:
        values = dataset.pixel_array
    except Exception as error:  # pydicom and its codecs raise nearly every kind
        where = getattr(dataset, "filename", None) or dataset.get("SOPInstanceUID", "a slice")
        raise UserError(f"{name}: the picture of {where} cannot be decoded ({error}).") from error
    return values * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)


def scan_from_datasets(datasets: Iterable[Any], name: str) -> Scan:
    """Slices ordered by position along the normal, HU by rescale; one orientation and one step.

    name: the file or folder that a refusal names.
    """
    datasets = list(datasets)
    if any(int(d.get("NumberOfFrames") or 1) > 1 for d in datasets):
        raise UserError(
            f"{name}: is a multi-frame CT, which is not read here; convert it to single slices or NIfTI."
        )
    slices = [
        d for d in datasets if "ImagePositionPatient" in d and "ImageOrientationPatient" in d and "Rows" in d
    ]
    if len(slices) < 2:
        raise UserError(f"{name}: a CT needs at least two slices with a position.")
    _check_slices(slices, name)
    row, column = (np.array([float(v) for v in slices[0].ImageOrientationPatient[a : a + 3]]) for a in (0, 3))
    normal = np.cross(row, column)
    positions = np.array([[float(v) for v in d.ImagePositionPatient] for d in slices])
    order = np.argsort(positions @ normal)
    at = (positions @ normal)[order]
    steps = np.diff(at)
    step = float(steps.mean())
    if steps.min() < SAME_POSITION_MM:
        raise UserError(f"{name}: has two slices at one position; keep one stack in the folder.")
    if np.abs(steps - step).max() > max(0.05, 0.01 * step):
        raise UserError(
            f"{name}: the distance between slices changes, from {steps.min():.3f} to {steps.max():.3f} mm."
        )
    row_mm, column_mm = (float(v) for v in slices[0].PixelSpacing)
    offset = positions - positions[order[0]]
    sideways = float(np.hypot(offset @ row, offset @ column).max())
    if sideways > SHIFT_SHARE_OF_PIXEL * min(row_mm, column_mm):
        raise UserError(
            f"{name}: its slices are shifted sideways by up to {sideways:.1f} mm (a tilted gantry?); use a "
            "straight reconstruction."
        )
    ordered = [slices[i] for i in order]
    hu = np.stack([_pixels(d, name) for d in ordered])
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1], matrix[:3, 2] = row * column_mm, column * row_mm, normal * step
    matrix[:3, 3] = positions[order[0]]
    return Scan(hu.astype(np.float32), matrix, _header(ordered))


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


def nifti_volume(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Values [k, j, i] as stored (scaled) and the 4x4 matrix (i, j, k, 1) to LPS mm (NIfTI states RAS)."""
    import nibabel

    try:
        image = nibabel.load(path)
        values = np.asarray(image.dataobj)
    except Exception as error:  # nibabel and zlib raise many kinds
        raise UserError(f"{path}: cannot be read as NIfTI ({error}).") from error
    while values.ndim > 3 and values.shape[-1] == 1:
        values = values[..., 0]
    if values.ndim != 3:
        raise UserError(f"{path}: must hold one volume of three axes, not {values.shape}.")
    if image.header["qform_code"] == 0 and image.header["sform_code"] == 0:
        raise UserError(f"{path}: does not say where it lies in the patient (qform and sform codes are 0).")
    matrix = np.diag([-1.0, -1.0, 1.0, 1.0]) @ np.asarray(image.affine, dtype=np.float64)
    directions = matrix[:3, :3] / np.linalg.norm(matrix[:3, :3], axis=0)
    if not np.allclose(directions.T @ directions, np.eye(3), atol=DIRECTION_TOLERANCE):
        raise UserError(f"{path}: its axes are not at right angles; use a straight reconstruction.")
    return np.ascontiguousarray(values.transpose(2, 1, 0)), matrix


def read_nifti(path: Path) -> Scan:
    """A CT in HU; the header of a NIfTI tells nothing of the acquisition. Masks and other pictures are refused."""
    values, matrix = nifti_volume(path)
    hu = values.astype(np.float32)
    if not np.isfinite(hu).all():
        raise UserError(f"{path}: holds voxels without a number; fill them with air (-1000) first.")
    if hu.min() > DARK_HU or hu.max() < BRIGHT_HU:
        raise UserError(
            f"{path}: is not in Hounsfield units, as its values of {hu.min():g} to {hu.max():g} show; a mask or a "
            "normalised picture cannot be measured."
        )
    return Scan(hu, matrix, dict(UNKNOWN_HEADER))


def thicker(scan: Scan, slices: int) -> Scan:
    """Mean of groups of adjacent slices: a scan of slices times the thickness and the step."""
    count = scan.hu.shape[0] // slices
    hu = scan.hu[: count * slices].reshape(count, slices, *scan.hu.shape[1:]).mean(axis=1)
    matrix = scan.index_to_world.copy()
    matrix[:3, 3] += scan.index_to_world[:3, 2] * (slices - 1) / 2
    matrix[:3, 2] *= slices
    step = float(np.linalg.norm(matrix[:3, 2]))
    return replace(scan, hu=hu, index_to_world=matrix, header={**scan.header, "sliceThicknessMm": step})
