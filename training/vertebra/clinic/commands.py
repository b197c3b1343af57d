"""What a clinic runs on its own CT (docs/own-cohort.md): cohort, analyse, validate; train and export are in __main__."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Protocol

from ..config import load_config


class AddCommand(Protocol):
    def __call__(self, name: str, run: object, text: str, with_config: bool = True) -> ArgumentParser: ...


def cohort(options: Namespace) -> None:
    from .write_cohort import write_cohort

    config = load_config(options.config)
    write_cohort(config, options.ct, options.levels, options.dxa, options.out, options.fresh)


def analyse(options: Namespace) -> None:
    from .analyse import analyse

    analyse(options.ct, options.picks, options.model, options.out, options.csv)


def validate(options: Namespace) -> None:
    from .validate import validate
    from .write_cohort import COHORT_SPLITS

    splits = COHORT_SPLITS if options.split == "all" else (options.split,)
    out = options.out or options.cohort / "validation"
    validate(load_config(options.config), options.cohort, options.model, out, splits)


def add_clinic_commands(add: AddCommand) -> None:
    command = add("cohort", cohort, "CT, level centres and a DXA table into shards; reports every exclusion")
    command.add_argument("--ct", type=Path, required=True, help="folder of DICOM or NIfTI CTs")
    command.add_argument("--levels", type=Path, required=True, help="folder of level centres or masks")
    command.add_argument("--dxa", type=Path, required=True, help="CSV of DXA readings")
    command.add_argument("--out", type=Path, required=True, help="training/data/<name>")
    command.add_argument("--fresh", action="store_true", help="replace an older cohort in --out")
    text = "one CT and its picks into the results file that the viewer writes"
    command = add("analyse", analyse, text, with_config=False)
    command.add_argument("--ct", type=Path, required=True, help="DICOM folder, zip or NIfTI")
    command.add_argument("--picks", type=Path, required=True, help="results file, VerSe centroids or mask")
    command.add_argument("--model", type=Path, required=True, help="public/models/<id>")
    command.add_argument("--out", type=Path, required=True, help="*.osteolens.json to write")
    command.add_argument("--csv", type=Path, help="CSV to write beside it")
    command = add("validate", validate, "agreement of an exported model with a clinic's DXA")
    command.add_argument("--cohort", type=Path, required=True, help="folder that 'cohort' wrote")
    command.add_argument("--model", type=Path, required=True, help="public/models/<id>")
    command.add_argument("--out", type=Path, help="folder of the report; default: validation in the cohort's")
    command.add_argument("--split", choices=("all", "train", "calibration", "test"), default="all")
