"""Ages from headers, by the cases of src/core/dicom/patient-age.test.ts."""

from __future__ import annotations

import pytest

from vertebra.clinic.patient_age import age_from_dates, age_in_years


@pytest.mark.parametrize(
    ("birth", "study", "age"),
    [
        ("19590613", "20240613", 65), ("19590613", "20240612", 64), ("19591231", "20240101", 64),
        (" 19870105 ", "20260301", 39),
        ("19000101", "20240613", None), ("20250101", "20240613", None),
        ("20240101", "20240613", None), (None, "20240613", None),
        ("19590613", None, None), ("1959", "20240613", None),
    ],
)  # fmt: skip
def test_age_on_the_day_of_the_study(birth: str | None, study: str | None, age: int | None) -> None:
    assert age_from_dates(birth, study) == age


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("066Y", 66), ("007Y ", 7), ("018M", 1), ("011M", 0), ("104W", 1),
        ("730D", 1), ("000Y", None), ("66Y", None), ("66", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_patient_age(text: str | None, years: int | None) -> None:
    assert age_in_years(text) == years
