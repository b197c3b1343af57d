"""From nothing to a model folder, on a configuration small enough for every commit."""

import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from helpers import tiny_config

from vertebra.__main__ import run
from vertebra.config import SIMULATOR_SOURCES, TRAINING_ROOT, UserError, load_config
from vertebra.dataset import load_split, simulate
from vertebra.evidence.evaluate import evaluate
from vertebra.network.ablate import ablate
from vertebra.network.calibrate import calibrate, conformal_quantile, fit_temperature, load_calibrated
from vertebra.network.predict import predict_split
from vertebra.network.train import train
from vertebra.network.variants import VARIANTS
from vertebra.release.export import export
from vertebra.release.onnx_graph import open_session, run_session
from vertebra.texture.pretrain import pretrain


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    config = tiny_config(tmp_path_factory.mktemp("run"))
    simulate(config)
    pretrain(config)
    ablate(config)
    calibrate(config)
    evaluate(config, config.root / "evaluation")
    return config, export(config, config.root / "models")


def test_exported_model_reloads_and_answers_as_the_checkpoint_does(tiny):
    config, folder = tiny
    manifest = json.loads((folder / "manifest.json").read_text())
    model, calibration = load_calibrated(config)
    split = load_split(config, "test")
    expected = predict_split(model, split)
    patch = ((split.hu(np.arange(len(split))) - 100) / 200)[:, None].astype(np.float32)
    found = run_session(
        open_session((folder / "model.onnx").read_bytes()), patch, split.labels["acquisition"]
    )
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-3, atol=1e-3, err_msg=name)
    assert manifest["calibration"] == calibration
    assert manifest["provenance"]["data"]["real"] == 0
    metrics = json.loads((config.run_dir / "metrics.json").read_text())
    assert all(metrics[name] == value for name, value in manifest["metrics"].items())
    assert set(metrics["methods"]) == {"mean-hu", "radiomics", *VARIANTS}
    card = (folder / "model-card.md").read_text()
    assert "Simulated only" in card and "without self-supervision" in card


def test_the_evaluation_has_a_page_with_its_plots_and_every_answer(tiny):
    config, _ = tiny
    folder = config.root / "evaluation"
    page = (folder / "README.md").read_text()
    for name in re.findall(r"\]\(([a-z-]+\.svg)\)", page):
        assert (folder / name).read_text().lstrip().startswith("<?xml"), name
    rows = (folder / "predictions" / "full-1.csv").read_text().splitlines()
    count = sum(len(load_split(config, name)) for name in ("test", "external"))
    assert len(rows) == 1 + count
    plain = (folder / "predictions" / "plain-1.csv").read_text().splitlines()[1].split(",")
    header = rows[0].split(",")
    assert plain[header.index("vbmd_mg_cm3")] == "" and plain[header.index("osteoporosis_probability")] != ""


def test_simulation_resumes_and_refuses_other_settings(tiny, capsys):
    config, _ = tiny
    simulate(config)
    assert "0 vertebrae in 0 shards" in capsys.readouterr().out
    record = config.data_dir / "simulation.json"
    kept = record.read_text()
    record.write_text(kept.replace(str(config.simulate.seed), "1"))
    with pytest.raises(UserError, match="--fresh"):
        simulate(config)
    record.write_text(kept)


def test_a_stopped_training_goes_on_where_it_was(tiny, tmp_path):
    """Two epochs at once and one epoch resumed give the same weights: generators are in the checkpoint."""
    import torch

    config, _ = tiny
    again = tiny_config(tmp_path)
    shutil.copytree(config.data_dir, again.data_dir)
    again.checkpoint_dir.mkdir(parents=True)
    shutil.copy(config.checkpoint_dir / "pretrained.pt", again.checkpoint_dir)
    import vertebra.network.train as module

    saved = module.save_checkpoint

    class StoppedError(Exception):
        pass

    def save_and_stop(config, state):
        saved(config, state)
        raise StoppedError

    module.save_checkpoint = save_and_stop
    try:
        with pytest.raises(StoppedError):
            train(again)
    finally:
        module.save_checkpoint = saved
    train(again, resume=True)
    first, second = (
        torch.load(c.checkpoint_dir / "last.pt", weights_only=True)["average"] for c in (config, again)
    )
    for name, value in first.items():
        torch.testing.assert_close(value, second[name], rtol=1e-3, atol=1e-4, msg=name)


def test_simulated_shards_do_not_depend_on_how_they_are_split(tiny, tmp_path):
    from dataclasses import replace

    config, _ = tiny
    other = tiny_config(tmp_path)
    other = replace(other, simulate=replace(other.simulate, shard_patients=5))
    simulate(other)
    a, b = load_split(config, "test"), load_split(other, "test")
    np.testing.assert_array_equal(a.hu(np.arange(len(a))), b.hu(np.arange(len(a))))
    np.testing.assert_array_equal(a.labels["abmd"], b.labels["abmd"])


def test_the_simulators_hash_covers_all_that_it_imports():
    """A source left out would let shards of an older simulator pass as new ones."""
    code = "import sys, vertebra.simulator.simulate, vertebra.patch; print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=TRAINING_ROOT, capture_output=True, text=True, check=True
    )
    modules = [name for name in found.stdout.split() if name.startswith("vertebra.")]
    assert {name.removeprefix("vertebra.") for name in modules} - {"simulator"} <= set(SIMULATOR_SOURCES)


def test_conformal_quantile_is_the_ceiling_rank():
    assert conformal_quantile(np.arange(1.0, 20.0), 0.9) == 18.0  # rank ceil(0.9 * 20) of 19
    assert conformal_quantile(np.arange(1.0, 5.0), 0.9) == 4.0  # too few for 90 %: the largest


def test_temperature_cools_overconfident_logits():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(4000, 1, 3))
    labels = (logits + rng.gumbel(size=logits.shape)).argmax(-1)
    assert fit_temperature(3 * logits, labels) == pytest.approx(3, rel=0.1)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("[train]\nepoch = 3\n", "no setting 'epoch'"),
        ("[training]\nepochs = 3\n", "unknown section 'training'"),
        ("[train]\nepochs = 'many'\n", "must be of type int"),
        ("[model]\nchannels = [8, 16]\n", "a list of 3 values"),
        ("[simulate]\ntest = 0\n", "at least 1"),
        ("train = \n", "not a valid TOML file"),
    ],
)
def test_a_bad_run_file_is_named_with_the_rule(tmp_path, text, rule):
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=rule) as caught:
        load_config(path)
    assert str(path) in str(caught.value)


def test_training_without_data_says_what_to_run(tmp_path):
    with pytest.raises(UserError, match="vertebra simulate"):
        train(tiny_config(tmp_path))


def test_the_command_line_refuses_a_missing_run_file(tmp_path):
    with pytest.raises(UserError, match="no such run file"):
        run(["train", "--config", str(tmp_path / "absent.toml")])
