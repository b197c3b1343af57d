"""Self-supervised pretraining of the encoder on unlabelled patches, seeded and resumable epoch by epoch.

From an augmented, partly hidden view it predicts the texture scores of the clean patch, so that pose, noise and
gain do not matter and bone texture does, and paints the hidden blocks. The heads for both are thrown away.
Objective "reconstruction" leaves the texture out, for comparison.
"""

from __future__ import annotations

import io
import json
import time
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..checkpoint import write_bytes
from ..config import Config, UserError
from ..dataset import Split, load_split, read_simulation
from ..network.augment import normalise_batch
from ..network.log import RunLog
from ..network.model import VertebraNet, build_model
from .encoder import SHAPES, encoder_state, pool_features, pretrained_path
from .pool import load_texture, prepare_texture
from .views import BLOCK, make_views, spread_blocks

OBJECTIVES = ("texture+reconstruction", "reconstruction")
REPORT_STEPS = 20
STATISTICS_BATCHES = 40  # to measure the batch statistics of whole patches at the end


class Pretrainer(nn.Module):
    """The network's encoder with a linear texture head and a light decoder."""

    def __init__(self, config: Config, texture_count: int) -> None:
        super().__init__()
        self.net = build_model(config.model, config.patch)
        width, deep = self.net.image_width, config.model.channels[2]
        self.scale = nn.BatchNorm1d(width)
        self.texture = nn.Linear(width, texture_count)
        bz, by, bx = BLOCK
        self.decoder = nn.Sequential(
            nn.Conv2d(deep, deep, 3, padding=1), nn.ReLU(), nn.Conv2d(deep, bz * by * bx, 1)
        )

    def forward(self, view: Tensor) -> tuple[Tensor, Tensor]:
        """view [N, 1, D, H, W] to texture scores [N, K] and the painted patch [N, 1, D, H, W], normalised."""
        mid, deep = self.net.features(view)
        scores = self.texture(self.scale(pool_features(self.net, view, mid, deep)))
        depth, (h, w) = self.net.depths[2], self.net.planes[2]
        painted = self.decoder(deep).reshape(-1, depth, *BLOCK, h, w)  # [N, d, bz, by, bx, h, w]
        painted = painted.permute(0, 1, 2, 5, 3, 6, 4).reshape(-1, 1, *self.net.patch.size)
        return scores, painted


def pretraining_losses(
    scores: Tensor, painted: Tensor, targets: Tensor, clean: Tensor, hidden: Tensor
) -> dict[str, Tensor]:
    """Mean squared error of the known texture scores [N, K], and smooth L1 over the hidden voxels."""
    known = targets.isfinite()
    texture = F.mse_loss(scores[known], targets[known]) if known.any() else scores.sum() * 0
    voxels = spread_blocks(hidden)
    error = F.smooth_l1_loss(painted, clean, beta=0.5, reduction="none")
    return {"texture": texture, "reconstruction": (error * voxels).sum() / voxels.sum().clamp(min=1)}


def measure_batch_statistics(net: VertebraNet, split: Split, config: Config, batches: int) -> None:
    """Set batch norm to the statistics of whole, clean patches, which the network meets from now on."""
    norms = [layer for layer in net.modules() if isinstance(layer, nn.BatchNorm2d)]
    kept = [layer.momentum for layer in norms]
    for layer in norms:
        layer.reset_running_stats()
        layer.momentum = None  # the plain average
    net.train()
    order = np.random.default_rng(config.pretrain.seed).permutation(len(split))
    size = config.pretrain.batch
    device = net.vbmd_stats.device
    with torch.no_grad():
        for start in range(0, min(len(order), batches * size), size):
            hu = torch.from_numpy(split.hu(np.sort(order[start : start + size])))
            net.features(normalise_batch(hu, config.patch).to(device))
    for layer, momentum in zip(norms, kept, strict=True):
        layer.momentum = momentum
    net.eval()


def _settings(config: Config) -> str:
    """What decides the encoder's weights, as text."""
    plain = config.as_dict()
    model = {name: plain["model"][name] for name in SHAPES}
    kept = {name: plain[name] for name in ("patch", "augment", "texture", "pretrain")}
    return json.dumps(
        {**kept, "model": model, "simulator": read_simulation(config)["simulator"]}, sort_keys=True
    )


