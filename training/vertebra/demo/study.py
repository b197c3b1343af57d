"""The bundled demo: a synthetic CT series with known vertebral densities, packed as one stored zip, and its
truth.

    python -m vertebra.demo.study --out ../public/demo

The same seed and size give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEGLSLossless

from ..simulator.geometry import Canvas
from ..simulator.population import Patient
from ..simulator.scanner import fine_axis, noise_field, slice_weights
from .torso import Segment, body_share, build_spine, paint_spine, paint_torso, visible_share

ZIP_TIME = (2026, 1, 1, 0, 0, 0)
IMPLEMENTATION_UID = "2.25.148927146372810913847264510392817465"
COMMENT = "Synthetic image made by a physics simulator. Not a patient. Research use only."
RESCALE_INTERCEPT = -1024


@dataclass(frozen=True)
class DemoConfig:
    """Size, acquisition and densities of the demo."""

    seed: int = 20261122
    pixels: int = 384
    pixel_mm: float = 0.9375
    spacing_mm: float = 2.5
    thickness_mm: float = 2.5
    kvp: int = 120
    kernel: str = "STANDARD"
    psf_sigma_mm: float = 0.55
    noise_sd_hu: float = 11.0
    above_mm: float = 5.0  # beyond the centre of T11, which the scan cuts
    below_mm: float = 6.0  # beyond the centre of S1
    vbmd: tuple[tuple[str, float], ...] = (
        ("T11", 152.0),
        ("T12", 150.0),
        ("L1", 135.0),
        ("L2", 72.0),
        ("L3", 118.0),
        ("L4", 98.0),
        ("L5", 128.0),
        ("S1", 120.0),
    )
    wedge: tuple[tuple[str, float], ...] = (("T12", 0.23),)


PATIENT = Patient(sex="F", age=66.0, diameter_cm=28.0, scale=0.97, l1_hu=150.0, z=0.3)


def uid(config: DemoConfig, *parts: object) -> str:
    """Deterministic 2.25 UID of a config and a part's name."""
    digest = hashlib.sha256(repr((config, *parts)).encode()).digest()
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"


def render(config: DemoConfig) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[Segment], dict[str, float]]:
    """Paint and scan: int16 HU [k, j, i] superior slice last, x and y and z of its voxels (mm, LPS),
    segments, visibility."""
    spine = build_spine(config.seed, dict(config.vbmd), dict(config.wedge), PATIENT)
    low = float(spine[-1].frame.origin[2]) - config.below_mm
    high = float(spine[0].frame.origin[2]) + config.above_mm
    slice_z = (
        np.round(low, 1) + np.arange(int(np.ceil((high - low) / config.spacing_mm)) + 1) * config.spacing_mm
    )
    line = ((np.arange(config.pixels) - (config.pixels - 1) / 2) * config.pixel_mm).astype(np.float32)
    fine = fine_axis(slice_z, config.spacing_mm, config.thickness_mm, step_mm=1.25)
    canvas = Canvas(
        line, line, fine, np.zeros((len(fine), len(line), len(line)), dtype=np.float32), config.psf_sigma_mm
    )
    paint_torso(canvas, spine, config.seed, config.kvp)
    spine = paint_spine(canvas, spine, config.seed, config.kvp)
    weights = slice_weights(slice_z, fine, config.thickness_mm)
    hu = (weights @ canvas.hu.reshape(len(fine), -1)).reshape(len(slice_z), len(line), len(line))
    visible = {s.level: visible_share(canvas, s) for s in spine}
    rng = np.random.default_rng([config.seed, 2])
    noise = noise_field(rng, hu.shape, config.pixel_mm, config.psf_sigma_mm, 1.0, False)
    radius2 = line[None, :] ** 2 + line[:, None] ** 2
    local = (0.8 + 0.4 * np.exp(-radius2 / 110.0**2)) * (
        0.3 + 0.7 * body_share(hu)
    )  # noisier in the middle, calm in air
    hu += np.float32(config.noise_sd_hu) * noise * local.astype(np.float32)
    hu[:, radius2 > (config.pixels / 2 * config.pixel_mm) ** 2] = RESCALE_INTERCEPT
    return np.clip(np.rint(hu), RESCALE_INTERCEPT, 3071).astype(np.int16), line, slice_z, spine, visible


