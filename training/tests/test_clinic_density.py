"""Densities and their errors are those of the app; what a reader stated is read, and overrules no header."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vertebra.clinic import density
from vertebra.clinic.density import read_density
from vertebra.clinic.stated_facts import read_statement, with_statement
from vertebra.config import UserError
from vertebra.real_data import Scan

CASES = json.loads((Path(__file__).parent / "fixtures" / "density-cases.json").read_text())


def close(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: close(one) for name, one in value.items()}
    if isinstance(value, list):
        return [close(one) for one in value]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return pytest.approx(value, rel=1e-9) if is_number else value


def test_the_densities_are_those_of_the_app() -> None:
    assert len(CASES["cases"]) > 100
    for case in CASES["cases"]:
        got = read_density(case["meanHu"], case["kvp"], case["kvpSource"], case["contrast"], case["aortaHu"])
        assert got == close(case["density"]), case


def test_the_limits_are_those_of_the_app() -> None:
    rules = CASES["rules"]
    assert rules["tubeVoltageErrorShare"] == density.ERROR_SHARE
    assert {name: list(rise) for name, rise in density.RISE_HU.items()} == rules["contrastRiseHu"]
    assert (rules["iodineHu"]["at80"], rules["iodineHu"]["at140"]) == density.IODINE_HU
    assert (rules["phaseKvp"]["min"], rules["phaseKvp"]["max"]) == density.PHASE_KVP
    assert rules["contrastAortaHu"] == density.CONTRAST_AORTA_HU
    assert rules["portalVenousBelowHu"] == density.PORTAL_VENOUS_BELOW_HU
    assert rules["arterialAboveHu"] == density.ARTERIAL_ABOVE_HU


HEADER = {"kvp": None, "sliceThicknessMm": 2.0, "kernel": None, "contrast": True}


def picks(folder: Path, stated: Any) -> Path:
    path = folder / "picks.osteolens.json"
    path.write_text(json.dumps({"format": "osteolens-results", "schemaVersion": 1, "statedByReader": stated}))
    return path


def test_what_a_reader_stated_counts_where_the_header_is_silent(tmp_path: Path) -> None:
    stated = read_statement(picks(tmp_path, {"kvp": 110, "contrast": False}), HEADER)
    assert stated == {"kvp": 110, "contrast": None}
    scan = Scan(np.zeros((2, 3, 4)), np.eye(4), dict(HEADER))
    assert with_statement(scan, stated).header == {**HEADER, "kvp": 110, "kvpSource": "reader"}
    assert scan.header == HEADER


def test_age_and_sex_are_kept_where_the_header_is_silent_and_change_no_number(tmp_path: Path) -> None:
    path = picks(tmp_path, {"ageYears": 71, "sex": "F"})
    stated = read_statement(path, HEADER)
    assert stated == {"kvp": None, "contrast": None, "ageYears": 71, "sex": "F"}
    scan = Scan(np.zeros((2, 3, 4)), np.eye(4), dict(HEADER))
    assert with_statement(scan, stated).header == HEADER
    assert read_statement(path, HEADER, age=43) == {"kvp": None, "contrast": None, "sex": "F"}
    assert read_statement(path, HEADER, age=43, sex="M") is None


@pytest.mark.parametrize("wrong", [{"ageYears": 7}, {"ageYears": 71.5}, {"ageYears": "71"}, {"sex": "O"}])
def test_what_nobody_can_state_of_the_patient_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="statedByReader"):
        read_statement(picks(tmp_path, wrong), HEADER)


def test_a_file_without_a_statement_states_nothing(tmp_path: Path) -> None:
    assert read_statement(picks(tmp_path, None), HEADER) is None
    assert read_statement(tmp_path / "centres.csv", HEADER) is None
    assert read_statement(picks(tmp_path, {"kvp": 110, "contrast": False}), {**HEADER, "kvp": 80}) is None


@pytest.mark.parametrize("kvp", [1000, "120", True])
def test_a_voltage_without_a_slope_is_refused(tmp_path: Path, kvp: Any) -> None:
    with pytest.raises(UserError, match="statedByReader"):
        read_statement(picks(tmp_path, {"kvp": kvp, "contrast": None}), HEADER)
