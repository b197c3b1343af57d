"""The body round a pick: axis, endplates, walls, heights. The twin of src/core/measure/vertebra-fit.ts and what it uses.

Numbers come from app-rules.json; tests/fixtures/fit-cases.json holds both to the same fits. LPS, mm; in a body's own
frame x is to the left, y to the back, z up. Shapes: frames are dicts of unit vectors up, front, left [3].
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..real_data import Scan
from .app_rules import RULES
from .measure import fixed_roi, sample

Frame = dict[str, np.ndarray]
_FIT: dict[str, Any] = RULES["fit"]
_EDGE, _AXIS, _WALLS, _ENDS = _FIT["edge"], _FIT["axis"], _FIT["walls"], _FIT["endplates"]
_STEP = _EDGE["stepMm"]


def _unit(v: np.ndarray) -> np.ndarray:
    return v / math.sqrt(float(v @ v))


def frame_of_axis(axis: np.ndarray) -> Frame:
    """Left is the patient's left turned onto the plane across the axis."""
    up = _unit(np.asarray(axis, dtype=float))
    left = _unit(np.array([1.0, 0.0, 0.0]) - up[0] * up)
    return {"up": up, "left": left, "front": np.cross(left, up)}


def _leaning(frame: Frame, back: float, to_left: float) -> np.ndarray:
    return _unit(frame["up"] - back * frame["front"] + to_left * frame["left"])


def _points(frame: Frame, origin: np.ndarray, x: Any, y: Any, z: Any) -> np.ndarray:
    """World points [..., 3] of body coordinates, broadcast."""
    x, y, z = np.broadcast_arrays(x, y, z)
    return origin + x[..., None] * frame["left"] - y[..., None] * frame["front"] + z[..., None] * frame["up"]


def _sample(scan: Scan, points: np.ndarray) -> np.ndarray:
    return sample(scan, points.reshape(-1, 3)).reshape(points.shape[:-1])


def _peak_shift(before: float, here: float, after: float) -> float:
    bend = before - 2 * here + after
    if not bend < 0 or here < before or here < after:
        return 0.0
    return 0.5 * (before - after) / bend


def _smoothed(profile: np.ndarray) -> np.ndarray:
    for _ in range(2):
        inner = (profile[:-4] + 4 * profile[1:-3] + 6 * profile[2:-2] + 4 * profile[3:-1] + profile[4:]) / 16
        profile = np.concatenate([profile[:2], inner, profile[-2:]])
    return profile


def find_edge(
    profile: np.ndarray, start: float, expected: float, window: float, first: bool = False
) -> tuple[float, float] | None:
    """Where bone ends along a profile and how steeply (mm, HU); see edge.ts. None where it leaves the scan."""
    values = _smoothed(profile)
    low = math.ceil((expected - window - start) / _STEP)
    high = math.floor((expected + window - start) / _STEP)
    numbers = np.arange(low, high + 1)
    falls = values[:-4] - values[4:]  # of sample n at n - 2
    off = (start + numbers * _STEP - expected) / window
    scores = falls[numbers - 2] - _EDGE["pullHu"] * off * off
    if np.isnan(scores).all():
        return None
    at = int(numbers[np.nanargmax(scores)])

    def fall(n: int) -> float:
        return float(falls[n - 2])

    if first:
        enough = _EDGE["firstShare"] * fall(at)
        at = next(
            (
                n
                for n in range(low, at)
                if fall(n) >= enough and fall(n) >= fall(n - 1) and fall(n) > fall(n + 1)
            ),
            at,
        )
    steepest = at + _peak_shift(fall(at - 1), fall(at), fall(at + 1))
    ridge = at - 6
    for n in range(at - 5, at + 2):
        if values[n] > values[ridge]:
            ridge = n
    top = float(values[ridge])
    ridge_at = ridge + _peak_shift(float(values[ridge - 1]), top, float(values[ridge + 1]))
    outside = float(values[at + 2 : at + 7].mean())
    inside = float(values[ridge - 10 : ridge - 5].mean()) if ridge >= 10 else math.nan
    if top > outside and math.isnan(inside):
        return None
    share = min(1.0, max(0.0, (top - inside) / (top - outside))) if top > outside else 0.0
    edge = steepest - share * max(0.0, steepest - ridge_at)
    return (start + edge * _STEP, fall(at)) if math.isfinite(edge) else None


