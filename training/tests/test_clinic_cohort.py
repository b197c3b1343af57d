"""A clinic's cohort: every exclusion is met and told, what is kept is right, and it validates a model end to end."""

from __future__ import annotations

import csv
import json
import re
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers import tiny_config
from made_cohort import (
    CT_DATE,
    Body,
    Clinic,
    metal_in,
    reading,
    simulate_body,
    thick,
    write_dicom,
    write_mask,
    write_nifti,
    write_picks,
    write_verse,
)

from vertebra.clinic.exclusions import REASONS
from vertebra.clinic.validate import validate
from vertebra.clinic.write_cohort import load_cohort_split, split_patients, write_cohort
from vertebra.config import DEVICES, LEVELS, REPO_ROOT, CohortConfig, Config, PatchConfig, UserError
from vertebra.evidence.real_check import data_folder
from vertebra.patch import resample_patch

LUMBAR = ("L1", "L2", "L3", "L4", "L5")
DENSITY = {"anna": 1.0, "b-2": 0.62, "c3": 1.15, "dora": 0.8, "e5": 0.55, "f6": 0.95}


@pytest.fixture(scope="module")
def bodies() -> dict[str, Body]:
    return {
        name: simulate_body(seed, density) for seed, (name, density) in enumerate(DENSITY.items(), start=3)
    }


def uid(name: str) -> str:
    return f"1.2.826.0.1.{zlib.crc32(name.encode())}"


def add_good_patients(clinic: Clinic, bodies: dict[str, Body]) -> None:
    """Three as DICOM and three as NIfTI; centres of all three kinds, two devices, one unit apiece."""
    for name, body in bodies.items():
        lunar = name in ("anna", "c3", "e5")
        device = "GE Lunar Prodigy" if lunar else "Hologic Discovery"
        lumbar = {level: body.centres[level] for level in LUMBAR}
        extra: dict[str, str] = {}
        if name in ("anna", "b-2", "c3"):
            write_dicom(clinic.ct / f"folder-{name}", body.scan, name, uid(name))
            write_picks(clinic.levels / f"{name}.osteolens.json", lumbar, uid(name))
        else:
            write_nifti(clinic.ct / f"{name}_ct.nii.gz", body.scan.hu, body.scan.index_to_world)
            extra = {
                "ct_date": CT_DATE,
                "kvp": "100",
                "slice_thickness_mm": "2.5",
                "kernel": "Br40d",
                "sex": "M",
            }
        if name == "dora":
            write_verse(clinic.levels / "dora_seg-subreg_ctd.json", body.scan, lumbar)
        elif name == "e5":
            write_mask(clinic.levels / "e5" / "vertebra-labels.nii.gz", body.scan, body.centres)
        elif name == "f6":
            write_picks(clinic.levels / "f6.osteolens.json", lumbar, None)
        for level in ("L1", "L2", "L3", "L4"):
            value = reading(body, level, device)
            shown = f"{value * 1000:g}" if name == "b-2" else value
            unit = {"unit": "mg/cm2"} if name == "b-2" else {}
            clinic.add_row(name, level, shown, device=device, **unit, **extra)


def add_table_faults(clinic: Clinic, body: Body) -> None:
    """All of one patient, whose CT is fine."""
    ok = reading(body, "L1")
    write_dicom(
        clinic.ct / "faults", body.scan, "faults", uid("faults"), ContrastBolusAgent="Iohexol", KVP="150"
    )
    write_picks(clinic.levels / "faults.osteolens.json", body.centres, uid("faults"), L5="rejected")
    clinic.add_row("faults", "C7", ok)
    clinic.add_row("faults", "L1", "about 1")
    clinic.add_row("faults", "L1", ok, unit="g")
    clinic.add_row("faults", "L1", 812)
    clinic.add_row("faults", "L1", 0.05)
    clinic.add_row("faults", "L1", ok, device="OsteoSys Primus")
    clinic.add_row("faults", "L1", ok, dxa_date="03/04/2026")
    clinic.add_row("faults", "L1", ok, exclude="scoliosis")
    clinic.add_row("faults", "L1", ok, fracture="moderate")
    clinic.add_row("faults", "L2", ok, age="44")
    clinic.add_row("faults", "L2", ok, age="44")
    clinic.add_row("faults", "L2", ok + 0.01, dxa_date="2025-12-30")
    clinic.add_row("faults", "L3", 0.9)
    clinic.add_row("faults", "L3", 0.8)
    clinic.add_row("faults", "L4", 0.55, dxa_date="2025-08-01")
    clinic.add_row("faults", "L5", 0.9, dxa_date="2026-01-15")
    clinic.add_row("faults", "T10", 0.9)
    clinic.add_row("faults", "T11", 0.8)


