"""The chance given density: recovered where it is known, and steeper density means lower chance."""

import numpy as np
import pytest
from scipy.special import expit

from vertebra.config import UserError
from vertebra.network.chance import SCALE_MG_CM3, design, fit_chance, slope_per_mg_cm3


def labels(n: int) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Density and level, the chance of osteoporosis on two scales, and classes drawn from it."""
    rng = np.random.default_rng(5)
    vbmd = rng.uniform(30, 220, n)
    level = rng.integers(0, 3, n)
    offsets = np.array([0.4, -0.2, 0.1])
    scaled = (vbmd - 100) / SCALE_MG_CM3
    chance = expit(np.stack([1.5 - 2.0 * scaled + offsets[level], -0.5 - scaled])).T
    return {"vbmd": vbmd, "level": level}, chance, np.where(rng.random(chance.shape) < chance, 2, 0)


def test_recovers_the_chance_that_made_the_labels() -> None:
    fitted, chance, classes = labels(40000)
    weights = fit_chance(fitted, classes, 3)
    assert weights.shape == (2, 5)
    found = expit(design(fitted, 3) @ weights.T)
    # The ridge on the level terms and the constant beside them leave a small error.
    assert np.abs(found - chance).max() < 0.04
    assert slope_per_mg_cm3(weights) == pytest.approx([2.0 / SCALE_MG_CM3, 1.0 / SCALE_MG_CM3], rel=0.05)


def test_readings_that_are_not_there_do_not_count() -> None:
    fitted, _, classes = labels(4000)
    known = np.arange(4000) % 2 == 0
    thinned = np.where(known[:, None], classes, -1)
    half = {name: values[known] for name, values in fitted.items()}
    np.testing.assert_allclose(fit_chance(fitted, thinned, 3), fit_chance(half, classes[known], 3), atol=1e-3)


def test_a_level_that_was_never_seen_has_no_term() -> None:
    seen, _, classes = labels(500)
    weights = fit_chance(seen, classes, 8)
    assert np.allclose(weights[:, 2 + 3 :], 0)


def test_refuses_a_chance_that_rises_with_density() -> None:
    with pytest.raises(UserError, match="rarer"):
        slope_per_mg_cm3(np.array([[0.0, 0.5], [0.0, -0.5]]))
