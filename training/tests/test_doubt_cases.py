"""Simulated reasons for doubt are where they are said to be, and the words on the experts follow the numbers."""

import numpy as np
import pytest

from vertebra.clinic.doubts import inspect_doubts
from vertebra.clinic.measure import inspect_body_region
from vertebra.config import DEVICES
from vertebra.evidence.doubt_cases import simulate_doubt
from vertebra.evidence.experts import describe, eta_squared, experts_words
from vertebra.real_data import Scan


def scan_of(kind: str) -> tuple[Scan, list[float]]:
    made = simulate_doubt(np.random.default_rng([5, 3]), kind, small=True)
    return Scan(made.scan, made.index_to_world, made.header), list(made.true_centre_lps)


def test_the_same_vertebra_differs_by_the_one_thing_added() -> None:
    (plain, centre), (cement, other) = scan_of("plain"), scan_of("cement")
    assert inspect_body_region(plain, centre).metal_fraction == 0
    assert inspect_body_region(cement, other).metal_fraction > 0.02
    assert (
        inspect_doubts(*scan_of("metal"), None, None).metal_mm3
        > inspect_doubts(plain, centre, None, None).metal_mm3
        == 0
    )
    assert inspect_doubts(*scan_of("sclerotic"), None, None).dense.volume_mm3 > 100
    assert inspect_doubts(plain, centre, None, None).dense.volume_mm3 == 0


def test_eta_squared_is_one_for_a_group_that_tells_all_and_near_zero_for_chance() -> None:
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(4), 100)
    assert eta_squared(groups * 0.1, groups) == pytest.approx(1)
    assert eta_squared(rng.normal(size=400), groups) < 0.05
    assert eta_squared(np.zeros(400), groups) == 0


def test_an_expert_is_named_only_where_its_share_moves_with_one_fact() -> None:
    rng = np.random.default_rng(2)
    n = 400
    labels = {
        "kvp": rng.choice([100, 120], n), "kernel": rng.choice(["smooth", "sharp"], n),
        "thickness": rng.uniform(1, 5, n), "phase": rng.choice(["none", "venous"], n), "level": rng.integers(0, 8, n),
        "vbmd": rng.normal(100, 30, n), "age": rng.normal(60, 10, n), "sex": rng.choice(["F", "M"], n),
        "site": rng.integers(0, 3, n),
    }  # fmt: skip
    moving = np.where(labels["kernel"] == "sharp", 0.7, 0.3)
    gates = np.stack([moving, 1 - moving], -1)[:, None, :].repeat(len(DEVICES), 1)
    described = describe(gates, labels)
    assert [expert["name"] for expert in described["experts"]] == ["kernel", "kernel"]
    even = describe(gates * 0.02 + 0.49, labels)
    assert [expert["name"] for expert in even["experts"]] == [None, None]
    assert "near even" in experts_words(even) and "Named" in experts_words(described)
