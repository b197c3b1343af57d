"""The patient's age as the app has it (src/core/dicom/patient-age.ts): PatientAge, else from the birth date."""

from __future__ import annotations

import re

PER_YEAR = {"D": 365.25, "W": 52.18, "M": 12.0, "Y": 1.0}


def age_in_years(patient_age: str | None) -> int | None:
    """PatientAge (AS: "066Y", "018M") in whole years; "000Y" is what de-identification leaves and says none."""
    text = (patient_age or "").strip()
    match = re.fullmatch(r"(\d{3})([DWMY])", text)
    return int(int(match[1]) / PER_YEAR[match[2]]) if match and text != "000Y" else None


def age_from_dates(birth_date: str | None, study_date: str | None) -> int | None:
    """Whole years of 1 to 99 on the day of the study, from DICOM dates (DA, YYYYMMDD); else None: de-identified headers
    have birth dates such as 19000101."""
    days = [re.fullmatch(r"(\d{4})(\d{4})", (text or "").strip()) for text in (birth_date, study_date)]
    birth, study = ((int(day[1]), day[2]) if day else None for day in days)
    if birth is None or study is None:
        return None
    years = study[0] - birth[0] - (study[1] < birth[1])
    return years if 1 <= years <= 99 else None
