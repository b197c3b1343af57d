"""Training of the spine network: seeded, a checkpoint every few minutes, resumable."""

from __future__ import annotations

import io
import json
import math
import time
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..checkpoint import append_jsonl, write_bytes
from ..config import UserError
from .config import SpineConfig
from .crops import Crop, draw_crop, draw_size, make_targets
from .model import SpineNet, SpineOutput, multiply_adds
from .store import SPLITS, StoredTrunk, load_trunks

REPORT_STEPS = 25
VALIDATION_SEED = 77


def build(config: SpineConfig) -> SpineNet:
    return SpineNet(config.net, config.grid)


def learning_rate(step: int, config: SpineConfig) -> float:
    """Linear rise, then a half cosine to 1 % of the peak; a second one from the step that brings the faint trunks."""
    fit = config.fit
    if step < min(fit.warmup_steps, fit.faint_from):
        return fit.learning_rate * (step + 1) / fit.warmup_steps
    if step < fit.faint_from:
        return fit.learning_rate * _fall(
            (step - fit.warmup_steps) / max(1, fit.schedule_steps - fit.warmup_steps)
        )
    return fit.faint_rate * _fall((step - fit.faint_from) / max(1, fit.steps - fit.faint_from))


def _fall(share: float) -> float:
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(share, 1.0)))


