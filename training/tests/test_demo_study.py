"""The demo study: reproducible bytes, valid lossless CT, truth that the pixels show."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pydicom
import pytest

from vertebra.demo.study import DemoConfig, make_demo

# Odd and coarse, but the same anatomy: every number differs from its neighbour.
TINY = DemoConfig(pixels=121, pixel_mm=2.9, spacing_mm=7.0, thickness_mm=5.0, noise_sd_hu=4.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo")
    make_demo(TINY, out)
    return out


def read_series(folder: Path) -> list[pydicom.Dataset]:
    with zipfile.ZipFile(folder / "demo-study.zip") as archive:
        assert all(i.compress_type == zipfile.ZIP_STORED for i in archive.infolist())
        return [pydicom.dcmread(io.BytesIO(archive.read(n))) for n in archive.namelist()]


def test_the_same_config_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    make_demo(TINY, tmp_path)
    for name in ("demo-study.zip", "truth.json"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_headers_say_that_it_is_synthetic_and_make_one_regular_series(folder: Path) -> None:
    series = read_series(folder)
    first = series[0]
    assert first.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.80"
    assert str(first.PatientName) == "OsteoLens^Synthetic" and "ynthetic" in first.ImageComments
    assert {s.SeriesInstanceUID for s in series} == {first.SeriesInstanceUID}
    assert len({s.SOPInstanceUID for s in series}) == len(series)
    assert all(str(s.SOPInstanceUID).startswith("2.25.") and len(s.SOPInstanceUID) <= 64 for s in series)
    z = np.array([float(s.ImagePositionPatient[2]) for s in series])
    np.testing.assert_allclose(np.diff(z), -TINY.spacing_mm, atol=1e-6)
    assert not any(element.tag.is_private for element in first)


def test_the_truth_lies_where_the_pixels_show_it(folder: Path) -> None:
    truth = json.loads((folder / "truth.json").read_text())
    series = sorted(read_series(folder), key=lambda s: float(s.ImagePositionPatient[2]))
    hu = np.stack([s.pixel_array.astype(float) + float(s.RescaleIntercept) for s in series])
    origin = np.array([float(v) for v in series[0].ImagePositionPatient])
    step = np.array([TINY.pixel_mm, TINY.pixel_mm, TINY.spacing_mm])
    read = {}
    for level, fact in truth["levels"].items():
        i, j, k = np.rint((np.array(fact["centreLps"]) - [0, 2, 0] - origin) / step).astype(int)
        read[level] = hu[k, j - 2 : j + 3, i - 2 : i + 3].mean() / 1.35
    assert {"T12", "L1", "L2", "L3", "L4", "L5"} <= set(read)
    assert truth["levels"]["L2"]["category"] == "osteoporotic"
    for level in ("L1", "L2", "L3", "L4", "L5"):
        assert read[level] == pytest.approx(truth["levels"][level]["vbmdMgCm3"], abs=22), level
    assert min(read, key=lambda level: read[level]) == "L2"
