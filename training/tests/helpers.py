"""Small runs for tests: a configuration that simulates, trains and exports in seconds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from vertebra.config import (
    Config,
    EvidenceConfig,
    ExportConfig,
    ModelConfig,
    PretrainConfig,
    SimulateConfig,
    TrainConfig,
)

TINY_MODEL = ModelConfig(
    channels=(4, 6, 8), deep_blocks=1, trunk_width=24, expert_hidden=8, expert_width=8, gate_width=8
)


def tiny_config(root: Path) -> Config:
    """A dozen patients a split at most, 2 epochs, every variant from one seed; everything below root."""
    config = Config(name="tiny", source="runs/tiny.toml", root=root, model=TINY_MODEL)
    return replace(
        config,
        simulate=SimulateConfig(
            pool=6, qct=4, train=12, calibration=12, test=12, external=6, vertebrae=2, shard_patients=3
        ),
        pretrain=PretrainConfig(epochs=1, batch=8),
        train=TrainConfig(epochs=2, batch=8, threads=1),
        evidence=EvidenceConfig(seeds=(7,), bootstrap=20),
        export=ExportConfig(id="tiny", golden_cases=2),
    )
