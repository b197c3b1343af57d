"""Air, fat, muscle and aortic blood are those that the app finds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vertebra.clinic.ct_series import find_series
from vertebra.clinic.internal_tissues import find_internal_tissues
from vertebra.evidence.real_check import data_folder
from vertebra.real_data import Scan

FIXTURE = json.loads((Path(__file__).parent / "fixtures" / "tissue-cases.json").read_text())


def trunk_hu(trunk: dict[str, Any], left: np.ndarray, back: np.ndarray) -> np.ndarray:
    """The trunk of src/testing/synthetic-trunk.ts without noise; the first that holds a point gives its HU."""
    side, aorta = np.abs(left), trunk["aorta"]
    skin = np.hypot(left / 160, (back + 40) / 130)
    lumen = np.zeros(left.shape, dtype=bool)
    if aorta is not None:
        lumen = np.hypot(left - aorta["left"], back + aorta["front"]) <= aorta["radius"]
    bone = np.hypot(left / 22, back / 16) <= 1
    choices = [
        ((back > 103) & (back < 109) & (side < 190), 300),
        (skin > 1, trunk["airHu"]),
        (skin > 1 - trunk["fatMm"] / 130, trunk["fatHu"]),
        (bone & (np.hypot(left / 20, back / 14) <= 1), 130),
        (bone, 350),
        (np.hypot(left / 12, (back - 25) / 9) <= 1, 20),
        (lumen, trunk["bloodHu"]),
        (np.hypot((left + 24) / 13, (back + 30) / 9) <= 1, 0.7 * trunk["bloodHu"] + 10),
        (np.hypot((side - 42) / 16, (back - 2) / 17) <= 1, trunk["muscleHu"]),
        ((side > 9) & (side < 62) & (back > 24) & (back < 68), trunk["muscleHu"]),
        ((side <= 5) & (back > 24) & (back < 66), 420),
        (np.hypot((side - 78) / 22, (back - 8) / 28) <= 1, 32),
        (back < -52, 35),
    ]
    hits, values = [hit for hit, _ in choices], [np.float64(hu) for _, hu in choices]
    return np.select(hits, values, trunk["fatHu"] - 3)


def scan_of(case: dict[str, Any]) -> Scan:
    ni, nj, nk = FIXTURE["grid"]["sizeVox"]
    spacing, origin, centre = FIXTURE["grid"]["spacingMm"], case["origin"], case["trunk"]["centre"]
    k, j, i = np.meshgrid(np.arange(nk), np.arange(nj), np.arange(ni), indexing="ij")
    left = origin[0] + i * spacing[0] - centre[0]
    back = origin[1] + j * spacing[1] - centre[1]
    noise = (i * 7 + j * 13 + k * 29) % 31 - 15
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = origin
    return Scan(np.floor(trunk_hu(case["trunk"], left, back) + noise + 0.5), affine, {})


@pytest.mark.parametrize("case", FIXTURE["cases"], ids=lambda case: case["name"])
def test_the_tissues_are_those_of_the_app(case: dict[str, Any]) -> None:
    found = find_internal_tissues(scan_of(case), case["trunk"]["centre"])
    for name, wanted in case["tissues"].items():
        got = found[name]
        assert (got is None) == (wanted is None), name
        if wanted is not None and got is not None:
            assert got == pytest.approx(wanted, abs=1e-3), name


def test_the_cases_find_and_miss_an_aorta() -> None:
    assert {case["tissues"]["blood"] is None for case in FIXTURE["cases"]} == {True, False}


@pytest.mark.skipif(
    not (data_folder() / "ct").exists(), reason="the real test CTs are not here: set OSTEOLENS_TEST_DATA"
)
def test_contrast_shows_in_the_aorta_of_a_real_scan_and_not_in_one_without() -> None:
    with_contrast = find_series(data_folder() / "ct" / "ts-slab-j2k")[0].load()
    # A body at the thoracolumbar junction, by eye; good to some mm, which the answer must bear.
    for shift in ((0, 0, 0), (4, -3, 6), (-4, 3, -6)):
        centre = [c + d for c, d in zip((-2.3, -110.0, -785.0), shift, strict=True)]
        found = find_internal_tissues(with_contrast, centre)
        assert 130 < found["blood"]["medianHu"] < 180, "the range of a portal venous phase"
        assert found["air"] is not None and found["fat"] is not None and found["muscle"] is not None
    plain = find_series(data_folder() / "ct" / "ts-example" / "ct.nii.gz")[0].load()
    assert 30 < find_internal_tissues(plain, [5.9, -133.0, 351.7])["blood"]["medianHu"] < 50
