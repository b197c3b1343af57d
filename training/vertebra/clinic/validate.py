"""How an exported model agrees with a clinic's own DXA: numbers with intervals by patient, a page, CSV and plots.

Reads a cohort that 'python -m vertebra cohort' wrote. What the page does not show is said on it.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..checkpoint import write_json, write_text
from ..config import DEVICES, Config, PatchConfig, UserError, acquisition_features
from ..dataset import Split
from ..evidence import metrics as m
from ..network.labels import STANDARDISED, measured
from .app_rules import RULES
from .decode import decode_outputs
from .measure import Problem
from .model_folder import Model, open_model
from .validation_groups import subgroups
from .validation_page import validation_page
from .validation_plots import write_plots
from .write_cohort import COHORT_SPLITS, load_cohort_split, read_record

BATCH = 64
THRESHOLDS = (0.2, 0.5)  # of the probability of osteoporosis, at which sensitivity and specificity are told
MIN_PATIENTS = 5  # below it a group's numbers are not reported


@dataclass(frozen=True)
class Answers:
    """Network and reading of the same vertebrae on one scale, each [n]."""

    patient: np.ndarray
    reading: np.ndarray  # in the scale's unit
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    osteoporosis: np.ndarray  # bool, of the reading's T-score at this level
    probability: np.ndarray
    roi_hu: np.ndarray

    def rows(self, mask: np.ndarray) -> Answers:
        return Answers(**{name: value[mask] for name, value in self.__dict__.items()})

    @property
    def patients(self) -> int:
        return len(np.unique(self.patient))


def check_inputs(model: Model, record: dict[str, Any], folder: Path) -> None:
    """The cohort's patches must be the ones that the model reads."""
    stored = {key: tuple(v) if isinstance(v, list) else v for key, v in record["patch"].items()}
    if PatchConfig(**stored).manifest() != model.manifest["input"]["patch"]:
        raise UserError(
            f"{folder}: its patches are not those of {model.manifest['id']}; make the cohort again."
        )
    if acquisition_features() != model.manifest["input"]["acquisition"]["features"]:
        raise UserError(f"{model.manifest['id']}: reads other header facts than this version of the package.")


def estimate_all(model: Model, split: Split) -> list[dict[str, Any] | Problem]:
    """Each vertebra as the app would read it (``network`` of a results file)."""
    found: list[dict[str, Any] | Problem] = []
    for start in range(0, len(split.labels["level"]), BATCH):
        indices = np.arange(start, min(start + BATCH, len(split.labels["level"])))
        outputs = model.run(split.hu(indices), split.labels["acquisition"][indices])
        for n, index in enumerate(indices):
            one = {name: value[n] for name, value in outputs.items()}
            found.append(decode_outputs(one, model.manifest, float(split.labels["outside"][index])))
    return found


def is_shown(estimate: dict[str, Any] | Problem) -> bool:
    """Would the app show it? Too strange a vertebra is refused."""
    if isinstance(estimate, Problem):
        return False
    return estimate["oodScore"] / estimate["oodLimit"] <= RULES["gates"]["strangeness"]["refuse"]


def answers_on(
    split: Split, estimates: list[dict[str, Any] | Problem], device: str, mask: np.ndarray
) -> Answers:
    """The vertebrae of a mask [n] on one scale; a mask may hold only shown estimates with a reading on it."""
    d, index = DEVICES.index(device), np.flatnonzero(mask)
    readings, classes = measured(split.labels)
    on_scale = []
    for i in index:
        estimate = estimates[i]
        assert not isinstance(estimate, Problem), "refused estimates are masked out"
        on_scale.append(next(one for one in estimate["devices"] if one["deviceId"] == device))

    def part(name: str, key: str) -> np.ndarray:
        return np.array([one[name][key] for one in on_scale], dtype=float)

    return Answers(
        patient=split.labels["patient"][index],
        reading=readings[index, d],
        value=part("abmd", "value"),
        low=part("abmd", "low"),
        high=part("abmd", "high"),
        osteoporosis=classes[index, d] == 2,
        probability=part("osteoporosis", "value"),
        roi_hu=split.labels["roi_hu"][index],
    )


