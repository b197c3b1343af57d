"""A table of answers beside the truth for each method and seed; all figures of the evidence come from it.

A row is one vertebra. Patients of the three sites are judged on the scale and table of their site's machine;
those of the external hospital, whose machine no training saw, by the answer on the standardised scale, its
class by that machine's own table.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import expit

from ..checkpoint import write_text
from ..config import DEVICES, Config
from ..dataset import SITES, Split, load_split
from ..network.calibrate import fit_temperature
from ..network.labels import STANDARDISED, measured
from ..network.losses import OSTEOPOROSIS
from ..network.predict import osteoporosis_logit, predict_split
from ..network.train import load_model

TEST_SPLITS = ("test", "external")
MG_PER_G = 1000.0


@dataclass(frozen=True)
class Truth:
    """What a method is judged by, one entry a vertebra of some splits."""

    labels: dict[str, np.ndarray]
    scale: np.ndarray  # index into DEVICES on which the vertebra is judged
    osteoporosis: np.ndarray  # bool, by the reading and the table of the patient's own machine
    abmd: np.ndarray  # g/cm2 on that scale

    @property
    def patient(self) -> np.ndarray:
        return self.labels["patient"]

    @property
    def site(self) -> np.ndarray:
        return np.asarray(SITES)[self.labels["site"].astype(int)]


@dataclass(frozen=True)
class Answers:
    """A method's answers to the same vertebrae, NaN where it has none."""

    osteoporosis: np.ndarray  # probability
    abmd: np.ndarray  # g/cm2 on the scale it is judged on
    vbmd: np.ndarray  # mg/cm3
    level: np.ndarray  # index into LEVELS, -1 where it has none
    threshold: float  # on the probability, chosen on the calibration patients of the training sites


def truth_of(split: Split) -> Truth:
    labels = split.labels
    device = labels["device"].astype(int)
    hidden = device < 0
    return Truth(
        labels=labels,
        scale=np.where(hidden, STANDARDISED, device),
        osteoporosis=labels["class_measured"] == OSTEOPOROSIS,
        abmd=np.where(hidden, labels["abmd"][:, STANDARDISED] / MG_PER_G, labels["abmd_measured"]),
    )


def join_truths(parts: list[Truth]) -> Truth:
    keys = parts[0].labels
    arrays = ("scale", "osteoporosis", "abmd")
    return Truth(
        {key: np.concatenate([part.labels[key] for part in parts]) for key in keys},
        *(np.concatenate([getattr(part, field) for part in parts]) for field in arrays),
    )


def on_scale(values: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """The column of [n, D'] on which each vertebra is judged; aBMD of the standardised scale in g/cm2."""
    return values[np.arange(len(scale)), scale]


def youden_threshold(positive: np.ndarray, probability: np.ndarray) -> float:
    """The probability at which sensitivity plus specificity is largest."""
    order = np.argsort(-probability)
    hits = np.cumsum(positive[order]) / max(1, positive.sum())
    false = np.cumsum(~positive[order]) / max(1, (~positive).sum())
    return float(probability[order][np.argmax(hits - false)])


def network_answers(config: Config, name: str) -> tuple[Answers, np.ndarray]:
    """The answers of a trained run to one split, and the gates [n, D', E]."""
    model, split = load_model(config), load_split(config, name)
    calibration = load_split(config, "calibration")
    fitted = predict_split(model, calibration)
    temperature = fit_temperature(fitted["classLogits"], measured(calibration.labels)[1])
    calibration_truth = truth_of(calibration)
    chosen = youden_threshold(
        calibration_truth.osteoporosis,
        expit(on_scale(osteoporosis_logit(fitted["classLogits"], temperature), calibration_truth.scale)),
    )
    outputs, truth = predict_split(model, split), truth_of(split)
    learnt = {task for task, weight in config.train.weights.items() if weight > 0}
    nothing = np.full(len(split), np.nan)
    abmd = outputs["abmd"] / np.where(np.asarray(DEVICES) == "standardised", MG_PER_G, 1.0)
    answers = Answers(
        osteoporosis=expit(on_scale(osteoporosis_logit(outputs["classLogits"], temperature), truth.scale)),
        abmd=on_scale(abmd, truth.scale) if "abmd" in learnt else nothing,
        vbmd=outputs["vbmd"] if "vbmd" in learnt else nothing,
        level=outputs["levelLogits"].argmax(-1) if "level" in learnt else np.full(len(split), -1),
        threshold=chosen,
    )
    return answers, outputs["gates"]


def join_answers(parts: list[Answers]) -> Answers:
    names = ("osteoporosis", "abmd", "vbmd", "level")
    return Answers(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in names), parts[0].threshold
    )


def write_predictions(path: Path, truth: Truth, answers: Answers) -> None:
    """The raw table as CSV, one row a vertebra."""
    labels = truth.labels
    columns = {
        "patient": truth.patient,
        "site": truth.site,
        "level": labels["level"],
        "scale": np.asarray(DEVICES)[truth.scale],
        **{key: labels[key] for key in ("age", "sex", "kvp", "kernel", "thickness", "phase")},
        "osteoporosis_measured": truth.osteoporosis.astype(int),
        "osteoporosis_probability": answers.osteoporosis,
        "abmd_measured_g_cm2": truth.abmd,
        "abmd_g_cm2": answers.abmd,
        "vbmd_true_mg_cm3": labels["vbmd"],
        "vbmd_mg_cm3": answers.vbmd,
        "level_answered": answers.level,
    }
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow(
            ["" if v != v else f"{v:.5g}" if isinstance(v, float | np.floating) else v for v in row]
        )
    write_text(path, out.getvalue())
