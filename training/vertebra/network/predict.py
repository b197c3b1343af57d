"""The network's answers on a whole split or on a few patches, as NumPy arrays."""

from __future__ import annotations

import numpy as np
import torch

from ..config import PatchConfig
from ..dataset import Split
from .augment import normalise_batch
from .model import VertebraNet

BATCH = 64


def predict(model: VertebraNet, hu: np.ndarray, acquisition: np.ndarray) -> dict[str, np.ndarray]:
    """hu float [N, D, H, W] (clipped HU), acquisition [N, columns]; the contract's outputs by name."""
    with torch.no_grad():
        patch = normalise_batch(torch.from_numpy(np.ascontiguousarray(hu, dtype=np.float32)), model.patch)
        out = model(patch, torch.from_numpy(np.ascontiguousarray(acquisition, dtype=np.float32)))
    return {name: value.numpy() for name, value in out._asdict().items()}


def predict_split(model: VertebraNet, split: Split) -> dict[str, np.ndarray]:
    """All outputs of a split, in its order."""
    parts = []
    for start in range(0, len(split), BATCH):
        indices = np.arange(start, min(start + BATCH, len(split)))
        parts.append(predict(model, split.hu(indices), split.labels["acquisition"][indices]))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def embed_split(model: VertebraNet, split: Split, patch: PatchConfig) -> np.ndarray:
    """The out-of-distribution embedding of a split, [n, width]."""
    parts = []
    with torch.no_grad():
        for start in range(0, len(split), BATCH):
            hu = torch.from_numpy(split.hu(np.arange(start, min(start + BATCH, len(split)))))
            parts.append(model.embed(normalise_batch(hu, patch)).numpy())
    return np.concatenate(parts)


def osteoporosis_logit(class_logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """The contract's osteoporosis logit, divided by the temperature: [N, D', 3] to [N, D']."""
    return (class_logits[..., 2] - np.logaddexp(class_logits[..., 0], class_logits[..., 1])) / temperature
