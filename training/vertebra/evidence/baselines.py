"""What the network has to beat: the mean HU of a region, and radiomic features with gradient boosting.

Both are fitted on the labelled patients of the three sites, on the standardised scale, and brought to a machine's
own scale by the published conversion.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression

from ..config import DEVICES, Config
from ..dataset import Split, load_split
from ..network.labels import STANDARDISED, measured
from ..network.losses import OSTEOPOROSIS
from ..simulator.constants import HA_SLOPE_HU
from ..simulator.dxa import from_sbmd
from ..texture.pool import load_texture, measure_texture
from .predictions import MG_PER_G, Answers, truth_of, youden_threshold

SEED = 7


def baseline_hu(labels: dict[str, np.ndarray]) -> np.ndarray:
    """Mean HU of the ROI, brought to 120 kVp."""
    slope = np.interp(labels["kvp"], sorted(HA_SLOPE_HU), [HA_SLOPE_HU[k] for k in sorted(HA_SLOPE_HU)])
    return labels["roi_hu"] * HA_SLOPE_HU[120] / slope


def mean_hu_features(_config: Config, _name: str, split: Split) -> np.ndarray:
    return baseline_hu(split.labels)[:, None]


def radiomic_features(config: Config, name: str, _split: Split) -> np.ndarray:
    measure_texture(config, (name,))
    return load_texture(config, name)


def mean_hu_answers(config: Config, names: tuple[str, ...]) -> list[Answers]:
    return _answers(
        config, names, mean_hu_features, LogisticRegression(), LinearRegression(), LinearRegression()
    )


def radiomics_answers(config: Config, names: tuple[str, ...]) -> list[Answers]:
    boosted = {"max_depth": 4, "learning_rate": 0.06, "max_iter": 200, "random_state": SEED}
    return _answers(
        config,
        names,
        radiomic_features,
        HistGradientBoostingClassifier(**boosted),
        HistGradientBoostingRegressor(**boosted),
        HistGradientBoostingRegressor(**boosted),
    )


def _answers(
    config: Config,
    names: tuple[str, ...],
    features: Callable[[Config, str, Split], np.ndarray],
    classifier: Any,
    abmd_line: Any,
    vbmd_line: Any,
) -> list[Answers]:
    """Fit scikit-learn estimators of the class, of sBMD and of vBMD, and answer for some splits."""
    train, calibration = load_split(config, "train"), load_split(config, "calibration")
    abmd, classes = measured(train.labels)
    known = np.isfinite(abmd[:, STANDARDISED])
    x = features(config, "train", train)
    classifier.fit(x[known], classes[known, STANDARDISED] == OSTEOPOROSIS)
    abmd_line.fit(x[known], abmd[known, STANDARDISED] / MG_PER_G)
    vbmd_line.fit(x, train.labels["vbmd"])
    chosen = youden_threshold(
        truth_of(calibration).osteoporosis,
        classifier.predict_proba(features(config, "calibration", calibration))[:, 1],
    )
    found = []
    for name in names:
        split = load_split(config, name)
        x, scale = features(config, name, split), truth_of(split).scale
        sbmd = abmd_line.predict(x)
        converted = np.stack([from_sbmd(sbmd, d) if d != "standardised" else sbmd for d in DEVICES], axis=1)
        found.append(
            Answers(
                osteoporosis=classifier.predict_proba(x)[:, 1],
                abmd=converted[np.arange(len(scale)), scale],
                vbmd=vbmd_line.predict(x),
                level=np.full(len(split), -1),
                threshold=chosen,
            )
        )
    return found
