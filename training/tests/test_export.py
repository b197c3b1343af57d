"""The model that ships: a true manifest, golden cases that hold, a graph of operators right in a browser."""

import hashlib
import json

import numpy as np
import onnx
import pytest

from vertebra.config import DEVICES, LEVELS, REPO_ROOT, PatchConfig, acquisition_features
from vertebra.release.onnx_graph import (
    ALLOWED_OPERATORS,
    open_session,
    operators,
    output_difference,
    run_session,
)

MODELS = REPO_ROOT / "public" / "models"
TOP_FIELDS = {
    "schemaVersion",
    "id",
    "version",
    "title",
    "licence",
    "created",
    "provenance",
    "intendedUse",
    "warnings",
    "file",
    "input",
    "outputs",
    "devices",
    "levels",
    "calibration",
    "gating",
    "metrics",
    "golden",
}


@pytest.fixture(scope="module")
def folder():
    return MODELS / json.loads((MODELS / "index.json").read_text())["default"]


@pytest.fixture(scope="module")
def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())


@pytest.fixture(scope="module")
def graph(folder, manifest):
    return onnx.load(folder / manifest["file"]["name"])


def test_manifest_has_exactly_the_contracts_fields(manifest, folder):
    assert set(manifest) == TOP_FIELDS
    assert manifest["id"] == folder.name
    assert [device["id"] for device in manifest["devices"]] == list(DEVICES)
    assert manifest["levels"] == list(LEVELS)
    assert (folder / "model-card.md").exists()


def test_files_match_their_bytes_and_hash(manifest, folder):
    for entry in (manifest["file"], manifest["golden"]["file"]):
        data = (folder / entry["name"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (entry["bytes"], entry["sha256"])
    assert manifest["file"]["bytes"] <= 5e6


def test_input_section_is_what_this_code_executes(manifest):
    assert manifest["input"]["patch"] == PatchConfig().manifest()
    assert manifest["input"]["acquisition"]["features"] == acquisition_features()


def test_golden_outputs_are_reproduced(manifest, folder):
    spec, cases = manifest["input"]["patch"], manifest["golden"]["cases"]
    raw = np.fromfile(folder / "golden.bin", dtype="<i2").reshape(len(cases), *spec["shape"][1:])
    assert raw.min() >= spec["clipHu"][0] and raw.max() <= spec["clipHu"][1]
    patch = ((raw - spec["meanHu"]) / spec["stdHu"]).astype(np.float32)
    acquisition = np.asarray([case["acquisition"] for case in cases], dtype=np.float32)
    found = run_session(open_session((folder / "model.onnx").read_bytes()), patch, acquisition)
    for name, value in found.items():
        reference = np.asarray([case["outputs"][name] for case in cases])
        assert output_difference(name, value, reference) <= manifest["golden"]["tolerance"], name


def test_a_device_in_g_per_cm2_is_not_measured_by_the_range_of_one_in_mg():
    reference = np.array([[0.8, 0.7, 0.7, 750.0], [1.2, 1.1, 1.1, 1100.0]])
    value = reference.copy()
    value[0, 0] += 0.04
    assert output_difference("abmd", value, reference) == pytest.approx(0.1)


def test_golden_cases_differ_from_each_other(manifest):
    vbmd = [case["outputs"]["vbmd"][0] for case in manifest["golden"]["cases"]]
    assert len(vbmd) >= 3 and np.ptp(vbmd) > 40
    assert len({tuple(case["acquisition"]) for case in manifest["golden"]["cases"]}) == len(vbmd)


def test_graph_has_only_operators_known_right_in_the_browser(graph):
    assert operators(graph) <= ALLOWED_OPERATORS
    for node in graph.graph.node:
        groups = [a.i for a in node.attribute if a.name == "group"]
        assert groups in ([], [1]), f"{node.name} is a grouped convolution"


def test_graph_has_unique_node_names_and_one_dynamic_axis(graph, manifest):
    names = [node.name for node in graph.graph.node]
    assert all(names) and len(set(names)) == len(names)
    for value in (*graph.graph.input, *graph.graph.output):
        dims = value.type.tensor_type.shape.dim
        assert dims[0].dim_param == "N" and all(d.dim_value > 0 for d in dims[1:]), value.name
        if value.name in manifest["outputs"]:
            assert manifest["outputs"][value.name]["shape"][1:] == [d.dim_value for d in dims[1:]]
    assert graph.opset_import[0].version == manifest["file"]["opset"]


def test_no_patient_data_and_no_claim_on_the_paper(folder, manifest):
    card = (folder / "model-card.md").read_text()
    assert manifest["provenance"]["data"]["real"] == 0
    assert "Simulated only" in card and "nothing here claims their results" in card
