"""Labels of one vertebra of a clinic, as dataset.py has them; what is not known is NaN, -1 or "unknown"."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..config import DEVICES, LEVELS, Config, acquisition_features
from ..dataset import roi_mask
from ..patch import acquisition_vector, clip_hu, resample_patch
from ..real_data import Scan
from ..simulator.constants import T_OSTEOPENIA, T_OSTEOPOROSIS
from ..simulator.dxa import to_sbmd, young_reference
from .ct_series import CtSeries
from .dxa_table import DxaRow, parse_number
from .level_centres import LevelCentre


def age_at_ct(row: DxaRow, series: CtSeries) -> float | None:
    """Years, by the table or else by the header."""
    told = parse_number(row.facts.get("age", ""))
    return told if told is not None else series.age


def t_score(row: DxaRow) -> float:
    """By the reference of the device and level (simulator/dxa.py), as the labels' classes are made."""
    unit = 1000.0 if row.device == "standardised" else 1.0
    mean, sd = young_reference(row.level, row.device)
    return (row.abmd_g_cm2 * unit - mean) / sd


def _class_of(t: float) -> int:
    return 2 if t <= T_OSTEOPOROSIS else 1 if t < T_OSTEOPENIA else 0


def make_labels(
    config: Config, row: DxaRow, series: CtSeries, scan: Scan, centre: LevelCentre
) -> tuple[np.ndarray, dict[str, Any]]:
    """The patch and the labels of dataset.py; what a clinic cannot know is NaN, -1 or "unknown"."""
    spec = config.patch.manifest()
    hu, outside = resample_patch(scan.hu, scan.index_to_world, centre.centre_lps, spec)
    patch = np.rint(clip_hu(hu, spec)).astype(np.int16)
    region = patch[roi_mask(config)]
    device, standard = DEVICES.index(row.device), DEVICES.index("standardised")
    reading = row.abmd_g_cm2 * (1000.0 if device == standard else 1.0)
    sbmd = row.abmd_g_cm2 * 1000 if device == standard else to_sbmd(row.abmd_g_cm2, row.device) * 1000
    unknown = np.full(len(DEVICES), np.nan)
    abmd, classes = unknown.copy(), np.full(len(DEVICES), -1)
    abmd[device], classes[device] = reading, _class_of(t_score(row))
    acquisition = acquisition_vector(scan.header, acquisition_features())
    contrast = scan.header["contrast"]
    sex = row.facts.get("sex", "").upper()[:1] or series.sex or ""
    age = age_at_ct(row, series)
    return patch, {
        "vbmd": np.nan,
        "level": LEVELS.index(row.level),
        "acquisition": acquisition,
        "outside": outside,
        "roi_hu": float(region.mean()),
        "roi_sd_hu": float(region.std()),
        "age": np.nan if age is None else age,
        "kvp": np.nan if scan.header["kvp"] is None else scan.header["kvp"],
        "thickness": np.nan if scan.header["sliceThicknessMm"] is None else scan.header["sliceThicknessMm"],
        "kernel": kernel_class(acquisition),
        "phase": "enhanced" if contrast is True else "none" if contrast is False else "unknown",
        "sex": sex if sex in ("F", "M") else "unknown",
        "deformity": "unknown",
        "lesion": "unknown",
        "site": -1,
        "abmd": abmd,
        "abmd_noise_free": unknown,
        "class": classes,
        "chance": unknown,
        "device": device,
        "abmd_measured": reading,
        "class_measured": int(classes[device]),
        "sbmd_measured": sbmd,
    }


def kernel_class(acquisition: np.ndarray) -> str:
    """The kernel's class as the acquisition vector says it."""
    start = 0
    for feature in acquisition_features():
        width = 2 if feature["kind"] == "number" else len(feature["values"])
        if feature["name"] == "kernelClass":
            return str(feature["values"][int(acquisition[start : start + width].argmax())])
        start += width
    raise AssertionError("the contract names a kernel class")
