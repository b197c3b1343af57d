"""Tables in Markdown from metrics.json and real-check.json; nothing here is measured."""

from __future__ import annotations

import json
from typing import Any

from ..config import DEVICES, Config


def cell(entry: dict[str, Any], digits: int = 3) -> str:
    """value (low to high), or a dash where it could not be computed."""
    if entry["value"] is None:
        return "-"
    low, high = entry["ci95"]
    span = "" if low is None else f" ({low:.{digits}f} to {high:.{digits}f})"
    return f"{entry['value']:.{digits}f}{span}"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])


def main_table(metrics: dict[str, Any]) -> str:
    vbmd = metrics["vbmd"]
    rows = [
        ["vBMD r", cell(vbmd["r"]), cell(vbmd["baseline_r"])],
        ["vBMD mean absolute error, mg/cm3", cell(vbmd["mae"], 1), cell(vbmd["baseline_mae"], 1)],
        ["vBMD bias, mg/cm3", cell(vbmd["bias"], 1), ""],
        ["level accuracy", cell(metrics["level_accuracy"]), ""],
        ["marked as out of distribution", cell(metrics["ood_flagged"]), ""],
    ]
    return table(["", "network", "mean HU, kVp-corrected"], rows)


def device_table(metrics: dict[str, Any]) -> str:
    rows = []
    for device in DEVICES:
        m = metrics["devices"][device]
        digits = 1 if device == "standardised" else 3
        rows.append(
            [
                device,
                f"{m['prevalence']:.2f}",
                cell(m["abmd_r"]),
                cell(m["baseline_abmd_r"]),
                cell(m["abmd_mae"], digits),
                cell(m["auc_osteoporosis"]),
                cell(m["baseline_auc_osteoporosis"]),
                cell(m["class_accuracy"]),
                cell(m["ece_osteoporosis"]),
            ]
        )
    head = [
        "device",
        "share T <= -2.5",
        "aBMD r",
        "r of mean HU",
        "aBMD MAE (own unit)",
        "AUC T <= -2.5",
        "AUC of mean HU",
        "3-class accuracy",
        "ECE",
    ]
    return table(head, rows)


def coverage_table(metrics: dict[str, Any]) -> str:
    return table(
        ["90 % interval of", "share inside"], [[name, cell(v)] for name, v in metrics["coverage"].items()]
    )


def subgroup_table(metrics: dict[str, Any]) -> str:
    rows = [
        [
            family,
            name,
            str(m["vbmd_mae"]["n"]),
            cell(m["vbmd_mae"], 1),
            cell(m["vbmd_bias"], 1),
            cell(m["auc_osteoporosis"]),
        ]
        for family, groups in metrics["subgroups"].items()
        for name, m in groups.items()
    ]
    return table(["", "group", "n", "vBMD MAE", "vBMD bias", f"AUC T <= -2.5, {DEVICES[0]}"], rows)


def gate_table(metrics: dict[str, Any]) -> str:
    experts = len(next(iter(metrics["gates"].values())))
    rows = [[device, *(f"{v:.2f}" for v in shares)] for device, shares in metrics["gates"].items()]
    return table(["mean gate", *(f"expert {e + 1}" for e in range(experts))], rows)


def real_check_tables(check: dict[str, Any]) -> str:
    """Levels and slopes of the real CTs."""
    levels = [
        [
            row["case"],
            row["level"],
            f"{row['referenceHu']:.0f}",
            f"{row['referenceVbmd']:.0f}",
            f"{row['vbmd']:.0f}",
            f"{row['vbmd'] - row['referenceVbmd']:+.0f}",
            f"{row['sd']:.0f}",
            f"{row['oodScore']:.1f}",
        ]
        for row in check["levels"]
    ]
    slopes = [[s["case"], s["level"], f"{s['thicknessMm']:g}", f"{s['slope']:.2f}"] for s in check["slopes"]]
    summary = check["summary"]
    return "\n\n".join(
        [
            f"r = {summary['r']:.3f}, median absolute difference {summary['medianAbsoluteDifference']:.1f} "
            "mg/cm3, median bias "
            f"{summary['medianBias']:+.1f} mg/cm3 over {summary['levels']} levels of {summary['cases']} "
            "bodies; slope to HU "
            f"{summary['slopeMin']:.2f} to {summary['slopeMax']:.2f}, median {summary['slopeMedian']:.2f}.",
            table(
                ["case", "level", "HU", "HU as vBMD", "network vBMD", "difference", "its SD", "OOD score"],
                levels,
            ),
            table(["case", "level", "slices, mm", "d vBMD / d (HU / 1.35)"], slopes),
        ]
    )


def read_real_check(config: Config) -> dict[str, Any] | None:
    """real-check.json of this very calibration, None where it is absent or of an older one."""
    path, calibration = config.run_dir / "real-check.json", config.run_dir / "calibration.json"
    if not path.exists() or path.stat().st_mtime < calibration.stat().st_mtime:
        return None
    return json.loads(path.read_text(encoding="utf-8"))


def evaluation_page(config: Config, metrics: dict[str, Any]) -> str:
    training = metrics["training"]
    parts = [
        f"# Evaluation of the {config.name} network",
        "Generated by `python -m vertebra evaluate`; never edited by hand. Brackets hold 95 % bootstrap "
        "intervals over "
        "patients. **All patients of this page but those of the last section are simulated**: the numbers "
        "say how well the "
        "network inverts the simulator, not how well it does in a clinic.",
        f"{metrics['patients']} test vertebrae, each of another simulated patient, drawn like a population "
        "(women and men of "
        f"22 to 95). {training['patches']} training patches, {training['epochs']} epochs, "
        f"{training['seconds']} s on 2 CPU "
        f"threads; {training['parameters']} parameters, {training['gmac']} GMAC a level. Simulator sources "
        f"`{training['simulator'][:12]}`.",
        "## Density",
        main_table(metrics),
        "The baseline is the mean HU of a fixed cylinder at the pick, brought to 120 kVp, with one line per "
        "target fitted on the calibration split; it knows nothing of contrast or of the pick's error.",
        "## By device",
        device_table(metrics),
        "Class truth is the T-score of one noisy virtual reading, so an AUC of 1 is out of reach.",
        "## Intervals",
        coverage_table(metrics),
        "The interval of the probability is that of the density, seen through the slope of the probability "
        "over density (chance.py), so its coverage is the density's.",
        "## Subgroups",
        subgroup_table(metrics),
        "## Gates",
        gate_table(metrics),
    ]
    check = read_real_check(config)
    if check is not None:
        parts += [
            "## Real CT",
            "No paired DXA or phantom exists for these bodies: the reference is the trabecular HU of "
            "reference.json as QCT would "
            "read it. Public data: LIDC-IDRI (CC BY 3.0), TotalSegmentator (CC BY 4.0), TPTBox tests "
            "(Apache-2.0). The slope "
            "shifts the HU inside the body by -60 to 60 HU and compares the answers.",
            real_check_tables(check),
        ]
    return "\n\n".join(parts) + "\n"