def add_ct_faults(clinic: Clinic, body: Body) -> None:
    """One patient a fault of the CT or of its level file."""
    lumbar = {level: body.centres[level] for level in LUMBAR}

    def patient(
        name: str, scan_body: Body = body, picks: bool = True, folder: str = "", **header: object
    ) -> None:
        write_dicom(clinic.ct / (folder or name), scan_body.scan, name, uid(folder or name), **header)
        if picks:
            write_picks(clinic.levels / f"{name}.osteolens.json", lumbar, uid(folder or name))
        if not any(row["patient_id"] == name for row in clinic.rows):
            clinic.add_row(name, "L3", reading(body, "L3"))

    clinic.add_row("nobody", "L3", 0.9)
    write_dicom(clinic.ct / "unasked", body.scan, "unasked", uid("unasked"))
    patient("thick9", thick(body))
    patient("twice", folder="twice-a")
    patient("twice", folder="twice-b", picks=False)
    patient("unpicked", picks=False)
    patient("twofiles")
    write_picks(clinic.levels / "again" / "twofiles.osteolens.json", lumbar, None)
    patient("badpicks", picks=False)
    (clinic.levels / "badpicks.osteolens.json").write_text('{"format": "osteolens-results"')
    patient("otherpicks", picks=False)
    write_picks(clinic.levels / "otherpicks.osteolens.json", lumbar, "1.2.3")
    patient("swapped", picks=False)
    swapped = {**lumbar, "L2": lumbar["L3"], "L3": lumbar["L2"]}
    write_picks(clinic.levels / "swapped.osteolens.json", swapped, uid("swapped"))
    patient("gap")
    (clinic.ct / "gap" / "0030.dcm").unlink()
    patient("screw", Body(metal_in(body.scan, body.centres["L3"], 2800, 6.0), body.centres, body.vbmd))
    island = metal_in(body.scan, body.centres["L3"], 950, 6.5)
    patient("island", Body(island, body.centres, body.vbmd), SliceThickness=None)
    patient("coarse", SliceThickness="4")
    # The table gives a voltage that there is not.
    clinic.add_row("mono", "L3", reading(body, "L3"), kvp="100")
    patient("mono", ImageType=["DERIVED", "SECONDARY", "AXIAL", "VMI"])
    write_nifti(clinic.ct / "undated.nii.gz", body.scan.hu, body.scan.index_to_world)
    write_picks(clinic.levels / "undated.osteolens.json", lumbar, None)
    clinic.add_row("undated", "L3", reading(body, "L3"))
    clinic.add_row("high", "T12", 0.85)
    clinic.add_row("high", "T11", 0.85)
    top = Body(replace(body.scan, hu=body.scan.hu[:-2]), body.centres, body.vbmd)
    patient("high", top, picks=False)
    write_picks(
        clinic.levels / "high.osteolens.json", {k: body.centres[k] for k in ("T11", "T12")}, uid("high")
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, bodies: dict[str, Body]) -> tuple[Clinic, Path, Config]:
    clinic = Clinic(tmp_path_factory.mktemp("clinic"))
    add_good_patients(clinic, bodies)
    add_table_faults(clinic, bodies["anna"])
    add_ct_faults(clinic, bodies["anna"])
    clinic.write_table()
    config = tiny_config(clinic.root)
    out = clinic.root / "data" / "made"
    write_cohort(config, clinic.ct, clinic.levels, clinic.table, out)
    return clinic, out, config


