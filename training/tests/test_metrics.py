"""The evaluation's statistics against values known by hand."""

import numpy as np
import pytest

from vertebra.evidence.metrics import (
    area_under_curve,
    calibration_error,
    difference,
    pearson,
    resample,
    sensitivity,
    specificity,
    with_interval,
)
from vertebra.evidence.predictions import youden_threshold


def test_area_under_curve_counts_pairs_and_halves_ties():
    truth = np.array([True, True, False, False, False])
    assert area_under_curve(truth, np.array([0.9, 0.3, 0.1, 0.3, 0.6])) == pytest.approx((3 + 1.5) / 6)


def test_area_under_curve_is_unknown_without_both_classes():
    assert np.isnan(area_under_curve(np.ones(4, bool), np.arange(4.0)))


def test_sensitivity_and_specificity_at_the_threshold_of_their_largest_sum():
    truth = np.array([True, True, True, False, False, False, False])
    probability = np.array([0.9, 0.8, 0.2, 0.7, 0.3, 0.1, 0.05])
    threshold = youden_threshold(truth, probability)
    called = probability >= threshold
    assert threshold == 0.8
    assert sensitivity(truth, called) == pytest.approx(2 / 3) and specificity(truth, called) == 1


def test_calibration_error_is_the_gap_of_the_bins():
    probability = np.repeat([0.1, 0.7], 50)
    truth = np.concatenate([np.arange(50) < 5, np.arange(50) < 25]).astype(float)
    rng = np.random.default_rng(0)
    shuffled = rng.permutation(50)
    truth = np.concatenate([truth[:50][shuffled], truth[50:][shuffled]])
    assert calibration_error(truth, probability) >= 0.1  # the upper half claims 0.7 and holds 0.5
    assert calibration_error(probability, probability) == pytest.approx(0)


def test_a_resample_takes_whole_patients():
    patients = np.array([5, 5, 2, 9, 9, 9])
    for rows in resample(patients, 50):
        counts = {p: int((patients[rows] == p).sum()) for p in (5, 2, 9)}
        assert counts[5] % 2 == 0 and counts[9] % 3 == 0
        assert counts[5] / 2 + counts[2] + counts[9] / 3 == 3


def test_interval_holds_the_value_and_narrows_with_patients():
    rng = np.random.default_rng(1)
    x = rng.normal(size=2000)
    y = x + rng.normal(size=2000)
    wide, narrow = (with_interval(pearson, x[:n], [y[:n]], resample(np.arange(n), 200)) for n in (50, 2000))
    for entry in (wide, narrow):
        assert entry["ci95"][0] < entry["value"] < entry["ci95"][1]
    assert np.ptp(narrow["ci95"]) < np.ptp(wide["ci95"]) / 3


def test_seeds_are_averaged_and_a_difference_is_paired():
    rng = np.random.default_rng(2)
    truth = rng.random(400) < 0.4
    good = [truth + rng.normal(0, 0.8, 400) for _ in range(2)]
    rows = resample(np.arange(400), 100)
    entry = with_interval(area_under_curve, truth, good, rows)
    assert entry["value"] == pytest.approx(np.mean([area_under_curve(truth, g) for g in good]), abs=1e-4)
    gain = difference(area_under_curve, truth, good, [rng.normal(size=400)], rows)
    assert gain["ci95"][0] > 0.1
    none = difference(area_under_curve, truth, good, good[::-1], rows)
    assert none["value"] == 0 and none["ci95"] == [0, 0]


def test_a_group_of_one_class_has_no_number():
    entry = with_interval(
        area_under_curve, np.zeros(20, bool), [np.arange(20.0)], resample(np.arange(20), 10)
    )
    assert entry["value"] is None and entry["ci95"] == [None, None]
