"""Command line: python -m vertebra <command> --config runs/reference.toml. Each command imports only what it needs."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from .config import REPO_ROOT, TRAINING_ROOT, Config, UserError, load_config


def simulate(options: Namespace) -> None:
    from .dataset import simulate

    simulate(load_config(options.config), options.fresh)


def train(options: Namespace) -> None:
    from .network.train import train

    train(load_config(options.config), options.resume)


def calibrate(options: Namespace) -> None:
    from .network.calibrate import calibrate

    calibrate(load_config(options.config))


def ablate(options: Namespace) -> None:
    from .network.ablate import ablate

    ablate(load_config(options.config))


def evaluate(options: Namespace) -> None:
    from .evidence.evaluate import evaluate

    evaluate(load_config(options.config))


def real_check(options: Namespace) -> None:
    from .evidence.real_check import real_check

    real_check(load_config(options.config))


def export(options: Namespace) -> None:
    from .release.export import export
    from .release.fixtures import write_fixtures

    config = load_config(options.config)
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
    add("train", train, "train the network").add_argument(
        "--resume", action="store_true", help="go on from the last epoch"
    )
    add("calibrate", calibrate, "fit temperature, intervals and the out-of-distribution score")
    add("ablate", ablate, "train the variants that the evidence compares, as far as they are not trained yet")
    add("evaluate", evaluate, "measure all methods on the test patients, and write docs/evaluation")
    add("real-check", real_check, "compare with trabecular HU on the real test CTs, and change those scans")
    command = add("export", export, "write the model folder and the parity fixtures")
    command.add_argument("--models", type=Path, default=REPO_ROOT / "public" / "models")
    command.add_argument("--fixtures", type=Path, default=REPO_ROOT / "e2e" / "fixtures" / "golden")
    command = add("demo-reference", demo_reference, "write the network's answers on the demonstration study")
    command.add_argument("--demo", type=Path, default=REPO_ROOT / "public" / "demo")
    command.add_argument("--out", type=Path, default=REPO_ROOT / "e2e" / "fixtures" / "demo-reference.json")
    add_clinic_commands(add)
    return parser


def add_clinic_commands(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """What a clinic runs on its own CT (docs/own-cohort.md)."""
    cohort = add("cohort", "CT, level centres and a DXA table into shards, with a report of every exclusion")
    cohort.add_argument("--ct", type=Path, required=True, help="folder of DICOM or NIfTI CTs")
    cohort.add_argument("--levels", type=Path, required=True, help="folder of level centres or masks")
    cohort.add_argument("--dxa", type=Path, required=True, help="CSV of DXA readings")
    cohort.add_argument("--out", type=Path, required=True, help="training/data/<name>")
    cohort.add_argument("--fresh", action="store_true", help="replace an older cohort in --out")
    analyse = add("analyse", "one CT and its picks into the results file that the viewer writes")
    analyse.add_argument("--ct", type=Path, required=True, help="DICOM folder, zip or NIfTI")
    analyse.add_argument("--picks", type=Path, required=True, help="results file, VerSe centroids or mask")
    analyse.add_argument("--model", type=Path, required=True, help="public/models/<id>")
    analyse.add_argument("--out", type=Path, required=True, help="*.osteolens.json to write")
    analyse.add_argument("--csv", type=Path, help="CSV to write beside it")
    validate = add("validate", "agreement of an exported model with a clinic's DXA")
    validate.add_argument("--cohort", type=Path, required=True, help="folder that 'cohort' wrote")
    validate.add_argument("--model", type=Path, required=True, help="public/models/<id>")
    validate.add_argument("--out", type=Path, help="folder of the report; default: validation in the cohort's")
    validate.add_argument("--split", choices=("all", "train", "calibration", "test"), default="all")


def run_clinic_command(config: Config, options: argparse.Namespace) -> None:
    if options.command == "cohort":
        from .clinic.write_cohort import write_cohort

        write_cohort(config, options.ct, options.levels, options.dxa, options.out, options.fresh)
    elif options.command == "analyse":
        from .clinic.analyse import analyse

        analyse(options.ct, options.picks, options.model, options.out, options.csv)
    else:
        from .clinic.validate import validate
        from .clinic.write_cohort import COHORT_SPLITS

        splits = COHORT_SPLITS if options.split == "all" else (options.split,)
        out = options.out or options.cohort / "validation"
        validate(config, options.cohort, options.model, out, splits)


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
