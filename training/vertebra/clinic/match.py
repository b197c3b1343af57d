"""Which CT and which file of level centres belong to a patient of the table; never by guess."""

from __future__ import annotations

from pathlib import Path

from .ct_series import NIFTI_ENDINGS, CtSeries, case_name
from .dxa_table import DxaRow
from .exclusions import Reason
from .level_centres import RESULTS_ENDING, VERSE_ENDING

MASK_WORDS = ("seg", "label", "mask", "vertebra")


def is_mask_name(path: Path) -> bool:
    """A NIfTI that is called a segmentation, where CTs and level centres share a folder."""
    return any(word in path.name.lower() for word in MASK_WORDS)


def choose_ct(patient_id: str, rows: list[DxaRow], fitting: list[CtSeries]) -> CtSeries | Reason:
    """The CT that the column ``ct`` names, or the only one."""
    named = {row.facts["ct"] for row in rows if "ct" in row.facts}
    if len(named) > 1:
        return Reason("several-cts", f"Patient {patient_id}: the column ct names {len(named)} CTs; name one.")
    if named:
        name = named.pop()
        fitting = [s for s in fitting if name in s.keys or name == s.name or case_name(Path(name)) in s.keys]
        if not fitting:
            return Reason(
                "patient-without-ct", f"Patient {patient_id}: no CT of this patient is called {name}."
            )
    if len(fitting) > 1:
        names = "; ".join(s.name for s in fitting[:3])
        return Reason(
            "several-cts",
            f"Patient {patient_id}: {len(fitting)} CTs fit ({names}); name one in the column ct.",
        )
    return fitting[0]


def choose_level_file(series: CtSeries, patient_id: str, level_files: list[Path]) -> Path | Reason:
    """Named as the CT, its folder, its patient or its series; results files before centroids before masks."""
    keys = {*series.keys, patient_id}
    fitting = [p for p in level_files if case_name(p) in keys or p.parent.name in keys]
    for kind in (RESULTS_ENDING, VERSE_ENDING, NIFTI_ENDINGS):
        of_kind = [p for p in fitting if p.name.endswith(kind)]
        if len(of_kind) > 1:
            names = ", ".join(p.name for p in of_kind[:3])
            return Reason("several-level-files", f"{series.name}: {names} all fit this CT; keep one.")
        if of_kind:
            return of_kind[0]
    return Reason(
        "no-level-file",
        f"{series.name}: no file of level centres is called {patient_id} or as the CT or its folder.",
    )
