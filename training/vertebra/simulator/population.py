"""Virtual patients and the material of their vertebrae.

Shell, marrow fat, texture, posterior elements and size are drawn nearly independently of trabecular
density, so that
only the attenuation of the trabecular compartment tells it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from . import constants as c

Prior = Literal["population", "flat"]
FLAT_RANGE_MG_CM3 = (10.0, 250.0)  # choice: covers the QCT categories and their surroundings evenly


@dataclass(frozen=True)
class Patient:
    """One virtual patient; z is the density deviation from the age mean in SD of the population."""

    sex: str
    age: float
    diameter_cm: float  # water-equivalent
    scale: float  # of all bone lengths
    l1_hu: float  # unenhanced 120 kVp trabecular HU of L1
    z: float


@dataclass(frozen=True)
class Bone:
    """Material of one vertebra: minerals in mg/cm3 HA, lengths in mm."""

    mineral: float  # mean of the trabecular compartment
    fat_fraction: float
    texture_mg: float  # SD of the meso-scale density field
    texture_mm: float  # its sample size
    gradient_ap: float  # relative rise from the centre to the front
    gradient_end: float  # relative rise from mid-height to the endplates
    shell_mm: float
    endplate_mm: float
    posterior_mineral: float
    posterior_shell_mm: float
    posterior_size: float  # linear scale of the posterior elements
    sclerosis: tuple[float, float]  # added mineral under the superior and inferior endplate


def l1_mean_hu(age: float, sex: str) -> float:
    """Mean unenhanced L1 HU at 120 kVp: women above men until menopause, then slightly below."""
    line = c.L1_YOUNG_HU - c.L1_LOSS_HU_PER_YEAR * max(0.0, age - c.L1_YOUNG_AGE)
    female = 5.0 - 9.0 / (1.0 + np.exp(-(age - 60.0) / 4.0))
    return max(line, 60.0) + (female if sex == "F" else -female)


def draw_patient(rng: np.random.Generator, prior: Prior, level: str) -> Patient:
    """Draw sex, age, size and density; 'flat' spreads the density of ``level`` evenly over
    FLAT_RANGE_MG_CM3."""
    sex = "F" if rng.random() < 0.55 else "M"
    if prior == "population":
        age = float(np.clip(rng.normal(62, 14), 22, 95))
        hu = l1_mean_hu(age, sex) + c.L1_SD_HU * rng.normal()
        hu = float(max(hu, 5.0 + 10 * rng.random()))
    else:
        vbmd = rng.uniform(*FLAT_RANGE_MG_CM3)
        hu = float(vbmd * c.QCT_SLOPE_HU / c.LEVEL_DENSITY[level])
        age = float(np.clip(rng.normal(68 - 0.05 * vbmd, 15), 22, 95))
    return Patient(
        sex=sex,
        age=age,
        diameter_cm=float(np.clip(rng.normal(29, 3.5), 21, 42)),
        scale=float(c.SEX_SCALE[sex] * np.clip(rng.normal(1, c.SIZE_SD), 0.85, 1.18)),
        l1_hu=hu,
        z=float(np.clip((hu - l1_mean_hu(age, sex)) / c.L1_SD_HU, -2.5, 2.5)),
    )


def marrow_hu(fat_fraction: float, kvp: int, enhancement_hu: float = 0.0) -> float:
    """HU of mineral-free marrow; enhancement is that of marrow with half fat at 120 kVp."""
    plain = fat_fraction * c.LIPID_HU[kvp] + (1 - fat_fraction) * c.RED_MARROW_HU
    return plain + enhancement_hu * c.IODINE_RELATIVE[kvp] * (1 - fat_fraction) / 0.5


def bone_hu(mineral: float, marrow: float, kvp: int) -> float:
    """HU of mineral (mg/cm3 HA) in marrow (HU), volume displacing. Also works on arrays of minerals."""
    return mineral * (c.HA_SLOPE_HU[kvp] - marrow / c.HA_DENSITY_MG_CM3) + marrow


def mineral_of_hu(hu: float, fat_fraction: float, kvp: int = 120) -> float:
    """Mineral in mg/cm3 that makes a trabecular HU, unenhanced; not below 0."""
    marrow = marrow_hu(fat_fraction, kvp)
    return max(0.0, (hu - marrow) / (c.HA_SLOPE_HU[kvp] - marrow / c.HA_DENSITY_MG_CM3))


def qct_vbmd(mineral: float, fat_fraction: float) -> float:
    """What single-energy QCT reads, mg/cm3: unenhanced 120 kVp HU over the HA slope, so marrow fat lowers
    it."""
    return bone_hu(mineral, marrow_hu(fat_fraction, 120), 120) / c.QCT_SLOPE_HU


def draw_bone(rng: np.random.Generator, patient: Patient, level: str, prior: Prior) -> Bone:
    """Draw the material of one vertebra of a patient."""
    index = c.LEVELS.index(level)
    lumbar = index - 3
    fat = c.FAT_FRACTION_25Y + c.FAT_FRACTION_PER_YEAR * (patient.age - 25) + 0.012 * lumbar
    fat = float(np.clip(fat + c.FAT_FRACTION_SD * rng.normal(), 0.08, 0.85))
    hu = patient.l1_hu * c.LEVEL_DENSITY[level]
    if prior == "population":
        hu *= float(np.clip(rng.normal(1, c.LEVEL_DENSITY_SD), 0.8, 1.2))
    mineral = mineral_of_hu(hu, fat)
    coupling, spread = (1.0, 1.0) if prior == "population" else (0.15, 1.4)
    z = coupling * patient.z
    age = (patient.age - 60) / 15
    mean, sd, least = c.SHELL_MM
    shell = float(np.clip(mean + sd * (0.35 * z - 0.30 * age + 0.9 * spread * rng.normal()), least, 0.6))
    texture = float(min(90.0, 24.0 * np.exp(0.55 * rng.normal() + 0.08 * age)))
    sclerotic = rng.random(2) < 0.10 + 0.06 * max(0.0, age)
    return Bone(
        mineral=mineral,
        fat_fraction=fat,
        texture_mg=texture,
        texture_mm=float(rng.uniform(0.5, 1.4)),
        gradient_ap=float(rng.normal(0.02, 0.07)),
        gradient_end=float(np.clip(rng.normal(0.22, 0.12), -0.05, 0.6)),
        shell_mm=shell,
        endplate_mm=float(np.clip(shell * rng.normal(1.15, 0.18), 0.2, 0.8)),
        posterior_mineral=float(
            np.clip(205 * np.exp(0.10 * z - 0.09 * age + 0.15 * spread * rng.normal()), 80, 480)
        ),
        posterior_shell_mm=float(
            np.clip(0.95 * np.exp(0.09 * z - 0.075 * age + 0.13 * spread * rng.normal()), 0.5, 2.0)
        ),
        posterior_size=float(np.clip(rng.normal(1, 0.07), 0.82, 1.22)),
        sclerosis=(float(sclerotic[0] * rng.uniform(40, 260)), float(sclerotic[1] * rng.uniform(40, 260))),
    )


def with_vbmd(bone: Bone, vbmd: float) -> Bone:
    """The same bone at another QCT density (mg/cm3)."""
    return replace(bone, mineral=mineral_of_hu(vbmd * c.QCT_SLOPE_HU, bone.fat_fraction))
