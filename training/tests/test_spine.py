"""The spine network's trunks, crops, targets and graph, and a tiny run from painting to export."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from vertebra.config import UserError
from vertebra.release.onnx_graph import open_session
from vertebra.spine.column import draw_column, names_of
from vertebra.spine.config import (
    CLASSES,
    STRIDE,
    CropConfig,
    FitConfig,
    GridConfig,
    NetConfig,
    SpineConfig,
    TargetConfig,
    TrunkConfig,
    load_spine_config,
)
from vertebra.spine.crops import Crop, draw_crop, draw_size, golden_volume, make_targets
from vertebra.spine.export import build_spine_manifest, golden_section
from vertebra.spine.fit import build, load_checkpoint, load_spine_model, train_spine
from vertebra.spine.graph import build_spine_graph, run_spine_session
from vertebra.spine.held_out import simulate_held_out
from vertebra.spine.store import StoredTrunk, simulate_trunks
from vertebra.spine.trunk import paint_trunk

TINY = SpineConfig(
    name="tiny",
    source="none",
    trunk=TrunkConfig(train=2, faint=1, validation=1, held_out=3, workers=1),
    net=NetConfig(channels=(4, 8, 8), mid_blocks=1, deep_blocks=2),
    crop=CropConfig(cells=24 * 32 * 32, depths=(24, 24, 24, 24, 24), plane=(24, 40)),
    fit=FitConfig(
        steps=4, batch=1, warmup_steps=1, schedule_steps=4, faint_from=3, checkpoint_steps=2, bfloat16=False
    ),
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> SpineConfig:
    config = replace(TINY, root=tmp_path_factory.mktemp("spine"))
    simulate_trunks(config)
    return config


def test_variants_name_their_levels_in_order() -> None:
    for variant, count in (("normal", 18), ("T13", 19), ("L6", 19), ("11-ribs", 17), ("sacralised-L5", 17)):
        names = [name for name in names_of(variant) if name in CLASSES]
        assert len(names) == count
        order = [CLASSES.index(name) for name in names]
        assert order == sorted(order)
        assert names[-1] == "S1"


def test_columns_go_down_with_room_for_every_disc() -> None:
    for seed in range(20):
        column = draw_column(np.random.default_rng(seed), scoliosis=seed % 2 == 0, deformed_share=0.2)
        centres = np.array([v.frame.origin for v in column.vertebrae if v.name in CLASSES])
        assert (np.diff(centres[:, 2]) < 0).all()
        for upper, lower in zip(column.vertebrae, column.vertebrae[1:], strict=False):
            gap = np.linalg.norm(upper.frame.origin - lower.frame.origin)
            if lower.name in CLASSES and upper.name in CLASSES:
                assert gap > upper.shape.half_height + lower.shape.half_height
                assert 10 < gap < 50


def test_a_trunk_is_its_seed_and_its_truth_lies_in_bodies() -> None:
    trunk = paint_trunk((3, 1), 4.0)
    again = paint_trunk((3, 1), 4.0)
    np.testing.assert_array_equal(trunk.hu, again.hu)
    assert not np.array_equal(paint_trunk((3, 2), 4.0).hu[:50, :50, :50], trunk.hu[:50, :50, :50])
    cells = np.rint((trunk.centres - trunk.origin) / 4.0).astype(int)[:, ::-1]
    at_centres = trunk.hu[tuple(cells.T)].astype(float)
    in_front = trunk.hu[tuple((cells - [0, 9, 0]).T)].astype(float)
    assert np.median(at_centres - in_front) > 40
    assert (at_centres > -60).all()


def marked_trunk() -> StoredTrunk:
    """Soft bumps at known cells, so that a crop's centres can be looked up in its HU."""
    centres = np.array([[20.0, 22.0, 25.0], [31.0, 24.5, 23.0], [42.0, 27.0, 28.5]])
    z, y, x = np.indices((64, 48, 56))
    hu = np.full(z.shape, -1000.0)
    for c in centres:
        hu += 2000 * np.exp(-((z - c[0]) ** 2 + (y - c[1]) ** 2 + (x - c[2]) ** 2) / 8)
    return StoredTrunk(hu.astype(np.int16), np.array([3, 4, 5]), centres, np.empty((0, 3)))


