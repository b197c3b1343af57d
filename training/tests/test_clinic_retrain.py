"""From a clinic's own CT and DXA to a model folder: what was taught has moved, and nothing else."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_cohort import Clinic, reading, simulate_body, write_dicom, write_picks

from vertebra.__main__ import run
from vertebra.clinic.model_folder import open_model
from vertebra.clinic.own import read_own
from vertebra.clinic.release_own import export_own
from vertebra.clinic.retrain import recalibrate, retrain
from vertebra.clinic.start_network import load_start
from vertebra.clinic.validate import validate
from vertebra.clinic.write_cohort import load_cohort_split, write_cohort
from vertebra.config import (
    DEVICES,
    REPO_ROOT,
    CohortConfig,
    Config,
    ExportConfig,
    TrainConfig,
    UserError,
    load_config,
)
from vertebra.network.calibrate import load_calibrated
from vertebra.network.labels import measured
from vertebra.network.predict import predict_split

MODELS = REPO_ROOT / "public" / "models"
SHIPPED = MODELS / json.loads((MODELS / "index.json").read_text())["default"]
LUMBAR = ("L1", "L2", "L3", "L4")
TAUGHT = [DEVICES.index(name) for name in ("hologic", "standardised")]


def folder_hash(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> tuple[Config, Path, dict[str, str]]:
    """Six patients measured by Hologic, whose machine reads 0.3 g/cm2 above all that the network has seen."""
    before = folder_hash(SHIPPED)
    root = tmp_path_factory.mktemp("own")
    clinic = Clinic(root)
    for seed, density in enumerate((1.0, 0.62, 1.15, 0.8, 0.55, 0.95), start=3):
        body, name = simulate_body(seed, density), f"patient-{seed}"
        uid = f"1.2.826.0.1.{zlib.crc32(name.encode())}"
        write_dicom(clinic.ct / name, body.scan, name, uid)
        write_picks(clinic.levels / f"{name}.osteolens.json", {k: body.centres[k] for k in LUMBAR}, uid)
        for level in LUMBAR:
            clinic.add_row(name, level, round(reading(body, level) + 0.3, 3))
    clinic.write_table()
    config = Config(
        name="own",
        source="runs/own.toml",
        root=root,
        train=TrainConfig(epochs=60, batch=8, threads=1),
        cohort=CohortConfig(folder="data/ours", start=str(SHIPPED), min_patients=1),
        export=ExportConfig(id="ours"),
    )
    write_cohort(config, clinic.ct, clinic.levels, clinic.table, root / "data" / "ours")
    retrain(config)
    recalibrate(config)
    return config, export_own(config, root / "models"), before


def test_the_shipped_network_is_read_back_whole_and_left_as_it_was(own) -> None:
    config, _, before = own
    assert folder_hash(SHIPPED) == before
    split = load_cohort_split(config.root / "data" / "ours")
    start = load_start(config)
    found = predict_split(start.net, split)
    wanted = start.model.run(split.hu(np.arange(len(split))), split.labels["acquisition"])
    for name, value in wanted.items():
        np.testing.assert_allclose(
            found[name].reshape(value.shape), value, rtol=2e-3, atol=2e-3, err_msg=name
        )


def test_only_the_measured_scales_have_moved_and_towards_the_readings(own) -> None:
    config, folder, _ = own
    split = load_cohort_split(config.root / "data" / "ours", ("train",))
    inputs = split.hu(np.arange(len(split))), split.labels["acquisition"]
    old, new = open_model(SHIPPED).run(*inputs), open_model(folder).run(*inputs)
    for name in ("vbmd", "levelLogits", "cam"):
        np.testing.assert_allclose(new[name], old[name], rtol=1e-3, atol=2e-3, err_msg=name)
    others = [d for d in range(len(DEVICES)) if d not in TAUGHT]
    for name in ("abmd", "classLogits", "gates"):
        np.testing.assert_allclose(new[name][:, others], old[name][:, others], rtol=1e-3, atol=2e-3)
    np.testing.assert_allclose(new["logVariance"][:, 0], old["logVariance"][:, 0], atol=2e-3)
    np.testing.assert_allclose(new["logVariance"][:, 5:], old["logVariance"][:, 5:], atol=2e-3)
    readings = measured(split.labels)[0]
    for d in TAUGHT:
        error_old, error_new = (np.abs(one["abmd"][:, d] - readings[:, d]).mean() for one in (old, new))
        assert error_new < 0.6 * error_old, DEVICES[d]


def test_the_export_answers_as_the_checkpoint_and_says_who_was_in_it(own) -> None:
    config, folder, _ = own
    model = open_model(folder)
    full = read_own(config)
    split = load_cohort_split(config.root / "data" / "ours", ("test",))
    net, calibration = load_calibrated(full.config)
    found = model.run(split.hu(np.arange(len(split))), split.labels["acquisition"])
    for name, value in predict_split(net, split).items():
        np.testing.assert_allclose(
            found[name].reshape(value.shape), value, rtol=1e-3, atol=2e-3, err_msg=name
        )
    manifest, shipped = model.manifest, open_model(SHIPPED).manifest
    assert manifest["calibration"] == calibration
    before, after = (m["calibration"]["intervals"] for m in (shipped, manifest))
    assert after["vbmd"] == before["vbmd"] and after["osteoporosisLogit"] == before["osteoporosisLogit"]
    assert [a == b for a, b in zip(after["abmd"], before["abmd"], strict=True)] == [
        d not in TAUGHT for d in range(len(DEVICES))
    ]
    data = manifest["provenance"]["data"]
    seen = load_cohort_split(config.root / "data" / "ours", ("train", "calibration"))
    assert data["real"] == len(seen) and data["simulated"] == shipped["provenance"]["data"]["simulated"]
    said, quoted = data["description"].split("of which its maker says")
    assert "12 vertebrae of 3 patients" in said and "4 of 1 for calibration" in said
    assert "no real CT in training" not in said and "no real CT in training" in quoted
    assert not any("Trained on simulated CT only" in one for one in manifest["warnings"])
    assert any("too few DXA readings on GE Lunar, Norland" in one for one in manifest["warnings"])
    assert str(config.root) not in json.dumps(manifest) + (folder / "model-card.md").read_text()
    # No patient's patch in the folder: the golden CT is the shipped model's, byte for byte.
    assert (folder / "golden.bin").read_bytes() == (SHIPPED / "golden.bin").read_bytes()


def test_validate_measures_it_on_patients_that_it_has_not_seen(own, tmp_path: Path) -> None:
    config, folder, _ = own
    found = validate(config, config.root / "data" / "ours", folder, tmp_path, ("test",))
    assert found["realInTraining"] > 0 and found["small"].keys() == {"hologic", "standardised"}


def test_bad_input_is_one_sentence_with_file_and_rule(own, tmp_path: Path) -> None:
    config = own[0]

    def cohort(**changed: object) -> Config:
        return replace(config, cohort=replace(config.cohort, **changed))

    with pytest.raises(UserError, match=r"data/ours: no DXA scale has 10 patients .*hologic 3 and 1"):
        retrain(cohort(min_patients=10))
    with pytest.raises(UserError, match=r"absent/cohort\.json: there is no such file"):
        retrain(cohort(folder="data/absent"))
    with pytest.raises(UserError, match=r"manifest\.json: there is no such file"):
        retrain(cohort(start="nowhere"))
    other = replace(config, patch=replace(config.patch, size=(24, 64, 60)))
    with pytest.raises(UserError, match=r"reads other patches than \[patch\] of runs/own\.toml"):
        retrain(other)
    record = config.root / "data" / "ours" / "cohort.json"
    kept = record.read_text()
    try:
        record.write_text(kept.replace("1.5", "2.5", 1))
        with pytest.raises(UserError, match=r"data/ours: its patches are not those of"):
            retrain(config)
        record.write_text(kept + "\n")
        with pytest.raises(UserError, match=r"last\.pt: trained on another cohort, start or scales"):
            recalibrate(config)
        record.write_text("{")
        with pytest.raises(UserError, match=r"cohort\.json: is not JSON"):
            retrain(config)
    finally:
        record.write_text(kept)
    with pytest.raises(UserError, match="is the model that training would start from"):
        export_own(replace(config, export=ExportConfig(id=SHIPPED.name)), MODELS)
    with pytest.raises(UserError, match="no checkpoint"):
        recalibrate(replace(config, name="untrained"))


def test_the_commands_of_the_documentation_take_the_cohort_of_the_run_file(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(f'[cohort]\nfolder = "{tmp_path}/absent"\n')
    assert load_config(path).cohort.folder
    for command in ("train", "calibrate", "export"):
        with pytest.raises(UserError, match=r"absent/cohort\.json"):
            run([command, "--config", str(path)])
