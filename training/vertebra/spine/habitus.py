"""What a trunk is drawn from: size, tissues, contrast, arms. Ranges are wider than in people, on purpose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..simulator import constants as c
from ..simulator.population import Bone

# HU at 120 kVp unenhanced and with contrast, low and high end: shared/domain.md 3.3, widened by about half for other
# kVp, kernels and phases (choice).
RANGES_HU: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "fat": ((-130, -75), (-130, -75)),
    "muscle": ((20, 70), (40, 90)),
    "disc": ((45, 125), (50, 130)),
    "sac": ((0, 40), (0, 45)),
    "blood": ((25, 60), (90, 400)),
    "cava": ((25, 60), (60, 220)),
    "liver": ((0, 75), (60, 140)),
    "spleen": ((35, 60), (80, 150)),
    "kidney": ((20, 45), (100, 260)),
    "bowel": ((0, 60), (0, 90)),
    "lung": ((-930, -700), (-930, -650)),
    "heart": ((25, 60), (80, 350)),
    "cartilage": ((60, 200), (60, 220)),
}


@dataclass(frozen=True)
class Habitus:
    """One person and acquisition; lengths in mm."""

    hu: dict[str, float]
    contrast: bool
    chest: float  # scale of the rib cage
    chest_depth: float
    back_fat: float
    side_fat: float
    belly: float  # depth of the abdomen in front of the spine
    arms: str  # "up" (none in the field) or "down"
    bone: Bone
    ageing: float  # 0 to 1: dishes, calcification, osteophytes


def draw_habitus(rng: np.random.Generator, scale: float) -> Habitus:
    contrast = bool(rng.random() < 0.5)
    hu = {name: float(rng.uniform(*ranges[contrast])) for name, ranges in RANGES_HU.items()}
    fatness = rng.beta(1.6, 2.4)
    ageing = float(rng.random())
    return Habitus(
        hu=hu,
        contrast=contrast,
        chest=float(scale * rng.uniform(0.9, 1.14)),
        chest_depth=float(scale * rng.uniform(0.85, 1.25)),
        back_fat=float(4 + 45 * fatness * rng.uniform(0.4, 1.0)),
        side_fat=float(6 + 60 * fatness * rng.uniform(0.3, 1.0)),
        belly=float(rng.uniform(90, 120) + 120 * fatness),
        arms="down" if rng.random() < 0.15 else "up",
        bone=_draw_bone(rng),
        ageing=ageing,
    )


def _draw_bone(rng: np.random.Generator) -> Bone:
    """The person's bone, trabecular mineral evenly from osteoporotic to dense."""
    mineral = float(rng.uniform(50, 260))
    shell = float(rng.uniform(0.25, 0.9))
    return Bone(
        mineral=mineral,
        fat_fraction=float(rng.uniform(0.2, 0.7)),
        texture_mg=float(rng.uniform(5, 70)),
        texture_mm=float(rng.uniform(0.8, 1.6)),
        gradient_ap=float(rng.normal(0.02, 0.07)),
        gradient_end=float(rng.uniform(0.0, 0.5)),
        shell_mm=shell,
        endplate_mm=shell * float(rng.uniform(0.9, 1.8)),
        posterior_mineral=float(np.clip(mineral * rng.uniform(0.7, 1.7), 80, 480)),
        posterior_shell_mm=float(rng.uniform(0.5, 2.0)),
        posterior_size=1.0,
        sclerosis=(0.0, 0.0),
    )


def shell_and_core_hu(bone: Bone, share: float) -> tuple[float, float]:
    """HU of cortex and of spongy bone of a share of the body's mineral, for ribs and pelvis."""
    marrow = 60.0 - 160.0 * bone.fat_fraction
    return 900.0 * c.QCT_SLOPE_HU, share * bone.mineral * c.QCT_SLOPE_HU + marrow
