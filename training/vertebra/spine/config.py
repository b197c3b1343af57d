"""Settings of the spine network's run, read from one TOML file, and the input part of its manifest."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..config import TRAINING_ROOT, UserError, read_sections

# The order of the network's `levels` output; C7 and above and S2 and below are background.
CLASSES: tuple[str, ...] = (*(f"T{n}" for n in range(1, 14)), *(f"L{n}" for n in range(1, 7)), "S1")
STRIDE = 8  # the network halves the grid three times: sizes are multiples of it


@dataclass(frozen=True)
class GridConfig:
    """The coarse grid in the patient's frame: axes (z, y, x) as the patch's, docs/model-contract.md."""

    cell_mm: float = 4.0
    outside_hu: int = -1000
    clip_hu: tuple[int, int] = (-1000, 1000)
    mean_hu: float = 0.0
    std_hu: float = 200.0

    def manifest(self) -> dict[str, Any]:
        """The manifest's ``input.volume``."""
        return {
            "name": "volume",
            "shape": [1, 1, "D", "H", "W"],
            "multipleOf": STRIDE,
            "spacingMm": [self.cell_mm] * 3,
            "axes": ["inferior-to-superior", "anterior-to-posterior", "right-to-left"],
            "frame": "patient",
            "interpolation": {"method": "trilinear", "antialias": "box", "maxSubsamples": 8},
            "outsideHu": self.outside_hu,
            "clipHu": list(self.clip_hu),
            "meanHu": self.mean_hu,
            "stdHu": self.std_hu,
        }


@dataclass(frozen=True)
class TrunkConfig:
    """How many trunks are painted; the held-out spines have seeds of their own."""

    seed: int = 20261201
    train: int = 900
    faint: int = 400  # trunks whose bodies stand out little from their discs (trunk.py)
    validation: int = 40
    held_out_seed: int = 20261301
    held_out: int = 500
    workers: int = 2


@dataclass(frozen=True)
class NetConfig:
    channels: tuple[int, int, int] = (16, 48, 80)  # at 8, 16 and 32 mm
    mid_blocks: int = 2
    deep_blocks: int = 4


@dataclass(frozen=True)
class TargetConfig:
    sigma_mm: float = 6.0  # of the heatmap's Gaussian round a body's centre
    near_mm: float = (
        24.0  # of any body, C5 to S5: where the heatmap is learned with near_weight, found or not
    )
    near_weight: float = 20.0
    label_radius_mm: float = 9.0  # cells that near a centre learn its level


@dataclass(frozen=True)
class CropConfig:
    """What a training crop is made of; every crop is resampled from a stored trunk by one affine map."""

    cells: int = 240_000
    depths: tuple[int, int, int, int, int] = (
        24,
        48,
        72,
        96,
        128,
    )  # along z; the plane gets what cells are left
    plane: tuple[int, int] = (40, 104)  # least and largest cells of one side
    elsewhere_share: float = 0.12  # of crops that may lie anywhere in the trunk
    tilt_degrees: float = 9.0  # SD, about each axis
    scale_log_sd: float = 0.06
    cut_share: float = 0.6  # of crops that lose a further part of their field of view
    gain_sd: float = 0.05
    offset_sd_hu: float = 10.0
    bone_log_sd: float = 0.25  # of the factor on what lies above 120 HU
    blur: float = 0.25  # upper end of the outer weights of a three-cell mean, along each axis
    thick_share: float = 0.3  # of crops blurred along z as by slices of 8 to 12 mm
    noise_hu: float = 45.0  # upper end of a uniform SD


@dataclass(frozen=True)
class FitConfig:
    seed: int = 5
    steps: int = 3600
    batch: int = 4
    learning_rate: float = 3e-3
    schedule_steps: int = 3000  # over which that falls
    faint_from: int = 2400  # step from which the faint trunks are learned from too, under a rate of their own
    faint_rate: float = 1.2e-3  # falls until the last step
    weight_decay: float = 1e-3
    warmup_steps: int = 60
    ema: float = 0.99
    threads: int = 2
    level_weight: float = 0.4
    checkpoint_steps: int = 200
    bfloat16: bool = True


@dataclass(frozen=True)
class ReleaseConfig:
    id: str = "osteolens-spine"
    version: str = "0.1.0"
    title: str = "OsteoLens spine finder"
    opset: int = 17
    tolerance: float = 1e-3
    golden_cells: tuple[int, int, int] = (16, 16, 16)


@dataclass(frozen=True)
class SpineConfig:
    name: str
    source: str
    grid: GridConfig = GridConfig()
    trunk: TrunkConfig = TrunkConfig()
    net: NetConfig = NetConfig()
    target: TargetConfig = TargetConfig()
    crop: CropConfig = CropConfig()
    fit: FitConfig = FitConfig()
    release: ReleaseConfig = ReleaseConfig()
    root: Path = TRAINING_ROOT

    @property
    def data_dir(self) -> Path:
        return self.root / "data" / self.name

    @property
    def held_out_dir(self) -> Path:
        return self.root / "data" / f"{self.name}-test"

    @property
    def checkpoint_path(self) -> Path:
        return self.root / "checkpoints" / self.name / "last.pt"

    @property
    def log_path(self) -> Path:
        return self.root / "runs" / self.name / "train.jsonl"

    def as_dict(self) -> dict[str, Any]:
        """All settings as plain JSON, for provenance."""
        return {f.name: _plain(getattr(self, f.name)) for f in dataclasses.fields(self) if f.name != "root"}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return list(value) if isinstance(value, tuple) else value


SECTIONS: dict[str, Any] = {
    "grid": GridConfig,
    "trunk": TrunkConfig,
    "net": NetConfig,
    "target": TargetConfig,
    "crop": CropConfig,
    "fit": FitConfig,
    "release": ReleaseConfig,
}


def load_spine_config(path: Path) -> SpineConfig:
    """Read a run file of the spine network; its name is the run's name."""
    sections = read_sections(path, SECTIONS)
    config = SpineConfig(name=path.stem, source=f"runs/{path.name}", **sections)
    if any(n % STRIDE for n in (*config.crop.depths, *config.crop.plane, *config.release.golden_cells)):
        raise UserError(
            f"{path}: [crop] depths and plane and [release] golden_cells must be multiples of {STRIDE}."
        )
    return config
