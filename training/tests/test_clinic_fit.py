"""The Python fit of a body has the numbers of the app's, on simulated vertebrae that both read."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vertebra.clinic.app_rules import RULES
from vertebra.clinic.measure import measure_roi_at
from vertebra.clinic.vertebra_fit import choose_roi, fit_vertebra
from vertebra.real_data import UNKNOWN_HEADER, Scan
from vertebra.simulator import region

FOLDER = Path(__file__).parent / "fixtures" / "measuring"
CASES = json.loads((FOLDER.parent / "fit-cases.json").read_text())
MM_AND_HU = 1e-6


def load(
    name: str, turned_deg: float = 0.0, focus: dict[str, Any] | None = None
) -> tuple[Scan, dict[str, Any]]:
    """The case as of a patient turned about a vertical through the pick, positive from the left to the back; focus: a
    ball (centreLps, radiusMm) whose voxels have one attenuation (hu)."""
    truth = json.loads((FOLDER / f"{name}.json").read_text())
    values = np.frombuffer(gzip.decompress((FOLDER / f"{name}.i16.gz").read_bytes()), "<i2")
    matrix = np.array(truth["indexToWorld"]).reshape(4, 4)
    pick = np.eye(4)
    pick[:3, 3] = truth["pickLps"]
    cos, sin = math.cos(math.radians(turned_deg)), math.sin(math.radians(turned_deg))
    turn = np.eye(4)
    turn[:2, :2] = [[cos, -sin], [sin, cos]]
    matrix = pick @ turn @ np.linalg.inv(pick) @ matrix
    values = values.reshape(truth["sizeVox"][::-1])
    if focus is not None:
        index = np.stack(np.meshgrid(*map(np.arange, values.shape), indexing="ij")[::-1], -1)
        points = index @ matrix[:3, :3].T + matrix[:3, 3]
        apart = np.linalg.norm(points - focus["centreLps"], axis=-1)
        values = np.where(apart < focus["radiusMm"], focus["hu"], values).astype(np.int16)
    return Scan(values, matrix, dict(UNKNOWN_HEADER)), truth


def same(got: Any, wanted: Any, at: str = "") -> None:
    """Equal in names and texts, and in numbers to the tolerance."""
    if isinstance(wanted, dict):
        assert got.keys() == wanted.keys(), at
        for key, value in wanted.items():
            same(got[key], value, f"{at}.{key}")
    elif isinstance(wanted, list):
        assert len(got) == len(wanted), at
        for n, value in enumerate(wanted):
            same(got[n], value, f"{at}[{n}]")
    elif isinstance(wanted, float | int) and not isinstance(wanted, bool):
        assert got == pytest.approx(wanted, abs=MM_AND_HU), at
    else:
        assert got == wanted, at


def name_of(case: dict[str, Any]) -> str:
    focus = "no focus" if case["focus"] is None else f"a focus of {case['focus']['hu']} HU"
    return f"{case['name']} turned {case['turnedDeg']}, {focus}"


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_body_is_fitted_and_measured_as_the_app_does(case: dict[str, Any]) -> None:
    scan, truth = load(case["name"], case["turnedDeg"], case["focus"])
    roi, source, fit = choose_roi(scan, truth["pickLps"])
    assert source == case["source"]
    same(fit, case["fit"], "fit")
    same(measure_roi_at(scan, roi, 120), case["measured"], "measured")


def test_the_cases_have_regions_beside_foci() -> None:
    sources = [case["source"] for case in CASES]
    assert sources.count("beside-focus") >= 8
    assert all(case["source"] == "body" for case in CASES if case["focus"] is None)


def test_where_there_is_no_body_the_fixed_region_stands() -> None:
    scan = Scan(np.full((40, 60, 60), -100, np.int16), np.diag([1.1, 1.2, 2.0, 1.0]), dict(UNKNOWN_HEADER))
    assert fit_vertebra(scan, [33.0, 36.0, 40.0]) is None
    roi, source, fit = choose_roi(scan, [33.0, 36.0, 40.0])
    assert (source, fit) == ("fixed", None)
    assert roi["centreLps"] == [33.0, 34.0, 40.0]


def test_the_region_of_the_labels_is_the_region_that_the_app_measures() -> None:
    rule = RULES["bodyRoi"]
    shares = (region.FORWARD_SHARE, region.WIDTH_SHARE, region.DEPTH_SHARE)
    assert shares == (rule["forwardShare"], rule["widthShare"], rule["depthShare"])
    assert tuple(rule["most"][key] for key in ("halfWidthMm", "halfDepthMm", "heightMm")) == region.MOST_MM
    assert (
        rule["wallMarginMm"],
        rule["endplateMarginMm"],
    ) == (region.WALL_MARGIN_MM, region.ENDPLATE_MARGIN_MM)
    assert rule["least"]["heightMm"] == region.LEAST_HEIGHT_MM
