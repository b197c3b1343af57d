"""The log of a run: a JSON line an epoch beside the metrics, and TensorBoard events below training/logs."""

from __future__ import annotations

from typing import Any

from torch.utils.tensorboard import SummaryWriter

from ..checkpoint import append_jsonl
from ..config import Config


class RunLog:
    """`tensorboard --logdir training/logs` shows it; the JSON lines are what the repository keeps."""

    def __init__(self, config: Config, name: str) -> None:
        self.name = name
        self.path = config.run_dir / f"{name}.jsonl"
        self.writer = SummaryWriter(str(config.log_dir / name))

    def clear(self) -> None:
        """Forget an earlier run's lines."""
        self.path.unlink(missing_ok=True)

    def write(self, step: int, values: dict[str, Any]) -> None:
        append_jsonl(self.path, values)
        for key, value in values.items():
            self.writer.add_scalar(f"{self.name}/{key}", value, step)
        self.writer.flush()
