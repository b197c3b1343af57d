"""One reason for doubt as a results file has it: code, effect (refuse, mark or note) and sentence."""

from __future__ import annotations

import math

Warning = dict[str, str]
_SEVERITY = {"refuse": 0, "mark": 1, "note": 2}


def said(effect: str, code: str, sentence: str) -> Warning:
    return {"code": code, "effect": effect, "sentence": sentence}


def whole(value: float) -> str:
    """Rounded as Math.round does: halves go up."""
    return str(math.floor(value + 0.5))


def gravest_first(warnings: list[Warning]) -> list[Warning]:
    return sorted(warnings, key=lambda warning: _SEVERITY[warning["effect"]])
