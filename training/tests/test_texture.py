"""Texture targets against the standard's own numbers, pretraining that resumes, and an honest probe."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers import TINY_MODEL

from vertebra.checkpoint import write_npz
from vertebra.config import (
    Config,
    EvidenceConfig,
    PatchConfig,
    PretrainConfig,
    TextureConfig,
    TrainConfig,
    UserError,
)
from vertebra.network.model import build_model
from vertebra.texture import pool, pretrain, probe
from vertebra.texture.encoder import ENCODER, load_encoder, pretrained_path
from vertebra.texture.features import feature_names, region_features, texture_vector, trabecular_region
from vertebra.texture.views import hidden_blocks, make_views, spread_blocks, tilt_patches

# The digital phantom of the Image Biomarker Standardisation Initiative: grey levels 1 to 6, 0 outside.
PHANTOM = np.array(
    [
        [[1, 4, 4, 1, 1], [1, 4, 6, 1, 1], [4, 1, 6, 4, 1], [4, 4, 6, 4, 1]],
        [[1, 4, 4, 1, 1], [1, 1, 6, 1, 1], [0, 1, 3, 1, 1], [4, 4, 6, 1, 1]],
        [[1, 4, 4, 0, 0], [1, 1, 1, 1, 1], [1, 1, 0, 1, 1], [1, 1, 6, 1, 1]],
        [[1, 4, 4, 0, 0], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 6, 1, 1]],
    ],
    dtype=float,
)
# Its benchmark values, 3D averaged over directions (Zwanenburg et al., arXiv 1612.07003), three digits as there.
BENCHMARK = {
    "firstorder.Mean": 2.15,
    "firstorder.Variance": 3.05,
    "firstorder.Skewness": 1.08,
    "firstorder.90Percentile": 4,
    "firstorder.MeanAbsoluteDeviation": 1.55,
    "firstorder.RobustMeanAbsoluteDeviation": 1.11,
    "firstorder.Energy": 567,
    "firstorder.RootMeanSquared": 2.77,
    "glcm.MaximumProbability": 0.503,
    "glcm.JointAverage": 2.14,
    "glcm.SumSquares": 3.1,
    "glcm.JointEntropy": 2.4,
    "glcm.DifferenceAverage": 1.43,
    "glcm.Contrast": 5.32,
    "glrlm.ShortRunEmphasis": 0.705,
    "glrlm.LongRunEmphasis": 3.06,
    "glszm.SmallAreaEmphasis": 0.255,
    "glszm.LargeAreaEmphasis": 550,
    "glszm.ZonePercentage": 0.0676,
    "ngtdm.Coarseness": 0.0296,
    "ngtdm.Contrast": 0.584,
    "ngtdm.Busyness": 6.54,
    "ngtdm.Complexity": 13.5,
    "ngtdm.Strength": 0.763,
    "gldm.SmallDependenceEmphasis": 0.045,
    "gldm.LargeDependenceEmphasis": 109,
}


def test_features_reach_the_benchmark_of_the_standard():
    found = region_features(PHANTOM, PHANTOM > 0, (2.0, 2.0, 2.0), low=1.0, width=1.0)
    for name, value in BENCHMARK.items():
        assert found[name] == pytest.approx(value, rel=0.005), name
    assert found["firstorder.Kurtosis"] == pytest.approx(
        3 - 0.355, rel=0.005
    )  # not the excess, as features.py says


def test_grey_levels_count_from_a_fixed_hu():
    """A region 100 HU denser has levels 4 higher, not levels that start again at 1."""
    low = region_features(25 * PHANTOM, PHANTOM > 0, (1.0, 1.0, 1.0), low=-200.0, width=25.0)
    high = region_features(25 * PHANTOM + 100, PHANTOM > 0, (1.0, 1.0, 1.0), low=-200.0, width=25.0)
    assert high["glcm.JointAverage"] - low["glcm.JointAverage"] == pytest.approx(4)
    assert high["glcm.Contrast"] == pytest.approx(low["glcm.Contrast"])


def test_what_is_outside_the_scan_has_no_texture():
    patch, texture = PatchConfig(), TextureConfig()
    hu = np.random.default_rng(0).normal(150, 40, patch.size)
    cut = hu.copy()
    cut[:9] = patch.outside_hu
    whole, part = (texture_vector(one, patch, texture) for one in (hu, cut))
    at = feature_names().index("fine.firstorder.Mean")
    assert part[at] == pytest.approx(whole[at], abs=5)  # a mean with the outside in it would be near 110
    cut[:14] = patch.outside_hu
    assert np.isnan(texture_vector(cut, patch, texture)).all()


def test_the_region_is_the_ellipsoid_of_the_settings():
    patch, texture = PatchConfig(), TextureConfig()
    volume = trabecular_region(patch, texture).sum() * np.prod(patch.spacing_mm)
    assert volume == pytest.approx(4 / 3 * np.pi * np.prod(texture.radii_mm), rel=0.02)
    centre = np.mean(np.nonzero(trabecular_region(patch, texture)), axis=1) - (np.array(patch.size) - 1) / 2
    np.testing.assert_allclose(centre * patch.spacing_mm, [0, -texture.anterior_mm, 0], atol=0.3)


def made_features(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Features where the first follows slice thickness, the second is a copy of it, the third is constant."""
    rng = np.random.default_rng(3)
    features = rng.lognormal(size=(count, len(feature_names())))
    acquisition = np.zeros((count, 11))
    acquisition[:, 2] = rng.uniform(-1, 1, count)
    features[:, 0] = 2 * acquisition[:, 2] + 0.1 * rng.normal(size=count)
    features[:, 1] = features[:, 0] ** 3
    features[:, 2] = 7.0
    features[0, 3] = np.inf
    return features, acquisition


