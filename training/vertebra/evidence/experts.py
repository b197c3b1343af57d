"""What drives the gate of each expert, on the simulated test patients: names for the experts, or the plain word that
they have none.

For each expert and DXA scale: mean and spread of its share, and how much of the share's variance each known fact
explains (eta squared over categories or tenths of a number). An expert earns a name only where its share varies
enough to matter and one fact explains most of that.
"""

from __future__ import annotations

from typing import Any

import numpy as np

FACTS = ("kvp", "kernel", "thickness", "phase", "level", "vbmd", "age", "sex", "site")
TENTHS = ("vbmd", "age", "thickness")
NAMED_SHARE_SD = 0.05  # below it a gate hardly moves: the experts answer together
NAMED_ETA2 = 0.5  # share of the variance that one fact must explain
MIN_GROUP = 20


def groups_of(values: np.ndarray, name: str) -> np.ndarray:
    """Category numbers of a fact: its own values, or tenths of its distribution."""
    if name in TENTHS:
        edges = np.unique(np.quantile(values.astype(float), np.linspace(0, 1, 11)[1:-1]))
        return np.searchsorted(edges, values.astype(float))
    return np.unique(values, return_inverse=True)[1]


def eta_squared(share: np.ndarray, groups: np.ndarray) -> float:
    """Share of the variance between groups; 0 where nothing varies."""
    total = float(((share - share.mean()) ** 2).sum())
    if total == 0:
        return 0.0
    between = 0.0
    for group in np.unique(groups):
        part = share[groups == group]
        if len(part) >= MIN_GROUP:
            between += len(part) * float((part.mean() - share.mean()) ** 2)
    return between / total


def describe(gates: np.ndarray, labels: dict[str, np.ndarray]) -> dict[str, Any]:
    """gates [n, D', E]; labels: facts of the same vertebrae. For metrics.json and the manifest."""
    facts = {name: groups_of(np.asarray(labels[name]), name) for name in FACTS}
    experts = []
    for expert in range(gates.shape[2]):
        share = gates[:, :, expert]
        drivers = {
            name: round(float(np.mean([eta_squared(share[:, d], groups) for d in range(share.shape[1])])), 3)
            for name, groups in facts.items()
        }
        drivers["device"] = round(
            eta_squared(share.ravel(), np.tile(np.arange(share.shape[1]), len(share))), 3
        )
        strongest = max(drivers, key=lambda name: drivers[name])
        sd = float(share.std())
        has_name = sd >= NAMED_SHARE_SD and drivers[strongest] >= NAMED_ETA2
        experts.append(
            {
                "expert": expert + 1,
                "meanShare": round(float(share.mean()), 4),
                "sdShare": round(sd, 4),
                "p5": round(float(np.quantile(share, 0.05)), 4),
                "p95": round(float(np.quantile(share, 0.95)), 4),
                "varianceExplained": drivers,
                "name": strongest if has_name else None,
            }
        )
    return {"vertebrae": len(gates), "experts": experts}


def experts_words(described: dict[str, Any]) -> str:
    """What may be said of the experts, for the model card and the evaluation's page."""
    experts = described["experts"]
    named = [f"{e['expert']}: {e['name']}" for e in experts if e["name"]]
    lines = [
        f"Gates on {described['vertebrae']} simulated test vertebrae: share, and how much of its variance one fact "
        "explains (eta squared, the three largest).",
        "",
        "| expert | mean share | 5th to 95th percentile | explained by |",
        "|---|---|---|---|",
    ]
    for e in experts:
        largest = sorted(e["varianceExplained"].items(), key=lambda item: -item[1])[:3]
        by = ", ".join(f"{name} {value:.2f}" for name, value in largest)
        lines.append(f"| {e['expert']} | {e['meanShare']:.2f} | {e['p5']:.2f} to {e['p95']:.2f} | {by} |")
    said = (
        f"Named: {'; '.join(named)}."
        if named
        else "The shares are near even and none moves enough to be named: the experts answer together."
    )
    return "\n".join([*lines, "", said])
