"""A released model folder back as the PyTorch network that it was exported from.

The folder is all that a clinic has: checkpoints are not in git. Names of weights survive the export; what it
folded is taken apart again, and the whole must give the folder's own golden answers.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from ..config import REPO_ROOT, Config, ModelConfig, PatchConfig, UserError
from ..network.model import CrossConv, Output, PlaneConv, VertebraNet
from ..network.predict import predict
from ..release.onnx_graph import output_difference
from .model_folder import Model, open_model

PREFIX = "model."  # of every weight's name in the graph


@dataclass(frozen=True)
class Start:
    """What a clinic's training starts from. golden: int16 HU [cases, D, H, W] of simulated CT."""

    folder: Path
    model: Model
    shape: ModelConfig
    net: VertebraNet
    golden: np.ndarray
    chance_slope: np.ndarray  # [D'], see network/chance.py


def start_folder(config: Config) -> Path:
    """[cohort] start, or the model that the app loads."""
    if config.cohort.start:
        return config.root / config.cohort.start
    models = REPO_ROOT / "public" / "models"
    return models / json.loads((models / "index.json").read_text(encoding="utf-8"))["default"]


def load_start(config: Config) -> Start:
    folder = start_folder(config)
    model = open_model(folder)
    manifest, path = model.manifest, folder / "manifest.json"
    if manifest["input"]["patch"] != config.patch.manifest():
        raise UserError(f"{path}: the network reads other patches than [patch] of {config.source}.")
    try:
        settings = json.loads(manifest["provenance"]["config"])["model"]
        shape = ModelConfig(**{k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()})
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{path}: provenance.config does not tell the network's [model] settings.") from None
    cases = manifest["golden"]["cases"]
    raw = (folder / manifest["golden"]["file"]["name"]).read_bytes()
    if hashlib.sha256(raw).hexdigest() != manifest["golden"]["file"]["sha256"]:
        raise UserError(f"{folder / 'golden.bin'}: is changed; its SHA-256 is not that of the manifest.")
    golden = np.frombuffer(raw, dtype="<i2").reshape(len(cases), *config.patch.size)
    # ln of the variance of logit over that of the density is 2 ln slope (model.py), in every answer.
    spread = np.asarray(cases[0]["outputs"]["logVariance"])
    slope = np.exp((spread[1 + len(manifest["devices"]) :] - spread[0]) / 2)
    net = rebuild(onnx.load(folder / manifest["file"]["name"]), shape, config.patch, path)
    net.chance_slope.copy_(torch.from_numpy(slope).float())
    acquisition = np.asarray([case["acquisition"] for case in cases], dtype=np.float32)
    for name, value in predict(net, golden.astype(np.float32), acquisition).items():
        wanted = np.asarray([case["outputs"][name] for case in cases]).reshape(value.shape)
        if not output_difference(name, value, wanted) <= manifest["golden"]["tolerance"]:
            raise UserError(
                f"{path}: the network read back from it does not give its golden answers ({name})."
            )
    return Start(folder, model, shape, net, golden, slope)


def rebuild(graph: onnx.ModelProto, shape: ModelConfig, patch: PatchConfig, path: Path) -> VertebraNet:
    """The network of a graph that release/onnx_graph.py made, in evaluation mode."""
    values = {
        one.name: torch.from_numpy(numpy_helper.to_array(one).copy()) for one in graph.graph.initializer
    }
    made_by = {output: node for node in graph.graph.node for output in node.output}
    net = VertebraNet(shape, patch)
    weights = {name.removeprefix(PREFIX): v for name, v in values.items() if name.startswith(PREFIX)}
    try:
        # vbmd = standardised * SD + mean; gates = softmax(x @ weights + bias).
        scaled = made_by[Output._fields[0]]
        mean, sd = _constant(scaled, values), _constant(made_by[_other(scaled, values)], values)
        gate_in = made_by[made_by["gates"].input[0]]
        gate_weight = _constant(made_by[_other(gate_in, values)], values)
        weights |= {"vbmd_stats": torch.stack([mean, sd]), "gate_out.weight": gate_weight.T.contiguous()}
        for name, layer in net.named_modules():
            if isinstance(layer, PlaneConv | CrossConv):  # the folded norm becomes one that only adds
                bias = weights.pop(f"{name}.conv.bias")
                weights |= {
                    f"{name}.norm.weight": torch.ones_like(bias),
                    f"{name}.norm.bias": bias,
                    f"{name}.norm.running_mean": torch.zeros_like(bias),
                    f"{name}.norm.running_var": torch.full_like(bias, 1 - layer.norm.eps),
                    f"{name}.norm.num_batches_tracked": torch.tensor(0),
                }
        net.load_state_dict(weights)
    except (KeyError, StopIteration, RuntimeError):
        raise UserError(f"{path}: its graph was not made by this version of the package.") from None
    return net.eval()


def _constant(node: Any, values: dict[str, torch.Tensor]) -> torch.Tensor:
    return next(values[name] for name in node.input if name in values)


def _other(node: Any, values: dict[str, torch.Tensor]) -> str:
    return next(name for name in node.input if name not in values)
