"""Trains every variant of the evidence from every seed; what is finished is not trained again."""

from __future__ import annotations

from ..config import Config
from .train import LAST, is_finished, train
from .variants import VARIANTS, variant_config


def runs(config: Config) -> list[tuple[str, int, Config]]:
    """Variant, seed and settings of every run of the evidence, the released network first."""
    return [
        (variant, seed, variant_config(config, variant, seed))
        for seed in config.evidence.seeds
        for variant in VARIANTS
    ]


def ablate(config: Config) -> None:
    """Train, or go on with, all of them in turn."""
    todo = runs(config)
    for number, (variant, seed, settings) in enumerate(todo, start=1):
        if is_finished(settings):
            print(f"ablate: {number}/{len(todo)} {variant}, seed {seed}: already trained", flush=True)
            continue
        print(f"ablate: {number}/{len(todo)} {variant}, seed {seed}", flush=True)
        train(settings, resume=(settings.checkpoint_dir / LAST).exists())
