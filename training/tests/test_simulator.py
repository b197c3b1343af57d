"""Physics and population facts that the simulator must keep."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from vertebra.config import PatchConfig
from vertebra.patch import resample_patch
from vertebra.simulator import constants as c
from vertebra.simulator.anatomy import Physics, body_distance, draw_shape, paint_vertebra
from vertebra.simulator.beam import areal_density, mineral_canvas
from vertebra.simulator.deposits import Deposit
from vertebra.simulator.dxa import from_sbmd, level_gains, reference_woman, to_sbmd, young_reference
from vertebra.simulator.geometry import Canvas, Frame, inside_fraction, rotation_lps
from vertebra.simulator.population import Patient, bone_hu, draw_bone, marrow_hu, mineral_of_hu, qct_vbmd
from vertebra.simulator.simulate import (
    SimulatedVertebra,
    SimulatorConfig,
    draw_person,
    simulate_patch,
    simulate_vertebra,
)
from vertebra.simulator.sites import SITE
from vertebra.simulator.spine import frames_about

SMALL = (13.0, 13.0, 8.0)  # mm: only the trabecular region, for population statistics
QUIET = {
    "noise_sd_hu": 0.0,
    "gain": 1.0,
    "offset_hu": 0.0,
    "phase": "none",
    "marrow_enhancement_hu": 0.0,
    "kvp": 120,
}


def calm_config(**protocol: object) -> SimulatorConfig:
    return SimulatorConfig(
        level="L2", pick_error_mm=0, cut_rate=0, narrow_rate=0, oblique_rate=0, deformity_rate=0,
        lesion_scale=0, schmorl_rate=0,
        protocol={**QUIET, "thickness_mm": 1.0, "spacing_mm": 1.0, "pixel_mm": 0.8, **protocol},
    )  # fmt: skip


def roi_mean(s: SimulatedVertebra) -> float:
    """Mean HU of the trabecular region round the true centre, in the vertebra's own frame."""
    index = np.indices(s.scan.shape)[::-1].reshape(3, -1)
    world = s.index_to_world[:3, :3] @ index + s.index_to_world[:3, 3:]
    x, y, z = np.array(s.facts["rotation"]).T @ (world - np.array(s.true_centre_lps)[:, None])
    region = s.facts["region"]
    mask = (x / region["half_width"]) ** 2 + ((y - region["y"]) / region["half_depth"]) ** 2 <= 1
    mask &= np.abs(z) <= region["half_height"]
    return float(s.scan.reshape(-1)[mask].mean())


@lru_cache(maxsize=4)
def population(prior: str, count: int, level: str | None = None) -> tuple[SimulatedVertebra, ...]:
    # type: ignore[arg-type]
    config = SimulatorConfig(prior=prior, level=level, half_size_mm=SMALL, deformity_rate=0, lesion_scale=0)
    return tuple(simulate_patch(np.random.default_rng([7, i]), config) for i in range(count))


def test_the_same_seed_gives_the_same_vertebra() -> None:
    a, b = (simulate_patch(np.random.default_rng(11), SimulatorConfig()) for _ in range(2))
    np.testing.assert_array_equal(a.scan, b.scan)
    assert a.dxa.reading == b.dxa.reading and a.centre_lps == b.centre_lps and a.header == b.header
    assert not np.array_equal(
        a.scan[:5, :9, :9], simulate_patch(np.random.default_rng(12), SimulatorConfig()).scan[:5, :9, :9]
    )


def test_the_label_is_the_unenhanced_120_kvp_reading_over_the_slope() -> None:
    for seed in range(4):
        s = simulate_patch(np.random.default_rng(seed), calm_config())
        assert roi_mean(s) / c.QCT_SLOPE_HU == pytest.approx(s.vbmd_mg_cm3, abs=4)


def test_kvp_ratios_of_one_vertebra() -> None:
    # 110 mg/cm3 and half fat: the published cohort ratios 100 kVp 1/0.927 and 140 kVp 1/1.053, 80 kVp 23 to
    # 30 %
    hu = {kvp: bone_hu(110, marrow_hu(0.5, kvp), kvp) for kvp in c.KVPS}
    assert hu[100] / hu[120] == pytest.approx(1 / 0.927, abs=0.03)
    assert hu[140] / hu[120] == pytest.approx(1 / 1.053, abs=0.03)
    assert 1.2 < hu[80] / hu[120] < 1.32
    scanned = [roi_mean(simulate_patch(np.random.default_rng(5), calm_config(kvp=kvp))) for kvp in c.KVPS]
    assert scanned == sorted(scanned, reverse=True)


