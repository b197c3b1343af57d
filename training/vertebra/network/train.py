"""Training: seeded, one checkpoint an epoch, resumable, on a GPU where there is one, logged to TensorBoard.

It sees the labelled pairs of CT and DXA (split train) and the scans with QCT density alone (split qct), and
of each patient only what was measured (labels.py). The published weights are the exponential moving average of
the trained ones.
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

from ..checkpoint import write_bytes
from ..config import Config, UserError
from ..dataset import Split, load_split, read_simulation
from ..texture.encoder import load_encoder
from .augment import augment_batch
from .labels import measured
from .log import RunLog
from .losses import compute_losses
from .model import VertebraNet, build_model, count_multiply_adds

REPORT_STEPS = 20
TRAINING_SPLITS = ("train", "qct")
LAST = "last.pt"


def join_splits(splits: list[Split]) -> Split:
    """Several splits as one, in their order, with the labels that all of them have (a clinic's have fewer)."""
    shared = set.intersection(*(set(split.labels) for split in splits))
    lengths = np.cumsum([0, *(len(split) for split in splits)])
    return Split(
        patches=[patch for split in splits for patch in split.patches],
        labels={key: np.concatenate([split.labels[key] for split in splits]) for key in shared},
        starts=np.concatenate(
            [split.starts + offset for split, offset in zip(splits, lengths, strict=False)]
        ),
    )


def training_labels(split: Split) -> dict[str, Tensor]:
    """What training sees of a split: vbmd, level, kvp [n], abmd, class [n, D'] as measured, acquisition."""
    labels = split.labels
    abmd, classes = measured(labels)
    return {
        "vbmd": torch.from_numpy(labels["vbmd"]).float(),
        "abmd": torch.from_numpy(abmd).float(),
        "class": torch.from_numpy(classes).long(),
        "level": torch.from_numpy(labels["level"]).long(),
        "kvp": torch.from_numpy(labels["kvp"]).float(),
        "acquisition": torch.from_numpy(labels["acquisition"]).float(),
    }


def pick_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


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
    return torch.load(path, weights_only=True, map_location="cpu")


def is_finished(config: Config) -> bool:
    """Whether a run of these very settings has done all of its epochs."""
    if not (config.checkpoint_dir / LAST).exists():
        return False
    state = load_checkpoint(config)
    return state["config"] == fingerprint(config) and state["epoch"] >= config.train.epochs


def fingerprint(config: Config) -> str:
    """The settings that decide the weights, as text."""
    kept = ["name", "variant", "patch", "simulate", "model", "augment", "train", "texture", "pretrain"]
    if config.cohort.folder:
        kept.append("cohort")
    settings = config.as_dict()
    return json.dumps({key: settings[key] for key in kept}, sort_keys=True)


def load_model(config: Config) -> VertebraNet:
    """The averaged network of the last checkpoint, in evaluation mode."""
    model = build_model(config.model, config.patch)
    model.load_state_dict(load_checkpoint(config)["average"])
    return model.eval()


def train(config: Config, resume: bool = False) -> None:
    settings = config.train
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    split = join_splits([load_split(config, name) for name in TRAINING_SPLITS])
    labels = training_labels(split)
    model = build_model(config.model, config.patch)
    model.set_label_stats(labels["vbmd"], labels["abmd"])
    if settings.initial == "pretrained":
        model.load_state_dict(load_encoder(config), strict=False)
    elif settings.initial != "random":
        raise UserError(f"[train] initial must be pretrained or random, not '{settings.initial}'.")
    model.half_precision = settings.bfloat16
    fit(config, model, split, labels, {"simulator": read_simulation(config)["simulator"]}, resume)


def fit(
    config: Config,
    model: VertebraNet,
    split: Split,
    labels: dict[str, Tensor],
    origin: dict[str, str],
    resume: bool,
    statistics: bool = True,
) -> None:
    """Train what of the model requires a gradient; origin, what the data are, goes into the checkpoint.

    statistics: whether batch norm follows the batches; not where the encoder stays as it is.
    """
    settings = config.train
    print(
        f"train: {len(split)} patches, {sum(p.numel() for p in model.parameters())} parameters, "
        f"{count_multiply_adds(model) / 1e9:.3f} GMAC a patch",
        flush=True,
    )
    # channels_last: 1.5 times faster on the CPU than contiguous.
    model = model.to(pick_device(), memory_format=torch.channels_last)
    learned = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(learned, settings.learning_rate, weight_decay=settings.weight_decay)
    average = {name: value.clone() for name, value in model.state_dict().items()}
    generator = torch.Generator().manual_seed(settings.seed)
    log = RunLog(config, "train")
    epoch, step, seconds = 0, 0, 0.0
    if resume:
        state = load_checkpoint(config)
        if state["config"] != fingerprint(config) or any(state.get(k) != v for k, v in origin.items()):
            raise UserError(
                f"{config.checkpoint_dir / LAST}: made by other settings or data; train again without --resume."
            )
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        generator.set_state(state["generator"])
        torch.set_rng_state(state["torch_rng"])
        average, epoch, step, seconds = state["average"], state["epoch"], state["step"], state["seconds"]
    else:
        log.clear()

    steps_per_epoch = len(split) // settings.batch or 1
    total = steps_per_epoch * settings.epochs
    while epoch < settings.epochs:
        began, sums = time.monotonic(), {}
        model.train(statistics)
        order = torch.randperm(len(split), generator=generator).numpy()
        for number in range(steps_per_epoch):
            indices = order[number * settings.batch : (number + 1) * settings.batch]
            terms = _step(config, model, optimiser, split, labels, indices, generator, step, total)
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
        log.write(
            epoch, {**record, **{name: round(value / steps_per_epoch, 5) for name, value in sums.items()}}
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
                "config": fingerprint(config),
                **origin,
            },
        )
    print(f"train: {epoch} epochs in {seconds:.0f} s", flush=True)


def _step(
    config: Config,
    model: VertebraNet,
    optimiser: torch.optim.Optimizer,
    split: Split,
    labels: dict[str, Tensor],
    indices: np.ndarray,
    generator: torch.Generator,
    step: int,
    total: int,
) -> dict[str, float]:
    settings = config.train
    batch = {name: values[indices] for name, values in labels.items()}
    hu = torch.from_numpy(split.hu(indices))  # [N, D, H, W]
    patch, acquisition, batch["vbmd"], batch["dxa"] = augment_batch(
        hu, batch["acquisition"], batch["vbmd"], batch["kvp"], config.augment, config.patch, generator
    )
    device = model.vbmd_stats.device
    out = model(patch.to(device), acquisition.to(device))
    tasks = [name for name, weight in settings.weights.items() if weight > 0]
    on_device = {name: values.to(device) for name, values in batch.items()}
    likelihood = step >= settings.likelihood_from_share * total
    terms = compute_losses(model, out, on_device, tasks, likelihood)
    loss = sum(settings.weights[name] * value for name, value in terms.items())
    assert isinstance(loss, Tensor)
    for group in optimiser.param_groups:
        group["lr"] = learning_rate(step, total, config)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimiser.step()
    return {"loss": loss.item(), **{name: value.item() for name, value in terms.items()}}
