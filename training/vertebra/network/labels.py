"""What training may know of a vertebra: the one reading of the one machine that measured the patient.

D' are the devices of the contract. A patient has a reading on the scale of one of them and, by the
published conversion, on the standardised scale; all other entries are unknown and stay out of every loss and
every calibration.
"""

from __future__ import annotations

import numpy as np

from ..config import DEVICES, LEVELS
from ..simulator.constants import T_OSTEOPENIA, T_OSTEOPOROSIS
from ..simulator.dxa import young_reference

STANDARDISED = DEVICES.index("standardised")
UNKNOWN_CLASS = -1


def t_score_class(abmd: np.ndarray, level: np.ndarray, device: str) -> np.ndarray:
    """Class by the device's young reference of the level: 0 normal, 1 low, 2 osteoporosis, -1 unknown.

    abmd [n] in the device's unit, level [n] index into LEVELS.
    """
    mean, sd = (np.array([young_reference(name, device)[k] for name in LEVELS])[level] for k in (0, 1))
    t = (abmd - mean) / sd
    found = np.where(t <= T_OSTEOPOROSIS, 2, np.where(t < T_OSTEOPENIA, 1, 0))
    return np.where(np.isfinite(t), found, UNKNOWN_CLASS)


def measured(labels: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Readings [n, D'] (NaN unknown) and classes [n, D'] (-1 unknown) that a patient really has."""
    count = len(labels["device"])
    abmd = np.full((count, len(DEVICES)), np.nan)
    classes = np.full((count, len(DEVICES)), UNKNOWN_CLASS)
    known = np.flatnonzero(labels["device"] >= 0)
    device = labels["device"][known].astype(int)
    abmd[known, device] = labels["abmd_measured"][known]
    classes[known, device] = labels["class_measured"][known]
    abmd[:, STANDARDISED] = labels["sbmd_measured"]
    classes[:, STANDARDISED] = t_score_class(
        labels["sbmd_measured"], labels["level"].astype(int), DEVICES[STANDARDISED]
    )
    return abmd, classes