def _fit_robust(
    rows: np.ndarray, targets: np.ndarray, prior: np.ndarray, floor: float
) -> tuple[np.ndarray, np.ndarray] | None:
    """Tukey's biweight: coefficients and residuals."""
    weights = prior
    fit = None
    for _ in range(_FIT["robust"]["rounds"]):
        weighted = rows * weights[:, None]
        try:
            coefficients = np.linalg.solve(weighted.T @ rows, weighted.T @ targets)
        except np.linalg.LinAlgError:
            return None
        residuals = targets - rows @ coefficients
        fit = coefficients, residuals
        cut = _FIT["robust"]["cutSd"] * max(
            floor, _FIT["robust"]["sdOfMedianDeviation"] * float(np.median(np.abs(residuals)))
        )
        off = residuals / cut
        weights = np.where(np.abs(off) < 1, prior * (1 - off * off) ** 2, 0.0)
    return fit


def _profiles_along(scan: Scan, pick: np.ndarray, frame: Frame) -> np.ndarray:
    reach = _AXIS["reachMm"]
    discs = np.array(_AXIS["points"])
    along = np.arange(-reach, reach + 1, dtype=float)
    values = _sample(scan, _points(frame, pick, discs[:, 0, None], discs[:, 1, None], along[None, :]))
    known = ~np.isnan(values)
    clamped = np.where(known, np.clip(values, _AXIS["clampHu"]["low"], _AXIS["clampHu"]["high"]), 0.0)
    counts = known.sum(axis=0)
    means = np.where(counts * 2 > len(discs), clamped.sum(axis=0) / np.maximum(counts, 1), np.nan)
    inner = 0.25 * means[:-2] + 0.5 * means[1:-1] + 0.25 * means[2:]
    return np.concatenate([means[:1], inner, means[-1:]])


def _shifted(profile: np.ndarray, by: int) -> np.ndarray:
    """profile[n + by], NaN beyond its ends."""
    out = np.full_like(profile, np.nan)
    if by >= 0:
        out[: len(profile) - by] = profile[by:]
    else:
        out[-by:] = profile[:by]
    return out


def _end_evidence(profile: np.ndarray, sign: int) -> np.ndarray:
    ridge = np.maximum(profile, _shifted(profile, -sign))
    beyond = np.minimum.reduce([_shifted(profile, n * sign) for n in (2, 3, 4)])
    return np.minimum(_AXIS["mostEvidenceHu"], ridge - beyond)


def _hill(profile: np.ndarray) -> float:
    lowest = np.maximum(np.minimum.accumulate(profile), np.minimum.accumulate(profile[::-1])[::-1])
    return float(np.maximum(0.0, (profile - lowest).max()))  # NaN stays NaN


def _score_axis(profile: np.ndarray, sagittal: float, coronal: float) -> tuple[float, int, int]:
    """Best score with its top and bottom, mm."""
    reach, ends, height = _AXIS["reachMm"], _AXIS["endMm"], _AXIS["heightMm"]
    tops, bottoms = _end_evidence(profile, 1), _end_evidence(profile, -1)
    prior_hu, tilts = _AXIS["priorHu"], _AXIS["tiltSdDeg"]
    tilt = prior_hu * ((sagittal / tilts["sagittal"]) ** 2 + (coronal / tilts["coronal"]) ** 2)
    best = (-math.inf, 0, 0)
    for bottom in range(-ends["most"], -ends["least"] + 1):
        for top in range(max(ends["least"], bottom + height["least"]), ends["most"] + 1):
            prior = prior_hu * (
                ((top - bottom - height["usual"]) / height["sd"]) ** 2
                + ((top + bottom) / 2 / _AXIS["offMiddleMm"]) ** 2
            )
            score = float(tops[top + reach] + bottoms[bottom + reach]) - prior - tilt
            if not score > best[0]:
                continue
            whole = score - _AXIS["hillWeight"] * _hill(profile[bottom + reach : top + reach + 1])
            if whole > best[0]:
                best = (whole, top, bottom)
    return best