def make_slice(config: DemoConfig, hu: np.ndarray, line: np.ndarray, z: float, instance: int) -> bytes:
    """One CT Image Storage file, JPEG-LS lossless. hu: int16 [j, i]; z: LPS mm."""
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.ImageType = ["DERIVED", "PRIMARY", "AXIAL"]
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, uid(config, "image", instance)
    ds.StudyDate = ds.SeriesDate = ds.ContentDate = ds.AcquisitionDate = "20260101"
    ds.StudyTime = ds.SeriesTime = ds.ContentTime = ds.AcquisitionTime = "120000"
    ds.AccessionNumber, ds.Modality, ds.Manufacturer = "", "CT", "OsteoLens simulator"
    ds.ReferringPhysicianName = ""
    ds.StudyDescription, ds.SeriesDescription = (
        "SYNTHETIC study, not a patient",
        "SYNTHETIC torso, not a patient",
    )
    ds.ManufacturerModelName = "vertebra.demo_study"
    ds.PatientName, ds.PatientID, ds.PatientBirthDate = "OsteoLens^Synthetic", "OSTEOLENS-SYNTHETIC-1", ""
    ds.PatientSex, ds.PatientAge = PATIENT.sex, f"{int(PATIENT.age):03d}Y"
    ds.ImageComments, ds.BurnedInAnnotation = COMMENT, "NO"
    ds.PatientIdentityRemoved, ds.DeidentificationMethod = "YES", "Synthetic data, no patient"
    ds.BodyPartExamined, ds.KVP, ds.SliceThickness = "LSPINE", str(config.kvp), f"{config.thickness_mm:g}"
    ds.SpacingBetweenSlices, ds.GantryDetectorTilt = f"{config.spacing_mm:g}", "0"
    ds.ReconstructionDiameter, ds.ConvolutionKernel = f"{config.pixels * config.pixel_mm:g}", config.kernel
    ds.PatientPosition = "HFS"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = uid(config, "study"), uid(config, "series")
    ds.FrameOfReferenceUID, ds.PositionReferenceIndicator = uid(config, "frame"), ""
    ds.StudyID, ds.SeriesNumber, ds.AcquisitionNumber, ds.InstanceNumber = "1", "1", "1", str(instance)
    ds.ImagePositionPatient = [f"{line[0]:.4f}", f"{line[0]:.4f}", f"{z:.4f}"]
    ds.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    ds.SliceLocation = f"{z:.4f}"
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = hu.shape
    ds.PixelSpacing = [f"{config.pixel_mm:g}", f"{config.pixel_mm:g}"]
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.WindowCenter, ds.WindowWidth = "40", "400"
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = str(RESCALE_INTERCEPT), "1", "HU"
    ds.PixelData = (hu.astype(np.int32) - RESCALE_INTERCEPT).astype("<u2").tobytes()
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    meta.TransferSyntaxUID, meta.ImplementationClassUID = ExplicitVRLittleEndian, IMPLEMENTATION_UID
    meta.ImplementationVersionName = "OSTEOLENS_DEMO"
    ds.file_meta = meta
    ds.compress(JPEGLSLossless, generate_instance_uid=False)
    out = io.BytesIO()
    dcmwrite(out, ds, enforce_file_format=True)
    return out.getvalue()


def category(vbmd: float) -> str:
    """QCT category of one density (mg/cm3): normal above 120, low 80 to 120, osteoporotic below 80."""
    return "normal" if vbmd > 120 else "low" if vbmd >= 80 else "osteoporotic"


def make_truth(config: DemoConfig, spine: list[Segment], visible: dict[str, float]) -> dict:
    """What is known of each level, for tests and the tour."""
    levels = {
        s.level: {
            "centreLps": [round(float(v), 2) for v in s.frame.origin],
            "vbmdMgCm3": round(s.vbmd, 1),
            "wedge": s.wedge,
            "category": category(s.vbmd),
            "complete": visible[s.level] > 0.99,
        }
        for s in spine
        if s.level != "S1" and visible[s.level] > 0.3
    }
    return {
        "about": "Truth of the synthetic demo study. vbmdMgCm3 is trabecular vBMD by QCT convention; "
        "wedge is the share of "
        "anterior height lost; complete tells whether the whole body is inside the scan. Not a patient.",
        "provenance": "OsteoLens simulator, training/vertebra/demo_study.py",
        "seed": config.seed,
        "seriesInstanceUid": uid(config, "series"),
        "patient": {"sex": PATIENT.sex, "age": PATIENT.age},
        "acquisition": {
            "kvp": config.kvp,
            "sliceThicknessMm": config.thickness_mm,
            "kernel": config.kernel,
            "contrast": False,
        },
        "levels": levels,
    }


def make_demo(config: DemoConfig, out: Path) -> dict:
    """Write demo-study.zip and truth.json into a folder, atomically; returns the truth."""
    hu, line, slice_z, spine, visible = render(config)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for instance, k in enumerate(reversed(range(len(slice_z))), start=1):
            info = zipfile.ZipInfo(f"osteolens-synthetic/{instance:04d}.dcm", ZIP_TIME)
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, make_slice(config, hu[k], line, float(slice_z[k]), instance))
    truth = make_truth(config, spine, visible)
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(truth, indent=2) + "\n"
    for name, data in (("demo-study.zip", packed.getvalue()), ("truth.json", text.encode())):
        part = out / f".{name}.part"
        part.write_bytes(data)
        os.replace(part, out / name)
    return truth


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("../public/demo"))
    args = parser.parse_args()
    truth = make_demo(DemoConfig(), args.out)
    size = (args.out / "demo-study.zip").stat().st_size
    print(f"{args.out}/demo-study.zip: {size / 1e6:.2f} MB; levels {', '.join(truth['levels'])}")


if __name__ == "__main__":
    main()