def test_contrast_lifts_the_reading_and_leaves_the_label() -> None:
    plain = simulate_patch(np.random.default_rng(5), calm_config())
    venous = simulate_patch(np.random.default_rng(5), calm_config(marrow_enhancement_hu=22.0))
    assert venous.vbmd_mg_cm3 == pytest.approx(plain.vbmd_mg_cm3, abs=1e-6)
    expected = 22.0 * (1 - plain.facts["fat_fraction"]) / 0.5
    assert roi_mean(venous) - roi_mean(plain) == pytest.approx(expected, abs=3)


def test_young_and_old_bone_read_as_published() -> None:
    assert bone_hu(165, marrow_hu(0.27, 120), 120) == pytest.approx(229, abs=6)
    assert bone_hu(110, marrow_hu(0.50, 120), 120) == pytest.approx(118, abs=6)
    assert qct_vbmd(mineral_of_hu(135, 0.4), 0.4) == pytest.approx(100)


def test_marrow_fat_lowers_the_qct_reading_of_equal_mineral() -> None:
    assert qct_vbmd(110, 0.6) < qct_vbmd(110, 0.3) - 20


@pytest.mark.parametrize("sigma", [0.22, 0.45, 1.2])
@pytest.mark.parametrize("step", [0.1, 0.7])
def test_shell_mass_does_not_depend_on_voxel_or_blur(sigma: float, step: float) -> None:
    thickness, total, runs = 0.31, 0.0, 20
    for shift in np.linspace(0, step, runs, endpoint=False):
        d = (np.arange(-12, 12, step) + shift).astype(np.float32)
        total += (
            float(
                (inside_fraction(d, sigma) - inside_fraction(d + np.float32(thickness), sigma)).sum() * step
            )
            / runs
        )
    assert total == pytest.approx(thickness, rel=0.01)


def painted_mineral(step: float, shell_mm: float) -> float:
    """Grams of mineral of an L3 body and arch on a grid, from HU over a water-free slope (marrow 0 HU)."""
    rng = np.random.default_rng(3)
    patient = Patient("M", 50, 29, 1.0, 150, 0)
    bone = replace(
        draw_bone(rng, patient, "L3", "population"),
        shell_mm=shell_mm,
        endplate_mm=shell_mm,
        mineral=100,
        texture_mg=0.0,
        sclerosis=(0.0, 0.0),
        fat_fraction=50 / 165,
    )
    shape = draw_shape(np.random.default_rng(4), patient, "L3", bone)
    axes = [np.arange(-lim, lim, step, dtype=np.float32) for lim in (34, 34, 22)]
    axes[1] = np.arange(-24, 14, step, dtype=np.float32)
    canvas = Canvas(axes[0], axes[1], axes[2], np.zeros([len(a) for a in axes[::-1]], dtype=np.float32), 0.5)
    frame = Frame(np.zeros(3), rotation_lps(12, 3, 2))
    paint_vertebra(canvas, shape, bone, frame, Physics(120), rng)
    return float(canvas.hu.sum() * step**3 / c.HA_SLOPE_HU[120]) * 1e-6


def test_mineral_of_a_painted_vertebra_is_the_same_on_coarse_and_fine_grids() -> None:
    thin = [painted_mineral(step, 0.25) for step in (0.5, 1.0)]
    thick = [painted_mineral(step, 0.50) for step in (0.5, 1.0)]
    assert thin[0] == pytest.approx(thin[1], rel=0.03)
    assert thick[0] - thin[0] == pytest.approx(thick[1] - thin[1], rel=0.15)
    # 0.25 mm more shell over a body's surface of about 48 to 75 cm2 at (900 - 100) mg/cm3
    assert 0.8 < thick[0] - thin[0] < 1.7


def test_body_distance_is_metric_at_the_surface() -> None:
    patient = Patient("F", 60, 29, 1.0, 150, 0)
    bone = draw_bone(np.random.default_rng(1), patient, "L1", "flat")
    shape = draw_shape(np.random.default_rng(2), patient, "L1", bone)
    x, y, z = (
        np.linspace(-n, n, 161, dtype=np.float32).reshape(s)
        for n, s in ((26, (1, 1, -1)), (22, (1, -1, 1)), (0.1, (-1, 1, 1)))
    )
    d = body_distance(shape, x, y, z)[0][80]
    gy, gx = np.gradient(d, float(y.ravel()[1] - y.ravel()[0]), float(x.ravel()[1] - x.ravel()[0]))
    length = np.hypot(gx, gy)[np.abs(d) < 0.6]
    assert 0.9 < np.median(length) < 1.1
    assert np.percentile(length, 5) > 0.7 and np.percentile(length, 95) < 1.35