def _find_axis(scan: Scan, pick: np.ndarray) -> tuple[Frame, int, int] | None:
    base = frame_of_axis(np.array([0.0, 0.0, 1.0]))

    def frame_at(sagittal: float, coronal: float) -> Frame:
        return frame_of_axis(
            _leaning(base, math.tan(math.radians(sagittal)), math.tan(math.radians(coronal)))
        )

    best: tuple[float, int, int] = (-math.inf, 0, 0)
    lean = (0.0, 0.0)

    def look(sagittals: list[float], coronals: list[float]) -> None:
        nonlocal best, lean
        for sagittal in sagittals:
            for coronal in coronals:
                profile = _profiles_along(scan, pick, frame_at(sagittal, coronal))
                found = _score_axis(profile, sagittal, coronal)
                if found[0] > best[0]:
                    best, lean = found, (sagittal, coronal)

    look(_AXIS["sagittalDeg"], _AXIS["coronalDeg"])
    around = lean
    look([around[0] + d for d in _AXIS["finerDeg"]], [around[1] + d for d in _AXIS["finerDeg"]])
    return (frame_at(*lean), best[1], best[2]) if math.isfinite(best[0]) else None


def _is_corner(angle: np.ndarray) -> np.ndarray:
    return (np.sin(angle) > _WALLS["corner"]["sin"]) & (np.abs(np.cos(angle)) > _WALLS["corner"]["cos"])


def _radius(outline: dict[str, float], cos: np.ndarray, sin: np.ndarray) -> np.ndarray:
    power = _WALLS["power"]
    inner = np.abs(cos / outline["halfWidth"]) ** power + np.abs(sin / outline["halfDepth"]) ** power
    return inner ** (-1 / power)


def _off_outline(outline: dict[str, float], points: np.ndarray) -> np.ndarray:
    u, v = points[:, 0] - outline["x"], points[:, 1] - outline["y"]
    r = np.hypot(u, v)
    return r - _radius(outline, u / r, v / r)


def _outline_rows(outline: dict[str, float], points: np.ndarray) -> np.ndarray:
    u, v = points[:, 0] - outline["x"], points[:, 1] - outline["y"]
    r = np.hypot(u, v)
    cos, sin = u / r, v / r
    radius, power = _radius(outline, cos, sin), _WALLS["power"]
    pw = np.abs(cos / outline["halfWidth"]) ** power
    pd = np.abs(sin / outline["halfDepth"]) ** power
    total = pw + pd
    return np.stack(
        [
            pw / total / np.where(cos == 0, 1e-9, cos),
            pd / total / np.where(sin == 0, 1e-9, sin),
            radius * pw / total / outline["halfWidth"],
            radius * pd / total / outline["halfDepth"],
        ],
        axis=1,
    )


def _find_walls(
    scan: Scan, frame: Frame, origin: np.ndarray, half_height: float, outline: dict[str, float], window: float
) -> tuple[dict[str, float], float] | None:
    count = _WALLS["angles"]
    angles = (np.arange(count) + 0.5) / count * 2 * math.pi
    corners = _is_corner(angles)
    reach = _EDGE["reachMm"]
    length = math.ceil((2 * window + reach["inside"] + reach["outside"]) / _STEP) + 1
    expected = _radius(outline, np.cos(angles), np.sin(angles))
    starts = expected - window - reach["inside"]
    r = starts[:, None] + np.arange(length) * _STEP
    x, y = outline["x"] + r * np.cos(angles)[:, None], outline["y"] + r * np.sin(angles)[:, None]
    heights = np.array(_WALLS["heights"])
    values = _sample(
        scan, _points(frame, origin, x[..., None], y[..., None], (heights * half_height)[None, None, :])
    )
    profiles = values.mean(axis=2)
    found, weights = [], []
    for n in range(count):
        edge = find_edge(profiles[n], float(starts[n]), float(expected[n]), window, first=True)
        if edge is None or edge[1] < _WALLS["leastFallHu"]:
            continue
        found.append(
            [outline["x"] + edge[0] * math.cos(angles[n]), outline["y"] + edge[0] * math.sin(angles[n])]
        )
        weights.append(_WALLS["cornerWeight"] if corners[n] else 1.0)
    if len(found) < count / 4:
        return None
    points, prior = np.array(found), np.array(weights)
    fitted = dict(outline)
    for _ in range(_WALLS["rounds"]):
        step = _fit_robust(
            _outline_rows(fitted, points), _off_outline(fitted, points), prior, _WALLS["floorMm"]
        )
        if step is None:
            return None
        fitted = {
            key: fitted[key] + float(d)
            for key, d in zip(("x", "y", "halfWidth", "halfDepth"), step[0], strict=True)
        }
        if not (5 < fitted["halfWidth"] < 50 and 4 < fitted["halfDepth"] < 40):
            return None
    near = (prior == 1) & (np.abs(_off_outline(fitted, points)) < _WALLS["nearMm"])
    return fitted, float(near.sum() / (~corners).sum())


