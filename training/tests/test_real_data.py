"""Reading CT for checks: slice order, rescale, geometry, thicker slices, and the slope test's body shift."""

import re
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from vertebra.config import UserError
from vertebra.evidence.real_check import data_folder, reference_vbmd, shift_body
from vertebra.real_data import Scan, read_nifti, scan_from_datasets, thicker

STEP_MM, ROW_MM, COLUMN_MM = 2.3, 0.9, 0.7
TURN = np.deg2rad(20)
ROW = np.array([np.cos(TURN), np.sin(TURN), 0.0])  # direction of rising column index
COLUMN = np.array([-np.sin(TURN), np.cos(TURN), 0.0])
ORIGIN = np.array([-31.5, 212.25, -665.5])


def make_slice(k: int, **overrides: object) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.Modality, dataset.Rows, dataset.Columns = "CT", 4, 5
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation = 15, 0
    dataset.PixelSpacing = [ROW_MM, COLUMN_MM]
    dataset.ImageOrientationPatient = [*ROW, *COLUMN]
    dataset.ImagePositionPatient = list(ORIGIN + k * STEP_MM * np.array([0, 0, 1.0]))
    dataset.RescaleSlope, dataset.RescaleIntercept = 2, -1024
    dataset.KVP, dataset.SliceThickness, dataset.ConvolutionKernel = 100, 2.5, ["Br40d", "3"]
    dataset.PixelData = (np.arange(20, dtype="<u2") + 100 * k).tobytes()
    for name, value in overrides.items():
        setattr(dataset, name, value)
    return dataset


def test_slices_are_ordered_along_the_normal_and_rescaled():
    scan = scan_from_datasets([make_slice(k) for k in (2, 0, 3, 1)], "case")
    assert scan.hu.shape == (4, 4, 5)
    assert scan.hu[3, 1, 2] == 2 * (300 + 1 * 5 + 2) - 1024
    world = scan.index_to_world @ [2, 1, 3, 1]
    expected = ORIGIN + 2 * COLUMN_MM * ROW + 1 * ROW_MM * COLUMN + [0, 0, 3 * STEP_MM]
    np.testing.assert_allclose(world[:3], expected)
    assert scan.header == {"kvp": 100.0, "sliceThicknessMm": 2.5, "kernel": "Br40d\\3", "contrast": None}


def test_a_contrast_agent_counts_only_when_named():
    empty = [make_slice(k, ContrastBolusAgent=" ") for k in range(2)]
    named = [make_slice(k, ContrastBolusAgent="Iohexol") for k in range(2)]
    assert scan_from_datasets(empty, "case").header["contrast"] is None
    assert scan_from_datasets(named, "case").header["contrast"] is True


def test_a_missing_slice_is_refused_by_name():
    with pytest.raises(UserError, match=r"case: .*4\.600 mm"):
        scan_from_datasets([make_slice(k) for k in (0, 1, 3)], "case")


def test_thicker_slices_keep_their_place():
    hu = np.arange(7, dtype=np.float32)[:, None, None] * np.ones((7, 2, 2), np.float32)
    matrix = np.diag([0.7, 0.9, 2.0, 1.0])
    matrix[:3, 3] = (5, -3, 11)
    scan = thicker(Scan(hu, matrix, {"sliceThicknessMm": 2.0}), 3)
    assert scan.hu[:, 0, 0].tolist() == [1.0, 4.0]
    assert (scan.index_to_world @ [0, 0, 1, 1])[2] == 11 + 4 * 2.0
    assert scan.header["sliceThicknessMm"] == 6.0


def test_body_shift_stays_inside_the_body():
    matrix = np.diag([0.8, -1.1, 1.5, 1.0])
    matrix[:3, 3] = (-40, 30, -20)
    scan = Scan(np.zeros((30, 60, 90), np.float32), matrix, {})
    moved = shift_body(scan, [-4.0, -1.0, 1.0], 60.0).hu
    k, j, i = np.nonzero(moved)
    world = matrix[:3, :3] @ np.stack([i, j, k]) + matrix[:3, 3:]
    np.testing.assert_allclose(world.mean(1), [-4, -1, 1], atol=0.7)
    assert np.abs(world[0] + 4).max() <= 16 and np.abs(world[1] + 1).max() <= 12
    assert scan.hu.max() == 0 and set(np.unique(moved)) == {0.0, 60.0}


def test_reference_vbmd_reads_hu_by_the_kvps_slope():
    assert reference_vbmd(135, {"kvp": 120, "contrast": None}) == pytest.approx(100)
    assert reference_vbmd(166, {"kvp": 80, "contrast": None}) == pytest.approx(100)
    assert reference_vbmd(146, {"kvp": None, "contrast": True}) == pytest.approx(100)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"RescaleSlope": None}, "Hounsfield units"),
        ({"PixelSpacing": None}, "how large its pixels are"),
        ({"PixelSpacing": [0.9, 0.71]}, "size or pixel spacing"),
        ({"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}, "differ in orientation"),
        ({"PixelData": b"12"}, "cannot be decoded"),
    ],
)
def test_a_slice_that_would_give_wrong_numbers_is_refused_by_name(
    change: dict[str, object], said: str
) -> None:
    slices = [make_slice(k) for k in range(3)]
    for name, value in change.items():
        delattr(slices[1], name)
        if value is not None:
            setattr(slices[1], name, value)
    with pytest.raises(UserError, match=f"case: .*{said}"):
        scan_from_datasets(slices, "case")


