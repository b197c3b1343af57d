"""Simulated patches on disk: parallel, in shards, resumable, split by patient.

pool: unlabelled scans of the three training sites (its labels are for probes only). qct: density spread evenly,
vBMD and level known, no DXA. train, calibration, test: CT and DXA pairs of the three sites. external: the
hospital with other scanners and the hidden DXA device. Every patient has several adjacent vertebrae.

A split's folder holds NNNN.patches.npy (int16 clipped HU [n, D, H, W]) and NNNN.labels.npz; the labels are
written last, so a shard with labels is whole. simulation.json names what made them; other settings or other
sources are refused.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .checkpoint import write_json, write_npz
from .config import DEVICES, LEVELS, SPLITS, Config, UserError, acquisition_features, simulator_hash
from .patch import acquisition_vector, clip_hu, resample_patch
from .simulator.dxa import DxaResult, to_sbmd
from .simulator.simulate import SimulatedVertebra, SimulatorConfig, draw_person, simulate_vertebra
from .simulator.sites import SITE, SITES

# Region of the mean-HU baseline, as in shared/data/reference.json: elliptical cylinder, half axes 10 mm left-
# right and 7 mm anterior-posterior, 8 mm high, 2 mm anterior of the pick.
ROI_HALF_MM = (4.0, 7.0, 10.0)  # z, y, x
ROI_ANTERIOR_MM = 2.0
PAIRED_SD_LEVELS = 1.3  # spread of the paired levels' middle about L2 to L3
PATIENTS_PER_SPLIT = 1_000_000  # patient numbers of one split; keeps them unique over splits


@dataclass(frozen=True)
class Split:
    """One split in memory; patches stay on disk until indexed."""

    patches: list[np.ndarray]  # memory maps, int16 [shard, D, H, W]
    labels: dict[str, np.ndarray]
    starts: np.ndarray  # first index of each shard

    def __len__(self) -> int:
        return len(self.labels["vbmd"])

    def hu(self, indices: np.ndarray) -> np.ndarray:
        """float32 HU [n, D, H, W] of some indices."""
        shards = np.searchsorted(self.starts, indices, side="right") - 1
        return np.stack(
            [self.patches[s][i - self.starts[s]] for s, i in zip(shards, indices, strict=True)]
        ).astype(np.float32)


def roi_mask(config: Config) -> np.ndarray:
    """Voxels of the mean-HU baseline on the patch grid, bool [D, H, W]."""
    z, y, x = (
        (np.arange(n) - (n - 1) / 2) * step
        for n, step in zip(config.patch.size, config.patch.spacing_mm, strict=True)
    )
    inside_z = np.abs(z) <= ROI_HALF_MM[0]
    ellipse = ((y + ROI_ANTERIOR_MM) / ROI_HALF_MM[1])[:, None] ** 2 + (x / ROI_HALF_MM[2])[None, :] ** 2 <= 1
    return inside_z[:, None, None] & ellipse[None]


def simulate_patient(config: Config, split: str, index: int) -> list[tuple[np.ndarray, dict[str, Any]]]:
    """The adjacent vertebrae of one patient from above: patches, int16 clipped HU [D, H, W], and labels.

    Labels of one vertebra: ``vbmd`` mg/cm3; ``abmd`` and ``abmd_noise_free`` [D] on each scale's own unit,
    ``class`` [D] and ``chance`` [D]; ``abmd_measured`` and ``class_measured`` on the scale and table of the
    machine that measured the patient, ``device`` (its index in DEVICES, -1 where it is none of them);
    ``sbmd_measured`` mg/cm2, that reading by the published conversion, NaN for the hidden device. In qct all DXA
    labels are NaN or -1.
    """
    number = SPLITS.index(split)
    rng = np.random.default_rng([config.simulate.seed, number, index])
    site = "external" if split == "external" else SITES[index % 3]
    settings = SimulatorConfig(prior="flat" if split == "qct" else "population")
    count = config.simulate.vertebrae
    first = _first_level(rng, count, lumbar=split not in ("pool", "qct"))
    levels = LEVELS[first : first + count]
    person = draw_person(rng, settings, levels[count // 2], SITE[site])
    out = []
    for at, level in enumerate(levels):
        vertebra = simulate_vertebra(
            np.random.default_rng([config.simulate.seed, number, index, at]), person, level, settings
        )
        patch, labels = _vertebra_labels(config, vertebra)
        labels |= {"patient": number * PATIENTS_PER_SPLIT + index, "site": SITES.index(site)}
        labels |= _dxa_labels(vertebra.dxa, SITE[site].machine.make, measured=split != "qct")
        out.append((patch, labels))
    return out


def _first_level(rng: np.random.Generator, count: int, lumbar: bool) -> int:
    """The uppermost of adjacent levels; DXA pairs lie mostly on L1 to L4, where DXA is read."""
    starts = np.arange(len(LEVELS) - count + 1)
    middle = starts + (count - 1) / 2
    away = (middle - (LEVELS.index("L2") + 0.5)) / PAIRED_SD_LEVELS
    weights = np.exp(-0.5 * away**2) if lumbar else np.ones(len(starts))
    return int(rng.choice(starts, p=weights / weights.sum()))


def _vertebra_labels(config: Config, vertebra: SimulatedVertebra) -> tuple[np.ndarray, dict[str, Any]]:
    spec = config.patch.manifest()
    hu, outside = resample_patch(vertebra.scan, vertebra.index_to_world, vertebra.centre_lps, spec)
    facts = vertebra.facts
    patch = np.rint(clip_hu(hu, spec)).astype(np.int16)
    region = patch[roi_mask(config)]
    return patch, {
        "vbmd": vertebra.vbmd_mg_cm3,
        "level": vertebra.level_index,
        "acquisition": acquisition_vector(vertebra.header, acquisition_features()),
        "outside": outside,
        "roi_hu": float(region.mean()),
        "roi_sd_hu": float(region.std()),
        "age": facts["age"],
        "kvp": float(facts["kvp"]),
        "thickness": float(facts["thickness_mm"]),
        "kernel": facts["kernel_class"],
        "phase": facts["phase"],
        **{
            name: facts[name]
            for name in (
                "sex", "deformity", "lesion", "schmorl", "oblique", "iterative", "dose", "fat_fraction",
                "texture_mg", "texture_mm", "shell_mm", "posterior_mineral", "diameter_cm", "density_z",
            )
        },
    }  # fmt: skip


def _dxa_labels(dxa: DxaResult, make: str, measured: bool) -> dict[str, Any]:
    if not measured:
        unknown = np.full(len(DEVICES), np.nan)
        return {
            "abmd": unknown, "abmd_noise_free": unknown, "class": np.full(len(DEVICES), -1), "chance": unknown,
            "device": -1, "abmd_measured": np.nan, "class_measured": -1, "sbmd_measured": np.nan,
        }  # fmt: skip
    listed = make in DEVICES
    return {
        "abmd": np.asarray(dxa.reading),
        "abmd_noise_free": np.asarray(dxa.noise_free),
        "class": np.asarray(dxa.label),
        "chance": np.asarray(dxa.p_osteoporosis_true),
        "device": DEVICES.index(make) if listed else -1,
        "abmd_measured": dxa.measured,
        "class_measured": dxa.measured_label,
        "sbmd_measured": to_sbmd(dxa.measured, make) * 1000 if listed else np.nan,
    }


def _make_shard(job: tuple[Config, str, int, int, str]) -> int:
    config, split, start, stop, stem = job
    patches, labels = [], []
    for index in range(start, stop):
        for patch, label in simulate_patient(config, split, index):
            patches.append(patch)
            labels.append(label)
    folder = config.data_dir / split
    buffer = np.stack(patches)
    partial = folder / f".{stem}.{os.getpid()}.npy"
    np.save(partial, buffer)
    os.replace(partial, folder / f"{stem}.patches.npy")
    write_npz(folder / f"{stem}.labels.npz", **{k: np.asarray([one[k] for one in labels]) for k in labels[0]})
    return len(patches)


def _fingerprint(config: Config) -> dict[str, Any]:
    plain = config.as_dict()
    keep = {"seed", "shard_patients", "vertebrae"}
    return {
        "simulator": simulator_hash(),
        "patch": plain["patch"],
        "simulate": {k: v for k, v in plain["simulate"].items() if k in keep},
    }


def read_simulation(config: Config) -> dict[str, Any]:
    """What made the shards on disk."""
    path = config.data_dir / "simulation.json"
    if not path.exists():
        raise UserError(f"{path}: no simulated data; run 'python -m vertebra simulate' first.")
    return json.loads(path.read_text(encoding="utf-8"))


def simulate(config: Config, fresh: bool = False) -> None:
    """Make what is missing of every split. ``fresh`` deletes this run's shards first."""
    if fresh and config.data_dir.exists():
        shutil.rmtree(config.data_dir)
    wanted = _fingerprint(config)
    record = config.data_dir / "simulation.json"
    if record.exists() and json.loads(record.read_text(encoding="utf-8")) != wanted:
        raise UserError(
            f"{record}: made by other settings or another simulator; add --fresh to replace the data."
        )
    write_json(record, wanted)
    jobs = []
    for split in SPLITS:
        (config.data_dir / split).mkdir(parents=True, exist_ok=True)
        count, size = getattr(config.simulate, split), config.simulate.shard_patients
        for number, start in enumerate(range(0, count, size)):
            stop, stem = min(start + size, count), f"{number:04d}"
            labels = config.data_dir / split / f"{stem}.labels.npz"
            if labels.exists() and len(np.load(labels)["vbmd"]) == (stop - start) * config.simulate.vertebrae:
                continue
            jobs.append((config, split, start, stop, stem))
    total, done, began = sum(job[3] - job[2] for job in jobs) * config.simulate.vertebrae, 0, time.monotonic()
    print(f"simulate: {total} vertebrae in {len(jobs)} shards to make", flush=True)
    # Workers inherit the limit: two processes of one thread each, not two of all threads.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    with multiprocessing.get_context("spawn").Pool(min(config.simulate.workers, max(1, len(jobs)))) as pool:
        for made in pool.imap_unordered(_make_shard, jobs):
            done += made
            rate = done / (time.monotonic() - began)
            left = (total - done) / rate / 60
            print(f"simulate: {done}/{total}, {rate:.1f}/s, {left:.0f} min left", flush=True)


def load_split(config: Config, split: str) -> Split:
    """Open a split; it must be whole and made by the settings of this run."""
    read_simulation(config)
    patients, size = getattr(config.simulate, split), config.simulate.shard_patients
    count = patients * config.simulate.vertebrae
    patches, labels, starts = [], [], []
    for number, start in enumerate(range(0, patients, size)):
        stem = config.data_dir / split / f"{number:04d}"
        labels_path = Path(f"{stem}.labels.npz")
        if not labels_path.exists():
            raise UserError(f"{labels_path}: this shard is missing; run 'python -m vertebra simulate' again.")
        patches.append(np.load(f"{stem}.patches.npy", mmap_mode="r"))
        with np.load(labels_path) as archive:
            labels.append({key: archive[key] for key in archive.files})
        starts.append(start * config.simulate.vertebrae)
    merged = {key: np.concatenate([one[key] for one in labels])[:count] for key in labels[0]}
    assert merged["abmd"].shape[1] == len(DEVICES), "one reading per device"
    return Split(patches, merged, np.asarray(starts))
