"""What speaks against a body's numbers, found in its voxels: the twin of src/core/measure/doubts.

Axes of a body are its fitted ones where there is a fit, else the patient's: rows left, back, up (LPS unit vectors).
Limits come from app-rules.json ("doubts").
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage

from ..real_data import Scan
from .app_rules import RULES
from .internal_tissues import Slab, cells_within, read_slab
from .measure import sample

_LIMITS = RULES["doubts"]
SD_PER_MEDIAN_DEVIATION = 1.4826  # of a normal distribution
PATIENT_AXES = np.array([[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]])  # rows left, front, up


@dataclass(frozen=True)
class Body:
    """Where a body lies: its centre (LPS mm) and axes [3, 3], rows left, back, up."""

    centre: np.ndarray
    axes: np.ndarray


@dataclass(frozen=True)
class BodyGrid:
    """Samples of a body's inside, arrays [z, y, x]: mm from its centre along left, back and up, LPS points [..., 3],
    whether in the ellipse and the scan, HU, and the mean of 3 x 3 x 3 (0 where not known)."""

    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    points: np.ndarray
    known: np.ndarray
    hu: np.ndarray
    smooth: np.ndarray


@dataclass(frozen=True)
class FociParts:
    """Masks [z, y, x] of what stands out together; ``fat_share``: of the loose part."""

    dense: np.ndarray
    loose: np.ndarray
    fat_share: float


@dataclass(frozen=True)
class Focus:
    """The largest connected part that stands out; ``mean_hu`` of its samples; ``without_hu``: what the measured
    region reads without it, None where that is nearly the same, and without a region."""

    volume_mm3: float
    mean_hu: float
    without_hu: float | None = None


NOTHING = Focus(0.0, 0.0)


@dataclass(frozen=True)
class Hole:
    """The evenest part like soft tissue in denser bone, as a focus; ``score``: how clear it is, 0 where there is none."""

    score: float
    focus: Focus


@dataclass(frozen=True)
class Streaks:
    """Bands that fan out from metal: variance between rays over that of chance, and its SD."""

    metal_mm: float
    ratio: float
    hu: float


@dataclass(frozen=True)
class Doubts:
    """As DoubtFacts of the app; None where it could not be looked for."""

    noise_hu: float
    dense: Focus
    loose: Focus
    fat_share: float
    hole: Hole
    metal_mm3: float
    streaks: Streaks | None
    bridge_sectors: int | None


def body_of(centre: list[float], fit: dict[str, Any] | None) -> Body:
    """The fit's frame, or patient axes at the mark."""
    if fit is None:
        return Body(np.asarray(centre, dtype=float), np.eye(3))
    axes = np.array([fit["left"], [-v for v in fit["front"]], fit["up"]], dtype=float)
    return Body(np.asarray(fit["centreLps"], dtype=float), axes)


def roi_layers(scan: Scan, roi: dict[str, Any]) -> tuple[float, float, float] | None:
    """Mean HU of the lower, middle and upper third of a measured region; None where part of it is not scanned."""
    step, height = RULES["roi"]["sampleStepMm"], roi["heightMm"]
    axes = np.eye(3)
    if "up" in roi:
        axes = np.array([roi["left"], [-v for v in roi["front"]], roi["up"]], dtype=float)
    lines = [_line(half, step) for half in (roi["halfWidthMm"], roi["halfDepthMm"], height / 2)]
    grid = np.stack(np.meshgrid(*lines, indexing="ij"), -1).reshape(-1, 3)
    grid = grid[(grid[:, 0] / roi["halfWidthMm"]) ** 2 + (grid[:, 1] / roi["halfDepthMm"]) ** 2 <= 1]
    hu = sample(scan, grid @ axes + np.asarray(roi["centreLps"], dtype=float))
    if np.isnan(hu).any():
        return None
    inner = np.abs(grid[:, 2]) <= height / 6
    lower, upper = ~inner & (grid[:, 2] < 0), ~inner & (grid[:, 2] > 0)
    return tuple(float(hu[part].mean()) if part.any() else 0.0 for part in (lower, inner, upper))  # type: ignore[return-value]


def _line(half: float, step: float) -> np.ndarray:
    return np.arange(-math.floor(half / step), math.floor(half / step) + 1) * step


