"""Correlated random fields, made once by FFT and sampled by offset, flip and stretch."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import fft

BANK_SIZE = 128
BANK_SEED = 20261122


@lru_cache(maxsize=8)
def field_bank(sigma_z: float, sigma_xy: float) -> np.ndarray:
    """Periodic Gaussian field of unit variance, float32 [128, 128, 128], correlation in samples along z and
    in plane."""
    rng = np.random.default_rng([BANK_SEED, int(sigma_z * 100), int(sigma_xy * 100)])
    noise = fft.rfftn(rng.standard_normal((BANK_SIZE,) * 3, dtype=np.float32))
    f, fr = fft.fftfreq(BANK_SIZE), fft.rfftfreq(BANK_SIZE)
    low = np.exp(-2 * (np.pi * sigma_z * f) ** 2)[:, None, None]
    low = (
        low
        * np.exp(-2 * (np.pi * sigma_xy * f) ** 2)[None, :, None]
        * np.exp(-2 * (np.pi * sigma_xy * fr) ** 2)
    )
    out = fft.irfftn(noise * low.astype(np.float32), s=(BANK_SIZE,) * 3).astype(np.float32)
    return (out - out.mean()) / out.std()


def sample_field(
    bank: np.ndarray,
    rng: np.random.Generator,
    z: np.ndarray,
    y: np.ndarray,
    x: np.ndarray,
    mm_per_sample: float,
) -> np.ndarray:
    """A random piece of a bank on a grid of world axes (mm): float32 [z, y, x], linear between samples."""
    values = bank.transpose(0, 2, 1) if rng.random() < 0.5 else bank
    lows, fractions, ranges = [], [], []
    for line in (z, y, x):
        sign = -1.0 if rng.random() < 0.5 else 1.0
        at = sign * line.astype(np.float64) / mm_per_sample + rng.uniform(0, BANK_SIZE)
        low = np.floor(at).astype(np.int64)
        fractions.append((at - low).astype(np.float32))
        lows.append(low - low.min())
        ranges.append(np.arange(low.min(), low.max() + 2) % BANK_SIZE)
    values = values[np.ix_(*ranges)]
    for axis in range(3):
        shape = [1, 1, 1]
        shape[axis] = -1
        first = np.take(values, lows[axis], axis=axis)
        second = np.take(values, lows[axis] + 1, axis=axis)
        second -= first
        second *= fractions[axis].reshape(shape)
        second += first
        values = second
    return values
