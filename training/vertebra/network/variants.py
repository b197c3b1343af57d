"""What the evidence compares: the full network, and the same one with a single idea taken out."""

from __future__ import annotations

from dataclasses import replace

from ..config import Config

FULL = "full"
VARIANTS: dict[str, str] = {
    FULL: "full: self-supervision, experts, three tasks",
    "without-pretraining": "without self-supervision",
    "without-experts": "without experts: one head block for all devices",
    "without-other-tasks": "without multi-task: osteoporosis alone",
    "plain": "plain single-task CNN",
}
CLASS_ONLY = {"vbmd": 0.0, "abmd": 0.0, "level": 0.0, "variance": 0.0}


def variant_config(config: Config, variant: str, seed: int) -> Config:
    """The run of one variant and seed; the full one of the config's own seed is the released network."""
    if variant == FULL and seed == config.train.seed:
        return config
    train = replace(config.train, seed=seed)
    changed = replace(config, variant=f"{variant}-{seed}", train=train)
    weights = {**train.weights, **CLASS_ONLY}
    match variant:
        case "without-pretraining":
            return replace(changed, train=replace(train, initial="random"))
        case "without-experts":
            return replace(changed, model=replace(config.model, experts=1))
        case "without-other-tasks":
            return replace(changed, train=replace(train, weights=weights))
        case "plain":
            plain = {**weights, "balance": 0.0, "cam": 0.0}
            return replace(
                changed,
                model=replace(config.model, kind="plain"),
                train=replace(train, initial="random", weights=plain),
            )
    return changed
