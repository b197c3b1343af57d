"""Level centres of one CT from what a clinic has: our results files, VerSe centroids, TotalSegmentator masks.

All centres are LPS mm. A file that cannot be placed on its CT with certainty is refused in one sentence.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ..config import LEVELS, UserError
from ..real_data import Scan, nifti_volume
from .app_rules import RULES
from .body_centre import find_body
from .ct_series import NIFTI_ENDINGS

RESULTS_ENDING, VERSE_ENDING = ".osteolens.json", "_ctd.json"
# VerSe 2020: 17 to 19 T10 to T12, 20 to 24 L1 to L5; TotalSegmentator v2 class map: 27 L5 up to 34 T10.
VERSE_LABELS = {17 + n: level for n, level in enumerate(LEVELS)}
TOTALSEGMENTATOR_LABELS = {34 - n: level for n, level in enumerate(LEVELS)}
# What the app can name (src/core/levels/vertebra-name.ts).
VERTEBRAE = (*(f"T{n}" for n in range(1, 14)), *(f"L{n}" for n in range(1, 7)), "S1")
# What names are counted from, as the app's files name it, and in words (src/core/results/name-words.ts).
ANCHORS = {"sacrum": "the sacrum", "last-rib": "the last rib", "first-rib": "the first rib"}
ALIGNMENT = 0.85  # cosine by which a scan axis belongs to a side of the patient (within about 30 degrees)
ZOOM_TOLERANCE_MM = 0.01


@dataclass(frozen=True)
class LevelCentre:
    level: str
    centre_lps: tuple[float, float, float]
    state: str = "proposed"  # what the reader has said: proposed, confirmed, edited or rejected
    roi: dict[str, Any] | None = None  # the measuring region that the reader drew
    name_count: dict[str, Any] | None = None  # how sure the app was of a name that no reader has given


@dataclass(frozen=True)
class Centres:
    levels: tuple[LevelCentre, ...]
    series_uid: str | None  # that the file says it belongs to
    cut: tuple[str, ...] = ()  # levels that a mask shows only in part


def is_level_file(path: Path) -> bool:
    """By its ending: a results file, a VerSe centroid file or a NIfTI mask."""
    return path.name.endswith((RESULTS_ENDING, VERSE_ENDING, *NIFTI_ENDINGS))


def read_centres(path: Path, scan: Scan) -> Centres:
    """Centres of one file on the grid of its CT, head to feet, each level once."""
    cut: list[str] = []
    series_uid = None
    if path.name.endswith(NIFTI_ENDINGS):
        levels, cut = _read_mask(path)
    else:
        data = _read_json(path)
        if isinstance(data, list):
            levels = _read_verse(path, data, scan)
        else:
            levels, series_uid = _read_results(path, data)
    if not levels and not cut:
        raise UserError(f"{path}: holds no vertebra from T10 to L5.")
    names = [one.level for one in levels]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"{path}: names {name} twice.")
    in_order = sorted(levels, key=lambda one: LEVELS.index(one.level))
    return Centres(tuple(in_order), series_uid, tuple(cut))


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file.") from None
    except (ValueError, OSError) as error:
        raise UserError(f"{path}: is not JSON, or was cut short.") from error


def _point(value: Any) -> tuple[float, float, float] | None:
    is_point = isinstance(value, list) and len(value) == 3
    if not is_point or not all(isinstance(v, int | float) and math.isfinite(v) for v in value):
        return None
    return (float(value[0]), float(value[1]), float(value[2]))


def _is_name_count(value: Any) -> bool:
    confidence = value.get("confidence") if isinstance(value, dict) else None
    anchors = value.get("anchors") if isinstance(value, dict) else None
    is_share = isinstance(confidence, int | float) and not isinstance(confidence, bool)
    is_list = isinstance(anchors, list) and all(isinstance(one, str) and one in ANCHORS for one in anchors)
    return is_share and 0 <= confidence <= 1 and is_list


def _read_results(path: Path, data: Any) -> tuple[list[LevelCentre], str | None]:
    """Our own file: only the picks are read, and of them those that the network knows."""
    if not isinstance(data, dict) or data.get("format") != RULES["format"]:
        raise UserError(f"{path}: is not an OsteoLens results file (field 'format').")
    version = data.get("schemaVersion")
    if not isinstance(version, int) or version > RULES["schemaVersion"]:
        raise UserError(f"{path}: was written by a newer OsteoLens (schema {version}).")
    levels = []
    for number, item in enumerate(data.get("levels") or []):
        level = item.get("level") if isinstance(item, dict) else None
        centre = _point(item.get("centreLps")) if isinstance(item, dict) else None
        if level not in VERTEBRAE:
            raise UserError(f"{path}: its field levels[{number}].level is none of T1 to S1.")
        if centre is None:
            raise UserError(f"{path}: its field levels[{number}].centreLps is not three numbers.")
        if level not in LEVELS:
            continue
        roi = item.get("editedRoi")
        if roi is not None and not _is_region(roi):
            raise UserError(
                f"{path}: its field levels[{number}].editedRoi is no region that a body can hold."
            )
        count = item.get("nameCount")
        if count is not None and not _is_name_count(count):
            raise UserError(f"{path}: its field levels[{number}].nameCount is no count of names.")
        levels.append(LevelCentre(level, centre, str(item.get("state", "proposed")), roi, count))
    return levels, data.get("seriesInstanceUid") or None


def _is_region(roi: Any) -> bool:
    """Unit axes at right angles and a size as src/core/measure/edit-roi.ts allows."""
    if not isinstance(roi, dict) or any(
        _point(roi.get(k)) is None for k in ("centreLps", "up", "front", "left")
    ):
        return False
    axes = np.array([roi[key] for key in ("up", "front", "left")], dtype=float)
    sizes = (("halfWidthMm", "halfWidth"), ("halfDepthMm", "halfDepth"), ("heightMm", "height"))
    limits = RULES["roiSizeMm"]
    return bool(np.abs(axes @ axes.T - np.eye(3)).max() < 1e-3) and all(
        isinstance(roi.get(key), int | float) and limits[name][0] <= roi[key] <= limits[name][1]
        for key, name in sizes
    )


def _match_axes(path: Path, direction: Any, matrix: np.ndarray) -> list[tuple[int, bool]]:
    """For each file axis the scan axis (0 i, 1 j, 2 k) along it, and whether they run against each other."""
    sides = {"L": (0, 1), "R": (0, -1), "P": (1, 1), "A": (1, -1), "S": (2, 1), "I": (2, -1)}
    if not isinstance(direction, list) or len(direction) != 3 or not all(code in sides for code in direction):
        raise UserError(f"{path}: its first item does not state three axis directions such as P, I, R.")
    unit = matrix[:3, :3] / np.linalg.norm(matrix[:3, :3], axis=0)
    matched: list[tuple[int, bool]] = []
    for code in direction:
        lps, sign = sides[code]
        axis = int(np.abs(unit[lps]).argmax())
        if abs(unit[lps, axis]) < ALIGNMENT or axis in [other for other, _ in matched]:
            raise UserError(f"{path}: its axes and those of the scan do not match.")
        matched.append((axis, bool(unit[lps, axis] * sign < 0)))
    return matched


def _read_verse(path: Path, data: list[Any], scan: Scan) -> list[LevelCentre]:
    """VerSe: voxel indices of the scan in the axes that its first item states."""
    head = data[0] if data and isinstance(data[0], dict) else {}
    axes = _match_axes(path, head.get("direction"), scan.index_to_world)
    size = scan.hu.shape[::-1]
    spacing = np.linalg.norm(scan.index_to_world[:3, :3], axis=0)
    for file_axis, (axis, _) in enumerate(axes):
        shape, zoom = head.get("shape"), head.get("zoom")
        if shape is not None and round(shape[file_axis]) != size[axis]:
            raise UserError(f"{path}: its number of voxels differs from that of the scan.")
        if zoom is not None and abs(zoom[file_axis] - spacing[axis]) > ZOOM_TOLERANCE_MM:
            raise UserError(f"{path}: its voxel size differs from that of the scan.")
    levels = []
    for number, item in enumerate(data[1:], start=2):
        try:
            label, values = int(item["label"]), [float(item[name]) for name in "XYZ"]
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(f"{path}: item {number} lacks a number in label, X, Y or Z.") from error
        if label not in VERSE_LABELS:
            continue
        index = [0.0, 0.0, 0.0]
        for value, (axis, flipped) in zip(values, axes, strict=True):
            if not -0.5 <= value <= size[axis] - 0.5:
                raise UserError(f"{path}: {VERSE_LABELS[label]} would lie outside the scan.")
            index[axis] = size[axis] - 1 - value if flipped else value
        x, y, z = (scan.index_to_world @ [*index, 1.0])[:3]
        levels.append(LevelCentre(VERSE_LABELS[label], (float(x), float(y), float(z))))
    return levels


def _read_mask(path: Path) -> tuple[list[LevelCentre], list[str]]:
    """Label map in world coordinates of its own: TotalSegmentator's numbers, or VerSe's where the name says so.

    Returns whole bodies and the names of those that the edge of the volume cuts: their centre is not known.
    """
    labels, matrix = nifti_volume(path)
    table = VERSE_LABELS if "_seg-vert" in path.name else TOTALSEGMENTATOR_LABELS
    levels, cut = [], []
    for label, level in table.items():
        body = find_body(labels == label, matrix)
        if body is not None and body.is_cut:
            cut.append(level)
        elif body is not None:
            levels.append(LevelCentre(level, body.centre_lps))
    return levels, cut


def doubtful_pair(levels: Sequence[LevelCentre]) -> tuple[LevelCentre, LevelCentre] | None:
    """The first two neighbours whose order or distance is no spine's: one label may be off."""
    limits = RULES["neighbourSpacingMm"]
    for upper, lower in pairwise(levels):
        gaps = LEVELS.index(lower.level) - LEVELS.index(upper.level)
        distance = math.dist(upper.centre_lps, lower.centre_lps)
        is_below = lower.centre_lps[2] < upper.centre_lps[2]
        if not is_below or not gaps * limits["min"] <= distance <= gaps * limits["max"]:
            return upper, lower
    return None