def _height_at(coefficients: np.ndarray, x: Any, y: Any) -> Any:
    terms = [1.0, x, y, x * x, y * y]
    return sum(term * c for term, c in zip(terms, coefficients, strict=False))


def _find_endplate(
    scan: Scan, frame: Frame, origin: np.ndarray, outline: dict[str, float], sign: int, expected: np.ndarray,
    window: float,
) -> tuple[np.ndarray, float] | None:  # fmt: skip
    points = np.array(_ENDS["points"])
    reach, beside = _EDGE["reachMm"], _ENDS["besideMm"]
    length = math.ceil((2 * window + reach["inside"] + reach["outside"]) / _STEP) + 1
    at = sign * (np.zeros(len(points)) + _height_at(expected, points[:, 0], points[:, 1]))
    starts = at - window - reach["inside"]
    along = sign * (starts[:, None] + np.arange(length) * _STEP)  # [point, n]
    offsets = np.array([[0, 0], [beside, 0], [-beside, 0], [0, beside], [0, -beside]])
    x = outline["x"] + points[:, None, 0] * outline["halfWidth"] + offsets[None, :, 0]
    y = outline["y"] + points[:, None, 1] * outline["halfDepth"] + offsets[None, :, 1]
    values = _sample(scan, _points(frame, origin, x[..., None], y[..., None], along[:, None, :]))
    profiles = values.mean(axis=1)
    rows, heights = [], []
    for n, (px, py) in enumerate(points):
        edge = find_edge(profiles[n], float(starts[n]), float(at[n]), window)
        if edge is None or edge[1] < _ENDS["leastFallHu"]:
            continue
        rows.append([1.0, px, py, px * px, py * py])
        heights.append(sign * edge[0])
    if len(rows) < len(points) / 3:
        return None
    fit = _fit_robust(np.array(rows), np.array(heights), np.ones(len(rows)), _ENDS["floorMm"])
    if fit is None:
        return None
    return fit[0], float((np.abs(fit[1]) < _ENDS["nearMm"]).sum() / len(points))


def fit_vertebra(scan: Scan, centre_lps: list[float]) -> dict[str, Any] | None:
    """The ``fit`` of a results file, whatever its confidence; None where no body was found at all."""
    pick = np.asarray(centre_lps, dtype=float)
    axis = _find_axis(scan, pick)
    if axis is None:
        return None
    frame, top, bottom = axis
    origin = pick + (top + bottom) / 2 * frame["up"]
    outline = {"x": 0.0, "y": 0.0, **{k: float(v) for k, v in _FIT["usualOutline"].items()}}
    ends = {1: np.array([(top - bottom) / 2]), -1: np.array([-(top - bottom) / 2])}
    found: dict[int, tuple[np.ndarray, float]] = {}
    share = 0.0
    for number, windows in enumerate(_FIT["rounds"]):
        if number > 0:
            # The body's own middle, leaning as its endplates do on average.
            mean = (ends[1][:3] + ends[-1][:3]) / 2
            origin = _points(frame, origin, outline["x"], outline["y"], float(mean[0]))
            slopes = -float(mean[2]) / outline["halfDepth"], -float(mean[1]) / outline["halfWidth"]
            frame = frame_of_axis(_leaning(frame, *slopes))
            outline = {**outline, "x": 0.0, "y": 0.0}
            ends = {sign: np.concatenate([c[:3] - mean, c[3:]]) for sign, c in ends.items()}
        half = float(ends[1][0] - ends[-1][0]) / 2
        walls = _find_walls(scan, frame, origin, half, outline, windows["walls"])
        if walls is None:
            return None
        outline, share = walls
        for sign in (1, -1):
            surface = _find_endplate(scan, frame, origin, outline, sign, ends[sign], windows["ends"])
            if surface is None:
                return None
            found[sign] = surface
        ends = {sign: surface[0] for sign, surface in found.items()}
    return _describe(frame, origin, outline, share, found, pick)