def test_scores_drop_what_says_nothing_new_and_have_unit_spread():
    features, acquisition = made_features(400)
    found = pool.fit_scores(features, acquisition, duplicate_correlation=0.95)
    names = feature_names()
    assert names[0] in found.names
    assert found.dropped[names[1]].startswith(f"follows {names[0]}")
    assert found.dropped[names[2]] == "as good as constant"
    assert found.dropped[names[3]] == "not finite for every patch"
    scores = found.scores(features)
    np.testing.assert_allclose(scores.mean(0), 0, atol=0.05)
    np.testing.assert_allclose(scores.std(0), 1, atol=0.1)  # although the features are log-normal
    assert np.abs(found.scores(1e9 * features)).max() < 3  # tails end where the pool ends
    at = found.names.index(names[0])
    beyond = found.beyond(scores, acquisition)
    assert abs(np.corrcoef(scores[:, at], acquisition[:, 2])[0, 1]) > 0.95
    assert abs(np.corrcoef(beyond[:, at], acquisition[:, 2])[0, 1]) < 0.05


def test_a_tilt_turns_millimetres_not_voxels():
    """A rod along z, tilted in a grid of 1.5 x 1 x 1 mm, stays as far from its axis as the angle says."""
    patch = PatchConfig()
    hu = torch.zeros(32, *patch.size)
    hu[:, :, 31:33, 31:33] = 100
    turned = tilt_patches(hu, 8.0, patch, torch.Generator().manual_seed(1))
    z = torch.arange(24) - 11.5
    at = [
        (turned * (torch.arange(64) - 31.5).reshape(shape)).sum((2, 3)) / turned.sum((2, 3))
        for shape in ((1, 1, 64, 1), (1, 1, 1, 64))
    ]
    slope = torch.stack([(centre * z).sum(1) / (1.5 * z.square().sum()) for centre in at])  # mm a mm
    assert slope.abs().max() < np.tan(np.radians(8.5))
    assert slope.abs().max() > np.tan(np.radians(6))
    assert (turned.sum((2, 3)) / hu.sum((2, 3)) - 1).abs().max() < 0.1


