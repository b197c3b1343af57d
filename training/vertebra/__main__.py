"""Command line: python -m vertebra <command> --config runs/reference.toml. Each command imports only what it needs."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from .clinic.commands import add_clinic_commands
from .config import REPO_ROOT, TRAINING_ROOT, UserError, load_config
from .spine.commands import add_spine_commands


def simulate(options: Namespace) -> None:
    from .dataset import simulate

    simulate(load_config(options.config), options.fresh)


def pretrain(options: Namespace) -> None:
    from dataclasses import replace

    from .texture.pretrain import pretrain

    config = load_config(options.config)
    chosen = replace(config.pretrain, objective=options.objective or config.pretrain.objective)
    pretrain(replace(config, pretrain=chosen), options.resume)


def probe(options: Namespace) -> None:
    from .texture.probe import probe

    probe(load_config(options.config))


def facts(options: Namespace) -> None:
    from .facts import write_facts

    write_facts(load_config(options.config), REPO_ROOT / "docs" / "simulator.md")


def train(options: Namespace) -> None:
    config = load_config(options.config)
    if config.cohort.folder:
        from .clinic.retrain import retrain

        retrain(config, options.resume)
        return
    from .network.train import train

    train(config, options.resume)


def calibrate(options: Namespace) -> None:
    config = load_config(options.config)
    if config.cohort.folder:
        from .clinic.retrain import recalibrate

        recalibrate(config)
        return
    from .network.calibrate import calibrate

    calibrate(config)


def ablate(options: Namespace) -> None:
    from .network.ablate import ablate

    ablate(load_config(options.config))


def evaluate(options: Namespace) -> None:
    from .evidence.evaluate import evaluate

    config = load_config(options.config)
    evaluate(config, REPO_ROOT / "docs" / "evaluation" / config.name)


def real_check(options: Namespace) -> None:
    from .evidence.real_check import real_check

    real_check(load_config(options.config))


def export(options: Namespace) -> None:
    config = load_config(options.config)
    if config.cohort.folder:
        from .clinic.release_own import export_own

        export_own(config, options.models)
        return
    from .release.export import export
    from .release.fixtures import write_fixtures

    write_fixtures(config, export(config, options.models), options.fixtures)


def demo_reference(options: Namespace) -> None:
    from .demo.reference import write_demo_reference

    write_demo_reference(load_config(options.config), options.demo, options.out)


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="python -m vertebra",
        description="Simulate vertebrae, train the network on them or on a clinic's own, and measure it.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    def add(
        name: str, run: Callable[[Namespace], None], text: str, with_config: bool = True
    ) -> ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        if with_config:
            command.add_argument("--config", type=Path, default=TRAINING_ROOT / "runs" / "reference.toml")
        return command

    add("simulate", simulate, "make the simulated patches").add_argument(
        "--fresh", action="store_true", help="replace old data"
    )
    add(
        "facts", facts, "hold the simulator against published facts, and write the table of docs/simulator.md"
    )
    command = add(
        "pretrain", pretrain, "measure bone texture, and pretrain the encoder on unlabelled patches"
    )
    command.add_argument("--resume", action="store_true", help="go on from the last epoch")
    command.add_argument(
        "--objective", help="instead of the run file's: reconstruction, for the probe's comparison"
    )
    add("train", train, "train the network").add_argument(
        "--resume", action="store_true", help="go on from the last epoch"
    )
    add("calibrate", calibrate, "fit temperature, intervals and the out-of-distribution score")
    add("ablate", ablate, "train the variants that the evidence compares, as far as they are not trained yet")
    add("probe", probe, "measure what the pretrained encoder holds of texture and density")
    add("evaluate", evaluate, "measure all methods on the test patients, and write docs/evaluation")
    add("real-check", real_check, "compare with trabecular HU on the real test CTs, and change those scans")
    command = add("export", export, "write the model folder and the parity fixtures")
    command.add_argument("--models", type=Path, default=REPO_ROOT / "public" / "models")
    command.add_argument("--fixtures", type=Path, default=REPO_ROOT / "e2e" / "fixtures" / "golden")
    command = add("demo-reference", demo_reference, "write the network's answers on the demonstration study")
    command.add_argument("--demo", type=Path, default=REPO_ROOT / "public" / "demo")
    command.add_argument("--out", type=Path, default=REPO_ROOT / "e2e" / "fixtures" / "demo-reference.json")
    add_clinic_commands(add)
    add_spine_commands(add)
    return parser


def run(arguments: list[str] | None = None) -> None:
    options = build_parser().parse_args(arguments)
    options.run(options)


def main() -> int:
    try:
        run()
    except UserError as error:
        print(f"vertebra: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
