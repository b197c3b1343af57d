"""patch.py reproduces the parity fixtures that the browser reads too, and the network their outputs."""

import gzip
import json

import numpy as np
import pytest

from vertebra.config import REPO_ROOT
from vertebra.patch import acquisition_vector, normalise, resample_patch
from vertebra.real_data import read_dicom_zip
from vertebra.release.onnx_graph import open_session, output_difference, run_session

FOLDER = REPO_ROOT / "e2e" / "fixtures" / "golden"
CASES = sorted(FOLDER.glob("*.json"))
MODELS = REPO_ROOT / "public" / "models"
PATCH_TOLERANCE = 2e-6  # of a normalised value: float64 arithmetic, float32 result


@pytest.fixture(scope="module")
def manifest():
    return json.loads(
        (MODELS / json.loads((MODELS / "index.json").read_text())["default"] / "manifest.json").read_text()
    )


@pytest.fixture(scope="module", params=CASES, ids=lambda path: path.stem)
def fixture(request):
    return json.loads(request.param.read_text())


def read_array(name: str, kind: str, shape: list[int]) -> np.ndarray:
    return np.frombuffer(gzip.decompress((FOLDER / name).read_bytes()), dtype=kind).reshape(shape)


def test_there_are_the_three_awkward_cases():
    cases = {path.stem: json.loads(path.read_text()) for path in CASES}
    assert {"anisotropic-offset", "oblique", "edge-of-scan"} <= set(cases)
    for case in cases.values():
        matrix = np.asarray(case["block"]["indexToWorld"]).reshape(4, 4)
        assert len(set(np.round(np.linalg.norm(matrix[:3, :3], axis=0), 3))) == 3
        assert np.abs(matrix[:3, 3]).min() > 1
    assert cases["edge-of-scan"]["outsideFraction"] > 0.1
    assert cases["anisotropic-offset"]["outsideFraction"] == 0
    oblique = np.asarray(cases["oblique"]["block"]["indexToWorld"]).reshape(4, 4)[:3, :3]
    assert (np.abs(oblique) > 1e-3).all()


def test_patch_is_reproduced(fixture, manifest):
    spec = manifest["input"]["patch"]
    block = read_array(fixture["block"]["file"], "<i2", fixture["block"]["sizeVox"][::-1])
    matrix = np.asarray(fixture["block"]["indexToWorld"]).reshape(4, 4)
    hu, outside = resample_patch(block, matrix, fixture["centreLps"], spec)
    expected = read_array(fixture["patchFile"], "<f4", spec["shape"][2:])
    np.testing.assert_allclose(normalise(hu, spec), expected, atol=PATCH_TOLERANCE)
    assert outside == pytest.approx(fixture["outsideFraction"], abs=1e-9)


def test_acquisition_is_reproduced(fixture, manifest):
    found = acquisition_vector(fixture["header"], manifest["input"]["acquisition"]["features"])
    np.testing.assert_allclose(found, fixture["acquisition"], atol=1e-7)


def test_outputs_are_reproduced(fixture, manifest):
    assert fixture["modelSha256"] == manifest["file"]["sha256"], "fixtures and model come from one export"
    patch = read_array(fixture["patchFile"], "<f4", manifest["input"]["patch"]["shape"][2:])
    session = open_session((MODELS / manifest["id"] / "model.onnx").read_bytes())
    acquisition = np.asarray([fixture["acquisition"]], dtype=np.float32)
    cases = manifest["golden"]["cases"]
    for name, value in run_session(session, patch[None, None], acquisition).items():
        span = np.asarray([case["outputs"][name] for case in cases])
        reference = np.asarray(fixture["outputs"][name])
        assert output_difference(name, value, reference, span) <= fixture["tolerance"], name


def test_demo_reference_is_reproduced(manifest):
    """The browser compares its answers on the demonstration study with these."""
    path, study = FOLDER.parent / "demo-reference.json", REPO_ROOT / "public" / "demo" / "demo-study.zip"
    reference = json.loads(path.read_text())
    assert reference["modelSha256"] == manifest["file"]["sha256"], (
        "run 'python -m vertebra demo-reference' again"
    )
    scan = read_dicom_zip(study)
    spec = manifest["input"]["patch"]
    acquisition = acquisition_vector(scan.header, manifest["input"]["acquisition"]["features"])
    np.testing.assert_allclose(acquisition, reference["acquisition"], atol=1e-7)
    session = open_session((MODELS / manifest["id"] / "model.onnx").read_bytes())
    assert len(reference["levels"]) >= 5
    for level, entry in reference["levels"].items():
        hu, outside = resample_patch(scan.hu, scan.index_to_world, entry["centreLps"], spec)
        assert outside == pytest.approx(entry["outsideFraction"], abs=1e-9)
        found = run_session(session, normalise(hu, spec)[None, None], acquisition[None])
        for name, value in found.items():
            span = np.asarray([case["outputs"][name] for case in manifest["golden"]["cases"]])
            difference = output_difference(name, value, np.asarray(entry["outputs"][name]), span)
            assert difference <= reference["tolerance"], f"{level} {name}"
