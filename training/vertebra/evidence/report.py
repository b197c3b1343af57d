"""The evaluation's page and the model card's tables, from metrics.json and real-check.json; nothing is measured here."""

from __future__ import annotations

import json
from typing import Any

from ..config import REPO_ROOT, Config
from ..dataset import SITES
from .experts import experts_words

DASH = "-"
PROBE = REPO_ROOT / "docs" / "evaluation" / "probe.json"


def cell(entry: dict[str, Any] | None, digits: int = 3) -> str:
    """value (low to high), or a dash where there is none."""
    if entry is None or entry["value"] is None:
        return DASH
    low, high = entry["ci95"]
    span = "" if low is None else f" ({low:.{digits}f} to {high:.{digits}f})"
    return f"{entry['value']:.{digits}f}{span}"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])


# Number, heading, digits.
COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("auc", "AUC", 3),
    ("sensitivity", "sensitivity", 2),
    ("specificity", "specificity", 2),
    ("abmd_mae", "aBMD MAE, g/cm²", 3),
    ("abmd_r", "aBMD r", 2),
    ("vbmd_mae", "vBMD MAE, mg/cm³", 1),
    ("vbmd_r", "vBMD r", 2),
    ("level_accuracy", "level right", 2),
    ("ece", "ECE", 3),
)


def method_title(metrics: dict[str, Any], name: str) -> str:
    method = metrics["methods"][name]
    return method["title"] + (f" ({method['seeds']} seeds)" if method["seeds"] > 1 else "")


def site_table(metrics: dict[str, Any], site: str) -> str:
    """All methods at one site."""
    rows = [
        [method_title(metrics, name), *(cell(sites[site].get(key), digits) for key, _, digits in COLUMNS)]
        for name, sites in metrics["sites"].items()
    ]
    return table(["", *(title for _, title, _ in COLUMNS)], rows)


def gain_table(metrics: dict[str, Any]) -> str:
    """External AUC of the full network minus that of the others."""
    rows = [[method_title(metrics, name), cell(gain)] for name, gain in metrics["externalGain"].items()]
    return table(["full network less", "AUC difference, external"], rows)


def subgroup_table(metrics: dict[str, Any]) -> str:
    rows = [
        [family, name, str(m["auc"]["n"]), *(cell(m.get(key), digits) for key, _, digits in COLUMNS)]
        for family, groups in metrics["subgroups"].items()
        for name, m in groups.items()
    ]
    return table(["", "group", "n", *(title for _, title, _ in COLUMNS)], rows)


def coverage_table(metrics: dict[str, Any]) -> str:
    return table(
        ["share inside the 90 % interval of", ""], [[k, cell(v)] for k, v in metrics["coverage"].items()]
    )


def gate_table(metrics: dict[str, Any]) -> str:
    experts = len(next(iter(metrics["gates"].values())))
    rows = [[device, *(f"{v:.2f}" for v in shares)] for device, shares in metrics["gates"].items()]
    return table(["mean gate", *(f"expert {e + 1}" for e in range(experts))], rows)


def count_table(metrics: dict[str, Any]) -> str:
    counts = metrics["training"]["counts"]
    return table(
        ["split", "patients", "vertebrae"],
        [[name, str(c["patients"]), str(c["vertebrae"])] for name, c in counts.items()],
    )


def real_check_tables(check: dict[str, Any]) -> str:
    """Levels, robustness and slopes of the real CTs."""
    levels = [
        [
            row["case"],
            row["level"],
            f"{row['referenceHu']:.0f}",
            f"{row['referenceVbmd']:.0f}",
            f"{row['vbmd']:.0f}",
            f"{row['vbmd'] - row['referenceVbmd']:+.0f}",
            f"{row['vbmdHeaderAlone'] - row['referenceVbmd']:+.0f}",
            f"{row['sd']:.0f}",
            f"{row['oodScore']:.1f}",
            row["predictedLevel"],
        ]
        for row in check["levels"]
    ]
    robust = [
        [name, f"{r['cvPercent']:.1f}", f"{r['biasPercent']:+.1f}", f"{r['worstPercent']:.1f}", str(r["n"])]
        for name, r in check["robustness"].items()
    ]
    slopes = [[s["case"], s["level"], f"{s['thicknessMm']:g}", f"{s['slope']:.2f}"] for s in check["slopes"]]
    s = check["summary"]
    return "\n\n".join(
        [
            f"r = {s['r']:.3f} (aim 0.97), median absolute difference {s['medianAbsoluteDifference']:.1f} mg/cm³ "
            f"(aim 8), median bias {s['medianBias']:+.1f} mg/cm³ over {s['levels']} levels of {s['cases']} bodies "
            f"({s['medianAbsoluteDifferenceTrainedLevels']:.1f} over those of the trained levels). The network is told "
            "what the reference takes for granted: 120 kVp where the header names no voltage, no agent where it names "
            "none. Left to the header alone, which a NIfTI has not, it hedges over all voltages and phases: "
            f"{s['medianAbsoluteDifferenceHeaderAlone']:.1f} mg/cm³. In the app the reader can state both facts. The "
            "rest of this section leaves it to the header alone; "
            f"slope to HU {s['slopeMin']:.2f} to {s['slopeMax']:.2f}, median {s['slopeMedian']:.2f} (aim 0.8 to 1.2).",
            table(
                [
                    "case",
                    "level",
                    "HU",
                    "HU as vBMD",
                    "network vBMD",
                    "difference",
                    "by the header alone",
                    "its SD",
                    "OOD score",
                    "level said",
                ],
                levels,
            ),
            "The same vertebrae changed: coefficient of variation and bias of the network's vBMD against its answer to "
            "the unchanged scan (aims: CV 3 %, bias 5 %).",
            table(["change", "CV, %", "bias, %", "largest change, %", "answers"], robust),
            "HU inside the body shifted by −60 and +60, in the scan as it is and averaged to thicker slices.",
            table(["case", "level", "slices, mm", "d vBMD / d (HU / 1.35)"], slopes),
        ]
    )


