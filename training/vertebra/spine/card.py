"""The card that travels with the spine network."""

from __future__ import annotations

from typing import Any

from .config import SpineConfig


def spine_card(config: SpineConfig, manifest: dict[str, Any]) -> str:
    training = manifest["provenance"]["training"]
    data = manifest["provenance"]["data"]
    size = manifest["file"]["bytes"] / 1e6
    warnings = "\n".join(f"- {text}" for text in manifest["warnings"])
    return f"""# {manifest["title"]} {manifest["version"]}

{manifest["intendedUse"]}

{warnings}

What it answers: at every cell of a {config.grid.cell_mm:g} mm grid the logit that the centre of a vertebral body lies there,
and at every second cell the logits of T1 to S1 with T13 and L6. The reading of peaks, the chain through them and the
labels are the viewer's (src/core/spine).

Trained on {training["crops"]} crops of {data["simulated"]} simulated trunks in {training["minutes"]:g} minutes
on two CPU cores; {size:.2f} MB, {training["gmacTypical"]:g} billion multiply-adds for a trunk of
416 x 384 x 480 mm. What it finds on held-out simulated spines and on real CT: docs/evaluation/spine. How it was
made: docs/spine-network.md.
"""
