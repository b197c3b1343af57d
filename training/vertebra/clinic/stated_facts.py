"""What a reader stated of a scan whose header is silent: the twin of src/core/measure/stated-facts.ts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..config import UserError
from ..real_data import Scan
from .app_rules import RULES


def read_statement(picks: Path, header: dict[str, Any]) -> dict[str, Any] | None:
    """``statedByReader`` of a results file as far as it counts: a header is never overruled. None: nothing."""
    if picks.suffix != ".json":
        return None
    try:
        content = json.loads(picks.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None  # read_centres says what is wrong
    stated = content.get("statedByReader") if isinstance(content, dict) else None
    if stated is None:
        return None
    kvp = stated.get("kvp") if isinstance(stated, dict) else "none"
    contrast = stated.get("contrast") if isinstance(stated, dict) else None
    low, high = RULES["huPerMgCm3"][0][0], RULES["huPerMgCm3"][-1][0]
    is_voltage = isinstance(kvp, int | float) and not isinstance(kvp, bool) and low <= kvp <= high
    if (kvp is not None and not is_voltage) or contrast not in (None, True, False):
        raise UserError(f"{picks}: statedByReader is wrong: kvp of {low} to {high} and contrast yes or no.")
    counting = {
        "kvp": kvp if header["kvp"] is None else None,
        "contrast": contrast if header["contrast"] is None else None,
    }
    return None if counting == {"kvp": None, "contrast": None} else counting


def with_statement(scan: Scan, stated: dict[str, Any] | None) -> Scan:
    """The scan with the facts that its numbers are made with; ``kvpSource`` says who gave the voltage."""
    if stated is None:
        return scan
    given = {name: value for name, value in stated.items() if value is not None}
    source = {"kvpSource": "reader"} if "kvp" in given else {}
    return replace(scan, header={**scan.header, **given, **source})
