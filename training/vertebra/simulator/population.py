"""Virtual patients and the material of their vertebrae.

A person's traits are shared by all of the person's vertebrae. With the population prior, posterior elements
and shell follow the person's density as far as DXA needs; texture and marrow never do. With the flat prior
nothing follows density, so only the attenuation of the trabecular compartment tells it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from . import constants as c

Prior = Literal["population", "flat"]
FLAT_RANGE_MG_CM3 = (10.0, 250.0)  # choice: covers the QCT categories and their surroundings evenly


@dataclass(frozen=True)
class Population:
    """Who comes to a site."""

    female: float = 0.58
    age_mean: float = 63.0
    age_sd: float = 13.0


@dataclass(frozen=True)
class Traits:
    """What the vertebrae of one person share; standard normal unless a unit or a factor is named."""

    fat: float = 0.0
    shell: float = 0.0
    posterior: float = 0.0
    posterior_size: float = 0.0
    texture: float = 0.0
    texture_mm: float = 0.9  # sample size of the density field
    gradient_ap: float = 0.0
    gradient_end: float = 0.0
    depth: float = 0.0  # of the bodies, front to back
    degeneration: float = 0.0  # discs, osteophytes, facets, sclerosis
    calcification: float = 0.0
    lordosis: float = 1.0  # factor of the usual tilts
    disc: float = 1.0  # factor of the disc heights


@dataclass(frozen=True)
class Patient:
    """One virtual patient; z is the density deviation from the age mean in SD of the population."""

    sex: str
    age: float
    diameter_cm: float  # water-equivalent
    scale: float  # of all bone lengths
    l1_hu: float  # unenhanced 120 kVp trabecular HU of L1
    z: float
    traits: Traits = Traits()


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
    female = 5.0 - 7.0 / (1.0 + np.exp(-(age - 60.0) / 4.0))
    return max(line, 60.0) + (female if sex == "F" else -female)


def draw_patient(
    rng: np.random.Generator, prior: Prior, level: str, population: Population | None = None
) -> Patient:
    """Draw sex, age, size, density and traits; 'flat' spreads the density of ``level`` evenly over
    FLAT_RANGE_MG_CM3, whatever the age."""
    who = population or Population()
    sex = "F" if rng.random() < who.female else "M"
    age = float(np.clip(rng.normal(who.age_mean, who.age_sd), 22, 95))
    if prior == "population":
        hu = l1_mean_hu(age, sex) + c.L1_SD_HU * rng.normal()
        hu = float(max(hu, 5.0 + 10 * rng.random()))
        z = float(np.clip((hu - l1_mean_hu(age, sex)) / c.L1_SD_HU, -2.5, 2.5))
    else:
        hu = float(rng.uniform(*FLAT_RANGE_MG_CM3) * c.QCT_SLOPE_HU / c.LEVEL_DENSITY[level])
        z = 0.0
    return Patient(
        sex=sex,
        age=age,
        diameter_cm=float(np.clip(rng.normal(29, 3.5), 21, 42)),
        scale=float(c.SEX_SCALE[sex] * np.clip(rng.normal(1, c.SIZE_SD), 0.85, 1.18)),
        l1_hu=hu,
        z=z,
        traits=_draw_traits(rng, z),
    )


def _draw_traits(rng: np.random.Generator, z: float) -> Traits:
    def follow(coupling: float) -> float:
        """Standard normal with this correlation to the density deviation."""
        return float(coupling * z + np.sqrt(1 - coupling**2) * rng.normal())

    return Traits(
        fat=float(rng.normal()),
        shell=follow(c.SHELL_COUPLING),
        posterior=follow(c.POSTERIOR_COUPLING),
        posterior_size=float(rng.normal()),
        texture=float(rng.normal()),
        texture_mm=float(rng.uniform(0.5, 1.2)),
        gradient_ap=float(rng.normal()),
        gradient_end=float(rng.normal()),
        depth=float(rng.normal()),
        degeneration=float(rng.normal()),
        calcification=float(rng.normal()),
        lordosis=float(np.clip(rng.normal(1, 0.35), 0.1, 2.0)),
        disc=float(np.clip(rng.normal(1, 0.12), 0.7, 1.3)),
    )


def marrow_hu(fat_fraction: float, kvp: float, enhancement_hu: float = 0.0) -> float:
    """HU of mineral-free marrow; enhancement is that of marrow with half fat at 120 kVp."""
    plain = fat_fraction * c.at_kvp(c.LIPID_HU, kvp) + (1 - fat_fraction) * c.RED_MARROW_HU
    return plain + enhancement_hu * c.at_kvp(c.IODINE_RELATIVE, kvp) * (1 - fat_fraction) / 0.5


def bone_hu(mineral: float, marrow: float, kvp: float) -> float:
    """HU of mineral (mg/cm3 HA) in marrow (HU), volume displacing. Also works on arrays of minerals."""
    return mineral * (c.at_kvp(c.HA_SLOPE_HU, kvp) - marrow / c.HA_DENSITY_MG_CM3) + marrow


def mineral_of_hu(hu: float, fat_fraction: float, kvp: float = 120) -> float:
    """Mineral in mg/cm3 that makes a trabecular HU, unenhanced; not below 0."""
    marrow = marrow_hu(fat_fraction, kvp)
    return max(0.0, (hu - marrow) / (c.at_kvp(c.HA_SLOPE_HU, kvp) - marrow / c.HA_DENSITY_MG_CM3))


def qct_vbmd(mineral: float, fat_fraction: float) -> float:
    """What single-energy QCT reads, mg/cm3: unenhanced 120 kVp HU over the HA slope, so marrow fat lowers
    it."""
    return bone_hu(mineral, marrow_hu(fat_fraction, 120), 120) / c.QCT_SLOPE_HU


def draw_bone(rng: np.random.Generator, patient: Patient, level: str, prior: Prior) -> Bone:
    """Draw the material of one vertebra of a patient: the person's traits with a little of its own."""
    traits = patient.traits
    lumbar = c.LEVELS.index(level) - 3

    def near(trait: float, own: float = 0.35) -> float:
        """The trait of this vertebra, standard normal over people."""
        return float(np.sqrt(1 - own**2) * trait + own * rng.normal())

    fat = (
        c.FAT_FRACTION_25Y + c.FAT_FRACTION_PER_YEAR * (patient.age - 25) + c.FAT_FRACTION_PER_LEVEL * lumbar
    )
    fat = float(np.clip(fat + c.FAT_FRACTION_SD * near(traits.fat, 0.25), 0.08, 0.85))
    spread = c.LEVEL_DENSITY_SD if prior == "population" else 0.5 * c.LEVEL_DENSITY_SD
    hu = patient.l1_hu * c.LEVEL_DENSITY[level] * float(np.clip(rng.normal(1, spread), 0.8, 1.2))
    age = (patient.age - 60) / 15
    mean, sd, least = c.SHELL_MM
    shell = float(np.clip(mean + sd * (0.95 * near(traits.shell) - 0.30 * age), least, 0.6))
    texture = (
        c.TEXTURE_LOG_SD * near(traits.texture, 0.3) + c.TEXTURE_LOG_PER_DECADE * (patient.age - 60) / 10
    )
    worn = 0.10 + 0.06 * max(0.0, age) + 0.06 * traits.degeneration
    sclerotic = rng.random(2) < worn
    posterior = near(traits.posterior, 0.25)
    mineral, mineral_sd, mineral_loss = c.POSTERIOR_MINERAL
    cortex, cortex_sd, cortex_loss = c.POSTERIOR_SHELL_MM
    return Bone(
        mineral=mineral_of_hu(hu, fat),
        fat_fraction=fat,
        texture_mg=float(np.clip(c.TEXTURE_MG * np.exp(texture), 6.0, 110.0)),
        texture_mm=traits.texture_mm,
        gradient_ap=0.02 + 0.07 * near(traits.gradient_ap),
        gradient_end=float(np.clip(0.22 + 0.12 * near(traits.gradient_end), -0.05, 0.6)),
        shell_mm=shell,
        endplate_mm=float(np.clip(shell * rng.normal(1.15, 0.18), 0.2, 0.8)),
        posterior_mineral=float(
            np.clip(mineral * np.exp(mineral_sd * posterior - mineral_loss * age), 80, 480)
        ),
        posterior_shell_mm=float(
            np.clip(cortex * np.exp(cortex_sd * posterior - cortex_loss * age), 0.5, 2.0)
        ),
        posterior_size=float(np.clip(1 + c.POSTERIOR_SIZE_SD * near(traits.posterior_size), 0.82, 1.22)),
        sclerosis=(float(sclerotic[0] * rng.uniform(40, 260)), float(sclerotic[1] * rng.uniform(40, 260))),
    )
