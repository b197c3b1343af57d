"""The chance given density: recovered where it is known, and steeper density means lower chance."""

import numpy as np
import pytest
from scipy.special import expit

from vertebra.config import UserError
from vertebra.network.chance import SCALE_MG_CM3, design, fit_chance, slope_per_mg_cm3


def labels(n: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    vbmd = rng.uniform(30, 220, n)
    level = rng.integers(0, 3, n)
    offsets = np.array([0.4, -0.2, 0.1])
    scaled = (vbmd - 100) / SCALE_MG_CM3
    logit = np.stack([1.5 - 2.0 * scaled + offsets[level], -0.5 - scaled])
    return {"vbmd": vbmd, "level": level, "chance": expit(logit.T)}


def test_recovers_the_chance_that_made_the_labels() -> None:
    fitted = labels(4000)
    weights = fit_chance(fitted, 3)
    assert weights.shape == (2, 5)
    found = expit(design(fitted, 3) @ weights.T)
    # The ridge on the level terms and the constant beside them leave a small error.
    assert np.abs(found - fitted["chance"]).max() < 0.03
    assert slope_per_mg_cm3(weights) == pytest.approx([2.0 / SCALE_MG_CM3, 1.0 / SCALE_MG_CM3], rel=0.02)


def test_a_level_that_was_never_seen_has_no_term() -> None:
    seen = labels(500)
    weights = fit_chance(seen, 8)
    assert np.allclose(weights[:, 2 + 3 :], 0)


def test_refuses_a_chance_that_rises_with_density() -> None:
    with pytest.raises(UserError, match="rarer"):
        slope_per_mg_cm3(np.array([[0.0, 0.5], [0.0, -0.5]]))
