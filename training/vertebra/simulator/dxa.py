"""Virtual DXA of one vertebra: areal projection, device scales (Hui 1997), readings, classes.

Areal density sums what lies in the beam: trabeculae, shell, posterior elements and confounders
(osteophytes, sclerosis,
aortic calcium) that the trabecular CT compartment does not see.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import erf, sqrt

import numpy as np

from . import constants as c
from .anatomy import Shape
from .population import Bone, mineral_of_hu

BODY_FILL = 0.80  # cross-section over its bounding box
POSTERIOR_VOLUME_CM3 = 11.0  # of an average L3, scaled by size and canal (choice: about 45 % of the BMC)
POSTERIOR_SURFACE_CM2 = 40.0


@dataclass(frozen=True)
class Confounders:
    """Mineral in grams in the projected region, outside the trabecular compartment."""

    osteophyte_g: float = 0.0
    facet_g: float = 0.0
    calcification_g: float = 0.0
    lesion_g: float = 0.0


@dataclass(frozen=True)
class DxaResult:
    """One vertebra on every device, in the order of constants.DEVICES; g/cm2, but mg/cm2 for
    'standardised'."""

    reading: tuple[float, ...]
    noise_free: tuple[float, ...]
    p_osteoporosis_true: tuple[float, ...]
    label: tuple[int, ...]  # 0 normal, 1 osteopenia, 2 osteoporosis, of the reading
    sbmd_g_cm2: float


def projected_mineral(shape: Shape, bone: Bone, confounders: Confounders) -> tuple[float, float]:
    """Mineral (g) and projected area (cm2) of a level's DXA region, before calibration."""
    width = 2 * (shape.half_width[0] + shape.half_width[1] * 2 + shape.half_width[2]) / 4 / 10
    depth, height = 2 * shape.half_depth / 10, shape.height / 10
    section = BODY_FILL * width * depth
    volume = section * height
    trabecular = volume * bone.mineral * (1 + 0.3 * bone.gradient_end) / 1000
    wall = 2.75 * (width + depth) / 2 * 1.12 * height * bone.shell_mm / 10
    ends = 2 * section * bone.endplate_mm / 10
    shell = (wall + ends) * c.SHELL_MINERAL_MG_CM3 / 1000
    sclerosis = sum(bone.sclerosis) * section * 0.15 / 1000
    size = shape.posterior_size
    posterior = POSTERIOR_VOLUME_CM3 * size**3 * bone.posterior_mineral / 1000
    posterior += (
        POSTERIOR_SURFACE_CM2 * size**2 * bone.posterior_shell_mm / 10 * c.SHELL_MINERAL_MG_CM3 / 1000
    )
    extra = (
        confounders.osteophyte_g + confounders.facet_g + confounders.calcification_g + confounders.lesion_g
    )
    area = width * (height + c.DISC_BELOW_MM[shape.level] / 10)
    return trabecular + shell + sclerosis + posterior + extra, area


def young_reference(level: str, device: str) -> tuple[float, float]:
    """Young-adult mean and SD of a level on a device's own scale (g/cm2; 'standardised' in mg/cm2)."""
    mean, sd = c.YOUNG_ADULT_HOLOGIC[level]
    s_mean, s_sd = to_sbmd(mean, "hologic"), sd * c.HUI["hologic"][0]
    if device == "standardised":
        return s_mean * 1000, s_sd * 1000
    return from_sbmd(s_mean, device), s_sd / c.HUI[device][0]


def young_spine_reference(device: str) -> tuple[float, float]:
    """Young-adult mean and SD of L1 to L4 on a device's own scale."""
    mean, sd = c.YOUNG_ADULT_SPINE_HOLOGIC
    s_mean, s_sd = to_sbmd(mean, "hologic"), sd * c.HUI["hologic"][0]
    if device == "standardised":
        return s_mean * 1000, s_sd * 1000
    return from_sbmd(s_mean, device), s_sd / c.HUI[device][0]


def to_sbmd(reading: float, device: str) -> float:
    """Device g/cm2 to standardised g/cm2 (Hui 1997, spine)."""
    slope, centre = c.HUI[device]
    return slope * (reading - centre) + c.HUI_CENTRE_SBMD


def from_sbmd(sbmd: float, device: str) -> float:
    """Standardised g/cm2 to a device's g/cm2 (Hui 1997, spine, inverted)."""
    slope, centre = c.HUI[device]
    return (sbmd - c.HUI_CENTRE_SBMD) / slope + centre


@lru_cache(maxsize=16)
def level_gain(level: str) -> float:
    """Calibration of the projection: the reference young woman reads the level's young-adult mean."""
    from .anatomy import draw_shape
    from .population import Patient

    bone = Bone(
        mineral=mineral_of_hu(228.0 * c.LEVEL_DENSITY[level], c.FAT_FRACTION_25Y),
        fat_fraction=c.FAT_FRACTION_25Y,
        texture_mg=20,
        texture_mm=1,
        gradient_ap=0,
        gradient_end=0.22,
        shell_mm=c.SHELL_MM[0] + 0.04,
        endplate_mm=1.15 * (c.SHELL_MM[0] + 0.04),
        posterior_mineral=250,
        posterior_shell_mm=1.12,
        posterior_size=1,
        sclerosis=(0, 0),
    )
    patient = Patient(sex="F", age=27, diameter_cm=28, scale=c.SEX_SCALE["F"], l1_hu=228, z=0)
    shape = draw_shape(np.random.default_rng(0), patient, level, bone)
    mineral, area = projected_mineral(shape, bone, Confounders())
    return to_sbmd(c.YOUNG_ADULT_HOLOGIC[level][0], "hologic") / (mineral / area)


def phi(value: float) -> float:
    """Standard normal distribution function."""
    return 0.5 * (1 + erf(value / sqrt(2)))


def scan_dxa(rng: np.random.Generator, shape: Shape, bone: Bone, confounders: Confounders) -> DxaResult:
    """Read one vertebra on every device.

    ``noise_free`` is the device scale without machine deviation and precision error;
    ``p_osteoporosis_true`` the chance
    that a reading with the device's precision error falls at T <= -2.5.
    """
    mineral, area = projected_mineral(shape, bone, confounders)
    sbmd = level_gain(shape.level) * mineral / area
    sbmd *= 1 + 0.03 * rng.normal()  # soft tissue and fat in the beam
    cv = sqrt(c.DXA_PRECISION_CV**2 + c.DXA_EDGE_CV**2)
    reading, free, p_true, label = [], [], [], []
    for device in c.DEVICES:
        mean, sd = young_reference(shape.level, device)
        unit = 1000.0 if device == "standardised" else 1.0
        value = sbmd * 1000 if device == "standardised" else from_sbmd(sbmd, device)
        slope = 1 + c.DEVICE_SLOPE_SD * rng.normal()
        offset = c.DEVICE_OFFSET_SD * rng.normal() * unit
        if device == "standardised":
            slope, offset = 1.0, 0.0
        read = (value * slope + offset) * (1 + cv * rng.normal())
        t = (read - mean) / sd
        reading.append(float(read))
        free.append(float(value))
        p_true.append(phi((mean + c.T_OSTEOPOROSIS * sd - value) / (cv * value)))
        label.append(2 if t <= c.T_OSTEOPOROSIS else 1 if t < c.T_OSTEOPENIA else 0)
    return DxaResult(tuple(reading), tuple(free), tuple(p_true), tuple(label), float(sbmd))
