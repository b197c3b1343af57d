"""Writes the reference values that the tests compare with: e2e/fixtures/reference/.

    python -m venv /tmp/reference && /tmp/reference/bin/pip install -r scripts/reference/requirements.txt
    /tmp/reference/bin/python scripts/reference/values.py [--data ../shared/data]

real.json: every DICOM file under ct/ and edge/ of the test data, which stay where they are. synthetic.zip and
synthetic.json: the awkward files of cases.py, written anew, and what pydicom reads in them.
"""

import argparse
import json
import tempfile
import zipfile
from pathlib import Path

from cases import write_cases
from read_dicom import Record, read

FIXTURES = Path(__file__).resolve().parents[2] / "e2e/fixtures/reference"
# NIfTI, tables and texts have their own tests.
OTHER_SUFFIXES = (".nii", ".nii.gz", ".json", ".csv", ".md", ".txt", ".py", ".xml")


def dicom_files(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(OTHER_SUFFIXES)
    )


def records(files: list[Path], base: Path) -> dict[str, Record]:
    return {str(path.relative_to(base)): read(path, str(path.relative_to(base))) for path in files}


def write(name: str, content: dict[str, Record]) -> None:
    lines = ",\n".join(
        f"{json.dumps(key)}:{json.dumps(value, separators=(',', ':'))}"
        for key, value in sorted(content.items())
    )
    (FIXTURES / name).write_text(f"{{\n{lines}\n}}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    data = parser.parse_args().data
    FIXTURES.mkdir(parents=True, exist_ok=True)
    write("real.json", records([*dicom_files(data / "ct"), *dicom_files(data / "edge")], data))
    with tempfile.TemporaryDirectory() as folder:
        files = write_cases(Path(folder))
        write("synthetic.json", records(files, Path(folder)))
        with zipfile.ZipFile(FIXTURES / "synthetic.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                # A fixed date: the same cases make the same archive.
                member = zipfile.ZipInfo(str(path.relative_to(folder)), (2026, 1, 1, 0, 0, 0))
                archive.writestr(member, path.read_bytes(), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main()
