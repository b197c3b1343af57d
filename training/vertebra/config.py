"""Every hyper-parameter of a run, read from one TOML file, and the input part of the model contract.

A run file overrides the defaults here; an unknown key, section or value is refused with one sentence. Levels,
devices and classes come from constants.py, whose physics the labels are made of.
"""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .simulator.constants import CLASSES, DEVICES, LEVELS

TRAINING_ROOT = Path(__file__).resolve().parent.parent
REPO_ROOT = TRAINING_ROOT.parent
SPLITS = ("pool", "qct", "train", "calibration", "test", "external")
# Sources that decide what a simulated patch is; a change makes stored shards stale
# (test_train.py checks that they cover what the simulator imports).
SIMULATOR_SOURCES = (
    "patch",
    *sorted(f"simulator.{path.stem}" for path in (TRAINING_ROOT / "vertebra/simulator").glob("[a-z]*.py")),
)


class UserError(Exception):
    """Bad input; the message is one sentence that names the file or value and the rule it breaks."""


@dataclass(frozen=True)
class PatchConfig:
    """The patch in the patient's frame: axes (z, y, x), see docs/model-contract.md."""

    size: tuple[int, int, int] = (24, 64, 64)
    spacing_mm: tuple[float, float, float] = (1.5, 1.0, 1.0)
    max_subsamples: int = 8
    outside_hu: int = -200
    clip_hu: tuple[int, int] = (-200, 800)
    mean_hu: float = 100.0
    std_hu: float = 200.0

    def manifest(self) -> dict[str, Any]:
        """The manifest's ``input.patch``, which patch.py executes."""
        return {
            "name": "patch",
            "shape": ["N", 1, *self.size],
            "spacingMm": list(self.spacing_mm),
            "axes": ["inferior-to-superior", "anterior-to-posterior", "right-to-left"],
            "frame": "patient",
            "interpolation": {
                "method": "trilinear",
                "antialias": "box",
                "maxSubsamples": self.max_subsamples,
            },
            "outsideHu": self.outside_hu,
            "clipHu": list(self.clip_hu),
            "meanHu": self.mean_hu,
            "stdHu": self.std_hu,
        }


# Kernel names by vendor: Siemens B30f, Br40d, I50f, Bl57f (the number grows with sharpness; 10-39 smooth,
# 40-49 standard); Canon FC01-05 smooth, FC06-19 standard, FC30-39, 50-59 and 80-89 bone or lung; GE names;
# Philips single letters A to E. Vendor conventions from general knowledge. Only syntax that JavaScript and
# Python share.
KERNEL_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"^FC(3[0-9]|5[0-9]|8[0-9])", "sharp"),
    (r"^FC0[1-5]", "smooth"),
    (r"^FC(0[6-9]|1[0-9])", "standard"),
    (r"^(BONE|LUNG|EDGE|ULTRA|SHARP|HIGH RES)", "sharp"),
    (r"^(SOFT|SMOOTH)", "smooth"),
    (r"^(STANDARD|STND|STD|DETAIL|CHST)", "standard"),
    (r"^[A-Z]{1,2}[5-9][0-9]([^0-9]|$)", "sharp"),
    (r"^[A-Z]{1,2}4[0-9]([^0-9]|$)", "standard"),
    (r"^[A-Z]{1,2}[1-3][0-9]([^0-9]|$)", "smooth"),
    (r"^A$", "smooth"),
    (r"^[BC]$", "standard"),
    (r"^[DEL]$", "sharp"),
)


def acquisition_features() -> list[dict[str, Any]]:
    """The manifest's ``input.acquisition.features``, version 1: 11 columns."""
    return [
        {"name": "kvp", "kind": "number", "centre": 120, "scale": 20, "min": 70, "max": 150},
        {"name": "sliceThicknessMm", "kind": "number", "centre": 2, "scale": 2, "min": 0.3, "max": 10},
        {
            "name": "kernelClass",
            "kind": "category",
            "values": ["smooth", "standard", "sharp", "unknown"],
            "patterns": [{"match": match, "value": value} for match, value in KERNEL_PATTERNS],
        },
        {"name": "contrast", "kind": "category", "values": ["no", "yes", "unknown"]},
    ]


def feature_columns() -> dict[str, slice]:
    """Columns of each feature in the acquisition vector."""
    columns, start = {}, 0
    for feature in acquisition_features():
        width = 2 if feature["kind"] == "number" else len(feature["values"])
        columns[feature["name"]] = slice(start, start + width)
        start += width
    return columns


@dataclass(frozen=True)
class SimulateConfig:
    """Patients of each split (dataset.py says what they are); every patient has ``vertebrae`` neighbours."""

    seed: int = 20261123
    pool: int = 1500
    qct: int = 900
    train: int = 900
    calibration: int = 300
    test: int = 360
    external: int = 240
    vertebrae: int = 3
    shard_patients: int = 30
    workers: int = 2


