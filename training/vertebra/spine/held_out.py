"""The test spines: trunks of their own seeds under cut fields of view, for docs/evaluation/spine.

training/data/<run>-test/spine-NNNN.i16 is int16 HU on the grid, little-endian, x fastest, then y, then z; spine-NNNN.json
its truth: shape [D, H, W], spacingMm, originLps of cell (0, 0, 0)'s centre, tags, and every body whose centre is in the
field, head to feet, with its centre (LPS mm), its axis towards the head and whether all of it is in the field.
"""

from __future__ import annotations

import json
from functools import partial

import numpy as np

from ..checkpoint import write_bytes, write_json
from ..config import UserError
from .config import STRIDE, CropConfig, SpineConfig
from .crops import change_hu, resample, rotation
from .store import paint_all, painter_hash
from .trunk import Trunk, paint_trunk

# Fields of view and their shares: first and last level in the middle of the edge, and the width in mm (None: whole).
FIELDS: dict[str, tuple[float, str, str, float | None]] = {
    "trunk": (0.15, "T1", "S2", None), "chest": (0.22, "T1", "L1", None), "abdomen": (0.25, "T10", "S3", None),
    "lumbar-spine": (0.15, "T12", "S1", 150.0), "upper-abdomen": (0.11, "T9", "L3", None),
    "short": (0.12, "", "", None),
}  # fmt: skip
TILT_DEGREES = 5.0
BODY_HALF_MM = 15.0  # of width and depth that must be in the field for a body to be whole
NO_CUT = CropConfig(cut_share=0.0)


def _z_range(rng: np.random.Generator, trunk: Trunk, kind: str) -> tuple[float, float]:
    """Lower and upper edge of a field along z, LPS mm."""
    z = dict(zip(trunk.names, trunk.centres[:, 2], strict=True))
    z["S2"], z["S3"] = z["S1"] - 24, z["S1"] - 45
    z.setdefault("T12", z["T11"])
    if kind == "short":
        middle = trunk.centres[rng.integers(len(trunk.names)), 2]
        half = rng.uniform(20, 70)
        return middle - half, middle + half
    _, first, last, _ = FIELDS[kind]
    return z[last] - rng.uniform(-12, 40), z[first] + rng.uniform(-12, 40)


def _write(config: SpineConfig, number: int) -> None:
    path = config.held_out_dir / f"spine-{number:04d}"
    if path.with_suffix(".json").exists():
        return
    rng = np.random.default_rng((config.trunk.held_out_seed, number, 1))
    trunk = paint_trunk((config.trunk.held_out_seed, number), config.grid.cell_mm, hard=True)
    kind = str(rng.choice(list(FIELDS), p=[field[0] for field in FIELDS.values()]))
    low, high = _z_range(rng, trunk, kind)
    width = FIELDS[kind][3] or float(rng.uniform(300, 430))
    cell = config.grid.cell_mm
    flat = np.array([(high + low) / 2, *_plane_middle(trunk, low, high, width)])
    size = tuple(int(np.ceil(mm / cell / STRIDE) * STRIDE) for mm in (high - low, min(width, 340.0), width))
    matrix = rotation(rng, TILT_DEGREES)
    middle = (flat - trunk.origin[::-1]) / cell
    hu, valid = resample(trunk.hu, matrix, middle, size, config.grid.outside_hu)  # type: ignore[arg-type]
    hu = change_hu(rng, hu, NO_CUT)
    edge = size[0] * cell - (high - low)  # the padding up to whole strides is outside
    valid[: int(edge / cell)] = False
    hu[~valid] = config.grid.outside_hu
    half = (np.array(size) - 1) / 2
    to_crop = np.linalg.inv(matrix)
    cells = ((trunk.centres - trunk.origin)[:, ::-1] / cell - middle) @ to_crop.T + half
    ups = trunk.ups[:, ::-1] @ to_crop.T
    origin = rng.uniform(-300, 300, 3).round(2)
    found = []
    for name, at, up, half_height in zip(trunk.names, cells, ups, trunk.half_heights, strict=True):
        if not _inside(at[None], valid).all():
            continue
        reach = np.array([[0, s * BODY_HALF_MM, t * BODY_HALF_MM] for s in (-1, 1) for t in (-1, 1)]) / cell
        ends = [at + end * up * half_height / cell + r for end in (-1, 1) for r in reach]
        found.append(
            {
                "name": name,
                "centreLps": (origin + cell * at[::-1]).round(2).tolist(),
                "axisLps": (up[::-1] / np.linalg.norm(up)).round(4).tolist(),
                "isWhole": bool(_inside(np.array(ends), valid).all()),
            }
        )
    names = {v["name"] for v in found}
    last_rib = [name for name in trunk.names if name.startswith("T")][-1]
    tags = [kind, *trunk.tags]
    tags += ["cut"] if kind != "trunk" else []
    tags += [] if names & {"S1", last_rib, "T1"} else ["no-anchor"]
    write_bytes(path.with_suffix(".i16"), np.clip(np.rint(hu), -1024, 4000).astype("<i2").tobytes())
    truth = {
        "shape": list(size),
        "spacingMm": [cell] * 3,
        "originLps": origin.tolist(),
        "tags": tags,
        "vertebrae": found,
    }
    write_json(path.with_suffix(".json"), truth)


def _plane_middle(trunk: Trunk, low: float, high: float, width: float) -> tuple[float, float]:
    """y and x (LPS mm) of the field's middle: the body's, or the spine's where the field is narrow."""
    near = (trunk.centres[:, 2] >= low) & (trunk.centres[:, 2] <= high)
    x, y, _ = trunk.centres[near if near.any() else slice(None)].mean(0)
    return (float(y) + 5, float(x)) if width < 200 else (float(y) - 60, float(x))


def _inside(points: np.ndarray, valid: np.ndarray) -> np.ndarray:
    cells = np.rint(points).astype(int)
    out = ((cells >= 0) & (cells < np.array(valid.shape))).all(1)
    out[out] = valid[tuple(cells[out].T)]
    return out


def simulate_held_out(config: SpineConfig, fresh: bool = False) -> None:
    """Write all test spines that are not there yet."""
    note = config.held_out_dir / "simulation.json"
    stamp = {"painter": painter_hash(), "seed": config.trunk.held_out_seed}
    if note.exists() and json.loads(note.read_text(encoding="utf-8")) != stamp:
        if not fresh:
            raise UserError(f"{note}: test spines of other sources lie here; use --fresh to replace them.")
        for old in config.held_out_dir.glob("spine-*"):
            old.unlink()
    write_json(note, stamp)
    paint_all(partial(_write, config), range(config.trunk.held_out), config.trunk.workers, "test")
