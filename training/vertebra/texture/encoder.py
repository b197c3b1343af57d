"""The part of the network that pretraining makes: the convolutions, and where they pool."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from ..config import Config, UserError
from ..dataset import read_simulation
from ..network.model import VertebraNet

# Modules and parameters of VertebraNet, by name; all else starts anew in training.
ENCODER = (
    "stem",
    "stem_cross",
    "to_mid",
    "mid",
    "to_deep",
    "deep_cross",
    "deep",
    "masks",
    "mask_prior",
    "attention",
    "attention_prior",
)
SHAPES = (
    "channels",
    "mid_blocks",
    "deep_blocks",
    "masks",
    "attention_heads",
)  # settings of [model] that it has


def encoder_state(net: VertebraNet) -> dict[str, Tensor]:
    """Weights and batch statistics of the encoder, on the CPU."""
    return {
        name: value.detach().cpu().clone()
        for name, value in net.state_dict().items()
        if name.split(".")[0] in ENCODER
    }


def pool_features(net: VertebraNet, patch: Tensor, mid: Tensor, deep: Tensor) -> Tensor:
    """What the network's heads see of the image, [N, image_width], from the maps of ``net.features``.

    Global mean and attention pools of the deep map, then mean and SD of the HU under each soft mask.
    """
    mean, attended, _ = net.pool_deep(deep)
    hu, sd = net.pooled_hu(patch, mid)
    return torch.cat([mean, attended, hu, sd], dim=1)


def pretrained_path(config: Config, objective: str) -> Path:
    """The checkpoint of one objective; the network that is released starts from the first one alone."""
    name = "pretrained.pt" if objective == "texture+reconstruction" else f"pretrained-{objective}.pt"
    return config.root / "checkpoints" / config.name / name


def load_encoder(config: Config, objective: str = "texture+reconstruction") -> dict[str, Tensor]:
    """The pretrained encoder's weights, by their names in VertebraNet."""
    path = pretrained_path(config, objective)
    if not path.exists():
        raise UserError(f"{path}: no pretrained encoder; run 'python -m vertebra pretrain' first.")
    stored = torch.load(path, weights_only=True, map_location="cpu")
    if stored["epoch"] < stored["epochs"]:
        raise UserError(
            f"{path}: pretraining stopped early; run 'python -m vertebra pretrain --resume' first."
        )
    plain = config.as_dict()
    if stored["patch"] != plain["patch"] or stored["model"] != {k: plain["model"][k] for k in SHAPES}:
        raise UserError(
            f"{path}: made for another [model] or [patch]; run 'python -m vertebra pretrain' again."
        )
    if stored["simulator"] != read_simulation(config)["simulator"]:
        raise UserError(
            f"{path}: made from patches of another simulator; run 'python -m vertebra pretrain' again."
        )
    return stored["encoder"]