@pytest.fixture(scope="module")
def report(made: tuple[Clinic, Path, Config]) -> list[dict[str, str]]:
    with (made[1] / "report.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def entries(report: list[dict[str, str]], patient: str, level: str | None = None) -> list[tuple[str, str]]:
    """(status, codes) of a patient's entries."""
    of_patient = [row for row in report if row["patient_id"] == patient]
    return [(row["status"], row["codes"]) for row in of_patient if level in (None, row["level"])]


def test_every_reason_of_the_catalogue_is_met(report: list[dict[str, str]]) -> None:
    met = {code for row in report for code in row["codes"].split()}
    assert set(REASONS) - met == set()


def test_every_row_of_the_table_is_in_the_report_once(
    report: list[dict[str, str]], made: tuple[Clinic, Path, Config]
) -> None:
    lines = [int(row["table_line"]) for row in report if row["table_line"]]
    assert sorted(lines) == list(range(2, len(made[0].rows) + 2))


@pytest.mark.parametrize(
    ("patient", "level", "expected"),
    [
        ("nobody", "L3", ("excluded", "patient-without-ct")),
        ("unasked", "", ("excluded", "patient-without-dxa")),
        ("thick9", "L3", ("excluded", "slices-too-thick")),
        ("twice", "L3", ("excluded", "several-cts")),
        ("unpicked", "L3", ("excluded", "no-level-file")),
        ("twofiles", "L3", ("excluded", "several-level-files")),
        ("badpicks", "L3", ("excluded", "level-file-refused")),
        ("otherpicks", "L3", ("excluded", "level-file-refused")),
        ("swapped", "L3", ("excluded", "levels-implausible")),
        ("gap", "L3", ("excluded", "ct-unreadable")),
        ("screw", "L3", ("excluded", "metal")),
        ("island", "L3", ("flagged", "thickness-unknown dense-material")),
        ("coarse", "L3", ("flagged", "slices-thick")),
        ("mono", "L3", ("flagged", "kvp-unknown monoenergetic")),
        ("undated", "L3", ("excluded", "ct-date-unknown thickness-unknown kvp-unknown")),
        ("high", "T11", ("excluded", "body-cut")),
        ("high", "T12", ("kept", "")),
        ("faults", "T10", ("excluded", "level-not-in-ct")),
        ("faults", "T12", ("excluded", "level-not-in-dxa")),
        ("faults", "L4", ("excluded", "interval-too-long kvp-unknown contrast t-score-differs")),
    ],
)  # fmt: skip
def test_a_fault_leaves_out_what_it_concerns(
    report: list[dict[str, str]], patient: str, level: str, expected: tuple[str, str]
) -> None:
    assert entries(report, patient, level) == [expected]


def test_of_several_bad_rows_each_has_its_own_reason(report: list[dict[str, str]]) -> None:
    said = [row for row in report if row["patient_id"] == "faults" and row["level"] in ("C7", "L1")]
    assert [row["codes"] for row in sorted(said, key=lambda r: int(r["table_line"] or 0)) if row["table_line"]] == [
        "level-unknown", "abmd-unreadable", "unit-unknown", "abmd-implausible", "abmd-implausible",
        "device-unknown", "date-unreadable", "reader-excluded", "fracture",
    ]  # fmt: skip
    unit = next(row["reasons"] for row in said if "812" in row["reasons"])
    assert "in mg/cm2 it would fit" in unit


def test_of_two_dates_the_nearer_is_taken_and_a_copy_is_dropped(report: list[dict[str, str]]) -> None:
    codes = [codes for _, codes in entries(report, "faults", "L2")]
    assert sorted(codes) == ["duplicate-row", "kvp-unknown contrast under-50", "other-dxa-nearer"]
    assert entries(report, "faults", "L3") == [
        ("excluded", "level-not-in-dxa"), ("excluded", "rows-contradict"), ("excluded", "rows-contradict"),
    ]  # fmt: skip


def test_the_report_and_the_page_of_the_documentation_list_the_same_reasons() -> None:
    page = (REPO_ROOT / "docs" / "own-cohort.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (excluded|flagged) \|", page, re.MULTILINE))
    assert listed == {code: effect for code, (effect, _) in REASONS.items()}


