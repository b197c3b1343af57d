"""What a run with [cohort] folder reads: the clinic's splits, the network it starts from, the scales it can teach."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..config import DEVICES, Config, UserError
from ..dataset import Split
from ..network.labels import measured
from ..network.train import load_checkpoint
from .start_network import Start, load_start
from .validate import check_inputs
from .write_cohort import RECORD, load_cohort_split, read_record

# Losses that a DXA reading can teach; the clinic knows no volumetric density.
TAUGHT = ("abmd", "class", "variance")


@dataclass(frozen=True)
class Own:
    config: Config  # with the starting network's [model], and [train] for its scales alone
    folder: Path
    start: Start
    train: Split
    calibration: Split
    scales: list[int]  # of DEVICES, with enough patients in both splits
    origin: dict[str, str]  # hashes of cohort and start, names of the scales; kept in the checkpoint


def patients_by_scale(split: Split) -> np.ndarray:
    """Patients with a reading on each scale, [D']."""
    known, patient = np.isfinite(measured(split.labels)[0]), split.labels["patient"]
    return np.array([len(np.unique(patient[column])) for column in known.T])


def hash_cohort(folder: Path) -> str:
    """SHA-256 over cohort.json and all labels and patches."""
    digest = hashlib.sha256((folder / RECORD).read_bytes())
    for path in sorted(folder.glob("*/*.np[yz]")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def read_own(config: Config) -> Own:
    """Read and check everything that [cohort] names."""
    folder = config.root / config.cohort.folder
    record, start = read_record(folder), load_start(config)
    check_inputs(start.model, record, folder)
    if start.model.manifest["id"] == config.export.id:
        raise UserError(
            f"{config.source}: [export] id '{config.export.id}' is the model that training would start from; name "
            "another id, or another [cohort] start."
        )
    train, calibration = (load_cohort_split(folder, (name,)) for name in ("train", "calibration"))
    needed, counts = config.cohort.min_patients, (patients_by_scale(train), patients_by_scale(calibration))
    scales = [d for d in range(len(DEVICES)) if min(counts[0][d], counts[1][d]) >= max(1, needed)]
    if not scales:
        found = ", ".join(f"{name} {a} and {b}" for name, a, b in zip(DEVICES, *counts, strict=True))
        raise UserError(
            f"{folder}: no DXA scale has {needed} patients in train and in calibration ({found}); add patients."
        )
    weights = {name: value if name in TAUGHT else 0.0 for name, value in config.train.weights.items()}
    settings = replace(config.train, weights=weights, weight_decay=0.0, initial="released")
    return Own(
        config=replace(config, model=start.shape, train=settings),
        folder=folder,
        start=start,
        train=train,
        calibration=calibration,
        scales=scales,
        origin={
            "cohort": hash_cohort(folder),
            "start": start.model.manifest["file"]["sha256"],
            "scales": ", ".join(DEVICES[d] for d in scales),
        },
    )


def check_trained(own: Own) -> None:
    """The checkpoint must be of this cohort, start and scales, whose held-out patients it has then not seen."""
    state = load_checkpoint(own.config)
    if any(state.get(key) != value for key, value in own.origin.items()):
        path = own.config.checkpoint_dir / "last.pt"
        raise UserError(
            f"{path}: trained on another cohort, start or scales; run 'python -m vertebra train' again."
        )