REAL_CT_WORDS = (
    "No paired DXA or phantom exists for these bodies: the reference is the trabecular HU of reference.json as QCT "
    "would read it (corrected for kVp, and for contrast where the header names an agent). Public data: LIDC-IDRI "
    "(CC BY 3.0), TotalSegmentator (CC BY 4.0), TPTBox tests (Apache-2.0). None of them was in any training, but "
    "they are no clean hold-out: the simulator was tuned with their look in view (docs/experiments.md)."
)


def read_real_check(config: Config) -> dict[str, Any] | None:
    """real-check.json of this very calibration, None where it is absent or of an older one."""
    path, calibration = config.run_dir / "real-check.json", config.run_dir / "calibration.json"
    if not path.exists() or path.stat().st_mtime < calibration.stat().st_mtime:
        return None
    return json.loads(path.read_text(encoding="utf-8"))


def read_probe(config: Config) -> dict[str, Any] | None:
    """probe.json, None where it is absent or of another run."""
    if not PROBE.exists():
        return None
    probe = json.loads(PROBE.read_text(encoding="utf-8"))
    return probe if probe["run"] == config.name else None


def probe_section(config: Config) -> list[str]:
    """What self-supervision leaves in the encoder, on the external hospital; empty where no probe was made."""
    probe = read_probe(config)
    if probe is None:
        return []
    results = probe["results"]["all"]
    texture, density = (results[target]["external"] for target in ("texture", "vbmd"))
    rows = [
        [
            name,
            *(cell(texture[name][key]) for key in ("explained", "r")),
            *(cell(density[name][key]) for key in ("r", "mae")),
        ]
        for name in texture
    ]
    return [
        "## What self-supervision leaves in the encoder",
        f"A linear probe (ridge) on the frozen features of the pretrained encoder, fitted on {probe['fit']['n']} "
        "labelled vertebrae of the three sites and scored on the external hospital, whose scanners no training saw. "
        "Beside it the same encoder pretrained by reconstruction alone, and a random one.",
        table(
            [
                "encoder",
                f"{probe['textureFeatures']} textures, explained",
                "textures, r",
                "vBMD, r",
                "vBMD MAE, mg/cm³",
            ],
            rows,
        ),
        "All targets and splits: docs/evaluation/probe.json.",
    ]


def claim(metrics: dict[str, Any]) -> str:
    """Which of the claims hold, in words; decided by the intervals alone."""
    found = []
    for name, gain in metrics["externalGain"].items():
        low, high = gain["ci95"]
        title = metrics["methods"][name]["title"]
        if low is not None and low > 0:
            found.append(f"- The full network is better than {title}: {cell(gain)}.")
        elif high is not None and high < 0:
            found.append(f"- The full network is worse than {title}: {cell(gain)}.")
        else:
            found.append(f"- Against {title} no difference is shown: {cell(gain)}.")
    return "\n".join(found)


def evaluation_page(config: Config, metrics: dict[str, Any]) -> str:
    training = metrics["training"]
    prevalence = ", ".join(f"{site} {share:.0%}" for site, share in metrics["prevalence"].items())
    parts = [
        f"# Evaluation of the {config.name} network",
        "Generated by `python -m vertebra evaluate`; never edited by hand. Brackets hold 95 % bootstrap intervals over "
        "patients. **All patients but those of the section on real CT are simulated**: the numbers say how well a "
        "method inverts the simulator, not how well it does in a clinic.",
        "Three sites, each with its own scanners, population and DXA machine, and an external hospital whose scanners "
        "and machine no training saw. A vertebra counts as osteoporotic where the reading of its patient's own machine "
        f"lies at T ≤ −2.5 by that machine's table ({prevalence}); a reading is noisy, so an AUC of 1 is out of reach. "
        "Thresholds are those of the largest sensitivity plus specificity on calibration patients of the three sites. "
        "Errors of aBMD are on the scale of the site's machine, at the external hospital on the standardised one. The "
        "variants share one pretrained encoder; seeds change everything else.",
        count_table(metrics),
        f"{training['epochs']} epochs, {training['seconds']} s; {training['parameters']} parameters, "
        f"{training['gmac']} GMAC a level. Simulator sources `{training['simulator'][:12]}`. "
        "Raw answers: `predictions/`, one CSV a method and seed.",
        "## External hospital",
        site_table(metrics, "external"),
        "## What each idea brings there",
        gain_table(metrics),
        claim(metrics),
        *probe_section(config),
        "![ROC](roc-external.svg) ![Reliability](reliability.svg)",
        *(
            part
            for site in SITES
            if site != "external"
            for part in (f"## Site {site}", site_table(metrics, site))
        ),
        "## Intervals and strangeness of the released network",
        coverage_table(metrics),
        "The interval of the probability is that of the density, seen through the slope of the probability over density "
        "(network/chance.py), so its coverage is the density's.",
        "## Subgroups of the released network, all test patients",
        subgroup_table(metrics),
        "## Gates",
        gate_table(metrics),
        experts_words(metrics["experts"]),
    ]
    check = read_real_check(config)
    if check is not None:
        parts += ["## Real CT", REAL_CT_WORDS, real_check_tables(check), "![Real CT](real-ct.svg)"]
    return "\n\n".join(parts) + "\n"