def _sd_of_differences(truth: np.ndarray, value: np.ndarray) -> float:
    return float(np.std(value - truth, ddof=1)) if len(truth) > 1 else float("nan")


def lower_limit(truth: np.ndarray, value: np.ndarray) -> float:
    """Lower limit of agreement (Bland and Altman 1986): mean difference - 1.96 SD."""
    return m.bias(truth, value) - 1.96 * _sd_of_differences(truth, value)


def upper_limit(truth: np.ndarray, value: np.ndarray) -> float:
    return m.bias(truth, value) + 1.96 * _sd_of_differences(truth, value)


def density_agreement(
    patient: np.ndarray, reading: np.ndarray, value: np.ndarray, draws: int
) -> dict[str, Any]:
    """r, bias, limits of agreement and error of pairs [n], each with a 95 % interval over resampled patients."""
    resamples = m.resample(patient, draws)
    statistics = {
        "r": m.pearson,
        "bias": m.bias,
        "lower_limit": lower_limit,
        "upper_limit": upper_limit,
        "mae": m.mean_absolute_error,
    }
    numbers = {name: m.with_interval(one, reading, [value], resamples) for name, one in statistics.items()}
    return {"patients": len(np.unique(patient)), "pairs": len(reading)} | numbers


def agreement(answers: Answers, draws: int) -> dict[str, Any]:
    """All numbers of one group of vertebrae."""
    resamples = m.resample(answers.patient, draws)

    def number(statistic: Any, truth: np.ndarray, value: np.ndarray) -> dict[str, Any]:
        return m.with_interval(statistic, truth, [value], resamples)

    inside = (answers.reading >= answers.low) & (answers.reading <= answers.high)
    found = density_agreement(answers.patient, answers.reading, answers.value, draws) | {
        "osteoporotic": int(answers.osteoporosis.sum()),
        "coverage": number(m.share, inside, answers.value),
        "auc": number(m.area_under_curve, answers.osteoporosis, answers.probability),
        "auc_mean_hu": number(m.area_under_curve, answers.osteoporosis, -answers.roi_hu),
        "ece": number(m.calibration_error, answers.osteoporosis.astype(float), answers.probability),
    }
    for threshold in THRESHOLDS:
        called = answers.probability >= threshold
        found[f"sensitivity_{threshold:g}"] = number(m.sensitivity, answers.osteoporosis, called)
        found[f"specificity_{threshold:g}"] = number(m.specificity, answers.osteoporosis, called)
    return found


def agreement_by_patient(answers: Answers, draws: int) -> dict[str, Any]:
    """Of the mean of each patient's levels: levels of one patient are no independent pairs."""
    ids, inverse = np.unique(answers.patient, return_inverse=True)
    reading, value = (
        np.bincount(inverse, weights=values) / np.bincount(inverse)
        for values in (answers.reading, answers.value)
    )
    return density_agreement(ids, reading, value, draws)


