"""Painted trunks on disk, each once: int16 volumes and their truth, made by several processes, resumable."""

from __future__ import annotations

import ast
import hashlib
import io
import json
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from ..checkpoint import write_bytes, write_json
from ..config import UserError
from .config import CLASSES, SpineConfig
from .trunk import Trunk, paint_trunk

SPLITS = ("train", "faint", "validation")
SEED_OFFSETS = {"train": 0, "faint": 2_000_000, "validation": 1_000_000}


@dataclass(frozen=True)
class StoredTrunk:
    """hu [z, y, x] int16, mapped from disk; truth in cells (z, y, x) of it."""

    hu: np.ndarray
    levels: np.ndarray  # [n] index into config.CLASSES, head to feet
    centres: np.ndarray  # [n, 3]
    others: np.ndarray  # [m, 3]


def painter_hash() -> str:
    """SHA-256 over the sources of this folder that decide what a trunk is, without comments and layout."""
    digest = hashlib.sha256()
    for name in ("column", "habitus", "skeleton", "soft_tissue", "trunk"):
        tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8"))
        digest.update(f"{name}\n{ast.unparse(tree)}\n".encode())
    return digest.hexdigest()


def _cells(points: np.ndarray, trunk: Trunk) -> list[list[float]]:
    return ((points - trunk.origin) / trunk.cell_mm)[:, ::-1].round(3).tolist()


def _paint(folder: Path, cell_mm: float, seed: int, faint: bool, number: int) -> None:
    path = folder / f"{number:05d}"
    if path.with_suffix(".json").exists():
        return
    trunk = paint_trunk((seed, number), cell_mm, faint=faint)
    buffer = io.BytesIO()
    np.save(buffer, trunk.hu)
    write_bytes(path.with_suffix(".npy"), buffer.getvalue())
    truth = {
        "names": list(trunk.names),
        "centres": _cells(trunk.centres, trunk),
        "others": _cells(trunk.others, trunk),
        "tags": list(trunk.tags),
    }
    write_json(path.with_suffix(".json"), truth)


def simulate_trunks(config: SpineConfig, fresh: bool = False) -> None:
    """Paint all trunks of every split that are not there yet."""
    settings = config.trunk
    stamp = {"painter": painter_hash(), "seed": settings.seed, "cellMm": config.grid.cell_mm}
    note = config.data_dir / "simulation.json"
    if note.exists() and json.loads(note.read_text(encoding="utf-8")) != stamp:
        if not fresh:
            raise UserError(
                f"{note}: trunks of other sources or settings lie here; use --fresh to replace them."
            )
        for old in config.data_dir.glob("*/[0-9]*.*"):
            old.unlink()
    write_json(note, stamp)
    for split in SPLITS:
        count, offset = getattr(settings, split), SEED_OFFSETS[split]
        paint = partial(_paint, config.data_dir / split, config.grid.cell_mm, settings.seed, split == "faint")
        paint_all(paint, range(offset, offset + count), settings.workers, split)


def paint_all(paint: Callable[[int], None], numbers: range, workers: int, what: str) -> None:
    """Call ``paint`` for every number in so many processes, and say how far it is."""
    began = time.monotonic()
    with ExitStack() as stack:
        # Fresh processes: a fork of one in which torch has started threads would hang.
        pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn")) if workers > 1 else None
        done = stack.enter_context(pool).map(paint, numbers, chunksize=4) if pool else map(paint, numbers)
        for count, _ in enumerate(done, start=1):
            if count % 100 == 0 or count == len(numbers):
                rate = count / (time.monotonic() - began)
                print(f"spine-simulate: {what} {count}/{len(numbers)}, {rate:.1f} a second", flush=True)


def load_trunks(config: SpineConfig, split: str) -> list[StoredTrunk]:
    """All trunks of a split that are on disk."""
    paths = sorted((config.data_dir / split).glob("*.json"))
    if not paths:
        raise UserError(
            f"{config.data_dir / split}: no trunks; run 'python -m vertebra spine-simulate' first."
        )
    return [_load(path) for path in paths]


def _load(path: Path) -> StoredTrunk:
    truth: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return StoredTrunk(
        hu=np.load(path.with_suffix(".npy"), mmap_mode="r"),
        levels=np.array([CLASSES.index(name) for name in truth["names"]]),
        centres=np.array(truth["centres"]),
        others=np.array(truth["others"]),
    )
