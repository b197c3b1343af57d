"""The pool of texture targets: radiomic features of every stored patch, and their standard scores.

A shard's features stand beside its labels as NNNN.texture.npz: ``features`` float32 [n, F] as measured, ``settings``
what made them. What turns them into targets is fitted once on the unlabelled split and kept in the run's
texture.json, with the reason why each other feature was dropped.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import norm, rankdata

from ..checkpoint import write_json, write_npz
from ..config import Config, UserError, feature_columns
from ..dataset import load_split, read_simulation
from .features import feature_names, texture_vector

QUANTILES = 101  # knots of the rank transform
MIN_DISTINCT_SHARE = 0.5  # of the knots; a feature with fewer is as good as constant
KEPT_FIRST = ("fine.firstorder.Mean", "fine.firstorder.Variance")  # before what follows them
EDGE = 0.5 / QUANTILES  # probability of the outermost knots: scores end at about 2.6


def feature_settings(config: Config) -> str:
    """All that decides the stored features, as JSON."""
    import radiomics

    texture = asdict(config.texture)
    kept = {name: texture[name] for name in ("radii_mm", "anterior_mm", "bin_width_hu")}
    return json.dumps(
        {**kept, "names": feature_names(), "library": f"pyradiomics-bhklab {radiomics.__version__}"}
    )


def _measure_shard(job: tuple[Config, str]) -> int:
    config, stem = job
    patches = np.load(f"{stem}.patches.npy", mmap_mode="r")
    features = np.stack([texture_vector(hu, config.patch, config.texture) for hu in patches])
    write_npz(
        Path(f"{stem}.texture.npz"),
        features=features.astype(np.float32),
        settings=np.array(feature_settings(config)),
    )
    return len(patches)


def _stems(config: Config, split: str) -> list[str]:
    read_simulation(config)
    folder = config.data_dir / split
    stems = [str(path).removesuffix(".labels.npz") for path in sorted(folder.glob("*.labels.npz"))]
    if not stems:
        raise UserError(
            f"{folder}: no patches of the split '{split}'; run 'python -m vertebra simulate' first."
        )
    return stems


def _is_measured(config: Config, stem: str) -> bool:
    path, labels = Path(f"{stem}.texture.npz"), Path(f"{stem}.labels.npz")
    if not path.exists() or path.stat().st_mtime < labels.stat().st_mtime:
        return False
    with np.load(path) as stored:
        return str(stored["settings"]) == feature_settings(config)


def measure_texture(config: Config, splits: tuple[str, ...]) -> None:
    """Measure what is missing of these splits, in worker processes."""
    jobs = [
        (config, stem) for split in splits for stem in _stems(config, split) if not _is_measured(config, stem)
    ]
    print(f"texture: {len(jobs)} shards to measure", flush=True)
    if not jobs:
        return
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    os.environ["ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"] = "1"
    done, began = 0, time.monotonic()
    with multiprocessing.get_context("spawn").Pool(min(config.simulate.workers, len(jobs))) as pool:
        for made in pool.imap_unordered(_measure_shard, jobs):
            done += made
            print(f"texture: {done} patches, {done / (time.monotonic() - began):.1f}/s", flush=True)


def load_texture(config: Config, split: str) -> np.ndarray:
    """Features of a split in the order of ``feature_names``, float64 [n, F]; rows without texture are NaN."""
    parts = []
    for stem in _stems(config, split):
        if not _is_measured(config, stem):
            raise UserError(f"{stem}.texture.npz: missing or older; run 'python -m vertebra pretrain' again.")
        with np.load(f"{stem}.texture.npz") as stored:
            parts.append(stored["features"].astype(np.float64))
    return np.concatenate(parts)


def acquisition_design(acquisition: np.ndarray) -> np.ndarray:
    """What a header says of noise and blur, for a linear fit: [n, columns] to [n, terms], the first one 1.

    Constant, kVp and slice thickness with their squares, kernel class, and thickness within each kernel class.
    """
    columns = feature_columns()
    kvp, thickness = (acquisition[:, columns[name].start] for name in ("kvp", "sliceThicknessMm"))
    kernel = acquisition[:, columns["kernelClass"]]
    terms = [np.ones_like(kvp), kvp, kvp**2, thickness, thickness**2]
    return np.column_stack([*terms, kernel, kernel * thickness[:, None]])


@dataclass(frozen=True)
class TextureScores:
    """Turns measured features into standard scores, mean 0 and SD 1 over the split that they were fitted on."""

    names: tuple[str, ...]  # K kept features
    knots: np.ndarray  # [K, QUANTILES] values at equal steps of probability
    acquisition: np.ndarray  # [terms, K] scores that the header alone predicts
    beyond_sd: np.ndarray  # [K] SD of what remains
    dropped: dict[str, str]  # feature: reason

    def scores(self, features: np.ndarray) -> np.ndarray:
        """Normal scores [n, K] of the rank in the pool, float64; heavy tails end at the pool's own. NaN stays."""
        columns = [feature_names().index(name) for name in self.names]
        grid = norm.ppf(np.linspace(EDGE, 1 - EDGE, QUANTILES))
        out = np.empty((len(features), len(columns)))
        for k, column in enumerate(columns):
            out[:, k] = interpolate_rank(features[:, column], self.knots[k], grid)
        return out

    def beyond(self, scores: np.ndarray, acquisition: np.ndarray) -> np.ndarray:
        """The scores less what kVp, kernel and slice thickness predict, again of SD 1."""
        return (scores - acquisition_design(acquisition) @ self.acquisition) / self.beyond_sd

    def targets(self, config: Config, features: np.ndarray, acquisition: np.ndarray) -> np.ndarray:
        """What pretraining predicts, [n, K]."""
        scores = self.scores(features)
        return self.beyond(scores, acquisition) if config.texture.beyond_acquisition else scores

    def as_json(self) -> dict[str, Any]:
        return {
            "kept": list(self.names),
            "dropped": self.dropped,
            "knots": self.knots.tolist(),
            "acquisition": self.acquisition.tolist(),
            "beyondSd": self.beyond_sd.tolist(),
        }


