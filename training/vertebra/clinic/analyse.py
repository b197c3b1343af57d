"""One CT and its picks through the exported network, into the results file that the app writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..checkpoint import write_json, write_text
from ..config import UserError
from ..real_data import Scan
from .ct_series import CtSeries, find_series
from .decode import decode_outputs
from .density import read_density
from .gates import find_warnings
from .heights import judge_heights
from .internal_tissues import find_internal_tissues
from .level_centres import Centres, LevelCentre, read_centres
from .measure import Problem, measure_roi_at
from .model_folder import Model, open_model
from .results_file import make_results_file, results_csv
from .series_notes import series_notes
from .stated_facts import read_statement, with_statement
from .vertebra_fit import choose_roi


def analyse_level(scan: Scan, pick: LevelCentre, model: Model) -> dict[str, Any]:
    """One entry of the results file's ``levels``: measured, estimated, doubted."""
    centre = list(pick.centre_lps)
    roi, roi_source, fit = choose_roi(scan, centre, pick.roi)
    measured = measure_roi_at(scan, roi, scan.header["kvp"])
    tissues = find_internal_tissues(scan, centre)
    aorta = tissues["blood"]["medianHu"] if tissues["blood"] else None
    if not isinstance(measured, Problem):
        source, contrast = scan.header.get("kvpSource", "header"), scan.header["contrast"]
        measured["density"] = read_density(measured["meanHu"], scan.header["kvp"], source, contrast, aorta)
    outputs, outside, elapsed = model.run_at(scan, centre)
    estimated = decode_outputs(outputs, model.manifest, outside)
    failed = isinstance(estimated, Problem)
    run = {
        "backend": "onnxruntime",
        "elapsedMs": elapsed,
        "modelId": model.manifest["id"],
        "modelSha256": model.manifest["file"]["sha256"],
    }
    return {
        "level": pick.level,
        "centreLps": centre,
        "state": pick.state,
        **({} if pick.name_count is None else {"nameCount": pick.name_count}),
        **({} if pick.roi is None else {"editedRoi": pick.roi}),
        "measurement": None if isinstance(measured, Problem) else measured,
        "roiSource": roi_source,
        "fit": fit,
        "network": None if failed else estimated,
        "run": None if failed else run,
        "tissues": tissues,
        "warnings": find_warnings(
            pick.level,
            scan,
            centre,
            scan.header,
            measured,
            estimated,
            fit,
            True,
            roi_source,
            tissues,
        ),
    }


def open_study(ct: Path, picks: Path) -> tuple[CtSeries, Scan, Centres]:
    """The one series that the picks belong to; refused where that is not certain."""
    found = find_series(ct)
    if not found:
        raise UserError(f"{ct}: holds no CT images.")
    named = None
    if picks.suffix == ".json":
        try:
            content = json.loads(picks.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            content = None  # read_centres says what is wrong
        named = content.get("seriesInstanceUid") if isinstance(content, dict) else None
    dicom = [series for series in found if not series.is_nifti]
    if named and dicom:
        fitting = [s for s in found if s.series_uid in (named, None)]
        if not fitting:
            raise UserError(f"{picks}: belongs to another series than those of {ct}.")
        found = [s for s in fitting if s.series_uid == named] or fitting
    if len(found) > 1:
        names = "; ".join(series.name for series in found[:3])
        raise UserError(f"{ct}: holds {len(found)} CT series ({names}); name the folder or file of one.")
    scan = found[0].load()
    return found[0], scan, read_centres(picks, scan)


def analyse(
    ct: Path, picks: Path, model_folder: Path, out: Path, csv_out: Path | None = None
) -> dict[str, Any]:
    """Write the results file (and CSV); returns its content. Nothing of the patient but the UIDs goes in."""
    model = open_model(model_folder)
    series, scan, centres = open_study(ct, picks)
    if not centres.levels:
        raise UserError(f"{picks}: shows {', '.join(centres.cut)} only in part, and no body as a whole.")
    stated = read_statement(picks, scan.header, series.age, series.sex)
    facts = with_statement(scan, stated)
    levels = judge_heights([analyse_level(facts, pick, model) for pick in centres.levels])
    file = make_results_file(levels, scan.header, series.study_uid, series.series_uid, stated=stated)
    write_json(out, file)
    if csv_out is not None:
        write_text(csv_out, results_csv(file, model.manifest["devices"]))
    for note in series_notes(scan.header, series.name):
        print(f"analyse: {note}", flush=True)
    for name in centres.cut:
        print(f"analyse: {name} is left out: the edge of {picks.name} cuts its body", flush=True)
    for level in levels:
        hu = level["measurement"]["meanHu"] if level["measurement"] else float("nan")
        said = ", ".join(f"{w['effect']} {w['code']}" for w in level["warnings"]) or "nothing said against it"
        print(f"analyse: {level['level']} {hu:.1f} HU; {said}", flush=True)
    return file
