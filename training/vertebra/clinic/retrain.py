"""Training and calibration on a clinic's cohort, from a released network.

DXA teaches areal density and class, so only the weights of the measured scales learn: each scale has its own gate
and output weights over the shared experts (network/model.py). Volumetric density, level and the scales without
readings answer precisely as before, with the intervals that were fitted for them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..checkpoint import write_json
from ..config import DEVICES, Config
from ..network.calibrate import CALIBRATION, conformal_quantile, fit_ood, fit_temperature, interval_scores
from ..network.labels import UNKNOWN_CLASS, measured
from ..network.model import VertebraNet
from ..network.predict import embed_split, predict_split
from ..network.train import fit, load_model, training_labels
from .own import Own, check_trained, read_own

OF_SCALE = ("gate_device", "device_out", "device_bias")  # parameters whose first axis is the scale


def only_scales(net: VertebraNet, scales: list[int]) -> None:
    """Freeze all but the rows of these scales; frozen rows get no gradient."""
    for name, parameter in net.named_parameters():
        parameter.requires_grad_(name in OF_SCALE)
        if name in OF_SCALE:
            keep = torch.zeros(len(DEVICES), *[1] * (parameter.ndim - 1))
            keep[scales] = 1.0
            parameter.register_hook(lambda gradient, keep=keep: gradient * keep.to(gradient.device))


def labels_of_scales(own: Own) -> dict[str, Tensor]:
    """The training labels, without readings on scales that have too few patients."""
    labels = training_labels(own.train)
    for d in set(range(len(DEVICES))) - set(own.scales):
        labels["abmd"][:, d] = torch.nan
        labels["class"][:, d] = UNKNOWN_CLASS
    return labels


def retrain(config: Config, resume: bool = False) -> None:
    """Train on the cohort's training patients; the checkpoint goes where 'train' puts it."""
    own = read_own(config)
    torch.set_num_threads(own.config.train.threads)
    torch.manual_seed(own.config.train.seed)
    only_scales(own.start.net, own.scales)
    names = ", ".join(DEVICES[d] for d in own.scales)
    print(f"train: from {own.start.model.manifest['id']}, scales {names}", flush=True)
    fit(own.config, own.start.net, own.train, labels_of_scales(own), own.origin, resume, statistics=False)


def recalibrate(config: Config) -> dict[str, Any]:
    """Write what network/calibrate.py writes, from patients that training has not seen.

    Temperature and intervals of the measured scales, and the out-of-distribution limit, are read on the calibration
    patients; the score's mean and whitening on the training patients. The density's quantile, those of the other
    scales and the slope of the probability stay the starting network's.
    """
    own = read_own(config)
    check_trained(own)
    torch.set_num_threads(own.config.train.threads)
    net = load_model(own.config)
    fit_ood(net, embed_split(net, own.train, own.config.patch).astype(np.float64))
    outputs, labels = predict_split(net, own.calibration), own.calibration.labels
    before = own.start.model.manifest["calibration"]
    coverage = before["intervals"]["coverage"]
    abmd = list(before["intervals"]["abmd"])
    scores = interval_scores(outputs, labels)[1]
    for d in own.scales:
        abmd[d] = conformal_quantile(scores[:, d], coverage)
    temperature = fit_temperature(outputs["classLogits"][:, own.scales], measured(labels)[1][:, own.scales])
    quantile = own.config.calibrate.ood_quantile
    section = {
        "temperature": {"value": temperature, "split": CALIBRATION},
        "intervals": before["intervals"] | {"split": CALIBRATION, "abmd": abmd},
        "ood": {
            "limit": float(np.quantile(outputs["oodScore"], quantile)),
            "quantile": quantile,
            "split": CALIBRATION,
        },
    }
    fitted = {
        "oodMean": net.ood_mean.tolist(),
        "oodWhiten": net.ood_whiten.tolist(),
        "chanceSlope": own.start.chance_slope.tolist(),
    }
    write_json(own.config.checkpoint_dir / "calibrated.json", fitted)
    write_json(own.config.run_dir / "calibration.json", section)
    print(f"calibrate: {section}", flush=True)
    return section