def pretrain(config: Config, resume: bool = False) -> None:
    """Pretrain by the configured objective; the encoder lands in the run's checkpoints."""
    settings = config.pretrain
    if settings.objective not in OBJECTIVES:
        raise UserError(f"[pretrain] objective '{settings.objective}' is not one of {', '.join(OBJECTIVES)}.")
    torch.set_num_threads(config.train.threads)
    torch.manual_seed(settings.seed)
    split = load_split(config, settings.split)
    targets = _texture_targets(config, split)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = Pretrainer(config, targets.shape[1])
    model.net.half_precision = config.train.bfloat16
    model = model.to(device, memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(
        model.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
    )
    steps_per_epoch = len(split) // settings.batch or 1
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        settings.learning_rate,
        total_steps=steps_per_epoch * settings.epochs,
        pct_start=0.1,
        cycle_momentum=False,
    )
    generator = torch.Generator().manual_seed(settings.seed)
    path = pretrained_path(config, settings.objective)
    log = RunLog(config, path.stem)
    epoch, seconds = 0, 0.0
    if resume:
        if not path.exists():
            raise UserError(f"{path}: nothing to resume; run 'python -m vertebra pretrain' without --resume.")
        state = torch.load(path, weights_only=True, map_location="cpu")
        if state["settings"] != _settings(config):
            raise UserError(f"{path}: made by other settings; pretrain again without --resume.")
        model.load_state_dict(state["state"])
        model = model.to(device, memory_format=torch.channels_last)
        optimiser.load_state_dict(state["optimiser"])
        schedule.load_state_dict(state["schedule"])
        generator.set_state(state["generator"])
        torch.set_rng_state(state["torch_rng"])
        epoch, seconds = state["epoch"], state["seconds"]
    else:
        log.clear()
    print(
        f"pretrain: {settings.objective}, {len(split)} patches, {targets.shape[1]} texture targets",
        flush=True,
    )
    while epoch < settings.epochs:
        began, sums = time.monotonic(), {}
        model.train()
        order = torch.randperm(len(split), generator=generator).numpy()
        for number in range(steps_per_epoch):
            indices = np.sort(order[number * settings.batch : (number + 1) * settings.batch])
            view, clean, hidden = make_views(torch.from_numpy(split.hu(indices)), config, generator)
            scores, painted = model(view.to(device))
            wanted = torch.from_numpy(targets[indices]).float().to(device)
            terms = pretraining_losses(scores, painted, wanted, clean.to(device), hidden.to(device))
            loss = settings.reconstruction_weight * terms["reconstruction"]
            if settings.objective != "reconstruction":
                loss = loss + settings.texture_weight * terms["texture"]
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimiser.step()
            schedule.step()
            for name, value in terms.items():
                sums[name] = sums.get(name, 0.0) + value.item()
            if (number + 1) % REPORT_STEPS == 0:
                rate = (number + 1) * settings.batch / (time.monotonic() - began)
                means = {name: round(value / (number + 1), 4) for name, value in sums.items()}
                print(
                    f"pretrain: epoch {epoch + 1}/{settings.epochs} step {number + 1}/{steps_per_epoch} "
                    f"{rate:.0f}/s {means}",
                    flush=True,
                )
        epoch += 1
        spent = time.monotonic() - began
        seconds += spent
        record = {name: round(value / steps_per_epoch, 5) for name, value in sums.items()}
        rate = steps_per_epoch * settings.batch / spent
        log.write(
            epoch,
            {"epoch": epoch, "seconds": round(spent, 1), "patches_per_second": round(rate, 1), **record},
        )
        state = {
            "state": {name: value.cpu().clone() for name, value in model.state_dict().items()},
            "optimiser": optimiser.state_dict(),
            "schedule": schedule.state_dict(),
            "generator": generator.get_state(),
            "torch_rng": torch.get_rng_state(),
            "epoch": epoch,
            "seconds": seconds,
            "settings": _settings(config),
        }
        if epoch == settings.epochs:
            measure_batch_statistics(model.net, split, config, STATISTICS_BATCHES)
        _save(config, model.net, state)
    print(f"pretrain: {epoch} epochs in {seconds:.0f} s", flush=True)


def _texture_targets(config: Config, split: Split) -> np.ndarray:
    """Scores that are predicted, [n, K]; NaN rows have no texture."""
    scores = prepare_texture(config)
    features = load_texture(config, config.pretrain.split)[: len(split)]
    return scores.targets(config, features, split.labels["acquisition"])


def _save(config: Config, net: VertebraNet, state: dict[str, Any]) -> None:
    plain = config.as_dict()
    buffer = io.BytesIO()
    torch.save(
        {
            **state,
            "encoder": encoder_state(net),
            "epochs": config.pretrain.epochs,
            "patch": plain["patch"],
            "simulator": read_simulation(config)["simulator"],
            "model": {name: plain["model"][name] for name in SHAPES},
        },
        buffer,
    )
    write_bytes(pretrained_path(config, config.pretrain.objective), buffer.getvalue())
