"""Reading CT for checks: slice order, rescale, geometry, thicker slices, and the slope test's body shift."""

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from vertebra.config import UserError
from vertebra.evidence.real_check import reference_vbmd, shift_body
from vertebra.real_data import Scan, scan_from_datasets, thicker

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
