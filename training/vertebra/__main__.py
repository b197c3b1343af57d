"""Command line: python -m vertebra <command> --config runs/first.toml"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .config import REPO_ROOT, TRAINING_ROOT, UserError, load_config


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m vertebra", description="Simulate, train, calibrate, evaluate, export."
    )
    commands = parser.add_subparsers(dest="command", required=True)

    def add(name: str, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--config", type=Path, default=TRAINING_ROOT / "runs" / "first.toml")
        return command

    add("simulate", "make the simulated patches").add_argument(
        "--fresh", action="store_true", help="replace old data"
    )
    add("train", "train the network").add_argument(
        "--resume", action="store_true", help="go on from the last epoch"
    )
    add("calibrate", "fit temperature, intervals and the out-of-distribution score")
    add("evaluate", "measure on the test split, and write docs/evaluation")
    add("real-check", "compare with trabecular HU on the real test CTs")
    export = add("export", "write the model folder and the parity fixtures")
    export.add_argument("--models", type=Path, default=REPO_ROOT / "public" / "models")
    export.add_argument("--fixtures", type=Path, default=REPO_ROOT / "e2e" / "fixtures" / "golden")
    reference = add("demo-reference", "write the network's answers on the demonstration study")
    reference.add_argument("--demo", type=Path, default=REPO_ROOT / "public" / "demo")
    reference.add_argument("--out", type=Path, default=REPO_ROOT / "e2e" / "fixtures" / "demo-reference.json")
    return parser


def run(arguments: list[str] | None = None) -> None:
    """Dispatch; each command imports only what it needs."""
    options = build_parser().parse_args(arguments)
    config = load_config(options.config)
    if options.command == "simulate":
        from .dataset import simulate

        simulate(config, options.fresh)
    elif options.command == "train":
        from .network.train import train

        train(config, options.resume)
    elif options.command == "calibrate":
        from .network.calibrate import calibrate

        calibrate(config)
    elif options.command == "evaluate":
        from .evidence.evaluate import evaluate

        evaluate(config)
    elif options.command == "real-check":
        from .evidence.real_check import real_check

        real_check(config)
    elif options.command == "export":
        from .release.export import export
        from .release.fixtures import write_fixtures

        folder = export(config, options.models)
        write_fixtures(config, folder, options.fixtures)
    else:
        from .demo.reference import write_demo_reference

        write_demo_reference(config, options.demo, options.out)


def main() -> int:
    try:
        run()
    except UserError as error:
        print(f"vertebra: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