def interpolate_rank(values: np.ndarray, knots: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Score of each value between the knots. Equal knots (a tied value) take the middle of their scores."""
    distinct, first, counts = np.unique(knots, return_index=True, return_counts=True)
    middle = (grid[first] + grid[first + counts - 1]) / 2
    return np.where(np.isnan(values), np.nan, np.interp(values, distinct, middle))


def fit_scores(features: np.ndarray, acquisition: np.ndarray, duplicate_correlation: float) -> TextureScores:
    """Choose features and fit their scores, from features [n, F] and acquisition [n, columns] of one split.

    In the order of ``feature_names``, mean and variance first, a feature is kept unless it is NaN somewhere, as good
    as constant, or its absolute Spearman correlation with a kept one exceeds the limit.
    """
    has_texture = ~np.isnan(features).all(axis=1)
    features, acquisition = features[has_texture], acquisition[has_texture]
    if len(features) < 2:
        raise UserError(
            "[texture]: the unlabelled split has no two patches with texture; simulate more of it."
        )
    ranks = np.apply_along_axis(rankdata, 0, features)
    ranks = (ranks - ranks.mean(0)) / np.maximum(ranks.std(0), 1e-12)
    probabilities = np.linspace(0, 1, QUANTILES)
    kept: list[int] = []
    knots, dropped = [], {}
    order = sorted(range(len(feature_names())), key=lambda at: feature_names()[at] not in KEPT_FIRST)
    for column in order:
        name = feature_names()[column]
        values = features[:, column]
        if not np.isfinite(values).all():
            dropped[name] = "not finite for every patch"
            continue
        quantiles = np.quantile(values, probabilities)
        if len(np.unique(quantiles)) < MIN_DISTINCT_SHARE * QUANTILES:
            dropped[name] = "as good as constant"
            continue
        if kept:
            correlations = np.abs(ranks[:, kept].T @ ranks[:, column]) / len(ranks)
            nearest = int(correlations.argmax())
            if correlations[nearest] > duplicate_correlation:
                dropped[name] = f"follows {feature_names()[kept[nearest]]} ({correlations[nearest]:.3f})"
                continue
        kept.append(column)
        knots.append(quantiles)
    names = tuple(feature_names()[column] for column in kept)
    terms = acquisition_design(acquisition)
    found = TextureScores(
        names, np.array(knots), np.zeros((terms.shape[1], len(kept))), np.ones(len(kept)), dropped
    )
    scores = found.scores(features)
    weights, *_ = np.linalg.lstsq(terms, scores, rcond=1e-6)
    return TextureScores(names, found.knots, weights, (scores - terms @ weights).std(0), dropped)


def scores_path(config: Config) -> Path:
    return config.root / "runs" / config.name / "texture.json"


def load_scores(config: Config) -> TextureScores:
    path = scores_path(config)
    if not path.exists():
        raise UserError(f"{path}: no texture scores; run 'python -m vertebra pretrain' first.")
    raw = json.loads(path.read_text(encoding="utf-8"))
    arrays = (np.array(raw[name]) for name in ("knots", "acquisition", "beyondSd"))
    return TextureScores(tuple(raw["kept"]), *arrays, raw["dropped"])


def prepare_texture(config: Config) -> TextureScores:
    """Measure the unlabelled split, where that is still to do, and fit and store the scores."""
    name = config.pretrain.split
    measure_texture(config, (name,))
    split = load_split(config, name)
    features = load_texture(config, name)[: len(split)]
    found = fit_scores(features, split.labels["acquisition"], config.texture.duplicate_correlation)
    write_json(scores_path(config), found.as_json())
    print(f"texture: {len(found.names)} features kept, {len(found.dropped)} dropped", flush=True)
    return found