def _largest(mask: np.ndarray) -> np.ndarray:
    """Largest part of a mask connected by faces; the first one met where two are as large; the mask where it is empty."""
    parts, count = ndimage.label(mask)
    return parts == 1 + int(np.argmax(np.bincount(parts.ravel())[1:])) if count else mask


def _focus(part: np.ndarray, hu: np.ndarray, region: np.ndarray | None) -> Focus:
    """Of a part of the grid; region: samples of the measured one."""
    if not part.any():
        return NOTHING
    cell_mm3 = _LIMITS["grid"]["stepMm"] ** 3
    without = None if region is None else _region_without(part, hu, region)
    return Focus(float(part.sum() * cell_mm3), float(hu[part].mean()), without)


def touched_by(part: np.ndarray) -> np.ndarray:
    """The samples of a part and those that touch it, by a face, an edge or a corner."""
    return ndimage.binary_dilation(part, np.ones((3, 3, 3)))


def _region_without(part: np.ndarray, hu: np.ndarray, region: np.ndarray) -> float | None:
    """Mean HU of a region without a focus and the samples that touch it; None where the focus changes it by less
    than what two careful regions differ by, or leaves too little of it."""
    rule = _LIMITS["regionWithout"]
    rest = region & ~touched_by(part)
    if rest.sum() == 0 or rest.sum() < rule["leastShare"] * region.sum():
        return None
    rest_hu = float(hu[rest].mean())
    return None if abs(rest_hu - float(hu[region].mean())) < rule["changeHu"] else rest_hu


def in_region(points: np.ndarray, roi: dict[str, Any]) -> np.ndarray:
    """Which of points [..., 3] (LPS) lie in a measured region."""
    axes = np.array([roi["left"], roi["front"], roi["up"]], dtype=float) if "up" in roi else PATIENT_AXES
    left, front, up = np.moveaxis((points - np.asarray(roi["centreLps"], dtype=float)) @ axes.T, -1, 0)
    across = (left / roi["halfWidthMm"]) ** 2 + (front / roi["halfDepthMm"]) ** 2
    return (across <= 1) & (np.abs(up) <= roi["heightMm"] / 2)


def grid_reach(fit: dict[str, Any] | None) -> list[float]:
    """Half axes of the grid along left, back and up, mm: those of any body, or less in a small or lower one."""
    grid, shares = _LIMITS["grid"], _LIMITS["shares"]
    keys = ("halfWidthMm", "halfDepthMm", "halfHeightMm")
    if fit is None:
        return [_LIMITS["unfitted"][key] for key in keys]
    usual = [grid[key] for key in keys]
    height = min(fit["heightsMm"]["anterior"], fit["heightsMm"]["posterior"])
    sizes = (
        shares["width"] * fit["halfWidthMm"],
        shares["depth"] * fit["halfDepthMm"],
        shares["height"] * height,
    )
    return [min(one, other) for one, other in zip(usual, sizes, strict=True)]


def _in_vein(x: np.ndarray, y: np.ndarray, z: np.ndarray, half_height: float) -> np.ndarray:
    vein = _LIMITS["vein"]
    return (np.abs(x) < vein["halfWidthMm"]) & (y > vein["fromMm"]) & (np.abs(z) < half_height)


def _find_hole(
    hu: np.ndarray, smooth: np.ndarray, used: np.ndarray, noise: float, region: np.ndarray | None
) -> Hole:
    """hu, smooth: of the grid [z, y, x]; used: known and no vein; region: samples of the measured one."""
    rule, step = _LIMITS["hole"], _LIMITS["grid"]["stepMm"]
    nothing = Hole(0.0, NOTHING)
    if not used.any():
        return nothing
    reach = math.floor(rule["radiusMm"] / step)
    line = np.arange(-reach, reach + 1)
    offsets = np.stack(np.meshgrid(line, line, line, indexing="ij"), -1)
    ball = (np.sqrt((offsets**2).sum(-1)) * step <= rule["radiusMm"]).astype(float)

    def over_ball(values: np.ndarray) -> np.ndarray:
        return ndimage.convolve(np.where(used, values, 0.0), ball, mode="constant")

    count = over_ball(np.ones_like(hu))
    many = np.maximum(count, 1)
    middle = float(np.median(smooth[used]))
    mean = over_ball(hu) / many
    uneven = np.sqrt(np.maximum(0, over_ball(smooth**2) / many - (over_ball(smooth) / many) ** 2))
    score = (middle - mean) / (uneven + rule["floorHu"] + rule["noiseShare"] * noise)
    able = used & (count >= rule["knownShare"] * ball.sum()) & (mean < rule["mostHu"])
    score = np.where(able, score, 0.0)
    seed = np.unravel_index(int(np.argmax(score)), score.shape)
    if not score[seed] > 0:
        return nothing
    inside = used & (smooth < (mean[seed] + middle) / 2)
    inside[seed] = True
    parts, _ = ndimage.label(inside)
    part = parts == parts[seed]
    return Hole(float(score[seed]), _focus(part, hu, region))