def test_kept_vertebrae_have_the_labels_of_the_dataset(
    made: tuple[Clinic, Path, Config], bodies: dict[str, Body]
) -> None:
    split = load_cohort_split(made[1])
    labels = split.labels
    lunar = labels["device"] == DEVICES.index("ge-lunar")
    assert np.isnan(labels["vbmd"]).all()
    assert np.isfinite(labels["abmd"][lunar, DEVICES.index("ge-lunar")]).all()
    assert np.isnan(labels["abmd"][lunar, DEVICES.index("hologic")]).all()
    assert np.isfinite(labels["sbmd_measured"]).all() and (labels["class_measured"] >= 0).all()
    # b-2 is written in mg/cm2: its readings are in g/cm2 like the others
    assert labels["abmd_measured"].max() < 2.0
    # Hui 1997 by hand: 0.9683 (L - 1.100) + 1.0436
    expected = (0.9683 * (labels["abmd_measured"][lunar] - 1.100) + 1.0436) * 1000
    np.testing.assert_allclose(labels["sbmd_measured"][lunar], expected)
    assert labels["kvp"].tolist().count(100.0) >= 12  # dora, e5, f6: told by the table


def test_a_patch_is_that_of_its_vertebra_from_dicom_verse_file_and_mask(
    made: tuple[Clinic, Path, Config], bodies: dict[str, Body]
) -> None:
    split = load_cohort_split(made[1])
    spec = PatchConfig().manifest()
    for name, shift_mm in (("anna", 0.01), ("dora", 0.01), ("e5", 2.0)):
        body = bodies[name]
        value = reading(body, "L3", "Lunar" if name in ("anna", "e5") else "Hologic")
        rows = (split.labels["level"] == LEVELS.index("L3")) & (
            np.abs(split.labels["abmd_measured"] - value) < 1e-6
        )
        index = np.flatnonzero(rows & (split.labels["kvp"] == (120 if name == "anna" else 100)))
        # Only this patient's L3 has this reading; anna's scan serves other patients too, with the same patch.
        assert len(index) >= 1, name
        wanted, _ = resample_patch(body.scan.hu, body.scan.index_to_world, body.centres["L3"], spec)
        difference = np.abs(split.hu(index[:1])[0] - np.clip(np.rint(wanted), -200, 800))
        assert difference.mean() < (0.6 if shift_mm < 1 else 25), name


def test_patients_are_split_whole_by_seed_and_share(made: tuple[Clinic, Path, Config]) -> None:
    config = CohortConfig()
    names = [f"patient {n}" for n in range(200)]
    chosen = split_patients(names, config)
    assert chosen == split_patients(names[::-1], config)
    assert chosen != split_patients(names, replace(config, seed=1))
    assert [list(chosen.values()).count(s) for s in ("train", "calibration", "test")] == [120, 30, 50]
    assert sorted(split_patients(["a", "b", "c"], config).values()) == ["calibration", "test", "train"]
    sets = [
        set(load_cohort_split(made[1], (name,)).labels["patient"].tolist())
        for name in ("train", "calibration", "test")
    ]
    assert all(sets) and sum(len(one) for one in sets) == len(set.union(*sets))