def test_l1_attenuation_falls_with_age_as_published() -> None:
    people = population("population", 350, "L1")
    age = np.array([s.facts["age"] for s in people])
    hu = np.array([s.vbmd_mg_cm3 * c.QCT_SLOPE_HU for s in people])
    slope, offset = np.polyfit(age, hu, 1)
    assert slope == pytest.approx(-2.5, abs=0.45)
    assert slope * 30 + offset == pytest.approx(226, abs=16)
    assert 33 < (hu - slope * age - offset).std() < 46


def test_level_patterns_of_areal_density() -> None:
    mean = {level: young_reference(level, "hologic")[0] for level in c.LEVELS}
    whole = np.mean([mean[level] for level in ("L1", "L2", "L3", "L4")])
    for level, ratio in (("L1", 0.91), ("L2", 1.01), ("L3", 1.05), ("L4", 1.03)):
        assert mean[level] / whole == pytest.approx(ratio, abs=0.015)
    assert c.LEVEL_DENSITY["L3"] < c.LEVEL_DENSITY["L1"] < c.LEVEL_DENSITY["T10"]


def test_the_beam_weighs_a_believable_vertebra_before_calibration() -> None:
    assert all(0.7 < gain < 1.7 for gain in level_gains().values())
    projection = areal_density(reference_woman(), "L3")
    assert 8 < projection.mineral_g < 20 and 11 < projection.area_cm2 < 19


def test_the_beam_sums_the_mineral_that_is_painted() -> None:
    woman = reference_woman()
    plain = areal_density(woman, "L3")
    extra = Deposit("calcification", (0.0, -24.0, 0.0), (4.0, 5.0, 6.0), 500.0)
    calcified = {**woman, "L3": replace(woman["L3"], deposits=(extra,))}
    grams = 4 / 3 * np.pi * 0.4 * 0.5 * 0.6 * 0.5
    assert areal_density(calcified, "L3").mineral_g - plain.mineral_g == pytest.approx(grams, rel=0.12)
    denser = {**woman, "L3": replace(woman["L3"], bone=replace(woman["L3"].bone, mineral=200.0))}
    assert areal_density(denser, "L3").g_cm2 > 1.02 * plain.g_cm2


def test_the_beam_does_not_depend_on_its_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    coarse = areal_density(reference_woman(), "L2")
    monkeypatch.setattr("vertebra.simulator.beam.STEP_MM", (0.9, 1.1, 0.9))
    fine = areal_density(reference_woman(), "L2")
    assert coarse.mineral_g == pytest.approx(fine.mineral_g, rel=0.03)
    assert coarse.g_cm2 == pytest.approx(fine.g_cm2, rel=0.03)


def test_the_beam_paints_the_bone_that_the_scan_shows() -> None:
    """The trabecular region holds the same mineral on the beam's coarse grid as on the CT's."""
    config = replace(calm_config(), prior="population")
    for seed in range(4):
        rng = np.random.default_rng([3, seed])
        person = draw_person(rng, config, "L2")
        scanned = simulate_vertebra(rng, person, "L2", config)
        beam = mineral_canvas(person.spine, "L2")[1]
        assert beam == pytest.approx(scanned.mineral_mg_cm3, abs=5)


def test_device_scales_follow_hui() -> None:
    for device in ("ge-lunar", "hologic", "norland"):
        assert to_sbmd(from_sbmd(0.93, device), device) == pytest.approx(0.93)
    lunar, hologic = from_sbmd(1.12, "ge-lunar"), from_sbmd(1.12, "hologic")
    assert 0.11 < (lunar - hologic) / ((lunar + hologic) / 2) < 0.13  # mean |difference| 11.7 % (Genant 1994)
    assert young_reference("L2", "standardised")[0] == pytest.approx(
        to_sbmd(young_reference("L2", "hologic")[0], "hologic") * 1000
    )


def test_flat_prior_covers_the_range_and_decorrelates_nuisances() -> None:
    people = population("flat", 400)
    vbmd = np.array([s.vbmd_mg_cm3 for s in people])
    assert np.percentile(vbmd, 5) < 40 and np.percentile(vbmd, 95) > 225
    for name, limit in (
        ("texture_mg", 0.15),
        ("noise_sd_hu", 0.15),
        ("shell_mm", 0.15),
        ("fat_fraction", 0.15),
        ("posterior_mineral", 0.15),
        ("age", 0.15),
        ("diameter_cm", 0.15),
    ):
        value = np.array([s.facts[name] for s in people])
        assert abs(np.corrcoef(value, vbmd)[0, 1]) < limit, name


def test_probability_and_class_belong_to_each_other() -> None:
    people = population("flat", 400)
    p = np.array([s.dxa.p_osteoporosis_true for s in people])
    label = np.array([s.dxa.label for s in people])
    assert (label[p > 0.99] == 2).mean() > 0.95 and (label[p < 0.01] == 2).mean() < 0.02
    assert p.mean() == pytest.approx((label == 2).mean(), abs=0.03)


