"""Level centres from VerSe files and from masks of whole vertebrae, checked against centres placed by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from vertebra.clinic.body_centre import find_body
from vertebra.clinic.ct_series import case_name
from vertebra.clinic.level_centres import LevelCentre, doubtful_pair, read_centres
from vertebra.config import UserError
from vertebra.evidence.real_check import data_folder
from vertebra.real_data import Scan, nifti_volume

NO_DATA = "the real test CTs are not here: set OSTEOLENS_TEST_DATA"
needs_data = pytest.mark.skipif(not (data_folder() / "shapes").exists(), reason=NO_DATA)
# An axial grid, columns to the left, rows to the back, slices to the head; as in verse-centroids.test.ts.
MATRIX = np.array([[0.8, 0, 0, -80], [0, 0.9, 0, -160], [0, 0, 2.5, 500], [0, 0, 0, 1.0]])
SCAN = Scan(np.zeros((70, 180, 200), np.float32), MATRIX, {})
FILE = [
    {"direction": ["P", "I", "R"]},
    {"label": 20, "X": 100, "Y": 30, "Z": 101.5},
    {"label": 21, "X": 102, "Y": 43.4, "Z": 100.5},
    {"label": 16, "X": 5, "Y": 1, "Z": 2},
]


def read(content: object, tmp_path: Path) -> tuple[LevelCentre, ...]:
    (tmp_path / "a_ctd.json").write_text(json.dumps(content))
    return read_centres(tmp_path / "a_ctd.json", SCAN).levels


def test_verse_indices_become_lps_on_the_grid_of_the_scan(tmp_path: Path) -> None:
    levels = read(FILE, tmp_path)
    assert [one.level for one in levels] == ["L1", "L2"]
    # i = 199 - 101.5, j = 100, k = 69 - 30
    np.testing.assert_allclose(levels[0].centre_lps, [-80 + 97.5 * 0.8, -160 + 100 * 0.9, 500 + 39 * 2.5])


@pytest.mark.parametrize(
    ("at", "change", "said"),
    [
        (0, {"direction": ["P", "I"]}, "three axis directions"),
        (0, {"direction": ["P", "I", "X"]}, "three axis directions"),
        (0, {"direction": ["P", "I", "I"]}, "do not match"),
        (0, {"zoom": [0.9, 2.5, 0.9]}, "voxel size differs"),
        (0, {"shape": [180, 70, 201]}, "number of voxels differs"),
        (1, {"X": "far"}, "item 2 lacks a number"),
        (1, {"X": 1000}, "L1 would lie outside the scan"),
        (1, {"label": 21}, "names L2 twice"),
    ],
)
def test_a_verse_file_that_cannot_be_placed_is_refused_in_one_sentence(
    at: int, change: dict[str, object], said: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=said) as error:
        read([{**item, **change} if n == at else item for n, item in enumerate(FILE)], tmp_path)
    assert "a_ctd.json" in str(error.value)


def test_labels_that_are_no_spine_are_told() -> None:
    def at(level: str, z: float) -> LevelCentre:
        return LevelCentre(level, (3.0, -7.0, z))

    assert doubtful_pair([at("L1", 100), at("L2", 66), at("L4", 0)]) is None
    assert doubtful_pair([at("L1", 66), at("L2", 100)]) is not None
    assert doubtful_pair([at("L1", 100), at("L2", 90)]) is not None
    assert doubtful_pair([at("L1", 100), at("L2", 20)]) is not None


def test_the_body_is_found_beside_its_posterior_elements_on_an_oblique_anisotropic_grid() -> None:
    turn = np.deg2rad(20)
    matrix = np.eye(4)
    matrix[:3, 0] = 0.9 * np.array([np.cos(turn), np.sin(turn), 0])
    matrix[:3, 1] = 1.1 * np.array([-np.sin(turn), np.cos(turn), 0])
    matrix[:3, 2] = [0, 0, 2.0]
    matrix[:3, 3] = [-31.5, 212.25, -665.5]
    k, j, i = np.meshgrid(np.arange(40), np.arange(120), np.arange(110), indexing="ij")
    centre = (matrix @ [52, 40, 19, 1])[:3]
    x, y, z = np.moveaxis(np.stack([i, j, k, np.ones_like(i)], -1) @ matrix[:3].T - centre, -1, 0)
    body = ((x / 22) ** 2 + (y / 17) ** 2 <= 1) & (np.abs(z) <= 12)
    pedicles = (np.abs(np.abs(x) - 14) <= 5) & (y > 10) & (y < 34) & (np.abs(z) <= 7)
    spinous = (np.abs(x) <= 5) & (y > 28) & (y < 62) & (z > -16) & (z < 4)
    whole = find_body(body | pedicles | spinous, matrix)
    assert whole is not None and not whole.is_cut
    assert np.linalg.norm(np.array(whole.centre_lps) - centre) < 3
    # The centroid of the whole mask lies much further back: the test could tell.
    voxels = np.argwhere(body | pedicles | spinous)[:, ::-1]
    behind = (matrix @ [*voxels.mean(axis=0), 1])[:3] - centre
    assert np.linalg.norm(behind) > 5
    cut = find_body((body | pedicles | spinous)[:18], matrix)
    assert cut is not None and cut.is_cut
    assert find_body(spinous, matrix) is None
    assert find_body(np.zeros_like(body), matrix) is None


@needs_data
@pytest.mark.parametrize("case", ["verse004", "verse010"])
def test_masks_and_centroids_of_verse_agree_within_4_mm(case: str) -> None:
    folder = data_folder() / "shapes" / case
    mask = folder / f"sub-{case}_seg-vert_msk.nii.gz"
    values, matrix = nifti_volume(mask)
    by_hand = {c.level: c.centre_lps for c in read_centres(
        folder / f"sub-{case}_seg-subreg_ctd.json", Scan(values, matrix, {})).levels}  # fmt: skip
    found = read_centres(mask, Scan(values, matrix, {}))
    assert len(found.levels) >= 5
    for one in found.levels:
        assert np.linalg.norm(np.subtract(one.centre_lps, by_hand[one.level])) < 4, one.level
    # verse004's L1 is collapsed: its body is thinner than the base of its spinous process.
    assert set(by_hand) == {one.level for one in found.levels} | set(found.cut)


@needs_data
def test_total_segmentator_masks_agree_with_the_reference_within_4_mm() -> None:
    folder = data_folder() / "ct" / "ts-example"
    reference = json.loads((data_folder() / "reference.json").read_text())["ts-example"]["levels"]
    found = read_centres(folder / "vertebra-labels.nii.gz", SCAN)
    assert [one.level for one in found.levels] == ["L1", "L2", "L3", "L4", "L5"]
    assert "T12" in found.cut
    for one in found.levels:
        assert np.linalg.norm(np.subtract(one.centre_lps, reference[one.level]["centre"])) < 4, one.level


@pytest.mark.parametrize(
    ("name", "case"),
    [
        ("sub-verse004_ct.nii.gz", "sub-verse004"),
        ("sub-verse004_seg-subreg_ctd.json", "sub-verse004"),
        ("sub-verse004_seg-vert_msk.nii.gz", "sub-verse004"),
        ("P17.osteolens.json", "P17"),
        ("P17-picks.osteolens.json", "P17"),
        ("badpicks.osteolens.json", "badpicks"),
        ("P.17.nii", "P.17"),
        ("case_0000.nii.gz", "case"),
    ],
)
def test_a_file_is_called_by_its_case(name: str, case: str) -> None:
    assert case_name(Path(name)) == case