def batch_of(config: SpineConfig, crops: list[Crop]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """volume [N, 1, D, H, W], heat and weight likewise, level [N, D/2, H/2, W/2]."""
    grid = config.grid
    hu = np.clip(np.stack([crop.hu for crop in crops]), *grid.clip_hu)
    targets = [make_targets(crop, config.target, grid.cell_mm) for crop in crops]
    volume = torch.from_numpy((hu - grid.mean_hu) / grid.std_hu).float()[:, None]
    heat = torch.from_numpy(np.stack([t.heat for t in targets]))[:, None]
    weight = torch.from_numpy(np.stack([t.weight for t in targets]))[:, None]
    return volume, heat, weight, torch.from_numpy(np.stack([t.level for t in targets]))


def losses(out: SpineOutput, heat: Tensor, weight: Tensor, level: Tensor) -> tuple[Tensor, Tensor]:
    """Cross entropy of the heatmap, over the number of bodies, and of the levels."""
    entropy = F.binary_cross_entropy_with_logits(out.heatmap.float(), heat, weight, reduction="sum")
    # Less the targets' own entropy, which nothing can remove and which would drown the rest.
    known = heat.clamp(1e-6, 1 - 1e-6)
    own = -(known * known.log() + (1 - known) * (1 - known).log())
    entropy = (entropy - (weight * own).sum()) / (1000 * len(heat))
    chosen = level >= 0
    if not chosen.any():
        return entropy, out.levels.sum() * 0
    return entropy, F.cross_entropy(out.levels.float().permute(0, 2, 3, 4, 1)[chosen], level[chosen])


def draw_batch(config: SpineConfig, trunks: list[StoredTrunk], seed: tuple[int, int]) -> list[Crop]:
    rng = np.random.default_rng(seed)
    size = draw_size(rng, config.crop)
    chosen = rng.integers(len(trunks), size=config.fit.batch)
    return [draw_crop(rng, trunks[n], size, config.crop, config.grid) for n in chosen]


def validate(
    config: SpineConfig, model: SpineNet, trunks: list[StoredTrunk], batches: int
) -> dict[str, float]:
    """Losses and the share of right levels at true centres on fixed crops."""
    model.eval()
    sums, right, count = np.zeros(2), 0, 0
    with torch.no_grad():
        for n in range(batches):
            crops = draw_batch(config, trunks, (VALIDATION_SEED, n))
            volume, heat, weight, level = batch_of(config, crops)
            out = model(volume.to(memory_format=torch.channels_last_3d))
            sums += [float(v) for v in losses(out, heat, weight, level)]
            chosen = level >= 0
            right += int((out.levels.argmax(1)[chosen] == level[chosen]).sum())
            count += int(chosen.sum())
    heat_loss, level_loss = (float(v) / batches for v in sums)
    return {"heat": heat_loss, "level": level_loss, "levelRight": right / max(count, 1)}


def fingerprint(config: SpineConfig) -> str:
    settings = config.as_dict()
    return json.dumps(
        {key: settings[key] for key in ("grid", "trunk", "net", "target", "crop", "fit")}, sort_keys=True
    )


def load_checkpoint(config: SpineConfig) -> dict[str, Any]:
    if not config.checkpoint_path.exists():
        raise UserError(
            f"{config.checkpoint_path}: no checkpoint; run 'python -m vertebra spine-train' first."
        )
    return torch.load(config.checkpoint_path, weights_only=True, map_location="cpu")


def load_spine_model(config: SpineConfig, untrained: bool = False) -> tuple[SpineNet, dict[str, Any]]:
    """The averaged network in evaluation mode, and what is known of its training."""
    model = build(config)
    if untrained:
        return model.eval(), {"crops": 0, "minutes": 0.0}
    state = load_checkpoint(config)
    model.load_state_dict(state["average"])
    facts = {"crops": state["step"] * config.fit.batch, "minutes": round(state["seconds"] / 60, 1)}
    return model.eval(), {**facts, **state["validation"]}


def train_spine(config: SpineConfig, resume: bool = False) -> None:
    fit = config.fit
    torch.set_num_threads(fit.threads)
    torch.manual_seed(fit.seed)
    plain, faint, held = (load_trunks(config, split) for split in SPLITS)
    model = build(config).to(memory_format=torch.channels_last_3d)
    print(
        f"spine-train: {len(plain)} trunks and {len(faint)} faint ones, "
        f"{sum(p.numel() for p in model.parameters())} parameters, "
        f"{multiply_adds(model, (104, 96, 120)) / 1e9:.2f} GMAC for 104 x 96 x 120 cells",
        flush=True,
    )
    optimiser = torch.optim.AdamW(model.parameters(), fit.learning_rate, weight_decay=fit.weight_decay)
    average = {name: value.clone() for name, value in model.state_dict().items()}
    step, seconds = 0, 0.0
    if resume:
        state = load_checkpoint(config)
        if state["config"] != fingerprint(config):
            raise UserError(
                f"{config.checkpoint_path}: made by other settings; train again without --resume."
            )
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        average, step, seconds = state["average"], state["step"], state["seconds"]
    else:
        config.log_path.unlink(missing_ok=True)
    began, sums, last = time.monotonic(), np.zeros(2), step
    while step < fit.steps:
        model.train()
        crops = draw_batch(config, plain if step < fit.faint_from else [*plain, *faint], (fit.seed, step))
        volume, heat, weight, level = batch_of(config, crops)
        with torch.autocast("cpu", torch.bfloat16, enabled=fit.bfloat16):
            out = model(volume.to(memory_format=torch.channels_last_3d))
        heat_loss, level_loss = losses(out, heat, weight, level)
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(step, config)
        optimiser.zero_grad(set_to_none=True)
        (heat_loss + fit.level_weight * level_loss).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        _follow(average, model, min(fit.ema, (1 + step) / (10 + step)))
        sums += [heat_loss.item(), level_loss.item()]
        step += 1
        if step % REPORT_STEPS == 0 or step == fit.steps:
            spent = time.monotonic() - began
            mean = sums / (step - last)
            rate = (step - last) * fit.batch / spent
            print(
                f"spine-train: step {step}/{fit.steps}, {rate:.1f} crops a second, heat {mean[0]:.4f}, "
                f"level {mean[1]:.4f}",
                flush=True,
            )
            seconds += spent
            record = {"step": step, "seconds": round(seconds, 1), "heat": mean[0], "level": mean[1]}
            append_jsonl(config.log_path, {k: round(float(v), 5) for k, v in record.items()})
            began, sums, last = time.monotonic(), np.zeros(2), step
        if step % fit.checkpoint_steps == 0 or step == fit.steps:
            averaged = build(config).to(memory_format=torch.channels_last_3d)
            averaged.load_state_dict(average)
            validation = {k: round(v, 4) for k, v in validate(config, averaged, held, 12).items()}
            print(f"spine-train: step {step}, validation {validation}", flush=True)
            append_jsonl(config.log_path, {"step": step, "validation": validation})
            _save(config, model, optimiser, average, step, seconds, validation)
            began = time.monotonic()
    print(f"spine-train: {step} steps in {seconds / 60:.1f} minutes", flush=True)


def _follow(average: dict[str, Tensor], model: SpineNet, decay: float) -> None:
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if value.dtype.is_floating_point:
                average[name].lerp_(value, 1 - decay)
            else:
                average[name].copy_(value)


def _save(
    config: SpineConfig,
    model: SpineNet,
    optimiser: torch.optim.Optimizer,
    average: dict[str, Tensor],
    step: int,
    seconds: float,
    validation: dict[str, float],
) -> None:
    buffer = io.BytesIO()
    state = {
        "model": model.state_dict(),
        "average": average,
        "optimiser": optimiser.state_dict(),
        "step": step,
        "seconds": seconds,
        "config": fingerprint(config),
        "validation": validation,
    }
    torch.save(state, buffer)
    write_bytes(config.checkpoint_path, buffer.getvalue())