def sample_body(scan: Scan, body: Body, reach: list[float]) -> BodyGrid:
    """A body's inside, by half axes along left, back and up, mm."""
    step = _LIMITS["grid"]["stepMm"]
    lines = [_line(half, step) for half in reach]
    z, y, x = np.meshgrid(*lines[::-1], indexing="ij")  # as the app walks them: x fastest
    points = np.stack([x, y, z], -1) @ body.axes + body.centre
    hu = sample(scan, points.reshape(-1, 3)).reshape(x.shape)
    ellipse = (x / reach[0]) ** 2 + (y / reach[1]) ** 2 <= 1
    known = ellipse & ~np.isnan(hu)
    hu = np.where(known, hu, 0.0)
    ones = np.ones((3, 3, 3))
    count = ndimage.convolve(known.astype(float), ones, mode="constant")
    smooth = ndimage.convolve(hu, ones, mode="constant") / np.maximum(count, 1)
    return BodyGrid(x, y, z, points, known, hu, smooth)


def noise_of(grid: BodyGrid) -> float:
    """Spread of single samples about the mean of their neighbours as an SD, HU; by the median deviation, so that a
    focus does not count."""
    return SD_PER_MEDIAN_DEVIATION * float(np.median(np.abs(grid.hu - grid.smooth)[grid.known]))


def find_parts(grid: BodyGrid) -> FociParts:
    """The largest connected parts that are far denser and far less dense than the body's median."""
    known, hu, smooth = grid.known, grid.hu, grid.smooth
    middle = float(np.median(hu[known]))
    in_vein = _in_vein(grid.x, grid.y, grid.z, _LIMITS["vein"]["halfHeightMm"])
    core = known & (np.abs(grid.z) <= _LIMITS["dense"]["halfHeightMm"])
    limit = max(middle + _LIMITS["dense"]["aboveHu"], _LIMITS["dense"]["leastHu"])
    loose = _largest(known & ~in_vein & (middle - smooth > _LIMITS["loose"]["belowHu"]))
    fat = float((hu[loose] < _LIMITS["fatBelowHu"]).mean()) if loose.any() else 0.0
    return FociParts(_largest(core & (smooth > limit)), loose, fat)


def inspect_foci(grid: BodyGrid, roi: dict[str, Any] | None) -> tuple[float, Focus, Focus, float, Hole]:
    """Noise, the densest and the loosest focus, the share of fat in the latter, and the clearest hole; roi: where it
    is measured, None where it is not."""
    known, hu, smooth = grid.known, grid.hu, grid.smooth
    if not known.any():
        return 0.0, NOTHING, NOTHING, 0.0, Hole(0.0, NOTHING)
    region = None if roi is None else known & in_region(grid.points, roi)
    parts = find_parts(grid)
    noise = noise_of(grid)
    used = known & ~_in_vein(grid.x, grid.y, grid.z, _LIMITS["hole"]["veinHalfHeightMm"])
    hole = _find_hole(hu, smooth, used, noise, region)
    return noise, _focus(parts.dense, hu, region), _focus(parts.loose, hu, region), parts.fat_share, hole


