"""The numbers of a validation against ones worked out by hand, and what its page says and leaves out."""

from __future__ import annotations

import numpy as np
import pytest

from vertebra.clinic.measure import Problem
from vertebra.clinic.validate import (
    Answers,
    agreement,
    agreement_by_patient,
    is_shown,
    lower_limit,
    upper_limit,
)
from vertebra.clinic.validation_groups import subgroups
from vertebra.clinic.validation_page import validation_page


def make_answers(**overrides: object) -> Answers:
    """Six vertebrae of three patients; the network reads 0.02 more on average."""
    values = {
        "patient": np.array([7, 7, 9, 9, 4, 4]),
        "reading": np.array([0.70, 0.80, 0.90, 1.00, 0.60, 0.95]),
        "value": np.array([0.74, 0.80, 0.88, 1.06, 0.61, 0.98]),
        "low": np.array([0.65, 0.71, 0.79, 1.01, 0.52, 0.89]),
        "high": np.array([0.83, 0.89, 0.97, 1.11, 0.70, 1.07]),
        "osteoporosis": np.array([True, False, False, False, True, True]),
        "probability": np.array([0.9, 0.3, 0.1, 0.05, 0.45, 0.2]),
        "roi_hu": np.array([60.0, 90.0, 110.0, 150.0, 50.0, 120.0]),
    }
    return Answers(**(values | overrides))  # type: ignore[arg-type]


def test_agreement_is_what_the_definitions_give() -> None:
    found = agreement(make_answers(), 200)
    assert (found["patients"], found["pairs"], found["osteoporotic"]) == (3, 6, 3)
    # Differences 0.04, 0, -0.02, 0.06, 0.01, 0.03: mean 0.02, SD 0.02898 (divisor n - 1).
    assert found["bias"]["value"] == pytest.approx(0.02)
    assert found["lower_limit"]["value"] == pytest.approx(0.02 - 1.96 * 0.02898, abs=1e-4)
    assert found["upper_limit"]["value"] == pytest.approx(0.02 + 1.96 * 0.02898, abs=1e-4)
    assert found["mae"]["value"] == pytest.approx(0.16 / 6, abs=1e-4)
    assert found["coverage"]["value"] == pytest.approx(5 / 6, abs=1e-4)  # 1.00 lies below 1.01
    # Pairs in order: 3 of 3 for 0.9, 3 of 3 for 0.45, 2 of 3 for 0.2.
    assert found["auc"]["value"] == pytest.approx(8 / 9, abs=1e-4)
    assert found["auc_mean_hu"]["value"] == pytest.approx(7 / 9, abs=1e-4)
    assert found["sensitivity_0.5"]["value"] == pytest.approx(1 / 3, abs=1e-4)
    assert found["specificity_0.5"]["value"] == 1
    assert found["sensitivity_0.2"]["value"] == 1  # 0.2 itself counts as called
    assert found["specificity_0.2"]["value"] == pytest.approx(2 / 3, abs=1e-4)


def test_a_resample_takes_all_vertebrae_of_a_patient_or_none() -> None:
    """Copies of a patient's vertebrae add no certainty."""
    once = make_answers()
    copied = once.rows(np.repeat(np.arange(6), 20))
    first, second = (agreement(one, 400)["bias"]["ci95"] for one in (once, copied))
    np.testing.assert_allclose(first, second, atol=1e-9)


def test_by_patient_takes_the_mean_of_the_levels() -> None:
    # Readings 0.775, 0.75, 0.95 and answers 0.795, 0.77, 0.97: the same 0.02 apart in every patient.
    found = agreement_by_patient(make_answers(), 50)
    assert (found["patients"], found["pairs"]) == (3, 3)
    assert [found[k]["value"] for k in ("bias", "lower_limit", "upper_limit")] == pytest.approx([0.02] * 3)
    assert "auc" not in found


def test_what_cannot_be_computed_is_none_and_not_a_number() -> None:
    healthy = make_answers(osteoporosis=np.zeros(6, dtype=bool))
    found = agreement(healthy, 50)
    assert found["auc"]["value"] is None and found["sensitivity_0.5"]["value"] is None
    assert np.isnan(lower_limit(np.array([1.0]), np.array([1.1])))
    assert np.isnan(upper_limit(np.array([1.0]), np.array([1.1])))


def test_a_vertebra_that_the_app_would_refuse_is_not_counted() -> None:
    assert is_shown({"oodScore": 90.0, "oodLimit": 30.0})
    assert not is_shown({"oodScore": 90.1, "oodLimit": 30.0})
    assert not is_shown(Problem("output-not-finite", "."))


def test_unknown_acquisition_is_a_group_of_its_own() -> None:
    labels = {
        "kvp": np.array([120.0, np.nan, 100.0]),
        "thickness": np.array([1.5, 1.6, np.nan]),
        "kernel": np.array(["sharp", "unknown", "sharp"]),
        "phase": np.array(["none", "unknown", "enhanced"]),
        "sex": np.array(["F", "M", "unknown"]),
        "level": np.array([3, 3, 7]),
    }
    found = subgroups(labels)
    assert found["kVp"].keys() == {"100", "120", "unknown"}
    assert found["slice thickness"].keys() == {"0 to 1.5 mm", "1.5 to 3 mm", "unknown"}
    assert found["level"].keys() == {"L1", "L5"}
    assert all(sum(int(m.sum()) for m in groups.values()) == 3 for groups in found.values())


def test_the_page_says_what_it_does_not_show_and_warns_of_a_model_that_saw_real_patients() -> None:
    numbers = agreement(make_answers(), 20)
    found = {
        "model": {"id": "m", "sha256": "ab" * 32},
        "realInTraining": 12,
        "splits": ["train", "test"],
        "refused": 2,
        "marked": 1,
        "units": {"hologic": "g/cm2", "standardised": "mg/cm2"},
        "small": {"norland": 3},
        "devices": {"hologic": numbers},
        "patients": {"hologic": agreement_by_patient(make_answers(), 20)},
        "subgroups": {"sex": {"F": numbers}},
    }
    page = validation_page(found, {"hologic": "hologic.svg"}, (0.2, 0.5), 5, "ours")
    assert "This is no clinical validation" in page
    assert "run again with `--split test`" in page
    assert "norland (3)" in page and "2 vertebrae are refused" in page
    assert "| hologic, g/cm2 | 3 | 6 |" in page
    alone = validation_page(found | {"devices": {}, "realInTraining": 0}, {}, (0.2, 0.5), 5, "ours")
    assert "## Density by device" not in alone and "--split test" not in alone
