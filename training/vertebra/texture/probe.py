"""The linear probe: what a frozen encoder's features hold of texture and density, on scanners never seen.

Ridge regression on the pooled features, fitted on labelled patients of the training sites and scored on other
patients of theirs and of the external hospital. Three encoders of the same shape: pretrained with texture, with
reconstruction alone, and random. Batch statistics of the random one come from the unlabelled patches, as those of
the others do.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ..checkpoint import write_json
from ..config import REPO_ROOT, Config
from ..dataset import Split, load_split
from ..evidence.metrics import entry, resample
from ..network.augment import normalise_batch
from ..network.model import VertebraNet, build_model
from .encoder import load_encoder, pool_features
from .pool import load_scores, load_texture, measure_texture
from .pretrain import OBJECTIVES, STATISTICS_BATCHES, measure_batch_statistics

RANDOM = "random"
FIT_SPLIT, SCORED_SPLITS = "train", ("test", "external")
PENALTIES = tuple(10.0**power for power in range(-1, 6))
FOLDS = 5
BATCH = 64
METRICS = ("explained", "r", "mae")
# Which of the pooled features a probe sees: all that the heads see, or only those of the convolutions, without
# the pooled HU, which even a random encoder has.
FEATURE_SETS = ("all", "convolutions")
# Truths of the simulator, where its labels hold them: density, and the bone's own heterogeneity before any scanner.
TRUTHS = ("vbmd", "texture_mg", "texture_mm")


def embed(net: VertebraNet, split: Split) -> np.ndarray:
    """Pooled features of every patch of a split, [n, image_width]."""
    net.eval()
    device = net.vbmd_stats.device
    parts = []
    with torch.no_grad():
        for start in range(0, len(split), BATCH):
            hu = torch.from_numpy(split.hu(np.arange(start, min(start + BATCH, len(split)))))
            patch = normalise_batch(hu, net.patch).to(device)
            parts.append(pool_features(net, patch, *net.features(patch)).cpu().numpy())
    return np.concatenate(parts).astype(np.float64)


def build_encoders(config: Config, pool: Split) -> dict[str, VertebraNet]:
    """The networks to compare, by name."""
    encoders = {}
    for name in (*OBJECTIVES, RANDOM):
        torch.manual_seed(config.pretrain.seed)
        net = build_model(config.model, config.patch)
        if name == RANDOM:
            measure_batch_statistics(net, pool, config, STATISTICS_BATCHES)
        else:
            net.load_state_dict(load_encoder(config, name), strict=False)
        encoders[name] = net.eval()
    return encoders


def fit_probe(features: np.ndarray, targets: np.ndarray, patients: np.ndarray) -> Any:
    """Ridge on standardised features [n, F] to targets [n, K]; its penalty by cross-validation over patients."""
    folds = min(FOLDS, len(np.unique(patients)))
    cv = list(GroupKFold(folds).split(features, groups=patients))
    return make_pipeline(StandardScaler(), RidgeCV(PENALTIES, cv=cv)).fit(features, targets)


def weighted_metrics(truth: np.ndarray, value: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Metrics of truth and value [n, K] under each row of weights [draws, n]; each is the mean over targets [draws].

    ``explained`` is 1 - squared error / variance (below 0 is worse than the mean), ``r`` Pearson's, blind to
    offset and scale and 0 for a constant answer, ``mae`` in the target's unit. NaN where a target does not vary.
    """
    count = weights.sum(1, keepdims=True)

    def spread(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return weights @ (a * b) - (weights @ a) * (weights @ b) / count

    truth_centred, value_centred = truth - truth.mean(0), value - value.mean(0)  # keeps the differences exact
    variance = spread(truth_centred, truth_centred)
    variance = np.where(variance > 1e-9, variance, np.nan)
    both = variance * np.maximum(spread(value_centred, value_centred), 1e-12)
    return {
        "explained": (1 - weights @ np.square(value - truth) / variance).mean(1),
        "r": (spread(truth_centred, value_centred) / np.sqrt(both)).mean(1),
        "mae": (weights @ np.abs(value - truth) / count).mean(1),
    }


def score_probes(
    truth: np.ndarray, values: dict[str, np.ndarray], patients: np.ndarray, draws: int
) -> dict[str, Any]:
    """Every metric of each encoder, and of the first one less each other in the same resamples."""
    rows = resample(patients, draws)
    weights = np.stack([np.bincount(at, minlength=len(truth)) for at in rows]).astype(float)
    every = np.ones((1, len(truth)))
    point = {name: weighted_metrics(truth, value, every) for name, value in values.items()}
    drawn = {name: weighted_metrics(truth, value, weights) for name, value in values.items()}
    first = next(iter(values))
    found: dict[str, Any] = {}
    for metric in METRICS:
        for name in values:
            found.setdefault(name, {})[metric] = entry(
                point[name][metric][0], drawn[name][metric], len(truth)
            )
        for name in list(values)[1:]:
            difference = entry(
                point[first][metric][0] - point[name][metric][0],
                drawn[first][metric] - drawn[name][metric],
                len(truth),
            )
            found.setdefault(f"{first} less {name}", {})[metric] = difference
    return found


def probe_targets(config: Config, name: str, split: Split) -> dict[str, np.ndarray]:
    """What the probe predicts: texture scores [n, K] with and without what the header tells, and truths [n, 1]."""
    scores = load_scores(config)
    measured = scores.scores(load_texture(config, name)[: len(split)])
    targets = {
        "texture": measured,
        "texture beyond acquisition": scores.beyond(measured, split.labels["acquisition"]),
    }
    for truth in TRUTHS:
        if truth in split.labels:
            targets[truth] = split.labels[truth].astype(np.float64).reshape(-1, 1)
    return targets


def probe(config: Config, out: Path = REPO_ROOT / "docs" / "evaluation" / "probe.json") -> dict[str, Any]:
    """Fit and score every probe; writes the numbers."""
    torch.set_num_threads(config.train.threads)
    splits = {name: load_split(config, name) for name in (FIT_SPLIT, *SCORED_SPLITS)}
    measure_texture(config, tuple(splits))
    encoders = build_encoders(config, load_split(config, config.pretrain.split))
    embedded = {
        name: {split: embed(net, data) for split, data in splits.items()} for name, net in encoders.items()
    }
    targets = {split: probe_targets(config, split, data) for split, data in splits.items()}
    patients = {split: data.labels["patient"] for split, data in splits.items()}
    width = next(iter(encoders.values())).image_width
    columns = {"all": slice(0, width), "convolutions": slice(0, width - 2 * config.model.masks)}
    results: dict[str, Any] = {}
    for chosen in FEATURE_SETS:
        for target in targets[FIT_SPLIT]:
            known = {split: np.isfinite(targets[split][target]).all(1) for split in splits}
            fitted = {
                name: fit_probe(
                    at[FIT_SPLIT][known[FIT_SPLIT], columns[chosen]],
                    targets[FIT_SPLIT][target][known[FIT_SPLIT]],
                    patients[FIT_SPLIT][known[FIT_SPLIT]],
                )
                for name, at in embedded.items()
            }
            for split in SCORED_SPLITS:
                rows = known[split]
                truth = targets[split][target][rows]
                values = {
                    name: model.predict(embedded[name][split][rows, columns[chosen]]).reshape(truth.shape)
                    for name, model in fitted.items()
                }
                found = score_probes(truth, values, patients[split][rows], config.evidence.bootstrap)
                results.setdefault(chosen, {}).setdefault(target, {})[split] = found
    report = {
        "run": config.name,
        "fit": {"split": FIT_SPLIT, "n": len(splits[FIT_SPLIT])},
        "textureFeatures": len(load_scores(config).names),
        "results": results,
    }
    write_json(out, report)
    print("\n".join(probe_table(report)), flush=True)
    return report


def probe_table(report: dict[str, Any]) -> list[str]:
    """The report as a Markdown table, one row a target, features, split and encoder."""
    lines = [
        "| target | features | split | encoder | explained variance | r | MAE |",
        "|---|---|---|---|---|---|---|",
    ]
    for chosen, by_target in report["results"].items():
        for target, by_split in by_target.items():
            for split, by_encoder in by_split.items():
                for name, metrics in by_encoder.items():
                    cells = " | ".join(_cell(metrics[metric]) for metric in METRICS)
                    lines.append(f"| {target} | {chosen} | {split} | {name} | {cells} |")
    return lines


def _cell(found: dict[str, Any]) -> str:
    low, high = found["ci95"]
    return "not known" if found["value"] is None else f"{found['value']:.3f} ({low:.3f} to {high:.3f})"
