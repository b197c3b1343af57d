"""What a reader stated of a scan whose header is silent: the twin of src/core/measure/stated-facts.ts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..config import UserError
from ..real_data import Scan
from .app_rules import RULES
from .series_notes import can_state_kvp

# Whole years that a reader may state (STATEABLE_AGE of the app).
AGE_YEARS = (18, 110)


def read_statement(
    picks: Path, header: dict[str, Any], age: float | None = None, sex: str | None = None
) -> dict[str, Any] | None:
    """``statedByReader`` of a results file as far as it counts: a header is never overruled. None: nothing.

    age (years), sex: as the header says them. Neither changes a number of a level.
    """
    if picks.suffix != ".json":
        return None
    try:
        content = json.loads(picks.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None  # read_centres says what is wrong
    stated = content.get("statedByReader") if isinstance(content, dict) else None
    if stated is None:
        return None
    given = stated if isinstance(stated, dict) else {"kvp": "none"}
    low, high = RULES["huPerMgCm3"][0][0], RULES["huPerMgCm3"][-1][0]
    is_right = (
        _is_number(given.get("kvp"), low, high)
        and given.get("contrast") in (None, True, False)
        and _is_number(given.get("ageYears"), *AGE_YEARS, is_whole=True)
        and given.get("sex") in (None, "F", "M")
    )
    if not is_right:
        raise UserError(
            f"{picks}: statedByReader is wrong: kvp of {low} to {high}, contrast yes or no, "
            f"ageYears of {AGE_YEARS[0]} to {AGE_YEARS[1]} and sex F or M."
        )
    counting = {
        "kvp": given.get("kvp") if header["kvp"] is None and can_state_kvp(header) else None,
        "contrast": given.get("contrast") if header["contrast"] is None else None,
    }
    of_patient = {"ageYears": (given.get("ageYears"), age), "sex": (given.get("sex"), sex)}
    for name, (value, said) in of_patient.items():
        if value is not None and said is None:
            counting[name] = value
    return None if all(value is None for value in counting.values()) else counting


def _is_number(value: Any, low: float, high: float, is_whole: bool = False) -> bool:
    """None, which states nothing, or a number within the bounds."""
    if value is None:
        return True
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and low <= value <= high and not (is_whole and value != int(value))


def with_statement(scan: Scan, stated: dict[str, Any] | None) -> Scan:
    """The scan with the facts that its numbers are made with; ``kvpSource`` says who gave the voltage."""
    if stated is None:
        return scan
    given = {name: stated[name] for name in ("kvp", "contrast") if stated[name] is not None}
    source = {"kvpSource": "reader"} if "kvp" in given else {}
    return replace(scan, header={**scan.header, **given, **source})
