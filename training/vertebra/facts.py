"""The simulator beside published facts: every row has a source, a tolerance and a way to measure it.

`python -m vertebra facts --config runs/<run>.toml` measures all rows, on drawn people and on the run's painted
paired and `qct` splits, and writes the table of docs/simulator.md. tests/test_published_facts.py holds a smaller
sample of drawn people to the same tolerances.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from .checkpoint import write_text
from .config import Config, UserError
from .dataset import load_split
from .evidence.metrics import area_under_curve
from .simulator import constants as c
from .simulator.beam import areal_density
from .simulator.dxa import from_sbmd, scan_dxa, young_reference
from .simulator.population import Population, bone_hu, l1_mean_hu, marrow_hu, qct_vbmd
from .simulator.simulate import SimulatorConfig, draw_person
from .simulator.sites import SITE, SITES
from .simulator.spine import SEGMENTS

DRAWN_PEOPLE = 1500
DRAW_SEED = 65
TABLE = ("<!-- facts:begin -->", "<!-- facts:end -->")
HOLOGIC = c.DEVICES.index("hologic")


@dataclass(frozen=True)
class Fact:
    """One row: simulated value against a published range, both as numbers in the row's unit."""

    name: str
    unit: str
    published: str
    low: float
    high: float
    source: str
    value: float

    @property
    def digits(self) -> int:
        """Decimals that are shown, as the published numbers have."""
        return 2 if abs(self.value) < 10 else 1

    @property
    def holds(self) -> bool:
        """Judged as it is shown; one number in the table cannot both lie inside and miss."""
        return bool(self.low <= round(self.value, self.digits) <= self.high)


@dataclass(frozen=True)
class Drawn:
    """People drawn without painting a CT: one value a person, arrays of equal length."""

    age: np.ndarray
    female: np.ndarray
    l1_hu: np.ndarray  # unenhanced, 120 kVp
    level: np.ndarray
    vbmd: np.ndarray
    hologic: np.ndarray  # reading, g/cm2
    t_score: np.ndarray  # Hologic
    osteoporosis: np.ndarray
    sound: np.ndarray  # neither lesion nor fracture
    fractured: np.ndarray  # any segment of the spine
    schmorl: np.ndarray
    haemangioma: np.ndarray


