"""The virtual scanner: acquisition draw, slice profile, kernel, noise, calibration bias."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import fft, ndimage

from . import constants as c
from .geometry import Canvas

# Slice thickness and spacing pairs in mm with weights: routine body CT (choice).
SLICES: tuple[tuple[float, float, float], ...] = (
    (0.6, 0.6, 0.04), (0.75, 0.5, 0.04), (1.0, 0.8, 0.10), (1.0, 1.0, 0.08), (1.25, 1.25, 0.12),
    (1.5, 1.0, 0.08), (2.0, 1.0, 0.05), (2.0, 2.0, 0.10), (2.5, 2.5, 0.09), (3.0, 2.0, 0.07),
    (3.0, 3.0, 0.11), (5.0, 3.0, 0.03), (5.0, 5.0, 0.09),
)  # fmt: skip


@dataclass(frozen=True)
class ScannerMix:
    """What a site scans with; weights need not sum to 1."""

    kvp: dict[int, float] = field(default_factory=lambda: {80: 0.10, 100: 0.25, 120: 0.48, 140: 0.17})
    kernel: dict[str, float] = field(
        default_factory=lambda: {"smooth": 0.35, "standard": 0.40, "sharp": 0.25}
    )
    phase: dict[str, float] = field(default_factory=lambda: {"none": 0.55, "arterial": 0.13, "venous": 0.32})
    slices: tuple[tuple[float, float, float], ...] = SLICES
    dose: float = 1.0  # median, relative to routine; noise goes with its inverse root
    iterative: float = 0.45  # share of scans
    gain: float = 1.0  # mean calibration of the site's scanners
    offset_hu: float = 0.0
    psf: float = 1.0  # factor of the kernels' widths
    kernel_names: dict[str, tuple[str, ...]] = field(default_factory=lambda: dict(c.KERNEL_NAMES))


MIN_HU, MAX_HU = -1024, 3071


@dataclass(frozen=True)
class Protocol:
    """One acquisition and reconstruction."""

    kvp: int
    thickness_mm: float
    spacing_mm: float  # between slices
    pixel_mm: float
    kernel_class: str
    kernel: str
    psf_sigma_mm: float
    overshoot: float  # edge enhancement of sharp kernels
    noise_sd_hu: float
    iterative: bool
    phase: str
    marrow_enhancement_hu: float
    gain: float
    offset_hu: float
    dose: float  # relative to routine


def _choose(rng: np.random.Generator, weights: dict) -> object:
    keys = list(weights)
    p = np.array([weights[k] for k in keys], dtype=float)
    return keys[int(rng.choice(len(keys), p=p / p.sum()))]


def draw_protocol(rng: np.random.Generator, diameter_cm: float, mix: ScannerMix | None = None) -> Protocol:
    """Draw a protocol; noise grows with body size (dose modulation takes up half of it)."""
    site = mix or ScannerMix()
    kvp = int(_choose(rng, site.kvp))  # type: ignore[call-overload]
    kernel_class = str(_choose(rng, site.kernel))
    phase = str(_choose(rng, site.phase))
    weights = np.array([s[2] for s in site.slices])
    thickness, spacing, _ = site.slices[int(rng.choice(len(site.slices), p=weights / weights.sum()))]
    thin, thick = (rng.uniform(*c.NOISE_SD_HU[kernel_class][k]) for k in ("thin", "thick"))
    exponent = np.log(thin / thick) / np.log(5.0 / 1.25)
    noise = thin * (max(thickness, 0.6) / 1.25) ** -exponent
    dose = site.dose * np.exp(c.DOSE_LOG_SD * rng.normal())
    noise *= 2 ** ((diameter_cm - 29) / 8 * 0.5) / np.sqrt(dose)
    iterative = bool(rng.random() < site.iterative)
    if iterative:
        noise *= rng.uniform(0.4, 0.8)
    mean, sd = c.MARROW_ENHANCEMENT_HU[phase]
    size_term = c.SIZE_TERM_HU_PER_CM * max(0.0, diameter_cm - 30)
    return Protocol(
        kvp=kvp,
        thickness_mm=thickness,
        spacing_mm=spacing,
        pixel_mm=float(np.round(rng.uniform(0.66, 0.98), 4)),
        kernel_class=kernel_class,
        kernel=str(rng.choice(site.kernel_names[kernel_class])),
        psf_sigma_mm=float(site.psf * rng.uniform(*c.PSF_SIGMA_MM[kernel_class])),
        overshoot=float(rng.uniform(0.0, 1.2)) if kernel_class == "sharp" else 0.0,
        noise_sd_hu=float(np.clip(noise, 3, 140)),
        iterative=iterative,
        phase=phase,
        marrow_enhancement_hu=float(max(0.0, rng.normal(mean, sd))) if phase != "none" else 0.0,
        gain=float(rng.normal(site.gain, c.SCANNER_GAIN_SD)),
        offset_hu=float(rng.normal(site.offset_hu, c.SCANNER_OFFSET_SD_HU) + size_term),
        dose=float(dose),
    )


def fine_axis(
    slice_z: np.ndarray, spacing_mm: float, thickness_mm: float, step_mm: float = 1.0
) -> np.ndarray:
    """z positions (mm) that sample the scene between and beyond the slices for the slice profile,
    ascending."""
    per_slice = max(1, int(np.ceil(spacing_mm / step_mm - 1e-6)))
    step = spacing_mm / per_slice
    pad = int(np.ceil(thickness_mm / step))
    count = (len(slice_z) - 1) * per_slice + 1 + 2 * pad
    return (slice_z[0] + (np.arange(count) - pad) * step).astype(np.float32)


def slice_weights(slice_z: np.ndarray, fine_z: np.ndarray, thickness_mm: float) -> np.ndarray:
    """Slice profile [slices, fine z], rows sum to 1: a box of the thickness with soft edges."""
    step = float(fine_z[1] - fine_z[0]) if len(fine_z) > 1 else 1.0
    soft = max(0.5 * step, 0.2 * thickness_mm)
    away = np.abs(fine_z[None, :] - slice_z[:, None])
    weights = np.clip((thickness_mm / 2 + soft - away) / (2 * soft), 0, 1)
    near = np.clip(1 - away / step, 0, 1)
    weights = np.where(weights.sum(axis=1, keepdims=True) < 1e-6, near, weights)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def noise_field(
    rng: np.random.Generator,
    shape: tuple[int, int, int],
    pixel_mm: float,
    psf_sigma_mm: float,
    z_overlap: float,
    iterative: bool,
) -> np.ndarray:
    """Unit-variance reconstruction noise, float32 [k, j, i]: NPS ~ f MTF^2 in plane, correlated between
    overlapping slices."""
    k, j, i = shape
    spectrum = fft.rfft2(rng.standard_normal((k, j, i), dtype=np.float32))
    fy, fx = fft.fftfreq(j, pixel_mm)[:, None], fft.rfftfreq(i, pixel_mm)[None, :]
    f2 = fx * fx + fy * fy
    mtf = np.exp(-2 * np.pi**2 * psf_sigma_mm**2 * f2)
    if iterative:
        mtf = mtf * np.exp(-2 * np.pi**2 * 0.35**2 * f2)
    spectrum *= (np.sqrt(np.sqrt(f2) + 0.02) * mtf).astype(np.float32)
    out = fft.irfft2(spectrum, s=(j, i)).astype(np.float32)
    if z_overlap > 1.05:
        ndimage.gaussian_filter1d(out, 0.3 * z_overlap, axis=0, output=out, mode="wrap", truncate=2.0)
    out /= max(float(out.std()), 1e-6)
    return out


def acquire(canvas: Canvas, slice_z: np.ndarray, protocol: Protocol, rng: np.random.Generator) -> np.ndarray:
    """Scan a painted canvas whose x and y axes are the scan's pixel positions: int16 HU [k, j, i]."""
    weights = slice_weights(slice_z, canvas.z, protocol.thickness_mm)
    nz, ny, nx = canvas.hu.shape
    hu = (weights @ canvas.hu.reshape(nz, -1)).reshape(len(slice_z), ny, nx)
    if protocol.overshoot > 0:
        blurred = ndimage.gaussian_filter1d(hu, 0.9 / protocol.pixel_mm, axis=1, truncate=2.5)
        blurred = ndimage.gaussian_filter1d(blurred, 0.9 / protocol.pixel_mm, axis=2, truncate=2.5)
        hu = hu + np.float32(protocol.overshoot) * (hu - blurred)
    hu = hu * np.float32(protocol.gain) + np.float32(protocol.offset_hu)
    overlap = protocol.thickness_mm / protocol.spacing_mm
    noise = noise_field(rng, hu.shape, protocol.pixel_mm, protocol.psf_sigma_mm, overlap, protocol.iterative)
    hu += np.float32(protocol.noise_sd_hu) * noise
    return np.clip(np.rint(hu), MIN_HU, MAX_HU).astype(np.int16)