def test_the_cohort_validates_a_model_end_to_end(made: tuple[Clinic, Path, Config], tmp_path: Path) -> None:
    index = json.loads((REPO_ROOT / "public" / "models" / "index.json").read_text())
    model = REPO_ROOT / "public" / "models" / index["default"]
    found = validate(made[2], made[1], model, tmp_path)
    whole = found["devices"]["standardised"]
    assert whole["patients"] >= 6 and whole["pairs"] + found["refused"] == len(load_cohort_split(made[1]))
    page = (tmp_path / "validation.md").read_text(encoding="utf-8")
    assert "no clinical validation" in page and "| kVp |" in page
    assert (tmp_path / "standardised.svg").read_text(encoding="utf-8").startswith("<?xml")
    assert found["small"].keys() | found["devices"].keys() == {"ge-lunar", "hologic", "standardised"}


def test_bad_input_is_one_sentence_that_names_file_and_rule(
    made: tuple[Clinic, Path, Config], tmp_path: Path
) -> None:
    clinic, out, config = made
    with pytest.raises(UserError, match=r"made: holds a cohort; add --fresh"):
        write_cohort(config, clinic.ct, clinic.levels, clinic.table, out)
    for text, said in (
        ("patient_id,level\na,L1\n", "has no column 'abmd'"),
        ("patient_id,level,abmd,unit,device,dxa_date\n", "holds no row"),
        (
            "patient_id,level,abmd,unit,device,dxa_date,bmi\na,L1,1,g/cm2,hologic,2026-01-01,3\n",
            "unknown column 'bmi'",
        ),
        (
            "patient_id,level,abmd,unit,device,dxa_date\n,L1,1,g/cm2,hologic,2026-01-01\n",
            "line 2 has no patient_id",
        ),
    ):
        table = tmp_path / "dxa.csv"
        table.write_text(text)
        with pytest.raises(UserError, match=said) as error:
            write_cohort(config, clinic.ct, clinic.levels, table, tmp_path / "out")
        assert "dxa.csv" in str(error.value)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("keep me")
    with pytest.raises(UserError, match="holds no cohort"):
        write_cohort(config, clinic.ct, clinic.levels, clinic.table, tmp_path / "full", fresh=True)
    with pytest.raises(UserError, match=r"cohort\.json: there is no such file"):
        load_cohort_split(tmp_path)


@pytest.mark.skipif(
    not (data_folder() / "ct" / "ts-example").exists(),
    reason="the real test CTs are not here: set OSTEOLENS_TEST_DATA",
)
def test_a_real_ct_and_its_mask_in_one_folder_make_a_cohort(tmp_path: Path) -> None:
    """TotalSegmentator's layout: a folder a case, CT and labels in it. T12 is cut, L5 has no reading."""
    case = tmp_path / "cases" / "s0011"
    case.mkdir(parents=True)
    for name in ("ct.nii.gz", "vertebra-labels.nii.gz"):
        (case / name).symlink_to(data_folder() / "ct" / "ts-example" / name)
    rows = [
        f"s0011;{level};0,8{n}1;g/cm2;hologic;20240531;20240601"
        for n, level in enumerate(("T12", *LUMBAR[:4]))
    ]
    table = tmp_path / "dxa.csv"
    table.write_text("\n".join(["patient_id;level;abmd;unit;device;dxa_date;ct_date", *rows]) + "\n")
    config = tiny_config(tmp_path)
    write_cohort(config, tmp_path / "cases", tmp_path / "cases", table, tmp_path / "out")
    labels = load_cohort_split(tmp_path / "out").labels
    assert [LEVELS[int(n)] for n in labels["level"]] == ["L1", "L2", "L3", "L4"]
    np.testing.assert_allclose(labels["abmd_measured"], [0.811, 0.821, 0.831, 0.841])
    # reference.json: 122.5, 116.3, 112.9 and 113.0 HU at centres that differ from these by a millimetre.
    np.testing.assert_allclose(labels["roi_hu"], [122.5, 116.3, 112.9, 113.0], atol=10)
    report = (tmp_path / "out" / "report.csv").read_text(encoding="utf-8")
    assert "s0011,T12,excluded,body-cut" in report and "s0011,L5,excluded,level-not-in-dxa" in report
