"""The gates say what the app's gates say, case by case, down to the sentence."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from vertebra.clinic.doubts import find_streaks
from vertebra.clinic.gates import find_warnings, is_density_refused, is_network_refused
from vertebra.clinic.heights import judge_heights
from vertebra.clinic.internal_tissues import read_slab
from vertebra.clinic.measure import (
    Problem,
    hu_to_vbmd,
    measure_roi,
    qct_category,
    sample,
)
from vertebra.real_data import Scan

FIXTURE = json.loads(Path(__file__).with_name("fixtures").joinpath("gate-cases.json").read_text())

DOUBTS = Path(__file__).parents[2] / "e2e" / "fixtures" / "doubts"


def phantom_scan(phantom: dict) -> Scan:
    grid = FIXTURE["grid"]
    hu = np.full(grid["sizeVox"][::-1], phantom["boneHu"], np.float32)
    if "alternatingHu" in phantom:
        odd = np.arange(hu.shape[0]) % 2 == 1
        hu += (np.where(odd, 1, -1) * np.float32(phantom["alternatingHu"]))[:, None, None]
    if phantom["block"]:
        low, high = phantom["block"]["min"], phantom["block"]["max"]
        hu[low[2] : high[2], low[1] : high[1], low[0] : high[0]] = phantom["block"]["hu"]
    matrix = np.diag([*grid["spacingMm"], 1.0])
    matrix[:3, 3] = grid["origin"]
    return Scan(hu, matrix, {})


def against_others(case: dict, found: list) -> list:
    own = {"level": case["level"], "fit": case["fit"], "warnings": found}
    beside = [
        {
            "level": level,
            "fit": {"heightsMm": dict.fromkeys(("anterior", "middle", "posterior"), mm)},
            "warnings": [],
        }
        for level, mm in case["others"].items()
    ]
    return judge_heights([own, *beside])[0]["warnings"]


@pytest.mark.parametrize("case", FIXTURE["cases"], ids=lambda case: case["name"])
def test_a_case_has_the_warnings_of_the_app(case: dict) -> None:
    scan, centre = phantom_scan(case["phantom"]), case["centreLps"]
    measured = measure_roi(scan, centre, 120) if case["measured"] is None else case["measured"]["value"]
    estimated = (
        case["estimated"]["value"]["network"]
        if case["estimated"]["ok"]
        else Problem(**case["estimated"]["error"])
    )
    found = find_warnings(
        case["level"],
        scan,
        centre,
        case["facts"],
        measured,
        estimated,
        case["fit"],
        case["isFitSought"],
        case["roiSource"],
        case["tissues"],
    )
    found = against_others(case, found)
    assert found == case["warnings"]
    assert is_density_refused(found) == case["densityRefused"]
    assert is_network_refused(found) == case["networkRefused"]


def test_streaks_are_those_that_the_app_finds_in_the_simulated_case() -> None:
    about = next(
        case for case in json.loads((DOUBTS / "cases.json").read_text())["cases"] if case["kind"] == "streaks"
    )
    values = np.frombuffer(gzip.decompress((DOUBTS / "streaks.i16.gz").read_bytes()), "<i2")
    scan = Scan(
        values.reshape(about["sizeVox"][::-1]).astype(np.float32), np.array(about["indexToWorld"]), {}
    )
    found = find_streaks(read_slab(scan, about["centreLps"]))
    assert found is not None
    expected = FIXTURE["streaks"]
    assert found.metal_mm == pytest.approx(expected["metalMm"], abs=1e-3)
    assert found.ratio == pytest.approx(expected["ratio"], rel=1e-3)
    assert found.hu == pytest.approx(expected["hu"], rel=1e-3)


def test_the_cases_reach_every_gate_of_a_script() -> None:
    source = Path(__file__).parents[1].joinpath("vertebra", "clinic", "gates.py").read_text()
    met = {warning["code"] for case in FIXTURE["cases"] for warning in case["warnings"]}
    codes = {word for word in source.split('"') if word.replace("-", "").isalpha() and "-" in word}
    assert codes - met == set()


def test_a_linear_field_is_read_at_the_region_s_centre_on_an_oblique_anisotropic_grid() -> None:
    turn = np.deg2rad(25)
    matrix = np.eye(4)
    matrix[:3, 0] = 0.8 * np.array([np.cos(turn), 0, np.sin(turn)])
    matrix[:3, 1] = [0, 1.1, 0]
    matrix[:3, 2] = 2.3 * np.array([-np.sin(turn), 0, np.cos(turn)])
    matrix[:3, 3] = [-31.5, 212.25, -665.5]
    k, j, i = np.meshgrid(np.arange(41), np.arange(61), np.arange(71), indexing="ij")
    world = np.stack([i, j, k, np.ones_like(i)], -1) @ matrix[:3].T
    scan = Scan((4 * world[..., 0] + 7 * world[..., 1] - 2 * world[..., 2]).astype(np.float32), matrix, {})
    centre = [float(v) for v in (matrix @ [35, 30, 20, 1])[:3]]
    measured = measure_roi(scan, centre, 110)
    assert not isinstance(measured, Problem)
    expected = 4 * centre[0] + 7 * (centre[1] - 2) - 2 * centre[2]
    assert measured["meanHu"] == pytest.approx(expected, abs=0.01)
    assert measured["vbmdMgCm3"] == pytest.approx(expected / 1.405, abs=0.01)
    assert np.isnan(sample(scan, np.array([[0.0, 0.0, 0.0]]))[0])


def test_no_density_outside_the_tabulated_voltages_and_limits_belong_to_low() -> None:
    assert hu_to_vbmd(100, 79.9) is None and hu_to_vbmd(100, 140.1) is None and hu_to_vbmd(100, None) is None
    assert [qct_category(v) for v in (79.99, 80, 120, 120.01)] == ["osteoporosis", "low", "low", "normal"]
