"""The evidence: metrics.json (in short also the manifest's) and docs/evaluation/<run>/ with page, tables and plots.

Every method that has been trained is judged on the test patients of the three sites and on the external hospital.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..checkpoint import write_json, write_text
from ..config import DEVICES, SPLITS, Config
from ..dataset import SITES, load_split, read_simulation
from ..network.ablate import runs
from ..network.calibrate import interval_scores, load_calibrated
from ..network.model import count_multiply_adds
from ..network.predict import predict_split
from ..network.train import is_finished, load_checkpoint
from ..network.variants import FULL, VARIANTS
from .baselines import mean_hu_answers, radiomics_answers
from .comparison import external_gains, site_table, subgroup_table
from .experts import describe
from .metrics import resample, share, with_interval
from .plots import write_plots
from .predictions import (
    TEST_SPLITS,
    Answers,
    Truth,
    join_answers,
    join_truths,
    network_answers,
    truth_of,
    write_predictions,
)
from .report import evaluation_page, read_real_check

MEAN_HU, RADIOMICS = "mean-hu", "radiomics"
TITLES = {
    MEAN_HU: "mean HU",
    RADIOMICS: "radiomics, gradient boosting",
    "plain": VARIANTS["plain"],
    **{name: title for name, title in VARIANTS.items() if name not in (FULL, "plain")},
    FULL: VARIANTS[FULL],
}


def collect(config: Config) -> tuple[dict[str, list[Answers]], list[np.ndarray]]:
    """Every method's answers to the test and external patients, by seed; and the released network's gates by split."""
    methods: dict[str, list[Answers]] = {
        MEAN_HU: [join_answers(mean_hu_answers(config, TEST_SPLITS))],
        RADIOMICS: [join_answers(radiomics_answers(config, TEST_SPLITS))],
    }
    gates: list[np.ndarray] = []
    for variant, seed, settings in runs(config):
        if not is_finished(settings):
            print(f"evaluate: {variant}, seed {seed} is not trained; left out", flush=True)
            continue
        parts = [network_answers(settings, name) for name in TEST_SPLITS]
        methods.setdefault(variant, []).append(join_answers([answers for answers, _ in parts]))
        if not settings.variant:
            gates = [gate for _, gate in parts]
    return {name: methods[name] for name in TITLES if name in methods}, gates


def coverage(config: Config) -> dict[str, Any]:
    """Share of the released network's 90 % intervals that hold the truth, at the sites and at the external hospital."""
    model, calibration = load_calibrated(config)
    found: dict[str, Any] = {}
    for name in TEST_SPLITS:
        split = load_split(config, name)
        outputs = predict_split(model, split)
        vbmd, abmd = interval_scores(outputs, split.labels)
        limits = np.asarray(calibration["intervals"]["abmd"])
        truth = {"vBMD": (vbmd, calibration["intervals"]["vbmd"])}
        truth |= {f"aBMD {device}": (abmd[:, d], limits[d]) for d, device in enumerate(DEVICES)}
        for what, (score, limit) in truth.items():
            rows = np.flatnonzero(np.isfinite(score))
            if len(rows):
                inside = score[rows] <= limit
                patients = resample(split.labels["patient"][rows], config.evidence.bootstrap)
                found[f"{what}, {name}"] = with_interval(share, inside, [inside], patients)
        strange = outputs["oodScore"] > calibration["ood"]["limit"]
        patients = resample(split.labels["patient"], config.evidence.bootstrap)
        found[f"marked as out of distribution, {name}"] = with_interval(share, strange, [strange], patients)
    return found


def gate_shares(gates: np.ndarray) -> dict[str, list[float]]:
    """Mean share of each expert by device; gates [n, D', E]."""
    return {device: [round(float(v), 3) for v in gates[:, d].mean(0)] for d, device in enumerate(DEVICES)}


def training_facts(config: Config) -> dict[str, Any]:
    model, _ = load_calibrated(config)
    checkpoint = load_checkpoint(config)
    counts = {
        name: {
            "vertebrae": len(split := load_split(config, name)),
            "patients": len(np.unique(split.labels["patient"])),
        }
        for name in SPLITS
    }
    return {
        "counts": counts,
        "epochs": checkpoint["epoch"],
        "seconds": round(checkpoint["seconds"]),
        "parameters": sum(p.numel() for p in model.parameters()),
        "gmac": round(count_multiply_adds(model) / 1e9, 3),
        "simulator": read_simulation(config)["simulator"],
    }


def evaluate(config: Config, folder: Path) -> dict[str, Any]:
    """Measure, write metrics.json and the page, predictions and plots below a folder; returns the metrics."""
    torch.set_num_threads(config.train.threads)
    draws = config.evidence.bootstrap
    truth = join_truths([truth_of(load_split(config, name)) for name in TEST_SPLITS])
    methods, gates = collect(config)
    metrics = {
        "simulated": True,
        "training": training_facts(config),
        "methods": {name: {"title": TITLES[name], "seeds": len(seeds)} for name, seeds in methods.items()},
        "sites": site_table(truth, methods, draws),
        "prevalence": {
            site: round(float(truth.osteoporosis[truth.site == site].mean()), 4) for site in SITES
        },
        "externalGain": external_gains(truth, methods, FULL, draws),
        "coverage": coverage(config),
        "subgroups": subgroup_table(truth, methods[FULL][:1], draws),
        "gates": gate_shares(np.concatenate(gates)),
        "experts": describe(gates[TEST_SPLITS.index("test")], load_split(config, "test").labels),
    }
    check = read_real_check(config)
    if check is not None:
        metrics["realCt"] = check["summary"]
    write_json(config.run_dir / "metrics.json", metrics)
    write_evaluation(folder, config, truth, methods, metrics)
    return metrics


def write_evaluation(
    folder: Path, config: Config, truth: Truth, methods: dict[str, list[Answers]], metrics: dict[str, Any]
) -> None:
    """The page, the raw predictions and the plots."""
    for name, seeds in methods.items():
        for number, answers in enumerate(seeds):
            write_predictions(folder / "predictions" / f"{name}-{number + 1}.csv", truth, answers)
    write_plots(folder, truth, methods, read_real_check(config))
    write_text(folder / "README.md", evaluation_page(config, metrics))