def draw_people(count: int, seed: int = DRAW_SEED) -> Drawn:
    """People of the three training sites in turn, one level of L1 to L4 each; DXA by the beam."""
    rows = []
    levels = ("L1", "L2", "L3", "L4")
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        site = SITE[SITES[number % 3]]
        level = levels[number // 3 % 4]
        person = draw_person(rng, SimulatorConfig(prior="population"), level, site)
        segment = person.spine[level]
        projection = areal_density(person.spine, level)
        reading = scan_dxa(rng, projection, level, site.machine).reading[HOLOGIC]
        mean, sd = young_reference(level, "hologic")
        t = (reading - mean) / sd
        spine = [person.spine[name] for name in SEGMENTS[1:-1]]
        rows.append(
            (
                person.patient.age,
                person.patient.sex == "F",
                person.patient.l1_hu,
                c.LEVELS.index(level),
                qct_vbmd(projection.roi_mineral, segment.bone.fat_fraction),
                reading,
                t,
                t <= c.T_OSTEOPOROSIS,
                segment.lesion == "none" and segment.deformity == "none",
                any(s.deformity != "none" for s in spine),
                any(s.schmorl for s in spine),
                any(s.lesion == "haemangioma" for s in spine),
            )
        )
    columns = list(zip(*rows, strict=True))
    flags = {1, 7, 8, 9, 10, 11}
    return Drawn(*(np.asarray(v, dtype=bool if i in flags else float) for i, v in enumerate(columns)))


def physics_facts() -> list[Fact]:
    """kVp, marrow and contrast: one vertebra of 110 mg/cm3 and half fat, without any draw."""
    hu = {kvp: bone_hu(110, marrow_hu(0.5, kvp), kvp) for kvp in c.KVPS}
    venous = marrow_hu(0.5, 120, c.MARROW_ENHANCEMENT_HU["venous"][0]) - marrow_hu(0.5, 120)
    arterial = marrow_hu(0.5, 120, c.MARROW_ENHANCEMENT_HU["arterial"][0]) - marrow_hu(0.5, 120)
    lunar, hologic = from_sbmd(1.05, "ge-lunar"), from_sbmd(1.05, "hologic")
    kvp_source = "16,747 adults, AAPM 2026 abstract 1859"
    return [
        Fact("HU at 100 kVp over 120", "", "1/0.927 = 1.079", 1.05, 1.11, kvp_source, hu[100] / hu[120]),
        Fact("HU at 140 kVp over 120", "", "1/1.053 = 0.950", 0.92, 0.98, kvp_source, hu[140] / hu[120]),
        Fact(
            "HU at 80 kVp over 120", "", "1.23 to 1.30", 1.20, 1.32,
            "538,946 CTs, 50 scanners: 23 % (side of the ratio not stated)", hu[80] / hu[120],
        ),
        Fact(
            "young bone, 165 mg/cm3, fat .27", "HU", "226 to 236", 220, 240,
            "PubMed 30912719; PMC6047377", bone_hu(165, marrow_hu(0.27, 120), 120),
        ),
        Fact(
            "portal venous shift", "HU", "+18.2 and +25.7", 18, 26,
            "UMC Utrecht; ESR abstract (domain.md 2.5)", venous,
        ),
        Fact("arterial shift", "HU", "+13.5 and +14.4", 12, 16, "the same two", arterial),
        Fact(
            "Lunar above Hologic, same bone", "%", "11.7", 11, 13,
            "10.1002/jbmr.5650091002", 100 * (lunar - hologic) / ((lunar + hologic) / 2),
        ),
    ]  # fmt: skip


def people_facts(people: Drawn) -> list[Fact]:
    """Rows that need a population; tolerances hold for 400 people and more."""
    slope, _ = np.polyfit(people.age, people.l1_hu, 1)
    at30 = np.mean([l1_mean_hu(30, sex) for sex in "FM"])
    rest = people.l1_hu - np.array(
        [l1_mean_hu(a, "F" if f else "M") for a, f in zip(people.age, people.female, strict=True)]
    )
    older = people.female & (people.age >= 50)
    window = _women_65_to_75()
    rows = [
        Fact("L1 HU, change a year", "HU", "-2.5", -2.9, -2.1, "PubMed 30912719, n = 20,374", slope),
        Fact("L1 HU at 30 years", "HU", "226 ± 44", 216, 236, "PubMed 30912719", float(at30)),
        Fact("L1 HU, SD at equal age", "HU", "38 to 44", 34, 46, "PubMed 30912719", float(rest.std())),
        Fact(
            "women of 65 to 75 with L1 of 110 HU or less", "%", "31.8", 25, 40,
            "n = 1096 (domain.md 2.1)", 100 * float((window <= 110).mean()),
        ),
        Fact(
            "women of 50 and more at T <= -2.5, Hologic", "%", "15 to 30 (28 in Chinese women, Lunar)", 15, 30,
            "domain.md 2.2; range by age mix", 100 * float(people.osteoporosis[older].mean()),
        ),
        Fact(
            "r of trabecular HU and aBMD, L1 to L4", "", "0.60 to 0.75", 0.60, 0.75,
            "issue 3, point 3; R2 0.50 in 2,020 people (domain.md 2.3)",
            float(np.corrcoef(people.vbmd[people.sound], people.hologic[people.sound])[0, 1]),
        ),
        Fact(
            "T <= -2.5 where vBMD is below 80", "%", "30 to 60", 30, 60,
            "choice, after QCT finding more than DXA (domain.md 2.1)",
            100 * float(people.osteoporosis[people.vbmd < 80].mean()),
        ),
        Fact(
            "fracture of T10 to L5 in people of 70 and more", "%", "23 to 33 of the whole spine", 10, 33,
            "Front Endocrinol 2022, 1013597", 100 * float(people.fractured[people.age >= 70].mean()),
        ),
        Fact("people with a Schmorl node", "%", "20 to 40", 20, 45, "domain.md 3.5",
             100 * float(people.schmorl.mean())),
        Fact("people with a haemangioma", "%", "10 to 12", 7, 16, "domain.md 3.5",
             100 * float(people.haemangioma.mean())),
    ]  # fmt: skip
    for level, published in (("L1", 0.91), ("L2", 1.01), ("L3", 1.05), ("L4", 1.03)):
        of = young_reference(level, "hologic")[0] / np.mean(
            [young_reference(x, "hologic")[0] for x in ("L1", "L2", "L3", "L4")]
        )
        rows.append(
            Fact(
                f"areal, young: {level} over the mean of L1 to L4", "", f"{published}", published - 0.015,
                published + 0.015, "Biol Direct 2025, s13062-025-00627-w", float(of),
            )
        )  # fmt: skip
    l3 = (
        people.vbmd[people.sound & (people.level == 5)].mean()
        / people.vbmd[people.sound & (people.level == 3)].mean()
    )
    rows.append(
        Fact("volumetric: L3 over L1", "", "0.96", 0.90, 1.03, "PMC6047377 (minimum at L3)", float(l3))
    )
    return rows


def _women_65_to_75(count: int = 4000) -> np.ndarray:
    """L1 HU of women of 65 to 75, drawn alone: no site has enough of them."""
    from .simulator.population import draw_patient

    rng = np.random.default_rng(DRAW_SEED)
    who = Population(female=1.0, age_mean=70, age_sd=30)
    people = [draw_patient(rng, "population", "L1", who) for _ in range(count)]
    return np.array([p.l1_hu for p in people if 65 <= p.age <= 75])


def painted_facts(labels: dict[str, np.ndarray], qct: dict[str, np.ndarray]) -> list[Fact]:
    """Rows that need painted patches, by their labels: the mean-HU baseline at the pick over all pairs of the three
    sites, noise by kernel, decorrelation."""
    ratio = np.array([c.QCT_SLOPE_HU / c.at_kvp(c.HA_SLOPE_HU, k) for k in labels["kvp"]])
    hu = labels["roi_hu"] * ratio
    lumbar = (labels["level"] >= 3) & (labels["level"] <= 6)
    lumbar &= (labels["lesion"] == "none") & (labels["deformity"] == "none")  # published cohorts exclude them
    source = "issue 3, point 3"
    rows = []
    for d, device in enumerate(c.DEVICES[:3]):
        positive = labels["class"][:, d] == 2
        r = float(np.corrcoef(hu[lumbar], labels["abmd"][lumbar, d])[0, 1])
        auc = area_under_curve(positive[lumbar], -hu[lumbar])
        rows.append(
            Fact(
                f"painted: r of mean HU and aBMD, L1 to L4, {device}",
                "",
                "0.60 to 0.75",
                0.60,
                0.75,
                source,
                r,
            )
        )
        rows.append(
            Fact(
                f"painted: AUC of mean HU, L1 to L4, {device}",
                "",
                "0.78 to 0.88",
                0.78,
                0.88,
                source,
                float(auc),
            )
        )
    sharp = (labels["kernel"] == "sharp") & (labels["thickness"] <= 1.25)
    smooth = (labels["kernel"] == "smooth") & (labels["thickness"] >= 2.5)
    plain = labels["lesion"] == "none"
    real = "three real CTs of ../../shared/data"
    rows += [
        Fact("painted: SD in the ROI, sharp, 1.25 mm and thinner", "HU", "83 to 97, one dense young spine", 45, 100,
             real, float(np.median(labels["roi_sd_hu"][sharp & plain]))),
        Fact("painted: the same, 95th percentile", "HU", "reaches 97", 75, 160,
             real, float(np.percentile(labels["roi_sd_hu"][sharp & plain], 95))),
        Fact("painted: SD in the ROI, smooth, 2.5 mm and thicker", "HU", "14 to 31 at 3 mm", 14, 35,
             real, float(np.median(labels["roi_sd_hu"][smooth & plain]))),
    ]  # fmt: skip
    for name in ("texture_mg", "shell_mm", "fat_fraction", "posterior_mineral", "age", "diameter_cm"):
        value = abs(float(np.corrcoef(qct[name], qct["vbmd"])[0, 1]))
        rows.append(
            Fact(f"qct: |r| of {name} and vBMD", "", "none wanted", 0.0, 0.15, "issue 3, point 12", value)
        )
    return rows


def table(facts: list[Fact]) -> str:
    """Markdown rows in order; a row outside its tolerance says so."""
    lines = ["| fact | simulated | published | tolerance | holds | source |", "|---|---|---|---|---|---|"]
    for f in facts:
        unit = f" {f.unit}" if f.unit else ""
        lines.append(
            f"| {f.name} | {f.value:.{f.digits}f}{unit} | {f.published}{unit} | {f.low:g} to {f.high:g} | "
            f"{'yes' if f.holds else 'NO'} | {f.source} |"
        )
    return "\n".join(lines) + "\n"


def write_facts(config: Config, page: Path) -> None:
    """Measure all rows and put the table between the page's two marks; a row that fails ends the command."""
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    if TABLE[0] not in text or TABLE[1] not in text:
        raise UserError(
            f"{page}: must hold the lines {TABLE[0]} and {TABLE[1]}, between which the table goes."
        )
    facts = physics_facts() + people_facts(draw_people(DRAWN_PEOPLE))
    pairs = [load_split(config, name).labels for name in ("train", "calibration", "test")]
    painted = {key: np.concatenate([one[key] for one in pairs]) for key in pairs[0]}
    facts += painted_facts(painted, load_split(config, "qct").labels)
    head = f"Run `{config.source}`, {DRAWN_PEOPLE} drawn people.\n\n"
    between: Callable[[re.Match[str]], str] = partial(_fill, head + table(facts))
    pattern = re.escape(TABLE[0]) + ".*?" + re.escape(TABLE[1])
    write_text(page, re.sub(pattern, between, text, flags=re.DOTALL))
    failing = [f.name for f in facts if not f.holds]
    print(f"facts: {len(facts) - len(failing)} of {len(facts)} rows hold, {page}", flush=True)
    if failing:
        raise UserError(f"{page}: outside the published tolerance: {'; '.join(failing)}.")


def _fill(body: str, _: re.Match[str]) -> str:
    return f"{TABLE[0]}\n{body}{TABLE[1]}"