def test_crops_carry_their_centres_through_every_map() -> None:
    rng = np.random.default_rng(2)
    quiet = CropConfig(
        cut_share=0, gain_sd=0, offset_sd_hu=0, bone_log_sd=0, blur=0, thick_share=0, noise_hu=0
    )
    trunk, seen = marked_trunk(), 0
    for _ in range(12):
        crop = draw_crop(rng, trunk, (40, 40, 48), quiet, GridConfig())
        for centre in crop.centres:
            cell = np.rint(centre).astype(int)
            low = np.maximum(cell - 3, 0)
            part = crop.hu[tuple(slice(a, c + 4) for a, c in zip(low, cell, strict=True))]
            peak = np.array(np.unravel_index(part.argmax(), part.shape)) + low
            if ((peak > 0) & (peak < np.array(crop.hu.shape) - 1)).all():
                assert np.abs(peak - centre).max() < 1.2
                seen += 1
    assert seen > 15


def test_cut_crops_hold_no_centre_outside_their_field() -> None:
    rng = np.random.default_rng(4)
    always = CropConfig(cut_share=1.0)
    for _ in range(8):
        crop = draw_crop(rng, marked_trunk(), (40, 40, 48), always, GridConfig())
        assert (crop.hu[~crop.valid] == -1000).all()
        for centre in crop.centres:
            assert crop.valid[tuple(np.rint(centre).astype(int))]
        assert len(crop.centres) + len(crop.others) == 3


def test_targets_peak_at_centres_and_levels_lie_on_the_half_grid() -> None:
    size = (24, 32, 40)
    crop = Crop(
        np.zeros(size), np.ones(size, bool), np.array([7]), np.array([[10.0, 14.0, 21.0]]), np.empty((0, 3))
    )
    targets = make_targets(crop, TargetConfig(), 4.0)
    assert np.unravel_index(targets.heat.argmax(), size) == (10, 14, 21)
    assert targets.heat[10, 14, 21] == 1
    # Half a sigma-squared off the centre by the Gaussian's own formula: 6 mm is 1.5 cells.
    assert targets.heat[13, 14, 21] == pytest.approx(np.exp(-0.5 * (3 / 1.5) ** 2), rel=1e-5)
    chosen = np.argwhere(targets.level >= 0)
    assert set(targets.level[targets.level >= 0]) == {7}
    away = np.linalg.norm((chosen * 2 + 0.5 - [10, 14, 21]) * 4.0, axis=1)
    assert away.max() <= TargetConfig().label_radius_mm
    assert targets.weight[0, 0, 0] == 1
    assert targets.weight[10, 14, 21] == TargetConfig().near_weight


def test_sizes_are_whole_strides_within_their_limits() -> None:
    rng = np.random.default_rng(1)
    settings = CropConfig()
    for _ in range(60):
        size = draw_size(rng, settings)
        assert all(n % STRIDE == 0 for n in size)
        assert all(settings.plane[0] <= n <= settings.plane[1] for n in size[1:])