def validate(
    config: Config, cohort: Path, model_folder: Path, out: Path, splits: tuple[str, ...] = COHORT_SPLITS
) -> dict[str, Any]:
    """Write validation.md, numbers.json and .csv, vertebrae.csv and plots into a folder; returns the numbers."""
    record, model = read_record(cohort), open_model(model_folder)
    check_inputs(model, record, cohort)
    split, draws = load_cohort_split(cohort, splits), config.evidence.bootstrap
    estimates = estimate_all(model, split)
    shown = np.array([is_shown(one) for one in estimates])
    if not shown.any():
        raise UserError(f"{cohort}: {model.manifest['id']} refuses every vertebra of it as too strange.")
    groups: dict[str, Answers] = {}
    for device in dict.fromkeys(DEVICES[int(d)] for d in split.labels["device"]):
        if device != DEVICES[STANDARDISED]:
            mask = shown & (split.labels["device"] == DEVICES.index(device))
            groups[device] = answers_on(split, estimates, device, mask)
    everyone = answers_on(split, estimates, DEVICES[STANDARDISED], shown)
    groups[DEVICES[STANDARDISED]] = everyone
    large = {name: one for name, one in groups.items() if one.patients >= MIN_PATIENTS}
    found = {
        "model": {"id": model.manifest["id"], "sha256": model.manifest["file"]["sha256"]},
        "realInTraining": model.manifest["provenance"]["data"].get("real", 0),
        "splits": list(splits),
        "refused": int((~shown).sum()),
        "marked": int(
            sum(one["oodScore"] > one["oodLimit"] for one, ok in zip(estimates, shown, strict=True) if ok)
        ),
        "units": {device["id"]: device["unit"] for device in model.manifest["devices"]},
        "small": {name: one.patients for name, one in groups.items() if name not in large},
        "devices": {name: agreement(one, draws) for name, one in large.items()},
        "patients": {name: agreement_by_patient(one, draws) for name, one in large.items()},
        "subgroups": {
            family: {
                name: agreement(everyone.rows(mask[shown]), draws)
                for name, mask in masks.items()
                if everyone.rows(mask[shown]).patients >= MIN_PATIENTS
            }
            for family, masks in subgroups(split.labels).items()
        },
    }
    write_json(out / "numbers.json", found)
    write_text(out / "numbers.csv", numbers_csv(found))
    write_text(out / "vertebrae.csv", vertebrae_csv(split, estimates, shown))
    plots = write_plots(out, large, found["units"])
    write_text(out / "validation.md", validation_page(found, plots, THRESHOLDS, MIN_PATIENTS, cohort.name))
    print(
        f"validate: {int(shown.sum())} vertebrae of {everyone.patients} patients; {out / 'validation.md'}",
        flush=True,
    )
    return found


def _csv(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def numbers_csv(found: dict[str, Any]) -> str:
    """Every number of the page, one a line, with its interval."""
    tables = {"device": found["devices"], "device, by patient": found["patients"], **found["subgroups"]}
    rows = [
        {
            "table": table,
            "group": name,
            "number": key,
            "value": number["value"],
            "ci95_low": number["ci95"][0],
            "ci95_high": number["ci95"][1],
            "patients": group["patients"],
            "pairs": group["pairs"],
        }
        for table, groups in tables.items()
        for name, group in groups.items()
        for key, number in group.items()
        if isinstance(number, dict)
    ]
    return _csv(rows or [{"table": ""}])


def vertebrae_csv(split: Split, estimates: list[dict[str, Any] | Problem], shown: np.ndarray) -> str:
    """Reading and estimate of each vertebra; patients by the cohort's number, not by name."""
    labels, rows = split.labels, []
    for i, estimate in enumerate(estimates):
        device = DEVICES[int(labels["device"][i])]
        row: dict[str, Any] = {
            "patient": int(labels["patient"][i]),
            "level": int(labels["level"][i]),
            "device": device,
            "reading": round(float(labels["abmd_measured"][i]), 4),
            "reading_class": int(labels["class_measured"][i]),
            "shown": bool(shown[i]),
        }
        on_scale = None
        if not isinstance(estimate, Problem):
            on_scale = next(one for one in estimate["devices"] if one["deviceId"] == device)
        for name, key in (("value", "value"), ("low", "low"), ("high", "high")):
            row[f"network_{name}"] = round(on_scale["abmd"][key], 4) if on_scale else ""
        row["probability"] = round(on_scale["osteoporosis"]["value"], 4) if on_scale else ""
        row["ood_score"] = round(estimate["oodScore"], 4) if not isinstance(estimate, Problem) else ""
        rows.append(row)
    return _csv(rows)