def find_streaks(slab: Slab) -> Streaks | None:
    """Along rays from each of the largest pieces of metal; None without metal or too little soft tissue."""
    rule = _LIMITS["streaks"]
    with np.errstate(invalid="ignore"):
        metal = (slab.planes > _LIMITS["metal"]["aboveHu"]).any(axis=0)
    pieces, count = ndimage.label(metal)
    if count == 0:
        return None
    rows, columns = np.indices(slab.mean.shape)
    step = slab.step_mm
    soft = cells_within(slab, (rule["softHu"]["min"], rule["softHu"]["max"]))
    near = np.hypot(columns - slab.column, rows - slab.row) * step < rule["reachMm"]
    used = soft & near
    box = np.ones((rule["boxCells"], rule["boxCells"]))
    sums = ndimage.convolve(np.where(used, slab.mean, 0.0).astype(float), box, mode="constant")
    counts = ndimage.convolve(used.astype(float), box, mode="constant")
    half = rule["boxCells"] // 2
    used[:half], used[-half:], used[:, :half], used[:, -half:] = False, False, False, False
    excess = np.where(used, slab.mean - sums / np.maximum(counts, 1), 0.0)
    sizes = np.bincount(pieces.ravel())[1:]
    found = []
    for piece in np.argsort(-sizes, kind="stable")[: rule["mostMetals"]] + 1:
        column, row = float(columns[pieces == piece].mean()), float(rows[pieces == piece].mean())
        x, y = columns - column, rows - row
        along = used & (np.hypot(x, y) * step > rule["awayMm"])
        ray = np.floor((np.arctan2(y, x) + np.pi) / (2 * np.pi) * rule["rays"]).astype(int) % rule["rays"]
        cells = np.bincount(ray[along], minlength=rule["rays"])
        total = np.bincount(ray[along], excess[along], minlength=rule["rays"])
        squares = np.bincount(ray[along], excess[along] ** 2, minlength=rule["rays"])
        enough = cells >= rule["leastCells"]
        if enough.sum() < rule["leastRays"]:
            continue
        n, mean = cells[enough], total[enough] / cells[enough]
        between = float((mean**2).sum())
        chance = float(((squares[enough] - n * mean**2) / (n - 1) / n).sum())
        if chance == 0:
            continue
        away = math.hypot(column - slab.column, row - slab.row) * step
        spread = math.sqrt(max(0.0, between - chance) / len(n))
        found.append(Streaks(away, between / chance, spread))
    return max(found, key=lambda streaks: streaks.ratio, default=None)


def metal_beside(scan: Scan, centre: np.ndarray) -> float:
    """Volume of voxels like metal in a box round a body in patient axes, mm3."""
    reach = _LIMITS["metal"]
    half = np.array([reach["halfWidthMm"], reach["halfDepthMm"], reach["halfHeightMm"]])
    window, points = scan.world_grid(centre - half, centre + half)
    inside = (np.abs(points - centre) <= half).all(-1)
    voxel = abs(float(np.linalg.det(scan.index_to_world[:3, :3])))
    return float((inside & (scan.hu[window] > reach["aboveHu"])).sum() * voxel)


def bridge_sectors(scan: Scan, body: Body, fit: dict[str, Any]) -> int:
    """Most adjacent sectors of the front and sides in which bone runs from a rim across the disc, of either end."""
    rule = _LIMITS["bridge"]
    angles = np.deg2rad(np.arange(rule["fromDeg"], rule["toDeg"] + 1e-6, rule["stepDeg"]))
    heights = np.arange(0, rule["heightMm"] + 1e-6, rule["heightStepMm"])
    most = 0
    for plate in (fit["endplates"]["superior"], fit["endplates"]["inferior"]):
        centre, away = np.asarray(plate["centreLps"], float), np.asarray(plate["normalLps"], float)
        run = 0
        for angle in angles:
            reached = []
            for scale in rule["radii"]:
                side = scale * fit["halfWidthMm"] * np.cos(angle) * body.axes[0]
                front = -scale * fit["halfDepthMm"] * np.sin(angle) * body.axes[1]
                points = centre + side + front + heights[:, None] * away
                reached.append(sample(scan, points) > rule["aboveHu"])
            run = run + 1 if np.any(reached, axis=0).all() else 0
            most = max(most, run)
    return most


def inspect_doubts(
    scan: Scan,
    centre: list[float],
    fit: dict[str, Any] | None,
    roi: dict[str, Any] | None,
    slab: Slab | None = None,
) -> Doubts:
    """What the voxels of a body and its surroundings say; fit: ``fit`` of the results file, or None; roi: the measured
    region, or None; slab: at the centre, where it has been read."""
    body = body_of(centre, fit)
    noise, dense, loose, fat, hole = inspect_foci(sample_body(scan, body, grid_reach(fit)), roi)
    return Doubts(
        noise_hu=noise,
        dense=dense,
        loose=loose,
        fat_share=fat,
        hole=hole,
        metal_mm3=metal_beside(scan, np.asarray(centre, dtype=float)),
        streaks=find_streaks(slab or read_slab(scan, centre)),
        bridge_sectors=None if fit is None else bridge_sectors(scan, body, fit),
    )