@dataclass(frozen=True)
class ModelConfig:
    kind: str = "experts"  # or "plain": the comparison's single-task CNN, never released
    channels: tuple[int, int, int] = (12, 32, 64)
    mid_blocks: int = 1
    deep_blocks: int = 2
    masks: int = 4  # learned soft masks over the raw HU
    attention_heads: int = 2
    trunk_width: int = 96
    experts: int = 4
    expert_hidden: int = 64
    expert_width: int = 32
    gate_width: int = 32
    acquisition_width: int = 16


@dataclass(frozen=True)
class AugmentConfig:
    gain_sd: float = 0.01
    offset_sd_hu: float = 3.0
    blur_probability: float = 0.3  # a mean of 3x3x3 voxels mixed in, by a random share
    noise_hu: float = 15.0  # upper end of a uniform SD
    shift_voxels: tuple[int, int, int] = (1, 3, 3)
    header_dropout: float = 0.08
    body_shift_probability: float = 0.3  # HU shift of the body's interior together with its vBMD
    body_shift_hu: float = 60.0
    body_radii_mm: tuple[float, float, float] = (10.0, 13.0, 17.0)  # z, y, x half axes at their largest


@dataclass(frozen=True)
class TextureConfig:
    """The trabecular region of texture/features.py and what becomes a target of pretraining."""

    radii_mm: tuple[float, float, float] = (9.0, 10.0, 14.0)  # z, y, x half axes of the ellipsoid
    anterior_mm: float = 2.0  # of the patch centre, where the ellipsoid's centre lies
    bin_width_hu: float = 25.0  # grey levels count from the patch's lower clip
    duplicate_correlation: float = 0.95  # Spearman; a feature that follows a kept one this closely is dropped
    beyond_acquisition: bool = False  # targets less what kVp, kernel and slice thickness predict of them


@dataclass(frozen=True)
class PretrainConfig:
    split: str = "pool"
    objective: str = "texture+reconstruction"  # or "reconstruction": the probe's comparison
    seed: int = 11
    epochs: int = 12
    batch: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    mask_share: float = 0.3  # of the blocks of 4 x 8 x 8 voxels
    tilt_probability: float = 0.2  # each costs a resampling
    tilt_degrees: float = 8.0  # upper end, about each axis
    texture_weight: float = 1.0
    reconstruction_weight: float = 4.0  # at 1 the texture crowds it out (docs/experiments.md)


@dataclass(frozen=True)
class TrainConfig:
    seed: int = 7
    initial: str = "pretrained"  # or "random": where the encoder's weights come from
    epochs: int = 8
    batch: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    warmup_share: float = 0.1  # of all steps, the learning rate's rise
    likelihood_from_share: float = 0.25  # of all steps on smooth L1 before the Gaussian likelihood
    ema: float = 0.99
    threads: int = 2
    bfloat16: bool = True  # convolutions of training on CPUs and GPUs that have it: 3 times faster here
    weights: dict[str, float] = field(
        default_factory=lambda: {
            "vbmd": 2.0,
            "abmd": 1.0,
            "class": 0.7,
            "level": 0.3,
            "variance": 0.1,
            "balance": 0.02,
            "cam": 0.2,
        }
    )


@dataclass(frozen=True)
class CalibrateConfig:
    coverage: float = 0.9
    ood_quantile: float = 0.99


@dataclass(frozen=True)
class EvidenceConfig:
    seeds: tuple[int, ...] = (7, 8, 9)  # of every variant (network/variants.py); the first is released
    bootstrap: int = 500  # resamples of patients behind every interval


@dataclass(frozen=True)
class ExportConfig:
    id: str = "osteolens-own"
    version: str = "0.1.0"
    title: str = "OsteoLens mixture of experts"
    opset: int = 17
    tolerance: float = 1e-3  # of each output's range, for self-tests on other machines
    golden_cases: int = 4


@dataclass(frozen=True)
class CohortConfig:
    """A clinic's own CT and DXA (clinic/cohort.py); limits of thickness, kVp and density are the app's."""

    folder: str = ""  # below training/, that 'cohort' wrote; train, calibrate and export then read it
    start: str = ""  # model folder to start from, from training/; empty: the app's default model
    min_patients: int = 10  # of a DXA scale, to retrain it, and as many others to calibrate it
    seed: int = 20261123  # of the split by patient
    calibration_share: float = 0.15
    test_share: float = 0.25
    shard_patients: int = 30
    max_interval_days: int = 180  # between CT and DXA; most cohorts: 6 months (Pickhardt et al. 2013)
    flag_interval_days: int = 30
    min_abmd_g_cm2: float = 0.3
    max_abmd_g_cm2: float = 2.0
    metal_hu: float = 2500.0  # any voxel of the body above it: metal, whatever its share
    t_score_gap: float = 1.0  # to a neighbour, flagged above it (ISCD)
    young_years: float = 50.0


