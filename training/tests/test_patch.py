"""patch.py against linear fields, whose trilinear samples and box means are known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from vertebra.patch import acquisition_vector, normalise, resample_patch, subsample_counts

GRADIENT = np.array([1.7, -2.3, 0.9])  # HU per mm along LPS
CONSTANT = 41.0


def make_spec(**overrides: object) -> dict:
    spec = {
        "shape": ["N", 1, 5, 7, 9], "spacingMm": [1.5, 1.1, 0.9],
        "interpolation": {"method": "trilinear", "antialias": "box", "maxSubsamples": 8},
        "outsideHu": -200, "clipHu": [-200, 800], "meanHu": 100, "stdHu": 200,
    }  # fmt: skip
    return {**spec, **overrides}


def make_affine(
    spacing: tuple[float, float, float], rotation: np.ndarray, origin: tuple[float, float, float]
) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] = rotation * np.array(spacing)
    matrix[:3, 3] = origin
    return matrix


def linear_block(matrix: np.ndarray, size: tuple[int, int, int]) -> np.ndarray:
    k, j, i = np.meshgrid(*(np.arange(n) for n in size[::-1]), indexing="ij")
    index = np.stack([i, j, k, np.ones_like(i)], axis=-1)
    return (index @ matrix.T)[..., :3] @ GRADIENT + CONSTANT


def expected_patch(centre: np.ndarray, spec: dict) -> np.ndarray:
    d, h, w = spec["shape"][2:]
    sz, sy, sx = spec["spacingMm"]
    z, y, x = np.meshgrid(
        (np.arange(d) - (d - 1) / 2) * sz,
        (np.arange(h) - (h - 1) / 2) * sy,
        (np.arange(w) - (w - 1) / 2) * sx,
        indexing="ij",
    )
    return np.stack([x + centre[0], y + centre[1], z + centre[2]], axis=-1) @ GRADIENT + CONSTANT


def rotation(a: float, b: float, g: float) -> np.ndarray:
    rx = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    ry = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    rz = np.array([[np.cos(g), -np.sin(g), 0], [np.sin(g), np.cos(g), 0], [0, 0, 1]])
    return rx @ ry @ rz


CORONAL = np.array([[1.0, 0, 0], [0, 0, 1.0], [0, -1.0, 0]])  # i = +L, j = -S, k = +P
FEET_FIRST = np.diag([-1.0, 1.0, -1.0])


@pytest.mark.parametrize(
    ("turn", "spacing"),
    [
        (np.eye(3), (0.7, 0.8, 2.5)),
        (np.eye(3), (0.31, 0.83, 0.6)),
        (FEET_FIRST, (0.9, 0.75, 1.25)),
        (CORONAL, (0.6, 1.3, 0.8)),
        (rotation(0.3, -0.2, 0.5), (0.7, 0.9, 1.6)),
        (rotation(-0.1, 0.4, 2.9), (0.5, 0.6, 3.0)),
    ],
)
def test_linear_field_is_reproduced_for_any_orientation(turn: np.ndarray, spacing: tuple) -> None:
    spec = make_spec()
    size = (47, 43, 41)
    matrix = make_affine(spacing, turn, (-37.0, 112.5, -803.25))
    centre = (matrix @ np.array([22.3, 21.8, 19.6, 1.0]))[:3]
    hu, outside = resample_patch(linear_block(matrix, size), matrix, centre, spec)
    assert outside == 0.0
    assert hu.dtype == np.float32
    np.testing.assert_allclose(hu, expected_patch(centre, spec), atol=2e-3)


def test_aligned_and_oblique_paths_agree() -> None:
    rng = np.random.default_rng(3)
    spec = make_spec()
    block = rng.normal(50, 100, (12, 20, 21))
    matrix = make_affine((0.8, 0.7, 1.3), np.eye(3), (5.0, -7.0, 11.0))
    nearly = make_affine((0.8, 0.7, 1.3), rotation(2e-8, 2e-8, 2e-8), (5.0, -7.0, 11.0))
    for index in ([10.2, 9.7, 5.9, 1.0], [3.1, 18.2, 1.4, 1.0]):
        centre = (matrix @ np.array(index))[:3]
        a, out_a = resample_patch(block, matrix, centre, spec)
        b, out_b = resample_patch(block, nearly, centre, spec)
        np.testing.assert_allclose(a, b, atol=1e-3)
        assert out_a == pytest.approx(out_b, abs=1e-6)


def test_subsample_counts_follow_the_nearest_scan_axis() -> None:
    spec = make_spec(spacingMm=[1.5, 1.0, 1.0])
    assert subsample_counts(make_affine((0.7, 0.5, 3.0), np.eye(3), (0, 0, 0)), spec) == (1, 2, 2)
    assert subsample_counts(make_affine((1.0, 0.9, 0.75), np.eye(3), (0, 0, 0)), spec) == (2, 2, 1)
    assert subsample_counts(make_affine((1.0, 0.1, 0.6), np.eye(3), (0, 0, 0)), spec) == (3, 8, 1)
    assert subsample_counts(make_affine((0.6, 1.3, 0.8), CORONAL, (0, 0, 0)), spec) == (2, 2, 2)
    # x turned 60 degrees from i: the step along x is spacing_i / cos 60
    turn = rotation(0, 0, np.pi / 3)
    assert subsample_counts(make_affine((0.4, 5.0, 5.0), turn, (0, 0, 0)), spec) == (1, 3, 2)


def test_one_coarse_voxel_keeps_plain_trilinear_and_one_fine_voxel_is_averaged() -> None:
    spec = make_spec(shape=["N", 1, 1, 1, 1], spacingMm=[1.0, 1.0, 1.0])
    block = np.zeros((9, 9, 9))
    block[4, 4, 4] = 800.0
    coarse, _ = resample_patch(block, make_affine((2.0, 2.0, 2.0), np.eye(3), (0, 0, 0)), (8.5, 8, 8), spec)
    assert coarse[0, 0, 0] == pytest.approx(800 * 0.75)
    fine, _ = resample_patch(block, make_affine((0.5, 2.0, 2.0), np.eye(3), (0, 0, 0)), (2.0, 8, 8), spec)
    assert fine[0, 0, 0] == pytest.approx(
        800 * 0.5
    )  # samples at -0.25 and +0.25 mm, half-way to the next voxel


def test_outside_counts_by_the_half_voxel_rule_and_edges_clamp() -> None:
    spec = make_spec(shape=["N", 1, 1, 1, 4], spacingMm=[1.0, 1.0, 1.0])
    block = np.full((3, 3, 6), 100.0)
    matrix = make_affine((1.0, 1.0, 1.0), np.eye(3), (0, 0, 0))
    hu, outside = resample_patch(
        block, matrix, (4.9, 1, 1), spec
    )  # x at 3.4, 4.4, 5.4, 6.4; the last pixel ends at 5.5
    np.testing.assert_allclose(hu[0, 0], [100, 100, 100, -200])
    assert outside == pytest.approx(0.25)
    far, outside = resample_patch(block, matrix, (500.0, 1, 1), spec)
    assert outside == 1.0
    assert np.all(far == -200)


def test_normalise_clips_first() -> None:
    out = normalise(np.array([-1000.0, 100.0, 900.0]), make_spec())
    np.testing.assert_allclose(out, [-1.5, 0.0, 3.5])


FEATURES = [
    {"name": "kvp", "kind": "number", "centre": 110, "scale": 20, "min": 70, "max": 150},
    {"name": "sliceThicknessMm", "kind": "number", "centre": 2.5, "scale": 2, "min": 0.3, "max": 10},
    {"name": "kernelClass", "kind": "category", "values": ["smooth", "standard", "sharp", "unknown"],
     "patterns": [{"match": "^B[23]", "value": "smooth"}, {"match": "BONE|^B[67]", "value": "sharp"}]},
    {"name": "contrast", "kind": "category", "values": ["no", "yes", "unknown"]},
]  # fmt: skip


def test_acquisition_vector_encodes_known_and_unknown() -> None:
    known = {"kvp": 80, "sliceThicknessMm": 20.0, "kernel": " b70f ", "contrast": True}
    np.testing.assert_allclose(acquisition_vector(known, FEATURES), [-1.5, 1, 3.75, 1, 0, 0, 1, 0, 0, 1, 0])
    blank = {"kvp": None, "sliceThicknessMm": None, "kernel": None, "contrast": None}
    np.testing.assert_allclose(acquisition_vector(blank, FEATURES), [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1])
    no = {"kvp": 120, "sliceThicknessMm": 2.5, "kernel": "XYZ", "contrast": False}
    np.testing.assert_allclose(acquisition_vector(no, FEATURES), [0.5, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0])
