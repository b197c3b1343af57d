"""The evaluation's statistics against values known by hand."""

import numpy as np
import pytest

from vertebra.evidence.metrics import area_under_curve, calibration_error, pearson, with_interval


def test_area_under_curve_counts_pairs_and_halves_ties():
    truth = np.array([True, True, False, False, False])
    assert area_under_curve(truth, np.array([0.9, 0.3, 0.1, 0.3, 0.6])) == pytest.approx((3 + 1.5) / 6)


def test_area_under_curve_is_unknown_without_both_classes():
    assert np.isnan(area_under_curve(np.ones(4, bool), np.arange(4.0)))


def test_calibration_error_is_the_gap_of_the_bins():
    probability = np.repeat([0.1, 0.7], 50)
    truth = np.concatenate([np.arange(50) < 5, np.arange(50) < 25]).astype(float)
    rng = np.random.default_rng(0)
    shuffled = rng.permutation(50)
    truth = np.concatenate([truth[:50][shuffled], truth[50:][shuffled]])
    assert calibration_error(truth, probability) >= 0.1  # the upper half claims 0.7 and holds 0.5
    assert calibration_error(probability, probability) == pytest.approx(0)


def test_interval_holds_the_value_and_narrows_with_patients():
    rng = np.random.default_rng(1)
    x = rng.normal(size=2000)
    y = x + rng.normal(size=2000)
    wide, narrow = (with_interval(pearson, x[:n], y[:n], 200) for n in (50, 2000))
    for entry in (wide, narrow):
        assert entry["ci95"][0] < entry["value"] < entry["ci95"][1]
    assert np.ptp(narrow["ci95"]) < np.ptp(wide["ci95"]) / 3


def test_a_group_of_one_class_has_no_number():
    entry = with_interval(area_under_curve, np.zeros(20, bool), np.arange(20.0), 10)
    assert entry["value"] is None and entry["ci95"] == [None, None]
