"""What is said of a CT series as a whole while it is measured all the same; sentences as in docs/errors.md."""

from __future__ import annotations

from typing import Any


def can_state_kvp(header: dict[str, Any]) -> bool:
    """Virtual monoenergetic images have no tube voltage, so none can be stated for them, by a reader or a table."""
    return not header.get("isMonoenergetic", False)


def series_notes(header: dict[str, Any], name: str) -> list[str]:
    if can_state_kvp(header):
        return []
    return [
        f"{name} is a virtual monoenergetic image, whose values differ from those at a tube voltage; bone values "
        "hold for its energy only."
    ]