def test_a_cut_scan_ends_inside_the_patch() -> None:
    config = SimulatorConfig(cut_rate=1.0, narrow_rate=0)
    whole = SimulatorConfig(cut_rate=0.0, narrow_rate=0)
    s, w = (simulate_patch(np.random.default_rng(9), conf) for conf in (config, whole))
    assert s.facts["cut_mm"] > 0 and s.scan.shape[0] < w.scan.shape[0]


def test_a_small_field_of_view_leaves_outside_voxels_in_the_patch() -> None:
    spec = PatchConfig().manifest()
    config = SimulatorConfig(narrow_rate=1.0, cut_rate=0.0, oblique_rate=0.0)
    s = simulate_patch(np.random.default_rng(9), config)
    hu, outside = resample_patch(s.scan, s.index_to_world, s.centre_lps, spec)
    assert outside == pytest.approx(s.facts["narrow_mm"] / 64, abs=0.03) and s.facts["narrow_mm"] > 0
    edges = [hu[:, :, 0], hu[:, :, -1], hu[:, 0], hu[:, -1]]
    assert sum(bool((edge == spec["outsideHu"]).all()) for edge in edges) == 1


def test_an_oblique_scan_shows_the_same_vertebra_at_the_pick() -> None:
    """Axes turned against the patient: the matrix tells, and the label holds in the patient's frame."""
    config = replace(calm_config(), oblique_rate=1.0)
    for seed in range(3):
        s = simulate_patch(np.random.default_rng(seed), config)
        assert np.abs(s.index_to_world[:3, :3] / np.linalg.norm(s.index_to_world[:3, :3], axis=0)).min() > 0
        assert s.facts["oblique"]
        assert roi_mean(s) / c.QCT_SLOPE_HU == pytest.approx(s.vbmd_mg_cm3, abs=4)


def test_a_persons_vertebrae_share_bones_protocol_and_machine() -> None:
    config = SimulatorConfig(prior="population")
    person = draw_person(np.random.default_rng(4), config, "L2", SITE["external"])
    upper, lower = (simulate_vertebra(np.random.default_rng(n), person, n_level, config)
                    for n, n_level in enumerate(("L1", "L2")))  # fmt: skip
    for name in ("age", "kvp", "kernel_class", "gain", "marrow_enhancement_hu"):
        assert upper.facts[name] == lower.facts[name]
    assert upper.header == lower.header
    assert upper.facts["fat_fraction"] == person.spine["L1"].bone.fat_fraction
    # Seen from either side, the disc between two bodies is the same.
    centre, above, _ = frames_about(person.spine, "L2")
    _, _, below = frames_about(person.spine, "L1")
    assert np.linalg.norm(above.origin - centre.origin) == pytest.approx(np.linalg.norm(below.origin))


def test_the_external_hospital_is_unseen() -> None:
    outside = SITE["external"].scanners
    for name in ("north", "east", "west"):
        inside = SITE[name].scanners
        assert not set(outside.kvp) & set(inside.kvp)
        assert not {s[:2] for s in outside.slices} & {s[:2] for s in inside.slices}
        for kind, names in outside.kernel_names.items():
            assert not set(names) & set(inside.kernel_names[kind])
    s = draw_person(np.random.default_rng(1), SimulatorConfig(), "L1", SITE["external"])
    assert s.machine is not None and s.machine.make not in c.DEVICES


@pytest.mark.parametrize("kind", sorted(c.LESION_RATE))
def test_a_lesion_changes_the_scan(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sound, ill = (replace(calm_config(), lesion_scale=k, half_size_mm=(32, 40, 14)) for k in (0.0, 1.0))
    before = simulate_patch(np.random.default_rng(8), sound)
    monkeypatch.setattr(c, "LESION_RATE", {kind: 1.0})
    after = simulate_patch(np.random.default_rng(8), ill)
    assert after.facts["lesion"] == kind and before.facts["lesion"] == "none"
    assert after.scan.dtype == np.int16 and after.scan.max() <= 3071
    if kind in ("screws", "metal", "cement"):
        assert after.scan.max() > 1400


def test_deformities_lose_height() -> None:
    patient = Patient("F", 70, 29, 1.0, 120, 0)
    bone = draw_bone(np.random.default_rng(1), patient, "L1", "population")
    plain, wedge, crush = (
        draw_shape(np.random.default_rng(2), patient, "L1", bone, kind) for kind in ("none", "wedge", "crush")
    )
    assert wedge.height < 0.95 * plain.height and crush.height < 0.85 * plain.height
    assert sum(wedge.slope) > sum(plain.slope) + 0.1