def test_views_hide_blocks_and_keep_the_target_clean():
    config = Config(name="tiny", source="", pretrain=PretrainConfig(tilt_probability=0.0))
    hu = torch.full((32, *config.patch.size), 300.0)
    view, target, hidden = make_views(hu, config, torch.Generator().manual_seed(0))
    voxels = spread_blocks(hidden)
    assert voxels.shape == view.shape
    assert (view[voxels] == 0).all()
    assert 0.15 < hidden.float().mean() < 0.3  # 30 % of three quarters
    assert set(target.unique().tolist()) <= {1.0, -1.5}  # 300 HU, and outside
    assert (hidden_blocks(8, 0.0, config.patch, torch.Generator()) == 0).all()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Patches of blurred noise whose grain is the texture, as shards of every split that is read."""
    root = tmp_path_factory.mktemp("texture")
    config = Config(name="tiny", source="runs/tiny.toml", root=root, model=TINY_MODEL)
    config = replace(
        config,
        simulate=replace(
            config.simulate, pool=12, train=12, test=6, external=6, vertebrae=2, shard_patients=6, workers=2
        ),
        pretrain=PretrainConfig(epochs=2, batch=8),
        train=TrainConfig(threads=1),
        evidence=EvidenceConfig(bootstrap=20),
    )
    rng = np.random.default_rng(0)
    config.data_dir.mkdir(parents=True)
    (config.data_dir / "simulation.json").write_text(json.dumps({"simulator": "made"}))
    for name, patients in (("pool", 12), ("train", 12), ("test", 6), ("external", 6)):
        (config.data_dir / name).mkdir()
        for shard in range(patients // 6):
            grain = rng.uniform(10, 80, 12)
            vbmd = rng.uniform(60, 200, 12)
            noise = rng.normal(size=(12, *config.patch.size))
            hu = 1.35 * vbmd[:, None, None, None] + grain[:, None, None, None] * noise
            stem = config.data_dir / name / f"{shard:04d}"
            np.save(f"{stem}.patches.npy", np.clip(hu, -200, 800).astype(np.int16))
            acquisition = np.zeros((12, 11), dtype=np.float32)
            acquisition[:, 2] = rng.uniform(-1, 1, 12)
            write_npz(
                stem.with_name(f"{stem.name}.labels.npz"),
                vbmd=vbmd,
                abmd=np.ones((12, 4)),
                acquisition=acquisition,
                patient=np.repeat(np.arange(6), 2) + 6 * shard,
                texture_mg=grain,
            )
    for objective in pretrain.OBJECTIVES:
        pretrain.pretrain(replace(config, pretrain=replace(config.pretrain, objective=objective)))
    return config


def test_shards_are_measured_once(tiny, capsys):
    pool.measure_texture(tiny, ("pool",))
    assert "0 shards to measure" in capsys.readouterr().out
    other = replace(tiny, texture=replace(tiny.texture, bin_width_hu=50.0))
    with pytest.raises(UserError, match=r"texture\.npz"):
        pool.load_texture(other, "pool")


def test_the_encoder_loads_into_the_network(tiny):
    net = build_model(tiny.model, tiny.patch)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    state = load_encoder(tiny)
    assert {name for name in before if name.split(".")[0] in ENCODER} == set(state)
    assert not net.load_state_dict(state, strict=False).unexpected_keys
    changed = {
        name.split(".")[0] for name, value in net.state_dict().items() if not torch.equal(value, before[name])
    }
    assert changed == set(ENCODER)
    with pytest.raises(UserError, match=r"another \[model\]"):
        load_encoder(replace(tiny, model=replace(tiny.model, masks=3)))
    record = tiny.data_dir / "simulation.json"
    kept = record.read_text()
    record.write_text(json.dumps({"simulator": "another"}))
    with pytest.raises(UserError, match="another simulator"):
        load_encoder(tiny)
    record.write_text(kept)


def test_a_stopped_pretraining_goes_on_where_it_was(tiny, tmp_path, monkeypatch):
    again = replace(tiny, root=tmp_path)
    shutil.copytree(tiny.data_dir, again.data_dir)
    saved = pretrain._save

    class StoppedError(Exception):
        pass

    def save_and_stop(*arguments):
        saved(*arguments)
        raise StoppedError

    with monkeypatch.context() as patched, pytest.raises(StoppedError):
        patched.setattr(pretrain, "_save", save_and_stop)
        pretrain.pretrain(again)
    with pytest.raises(UserError, match="stopped early"):
        load_encoder(again)
    pretrain.pretrain(again, resume=True)
    first, second = load_encoder(tiny), load_encoder(again)
    for name, value in first.items():
        torch.testing.assert_close(value, second[name], rtol=1e-3, atol=1e-4, msg=name)
    other = replace(again, pretrain=replace(again.pretrain, mask_share=0.5))
    with pytest.raises(UserError, match="other settings"):
        pretrain.pretrain(other, resume=True)
    pretrained_path(again, pretrain.OBJECTIVES[0]).unlink()
    with pytest.raises(UserError, match="vertebra pretrain"):
        load_encoder(again)


def test_reconstruction_alone_learns_no_texture_head(tiny):
    """The comparison's objective must not reach the texture targets."""
    log = [
        json.loads(line)
        for line in (tiny.run_dir / "pretrained-reconstruction.jsonl").read_text().splitlines()
    ]
    assert [line["epoch"] for line in log] == [1, 2]
    stored = torch.load(pretrained_path(tiny, "reconstruction"), weights_only=True)["state"]
    torch.manual_seed(tiny.pretrain.seed)
    fresh = pretrain.Pretrainer(tiny, stored["texture.weight"].shape[0]).texture.weight
    torch.testing.assert_close(stored["texture.weight"], fresh.detach())


