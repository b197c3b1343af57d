"""The spine network's commands: spine-simulate, spine-train, spine-export."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from ..clinic.commands import AddCommand
from ..config import REPO_ROOT, TRAINING_ROOT
from .config import load_spine_config

RUN_FILE = TRAINING_ROOT / "runs" / "spine.toml"


def simulate(options: Namespace) -> None:
    from .held_out import simulate_held_out
    from .store import simulate_trunks

    config = load_spine_config(options.config)
    if options.held_out:
        simulate_held_out(config, options.fresh)
    else:
        simulate_trunks(config, options.fresh)


def train(options: Namespace) -> None:
    from .fit import train_spine

    train_spine(load_spine_config(options.config), options.resume)


def export(options: Namespace) -> None:
    from .export import export_spine

    export_spine(load_spine_config(options.config), options.models, options.untrained)


def add_spine_commands(add: AddCommand) -> None:
    command = add(
        "spine-simulate", simulate, "paint the trunks that the spine network learns from", with_config=False
    )
    command.add_argument("--config", type=Path, default=RUN_FILE)
    command.add_argument(
        "--held-out", action="store_true", help="the test spines instead, for docs/evaluation/spine"
    )
    command.add_argument("--fresh", action="store_true", help="replace old data")
    command = add("spine-train", train, "train the spine network", with_config=False)
    command.add_argument("--config", type=Path, default=RUN_FILE)
    command.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    command = add("spine-export", export, "write the spine network's model folder", with_config=False)
    command.add_argument("--config", type=Path, default=RUN_FILE)
    command.add_argument("--models", type=Path, default=REPO_ROOT / "public" / "models")
    command.add_argument("--untrained", action="store_true", help="of the final shape, for wiring only")