def test_two_stacks_and_frames_in_one_file_are_refused_in_their_own_words() -> None:
    with pytest.raises(UserError, match="case: has two slices at one position"):
        scan_from_datasets([make_slice(0), make_slice(1), make_slice(1)], "case")
    with pytest.raises(UserError, match="case: is a multi-frame CT"):
        scan_from_datasets([make_slice(0), make_slice(1, NumberOfFrames=3)], "case")


def test_a_tilted_gantry_is_refused_with_its_shift() -> None:
    slices = [make_slice(k) for k in range(4)]
    for k, one in enumerate(slices):
        one.ImagePositionPatient = [
            float(v) for v in ORIGIN + k * (STEP_MM * np.array([0, 0, 1]) + 0.3 * COLUMN)
        ]
    with pytest.raises(UserError, match=r"case: its slices are shifted sideways by up to 0\.9 mm"):
        scan_from_datasets(slices, "case")


def test_the_header_tells_only_what_all_slices_agree_on() -> None:
    slices = [make_slice(0), make_slice(1, KVP=120, SliceThickness="")]
    header = scan_from_datasets(slices, "case").header
    assert header["kvp"] is None and header["sliceThicknessMm"] is None and header["kernel"] == "Br40d\\3"


def test_nifti_keeps_its_place_on_an_oblique_grid_and_needs_one(tmp_path: Path) -> None:
    values = 5 * np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6) - 200  # [i, j, k]
    matrix = np.eye(4)  # RAS
    matrix[:3, :3] = np.stack([COLUMN_MM * ROW, ROW_MM * COLUMN, [0, 0, STEP_MM]], axis=1)
    matrix[:3, 3] = ORIGIN
    nibabel.save(nibabel.Nifti1Image(values, matrix), tmp_path / "a.nii.gz")
    scan = read_nifti(tmp_path / "a.nii.gz")
    assert scan.hu[5, 2, 1] == values[1, 2, 5]
    ras = matrix @ [1, 2, 5, 1]
    np.testing.assert_allclose(
        (scan.index_to_world @ [1, 2, 5, 1])[:3], [-ras[0], -ras[1], ras[2]], atol=1e-4
    )
    placeless = nibabel.Nifti1Image(values, None)
    placeless.set_qform(None, 0)
    placeless.set_sform(None, 0)
    nibabel.save(placeless, tmp_path / "b.nii")
    matrix[0, 2] = 0.8
    sheared = nibabel.Nifti1Image(values, None)
    sheared.set_sform(matrix, 1)
    nibabel.save(sheared, tmp_path / "c.nii")
    nibabel.save(nibabel.Nifti1Image(np.zeros((3, 3, 3, 2), np.int16), np.eye(4)), tmp_path / "d.nii")
    (tmp_path / "e.nii.gz").write_bytes(b"no")
    nibabel.save(nibabel.Nifti1Image((values > 0).astype(np.int16), np.eye(4)), tmp_path / "f.nii")
    nibabel.save(nibabel.Nifti1Image(np.where(values > 300, np.nan, values), np.eye(4)), tmp_path / "g.nii")
    for name, said in (
        ("b.nii", "where it lies"),
        ("c.nii", "right angles"),
        ("d.nii", "one volume"),
        ("e.nii.gz", "NIfTI"),
        ("f.nii", "not in Hounsfield units"),
        ("g.nii", "without a number"),
    ):
        with pytest.raises(UserError, match=rf"{re.escape(name)}: .*{said}"):
            read_nifti(tmp_path / name)


@pytest.mark.skipif(
    not (data_folder() / "edge").exists(), reason="the real test data is not here: set OSTEOLENS_TEST_DATA"
)
@pytest.mark.parametrize(
    "uid", ["1.2.1", "1.2", "1.2.2", "1.2.1.99", "1.2.5", "1.2.4.57", "1.2.4.70", "1.2.4.80", "1.2.4.90"]
)
def test_every_lossless_syntax_gives_the_same_hu(uid: str) -> None:
    folder = data_folder() / "edge" / "transfer-syntaxes"
    (path,) = folder.glob(f"CTImage*_1.2.840.10008.{uid}.dcm")

    def read(file: Path) -> np.ndarray:
        first, second = pydicom.dcmread(file), pydicom.dcmread(file)
        row, column = (np.array([float(v) for v in first.ImageOrientationPatient[a : a + 3]]) for a in (0, 3))
        step = np.array([float(v) for v in first.ImagePositionPatient]) + 2 * np.cross(row, column)
        second.ImagePositionPatient = [f"{v:.6f}"[:16] for v in step]
        return scan_from_datasets([first, second], path.name).hu[0]

    np.testing.assert_array_equal(read(path), read(folder / "CTImage.dcm"))
