"""Training on the CPU: seeded, one checkpoint an epoch, resumable, a JSON line an epoch in the run's folder.

The published weights are the exponential moving average of the trained ones.
"""

from __future__ import annotations

import io
import json
import math
import time
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..checkpoint import append_jsonl, write_bytes
from ..config import Config, UserError
from ..dataset import Split, load_split, read_simulation
from .augment import augment_batch
from .losses import compute_losses
from .model import VertebraNet, count_multiply_adds

REPORT_STEPS = 20
LAST = "last.pt"


def labels_at(split: Split, indices: np.ndarray) -> dict[str, Tensor]:
    """Labels of a batch: vbmd [N], abmd [N, D'], class [N, D'], chance [N, D'], level [N]."""
    labels = split.labels
    return {
        "vbmd": torch.from_numpy(labels["vbmd"][indices]).float(),
        "abmd": torch.from_numpy(labels["abmd"][indices]).float(),
        "class": torch.from_numpy(labels["class"][indices]).long(),
        "chance": torch.from_numpy(labels["chance"][indices]).float(),
        "level": torch.from_numpy(labels["level"][indices]).long(),
    }


def learning_rate(step: int, total: int, config: Config) -> float:
    """Linear rise, then a half cosine to 1 % of the peak."""
    settings = config.train
    rise = max(1, int(settings.warmup_share * total))
    if step < rise:
        return settings.learning_rate * (step + 1) / rise
    share = (step - rise) / max(1, total - rise)
    return settings.learning_rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))


def update_average(average: dict[str, Tensor], model: VertebraNet, decay: float) -> None:
    """Move the average of all weights and batch statistics towards the model's."""
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if value.dtype.is_floating_point:
                average[name].lerp_(value, 1 - decay)
            else:
                average[name].copy_(value)


def save_checkpoint(config: Config, state: dict[str, Any]) -> None:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    write_bytes(config.checkpoint_dir / LAST, buffer.getvalue())


def load_checkpoint(config: Config) -> dict[str, Any]:
    path = config.checkpoint_dir / LAST
    if not path.exists():
        raise UserError(f"{path}: no checkpoint; run 'python -m vertebra train' first.")
    return torch.load(path, weights_only=True)


def load_model(config: Config) -> VertebraNet:
    """The averaged network of the last checkpoint, in evaluation mode."""
    model = VertebraNet(config.model, config.patch)
    model.load_state_dict(load_checkpoint(config)["average"])
    return model.eval()


def train(config: Config, resume: bool = False) -> None:
    settings = config.train
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    split = load_split(config, "train")
    model = VertebraNet(config.model, config.patch)
    model.set_label_stats(*(torch.from_numpy(split.labels[k]).float() for k in ("vbmd", "abmd")))
    print(
        f"train: {len(split)} patches, {sum(p.numel() for p in model.parameters())} parameters, "
        f"{count_multiply_adds(model) / 1e9:.3f} GMAC a patch",
        flush=True,
    )
    model = model.to(memory_format=torch.channels_last)  # 1.5 times faster on the CPU than contiguous
    optimiser = torch.optim.AdamW(
        model.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
    )
    average = {name: value.clone() for name, value in model.state_dict().items()}
    generator = torch.Generator().manual_seed(settings.seed)
    log = config.run_dir / "train.jsonl"
    epoch, step, seconds = 0, 0, 0.0
    if resume:
        state = load_checkpoint(config)
        if state["config"] != json.dumps(config.as_dict(), sort_keys=True):
            raise UserError(
                f"{config.checkpoint_dir / LAST}: made by other settings; train again without --resume."
            )
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        generator.set_state(state["generator"])
        torch.set_rng_state(state["torch_rng"])
        average, epoch, step, seconds = state["average"], state["epoch"], state["step"], state["seconds"]
        model = model.to(memory_format=torch.channels_last)
    else:
        log.unlink(missing_ok=True)

    steps_per_epoch = len(split) // settings.batch or 1
    total = steps_per_epoch * settings.epochs
    while epoch < settings.epochs:
        began, sums = time.monotonic(), {}
        model.train()
        order = torch.randperm(len(split), generator=generator).numpy()
        for number in range(steps_per_epoch):
            indices = order[number * settings.batch : (number + 1) * settings.batch]
            terms = _step(config, model, optimiser, split, indices, generator, step, total)
            update_average(average, model, min(settings.ema, (1 + step) / (10 + step)))
            step += 1
            for name, value in terms.items():
                sums[name] = sums.get(name, 0.0) + value
            if step % REPORT_STEPS == 0:
                rate = (number + 1) * settings.batch / (time.monotonic() - began)
                means = {name: round(value / (number + 1), 4) for name, value in sums.items()}
                print(
                    f"train: epoch {epoch + 1}/{settings.epochs} step {step}/{total} {rate:.0f}/s {means}",
                    flush=True,
                )
        epoch += 1
        spent = time.monotonic() - began
        seconds += spent
        record = {
            "epoch": epoch,
            "seconds": round(spent, 1),
            "patches_per_second": round(len(order) / spent, 1),
        }
        append_jsonl(
            log, {**record, **{name: round(value / steps_per_epoch, 5) for name, value in sums.items()}}
        )
        save_checkpoint(
            config,
            {
                "model": model.state_dict(),
                "average": average,
                "optimiser": optimiser.state_dict(),
                "generator": generator.get_state(),
                "torch_rng": torch.get_rng_state(),
                "epoch": epoch,
                "step": step,
                "seconds": seconds,
                "config": json.dumps(config.as_dict(), sort_keys=True),
                "simulator": read_simulation(config)["simulator"],
            },
        )
    print(f"train: {epoch} epochs in {seconds:.0f} s", flush=True)


def _step(
    config: Config,
    model: VertebraNet,
    optimiser: torch.optim.Optimizer,
    split: Split,
    indices: np.ndarray,
    generator: torch.Generator,
    step: int,
    total: int,
) -> dict[str, float]:
    settings = config.train
    labels = labels_at(split, indices)
    kvp = torch.from_numpy(split.labels["kvp"][indices]).float()
    acquisition = torch.from_numpy(split.labels["acquisition"][indices]).float()
    hu = torch.from_numpy(split.hu(indices))  # [N, D, H, W]
    patch, acquisition, labels["vbmd"], labels["dxa"] = augment_batch(
        hu, acquisition, labels["vbmd"], kvp, config.augment, config.patch, generator
    )
    out = model(patch, acquisition)
    likelihood = step >= settings.likelihood_from_share * total
    terms = compute_losses(model, out, labels, config.calibrate.chance_clamp, likelihood)
    loss = sum(settings.weights[name] * value for name, value in terms.items())
    assert isinstance(loss, Tensor)
    for group in optimiser.param_groups:
        group["lr"] = learning_rate(step, total, config)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimiser.step()
    return {"loss": loss.item(), **{name: value.item() for name, value in terms.items()}}