def _describe(
    frame: Frame, origin: np.ndarray, outline: dict[str, float], share: float,
    found: dict[int, tuple[np.ndarray, float]], pick: np.ndarray,
) -> dict[str, Any]:  # fmt: skip
    width, depth, rim = outline["halfWidth"], outline["halfDepth"], _FIT["rim"]
    superior, inferior = found[1][0], found[-1][0]

    def point(coefficients: np.ndarray, y: float) -> list[float]:
        z = float(_height_at(coefficients, 0.0, y))
        return _points(frame, origin, outline["x"], outline["y"] + y * depth, z).tolist()

    def end(sign: int) -> dict[str, Any]:
        c = found[sign][0]
        return {
            "centreLps": point(c, 0),
            "normalLps": (sign * _leaning(frame, -float(c[2]) / depth, -float(c[1]) / width)).tolist(),
            "anteriorLps": point(c, -rim),
            "posteriorLps": point(c, rim),
        }

    def height(y: float) -> float:
        return float(_height_at(superior, 0.0, y) - _height_at(inferior, 0.0, y))

    heights = {"anterior": height(-rim), "middle": height(0), "posterior": height(rim)}
    middle = float(_height_at(superior, 0.0, 0.0) + _height_at(inferior, 0.0, 0.0)) / 2
    centre = _points(frame, origin, outline["x"], outline["y"], middle)
    sizes = _FIT["sizesMm"]
    plausible = (
        sizes["halfWidth"][0] <= width <= sizes["halfWidth"][1]
        and sizes["halfDepth"][0] <= depth <= sizes["halfDepth"][1]
        and sizes["middle"][0] <= heights["middle"] <= sizes["middle"][1]
        and min(heights["anterior"], heights["posterior"]) > 0
        and math.dist(centre, pick) <= _FIT["mostOffMm"]
    )
    shares = _FIT["shares"]
    seen = (min(share, found[1][1], found[-1][1]) - shares["none"]) / (shares["full"] - shares["none"])
    return {
        **{name: axis.tolist() for name, axis in frame.items()},
        "centreLps": centre.tolist(),
        "halfWidthMm": width,
        "halfDepthMm": depth,
        "heightsMm": heights,
        "endplates": {"superior": end(1), "inferior": end(-1)},
        "confidence": min(1.0, max(0.0, seen)) if plausible else 0.0,
    }


def roi_of_body(fit: dict[str, Any]) -> dict[str, Any] | None:
    """The region by convention (body-roi.ts); None where the body is too small to hold one."""
    rule, cap = RULES["bodyRoi"], RULES["roi"]
    width, depth, margin = fit["halfWidthMm"], fit["halfDepthMm"], rule["wallMarginMm"]
    forward = rule["forwardShare"] * depth
    half_width = min(cap["halfWidthMm"], rule["widthShare"] * width, width - margin)
    half_depth = min(cap["halfDepthMm"], rule["depthShare"] * depth, depth - forward - margin)
    lowest = min(fit["heightsMm"]["middle"], fit["heightsMm"]["anterior"])
    height = min(cap["heightMm"], lowest - 2 * rule["endplateMarginMm"])
    least = rule["least"]
    if half_width < least["halfWidthMm"] or half_depth < least["halfDepthMm"] or height < least["heightMm"]:
        return None
    centre = np.asarray(fit["centreLps"]) + forward * np.asarray(fit["front"])
    return {
        "centreLps": centre.tolist(),
        **{name: fit[name] for name in ("up", "front", "left")},
        "halfWidthMm": half_width,
        "halfDepthMm": half_depth,
        "heightMm": height,
    }


def choose_roi(
    scan: Scan, centre_lps: list[float], edited: dict[str, Any] | None = None
) -> tuple[dict[str, Any], str, dict[str, Any] | None]:
    """Region, whose it is (body, fixed, edited), and the fit, None below the confidence that is asked."""
    found = fit_vertebra(scan, centre_lps)
    fit = found if found is not None and found["confidence"] >= _FIT["minConfidence"] else None
    if edited is not None:
        return edited, "edited", fit
    own = roi_of_body(fit) if fit else None
    if own is not None:
        return own, "body", fit
    return fixed_roi(centre_lps), "fixed", fit
