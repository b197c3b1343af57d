"""The cohorts' places: three training sites and an external hospital, each with its people, scanners and DXA.

All numbers are choices. Every site has one DXA machine, whose calibration deviates a little from its make's.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import constants as c
from .population import Population
from .scanner import ScannerMix

SITES: tuple[str, ...] = ("north", "east", "west", "external")
HIDDEN_DEVICE = "hidden"


@dataclass(frozen=True)
class Machine:
    """One DXA machine: its make (one of constants.DEVICES, or HIDDEN_DEVICE) and its own deviation."""

    make: str
    slope: float
    offset_g_cm2: float


@dataclass(frozen=True)
class Site:
    population: Population
    scanners: ScannerMix
    machine: Machine


# Slices, kernels and voltages that no training site uses.
EXTERNAL_SLICES = ((0.8, 0.7, 0.15), (1.0, 0.6, 0.15), (2.0, 1.5, 0.2), (4.0, 3.0, 0.2), (4.0, 4.0, 0.3))
EXTERNAL_KERNELS = {
    "smooth": ("Hr32f", "Qr32d", "FC02"),
    "standard": ("Hr40f", "Qr44d", "FC13", "DETAIL"),
    "sharp": ("Hr60f", "Qr69d", "FC81", "EDGE"),
}

SITE: dict[str, Site] = {
    "north": Site(
        Population(female=0.60, age_mean=64, age_sd=12),
        ScannerMix(kvp={100: 0.15, 120: 0.75, 140: 0.10}, iterative=0.3, gain=1.01, offset_hu=1.0),
        Machine("ge-lunar", 1.006, -0.004),
    ),
    "east": Site(
        Population(female=0.64, age_mean=66, age_sd=12),
        ScannerMix(
            kvp={80: 0.15, 100: 0.40, 120: 0.45}, kernel={"smooth": 0.45, "standard": 0.40, "sharp": 0.15},
            phase={"none": 0.40, "arterial": 0.18, "venous": 0.42}, dose=0.75, iterative=0.75, gain=0.985,
            offset_hu=-2.0,
        ),
        Machine("hologic", 0.992, 0.006),
    ),
    "west": Site(
        Population(female=0.55, age_mean=60, age_sd=14),
        ScannerMix(
            kvp={80: 0.08, 100: 0.22, 120: 0.45, 140: 0.25},
            kernel={"smooth": 0.25, "standard": 0.40, "sharp": 0.35},
            phase={"none": 0.65, "arterial": 0.10, "venous": 0.25}, dose=1.3, iterative=0.3, gain=1.0,
        ),
        Machine("norland", 1.010, 0.003),
    ),
    "external": Site(
        Population(female=0.62, age_mean=67, age_sd=12),
        ScannerMix(
            kvp={90: 0.15, 110: 0.45, 130: 0.40}, kernel={"smooth": 0.30, "standard": 0.35, "sharp": 0.35},
            phase={"none": 0.45, "arterial": 0.20, "venous": 0.35}, slices=EXTERNAL_SLICES, dose=0.55,
            iterative=0.5, gain=1.03, offset_hu=3.0, psf=1.15, kernel_names=EXTERNAL_KERNELS,
        ),
        Machine(HIDDEN_DEVICE, 1.008, -0.005),
    ),
}  # fmt: skip

assert set(SITE) == set(SITES) and all(s.machine.make in (*c.DEVICES, HIDDEN_DEVICE) for s in SITE.values())
