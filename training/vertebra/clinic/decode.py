"""Raw outputs of one level to the ``network`` of a results file: the twin of core/results/decode-output.ts."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit, softmax

from .measure import Problem


def _interval(value: float, log_variance: float, quantile: float) -> dict[str, float]:
    half = quantile * np.exp(0.5 * log_variance)
    return {"value": float(value), "low": float(value - half), "high": float(value + half)}


def osteoporosis_logit(class_logits: np.ndarray, temperature: float) -> np.ndarray:
    """Log-odds of osteoporosis against the rest, tempered: [..., 3] to [...]."""
    return (class_logits[..., 2] - np.logaddexp(class_logits[..., 0], class_logits[..., 1])) / temperature


def _device(outputs: dict[str, np.ndarray], manifest: dict[str, Any], d: int) -> dict[str, Any]:
    calibration, count = manifest["calibration"], len(manifest["devices"])
    temperature, intervals = calibration["temperature"]["value"], calibration["intervals"]
    logits, spread = outputs["classLogits"][d], outputs["logVariance"]
    logit = _interval(
        osteoporosis_logit(logits, temperature), spread[1 + count + d], intervals["osteoporosisLogit"][d]
    )
    chance = {name: float(expit(value)) for name, value in logit.items()}
    # The rest is shared by the tempered softmax of the other two: softmax of all three would not agree with
    # the tempered logit.
    normal = float(expit((logits[0] - logits[1]) / temperature))
    rest = 1 - chance["value"]
    return {
        "deviceId": manifest["devices"][d]["id"],
        "abmd": _interval(outputs["abmd"][d], spread[1 + d], intervals["abmd"][d]),
        "osteoporosis": chance,
        "classProbabilities": [rest * normal, rest * (1 - normal), chance["value"]],
        "gates": [float(share) for share in outputs["gates"][d]],
    }


def decode_outputs(
    outputs: dict[str, np.ndarray], manifest: dict[str, Any], outside_fraction: float
) -> dict[str, Any] | Problem:
    """outputs: of one level, without the batch axis. Numbers that are not finite are refused as a whole."""
    outputs = {name: np.asarray(value, dtype=np.float64) for name, value in outputs.items()}
    for name, value in outputs.items():
        if not np.isfinite(value).all():
            return _not_finite(name)
    vbmd = _interval(
        float(np.ravel(outputs["vbmd"])[0]),
        outputs["logVariance"][0],
        manifest["calibration"]["intervals"]["vbmd"],
    )
    devices = [_device(outputs, manifest, d) for d in range(len(manifest["devices"]))]
    ends = [vbmd, *(device[key] for device in devices for key in ("abmd", "osteoporosis"))]
    if not all(np.isfinite(list(end.values())).all() for end in ends):
        return _not_finite("logVariance")
    levels = softmax(outputs["levelLogits"])
    return {
        "vbmdMgCm3": vbmd,
        "devices": devices,
        "levelProbabilities": {name: float(p) for name, p in zip(manifest["levels"], levels, strict=True)},
        "predictedLevel": manifest["levels"][int(levels.argmax())],
        "oodScore": float(np.ravel(outputs["oodScore"])[0]),
        "oodLimit": manifest["calibration"]["ood"]["limit"],
        "outsideFraction": float(outside_fraction),
    }


def _not_finite(name: str) -> Problem:
    return Problem(
        "output-not-finite",
        f"The network's output {name} is not a finite number for this patch, so it is not shown.",
    )