@dataclass(frozen=True)
class Config:
    name: str
    source: str  # the run file, relative to training/
    patch: PatchConfig = PatchConfig()
    simulate: SimulateConfig = SimulateConfig()
    model: ModelConfig = ModelConfig()
    augment: AugmentConfig = AugmentConfig()
    texture: TextureConfig = TextureConfig()
    pretrain: PretrainConfig = PretrainConfig()
    train: TrainConfig = TrainConfig()
    calibrate: CalibrateConfig = CalibrateConfig()
    evidence: EvidenceConfig = EvidenceConfig()
    export: ExportConfig = ExportConfig()
    cohort: CohortConfig = CohortConfig()
    variant: str = ""  # of the evidence (network/variants.py); empty for the network that is released
    root: Path = TRAINING_ROOT  # data, checkpoints and runs lie below it

    @property
    def data_dir(self) -> Path:
        return self.root / "data" / self.name

    @property
    def checkpoint_dir(self) -> Path:
        return self.root / "checkpoints" / self.name / self.variant

    @property
    def run_dir(self) -> Path:
        return self.root / "runs" / self.name / self.variant

    @property
    def log_dir(self) -> Path:
        return self.root / "logs" / self.name / self.variant

    def as_dict(self) -> dict[str, Any]:
        """All settings as plain JSON, for provenance."""
        skip = {"root"}
        return {f.name: _plain(getattr(self, f.name)) for f in dataclasses.fields(self) if f.name not in skip}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return list(value) if isinstance(value, tuple) else value


SECTIONS = {
    "patch": PatchConfig,
    "simulate": SimulateConfig,
    "model": ModelConfig,
    "augment": AugmentConfig,
    "texture": TextureConfig,
    "pretrain": PretrainConfig,
    "train": TrainConfig,
    "calibrate": CalibrateConfig,
    "evidence": EvidenceConfig,
    "export": ExportConfig,
    "cohort": CohortConfig,
}


def read_section(path: Path, name: str, cls: Any, raw: Any) -> Any:
    """One table of a run file over the defaults of its settings class."""
    if not isinstance(raw, dict):
        raise UserError(f"{path}: [{name}] must be a table.")
    default = cls()
    known = {f.name for f in dataclasses.fields(cls)}
    values: dict[str, Any] = {}
    for key, value in raw.items():
        if key not in known:
            raise UserError(f"{path}: [{name}] has no setting '{key}'; known are {', '.join(sorted(known))}.")
        wanted = getattr(default, key)
        if isinstance(wanted, tuple):
            if not isinstance(value, list) or len(value) != len(wanted):
                raise UserError(f"{path}: [{name}] {key} must be a list of {len(wanted)} values.")
            value = tuple(value)
        elif isinstance(wanted, dict):
            if not isinstance(value, dict) or not set(value) <= set(wanted):
                raise UserError(f"{path}: [{name}] {key} may hold only {', '.join(sorted(wanted))}.")
            value = {**wanted, **value}
        elif isinstance(wanted, float) and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        elif type(value) is not type(wanted):
            raise UserError(f"{path}: [{name}] {key} must be of type {type(wanted).__name__}.")
        values[key] = value
    return dataclasses.replace(default, **values)


def read_sections(path: Path, known: dict[str, Any]) -> dict[str, Any]:
    """The sections of a run file, each read by its dataclass in known; refuses a file or section that it does not know."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such run file.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not a valid TOML file ({error}).") from error
    unknown = set(raw) - set(known)
    if unknown:
        raise UserError(f"{path}: unknown section '{sorted(unknown)[0]}'; known are {', '.join(known)}.")
    return {name: read_section(path, name, known[name], value) for name, value in raw.items()}


def load_config(path: Path) -> Config:
    """Read a run file. Its name is the run's name; folders are made below training/."""
    sections = read_sections(path, SECTIONS)
    config = Config(name=path.stem, source=f"runs/{path.name}", **sections)
    for name in SPLITS:
        if getattr(config.simulate, name) < 1:
            raise UserError(f"{path}: [simulate] {name} must be at least 1.")
    if not 1 <= config.simulate.vertebrae <= len(LEVELS):
        raise UserError(f"{path}: [simulate] vertebrae must be 1 to {len(LEVELS)}.")
    if any(n % 4 for n in config.patch.size[1:]) or config.patch.size[0] % 4:
        raise UserError(f"{path}: [patch] size must be divisible by 4 on every axis.")
    return config


def simulator_hash() -> str:
    """SHA-256 over the sources that decide what a simulated patch is, without comments and layout."""
    digest = hashlib.sha256()
    for name in SIMULATOR_SOURCES:
        tree = ast.parse((Path(__file__).parent / f"{name.replace('.', '/')}.py").read_text(encoding="utf-8"))
        digest.update(f"{name}\n{ast.unparse(tree)}\n".encode())
    return digest.hexdigest()


__all__ = ["CLASSES", "DEVICES", "LEVELS", "Config", "UserError", "load_config"]
