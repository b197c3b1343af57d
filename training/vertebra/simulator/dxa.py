"""Virtual DXA of one vertebra: device scales (Hui 1997), readings, classes.

The areal density comes from beam.py, which sums the painted mineral.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import lru_cache
from math import erf, sqrt

import numpy as np

from . import constants as c
from .beam import Projection, areal_density
from .population import Patient, Traits
from .sites import HIDDEN_DEVICE, Machine
from .spine import PathologyRates, Segment, draw_spine


@dataclass(frozen=True)
class DxaResult:
    """One vertebra on every listed scale, in the order of constants.DEVICES, and on the machine that
    measured it; g/cm2, but mg/cm2 for 'standardised'."""

    reading: tuple[float, ...]
    noise_free: tuple[float, ...]
    p_osteoporosis_true: tuple[float, ...]
    label: tuple[int, ...]  # 0 normal, 1 osteopenia, 2 osteoporosis, of the reading
    sbmd_g_cm2: float  # without any error
    measured: float  # the machine's own scale; NaN without a machine
    measured_label: int  # by the machine's own table; -1 without one


def to_sbmd(reading: float, device: str) -> float:
    """Device g/cm2 to standardised g/cm2 (Hui 1997, spine)."""
    slope, centre = c.HUI[device]
    return slope * (reading - centre) + c.HUI_CENTRE_SBMD


def from_sbmd(sbmd: float, device: str) -> float:
    """Standardised g/cm2 to a device's g/cm2 (Hui 1997, spine, inverted); the hidden device follows Lunar."""
    if device == HIDDEN_DEVICE:
        return c.HIDDEN_TO_LUNAR * from_sbmd(sbmd, "ge-lunar")
    slope, centre = c.HUI[device]
    return (sbmd - c.HUI_CENTRE_SBMD) / slope + centre


def _on_scale(s_mean: float, s_sd: float, device: str) -> tuple[float, float]:
    if device == "standardised":
        return s_mean * 1000, s_sd * 1000
    if device == HIDDEN_DEVICE:
        mean, sd = _on_scale(s_mean, s_sd, "ge-lunar")
        return c.HIDDEN_TO_LUNAR * c.HIDDEN_REFERENCE * mean, c.HIDDEN_TO_LUNAR * sd
    return from_sbmd(s_mean, device), s_sd / c.HUI[device][0]


def young_reference(level: str, device: str) -> tuple[float, float]:
    """Young-adult mean and SD of a level on a device's own scale (g/cm2; 'standardised' in mg/cm2)."""
    mean, sd = c.YOUNG_ADULT_HOLOGIC[level]
    return _on_scale(to_sbmd(mean, "hologic"), sd * c.HUI["hologic"][0], device)


def young_spine_reference(device: str) -> tuple[float, float]:
    """Young-adult mean and SD of L1 to L4 on a device's own scale."""
    mean, sd = c.YOUNG_ADULT_SPINE_HOLOGIC
    return _on_scale(to_sbmd(mean, "hologic"), sd * c.HUI["hologic"][0], device)


def classify(reading: float, level: str, device: str) -> int:
    """0 normal, 1 osteopenia, 2 osteoporosis by the device's own table of that level."""
    mean, sd = young_reference(level, device)
    t = (reading - mean) / sd
    return 2 if t <= c.T_OSTEOPOROSIS else 1 if t < c.T_OSTEOPENIA else 0


def reference_woman() -> dict[str, Segment]:
    """The spine of an average woman of 27 without texture or any wear, the mean of many draws; calibrates the
    beam."""
    patient = Patient(
        "F", 27.0, 28.0, c.SEX_SCALE["F"], 228.0, 0.0, Traits(degeneration=-9, calcification=-9)
    )
    even = {"texture_mg": 0.0, "sclerosis": (0.0, 0.0)}
    spines = [
        draw_spine(np.random.default_rng(k), patient, "population", PathologyRates(0, 0, 0), even)
        for k in range(24)
    ]
    return {name: _mean_segment([spine[name] for spine in spines]) for name in spines[0]}


def _mean_segment(segments: list[Segment]) -> Segment:
    def mean(values: list) -> object:
        middle = np.mean(np.asarray(values, dtype=float), axis=0)
        return tuple(map(float, middle)) if middle.ndim else float(middle)

    def means(part: str) -> dict[str, object]:
        parts = [getattr(s, part) for s in segments]
        names = [f.name for f in fields(parts[0]) if f.name != "level"]
        return {name: mean([getattr(p, name) for p in parts]) for name in names}

    first = segments[0]
    return replace(
        first,
        shape=replace(first.shape, **means("shape")),
        bone=replace(first.bone, **means("bone")),
        turn_deg=mean([s.turn_deg for s in segments]),
        disc_below_mm=mean([s.disc_below_mm for s in segments]),
        deposits=(),
    )


@lru_cache(maxsize=1)
def level_gains() -> dict[str, float]:
    """Calibration of the beam by level: the reference woman reads the level's young-adult mean."""
    woman = reference_woman()
    return {
        level: to_sbmd(c.YOUNG_ADULT_HOLOGIC[level][0], "hologic") / areal_density(woman, level).g_cm2
        for level in c.LEVELS
    }


def phi(value: float) -> float:
    """Standard normal distribution function."""
    return 0.5 * (1 + erf(value / sqrt(2)))


def scan_dxa(
    rng: np.random.Generator, projection: Projection, level: str, machine: Machine | None
) -> DxaResult:
    """Read one level's projection on every listed scale and on a machine.

    ``noise_free`` is the device scale without machine deviation and precision error; ``p_osteoporosis_true``
    the chance that a reading with the device's precision error falls at T <= -2.5. The column of the
    machine's own make is the machine's reading.
    """
    sbmd = level_gains()[level] * projection.g_cm2
    sbmd *= 1 + c.SOFT_TISSUE_CV * rng.normal()
    cv = sqrt(c.DXA_PRECISION_CV**2 + c.DXA_EDGE_CV**2)
    reading, free, p_true = [], [], []
    for device in c.DEVICES:
        mean, sd = young_reference(level, device)
        standard = device == "standardised"
        value = sbmd * 1000 if standard else from_sbmd(sbmd, device)
        slope, offset = 1 + c.DEVICE_SLOPE_SD * rng.normal(), c.DEVICE_OFFSET_SD * rng.normal()
        if machine is not None and machine.make == device:
            slope, offset = machine.slope, machine.offset_g_cm2
        if standard:
            slope, offset = 1.0, 0.0
        reading.append(float((value * slope + offset) * (1 + cv * rng.normal())))
        free.append(float(value))
        p_true.append(phi((mean + c.T_OSTEOPOROSIS * sd - value) / (cv * value)))
    measured, measured_label = float("nan"), -1
    error = 1 + cv * rng.normal()
    if machine is not None and machine.make in c.DEVICES:
        measured = reading[c.DEVICES.index(machine.make)]
    elif machine is not None:
        measured = float((from_sbmd(sbmd, machine.make) * machine.slope + machine.offset_g_cm2) * error)
    if machine is not None:
        measured_label = classify(measured, level, machine.make)
    label = tuple(classify(r, level, d) for r, d in zip(reading, c.DEVICES, strict=True))
    return DxaResult(tuple(reading), tuple(free), tuple(p_true), label, float(sbmd), measured, measured_label)