def test_the_probe_writes_what_it_measured(tiny, tmp_path):
    report = probe.probe(tiny, tmp_path / "probe.json")
    assert json.loads((tmp_path / "probe.json").read_text()) == report
    for chosen in probe.FEATURE_SETS:
        assert set(report["results"][chosen]) == {
            "texture",
            "texture beyond acquisition",
            "vbmd",
            "texture_mg",
        }
    vbmd = report["results"]["all"]["vbmd"]["external"]
    assert vbmd["random"]["r"]["value"] > 0.9  # density is the mean HU here, which every encoder pools
    assert vbmd["random"]["r"]["n"] == 12
    assert len(probe.probe_table(report)) == 2 + 2 * 4 * 2 * 5


def test_probe_metrics_agree_with_their_definitions():
    rng = np.random.default_rng(1)
    truth, value = rng.normal(size=(2, 50, 1))
    value = 0.8 * truth + 0.5 * value + 10
    found = probe.weighted_metrics(truth, value, np.ones((1, 50)))
    assert found["r"][0] == pytest.approx(np.corrcoef(truth[:, 0], value[:, 0])[0, 1])
    assert found["mae"][0] == pytest.approx(np.abs(truth - value).mean())
    assert found["explained"][0] == pytest.approx(
        1 - ((value - truth) ** 2).sum() / ((truth - truth.mean()) ** 2).sum()
    )
    twice = np.zeros((1, 50))
    twice[0, :20] = 2
    part = probe.weighted_metrics(truth[:20], value[:20], np.ones((1, 20)))
    for metric, number in probe.weighted_metrics(truth, value, twice).items():
        assert number[0] == pytest.approx(part[metric][0])
    assert np.isnan(probe.weighted_metrics(np.ones((5, 1)), value[:5], np.ones((1, 5)))["explained"][0])