def test_the_graph_answers_as_the_network_at_any_size() -> None:
    torch.manual_seed(1)
    model = build(TINY)
    with torch.no_grad():
        for _ in range(3):  # batch norms that fold to something
            model(torch.randn(2, 1, 16, 16, 16))
    model.eval()
    session = open_session(build_spine_graph(model, 17))
    for shape in ((16, 24, 32), (40, 16, 8)):
        hu = np.random.default_rng(0).integers(-1000, 1000, shape).astype(np.int16)
        out = run_spine_session(session, hu, 0.0, 200.0)
        assert out.heatmap.shape == shape
        assert out.levels.shape == (len(CLASSES), *(n // 2 for n in shape))
        with torch.no_grad():
            wanted = model(torch.from_numpy(hu.astype(np.float32) / 200)[None, None])
        np.testing.assert_allclose(out.heatmap, wanted.heatmap[0, 0], atol=1e-4)
        np.testing.assert_allclose(out.levels, wanted.levels[0], atol=1e-4)


def test_a_tiny_run_trains_resumes_and_becomes_a_manifest(tiny: SpineConfig) -> None:
    with pytest.raises(UserError, match="no checkpoint"):
        load_spine_model(tiny)
    train_spine(tiny)
    whole = load_checkpoint(tiny)
    assert whole["step"] == 4
    shorter = replace(tiny, fit=replace(tiny.fit, steps=2))
    with pytest.raises(UserError, match="other settings"):
        train_spine(shorter, resume=True)
    model, training = load_spine_model(tiny)
    graph = build_spine_graph(model, 17)
    golden, cases = golden_section(tiny, model, graph)
    manifest = build_spine_manifest(tiny, graph, golden, cases, {})
    assert manifest["levels"] == list(CLASSES)
    assert manifest["outputs"]["levels"]["stride"] == 2
    assert len(golden) == 2 * np.prod(cases[0]["shape"])
    assert len(cases[0]["outputs"]["heatmap"]) == np.prod(cases[0]["shape"])
    assert training["crops"] == 4


def test_training_goes_on_where_it_stopped(tiny: SpineConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    from vertebra.spine import fit

    train_spine(tiny)
    whole = load_checkpoint(tiny)["average"]

    saves = 0
    save = fit._save

    def stop_after_first(*values: object) -> None:
        nonlocal saves
        save(*values)  # type: ignore[arg-type]
        saves += 1
        if saves == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(fit, "_save", stop_after_first)
    with pytest.raises(KeyboardInterrupt):
        train_spine(tiny)
    assert load_checkpoint(tiny)["step"] == 2
    train_spine(tiny, resume=True)
    resumed = load_checkpoint(tiny)["average"]
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def test_painted_trunks_are_not_mixed_with_those_of_other_settings(tiny: SpineConfig) -> None:
    other = replace(tiny, trunk=replace(tiny.trunk, seed=1))
    with pytest.raises(UserError, match="other sources or settings"):
        simulate_trunks(other)


def test_held_out_spines_say_where_their_bodies_are(tiny: SpineConfig) -> None:
    simulate_held_out(tiny)
    truths = [json.loads(path.read_text()) for path in sorted(tiny.held_out_dir.glob("spine-*.json"))]
    assert len(truths) == 3
    bone = []
    for number, truth in enumerate(truths):
        raw = (tiny.held_out_dir / f"spine-{number:04d}.i16").read_bytes()
        hu = np.frombuffer(raw, "<i2").reshape(truth["shape"])
        heights = [v["centreLps"][2] for v in truth["vertebrae"]]
        assert heights == sorted(heights, reverse=True)
        for vertebra in truth["vertebrae"]:
            cell = np.rint((np.array(vertebra["centreLps"]) - truth["originLps"]) / 4)[::-1].astype(int)
            bone.append(hu[tuple(cell)])
            assert np.linalg.norm(vertebra["axisLps"]) == pytest.approx(1, abs=1e-3)
            assert vertebra["axisLps"][2] > 0.3
    assert len(bone) > 5
    assert np.median(bone) > 0


def test_golden_volume_is_bone_and_clipped() -> None:
    hu = golden_volume(TINY)
    assert hu.shape == TINY.release.golden_cells
    assert hu.max() > 200
    assert hu.min() >= -1000


def test_a_wrong_setting_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text("[fit]\nstep = 3\n")
    with pytest.raises(UserError, match="no setting 'step'"):
        load_spine_config(path)
    path.write_text("[crop]\ndepths = [24, 48, 72, 96, 100]\n")
    with pytest.raises(UserError, match="multiples of 8"):
        load_spine_config(path)
