"""Small runs for tests: a configuration that simulates, trains and exports in seconds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from vertebra.config import (
    CalibrateConfig,
    Config,
    ExportConfig,
    ModelConfig,
    SimulateConfig,
    TrainConfig,
)

TINY_MODEL = ModelConfig(
    channels=(4, 6, 8), deep_blocks=1, trunk_width=24, expert_hidden=8, expert_width=8, gate_width=8
)


def tiny_config(root: Path) -> Config:
    """24 training vertebrae, 2 epochs; everything below root."""
    config = Config(name="tiny", source="runs/tiny.toml", root=root, model=TINY_MODEL)
    return replace(
        config,
        simulate=SimulateConfig(train=24, calibration=12, test=12, shard_size=12, workers=2),
        train=TrainConfig(epochs=2, batch=8, threads=1),
        calibrate=CalibrateConfig(bootstrap=20),
        export=ExportConfig(id="tiny", golden_cases=2),
    )
