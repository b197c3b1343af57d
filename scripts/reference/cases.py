"""Awkward CT files, written by pydicom and the encoders of other projects: nothing of the application has a hand in them.

Small on purpose, with unequal sides and spacings, turned axes and an offset origin, so that no two numbers can be
taken for each other. Values run from air to metal.
"""

from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.sequence import Sequence
from read_dicom import to_bytes

COLUMNS, ROWS = 23, 17
UID = "1.2.826.0.1.3680043.10.1562.9"
CT, ENHANCED_CT, LEGACY_CT = (f"1.2.840.10008.5.1.4.1.1.2{end}" for end in ("", ".1", ".2"))
S = "1.2.840.10008.1.2"
IMPLICIT, EXPLICIT, BIG, DEFLATED, RLE = S, f"{S}.1", f"{S}.2", f"{S}.1.99", f"{S}.5"
BASELINE, EXTENDED, LOSSLESS_57, LOSSLESS_70 = f"{S}.4.50", f"{S}.4.51", f"{S}.4.57", f"{S}.4.70"
JLS, JLS_NEAR, J2K, J2K_LOSSY = f"{S}.4.80", f"{S}.4.81", f"{S}.4.90", f"{S}.4.91"
HTJ2K, HTJ2K_RPCL, HTJ2K_LOSSY = f"{S}.4.201", f"{S}.4.202", f"{S}.4.203"

Change = Callable[[Dataset], None]


def pattern(bits: int, signed: bool, seed: int = 0) -> np.ndarray:
    """A ramp with noise over the whole range of the stored values."""
    top = 1 << bits
    ramp = np.linspace(0, top - 1, ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    noisy = ramp + np.random.default_rng(seed + 7).integers(-top // 16, top // 16, (ROWS, COLUMNS))
    words = np.clip(np.rint(noisy), 0, top - 1).astype(np.int64)
    words[0, 0], words[-1, -1] = 0, top - 1
    return words - (top >> 1) if signed else words


def image(bits: int = 12, signed: bool = False, allocated: int | None = None) -> Dataset:
    data = Dataset()
    data.SpecificCharacterSet = "ISO_IR 192"
    data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    data.SOPClassUID, data.SOPInstanceUID = CT, f"{UID}.1"
    data.Modality, data.PatientName, data.PatientID = "CT", "SYNTHETIC^REFERENCE", "SYNTHETIC-R"
    data.StudyInstanceUID, data.SeriesInstanceUID, data.FrameOfReferenceUID = (
        f"{UID}.2",
        f"{UID}.3",
        f"{UID}.4",
    )
    data.SeriesNumber, data.InstanceNumber = 4, 1
    data.SliceThickness, data.KVP = "2.5", "120"
    data.ImagePositionPatient = ["-31.5", "17.25", "-840.5"]
    data.ImageOrientationPatient = ["0.8", "0.6", "0", "-0.6", "0.8", "0"]
    data.PixelSpacing = ["1.1", "0.8"]
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.Rows, data.Columns = ROWS, COLUMNS
    data.BitsAllocated = allocated or (8 if bits <= 8 else 16)
    data.BitsStored, data.HighBit, data.PixelRepresentation = bits, bits - 1, int(signed)
    data.RescaleIntercept, data.RescaleSlope = "0" if signed else "-1024", "1"
    return data


def words_of(array: np.ndarray, data: Dataset, big: bool = False) -> bytes:
    """Stored values as words of the allocated size; the bits above the stored ones repeat the sign."""
    kind = f"{'>' if big else '<'}{'i' if data.PixelRepresentation else 'u'}{data.BitsAllocated // 8}"
    packed = array.astype(kind).tobytes()
    return packed + b"\0" * (len(packed) % 2)


def finish(data: Dataset, syntax: str, pixel_data: bytes) -> bytes:
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = syntax
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data.PixelData = pixel_data
    compressed = pydicom.uid.UID(syntax).is_encapsulated
    data["PixelData"].VR = "OB" if compressed or data.BitsAllocated <= 8 else "OW"
    data["PixelData"].is_undefined_length = compressed
    return to_bytes(data)


def native(bits: int, signed: bool, syntax: str = EXPLICIT, change: Change = lambda _: None) -> bytes:
    data = image(bits, signed)
    change(data)
    return finish(data, syntax, words_of(pattern(bits, signed), data, syntax == BIG))


def encode(array: np.ndarray, data: Dataset, syntax: str) -> bytes:
    """One compressed frame."""
    bits, signed = data.BitsStored, bool(data.PixelRepresentation)
    words = array.astype(f"<{'i' if signed else 'u'}{data.BitsAllocated // 8}")
    # JPEG and JPEG-LS know no sign: they code the stored bits as they are (PS3.5 8.2.1 and 8.2.3).
    plain = (array & ((1 << bits) - 1)).astype(f"<u{data.BitsAllocated // 8}")
    if syntax == RLE:
        return rle(words)
    if syntax in (JLS, JLS_NEAR):
        return imagecodecs.jpegls_encode(plain, level=2 if syntax == JLS_NEAR else 0)
    if syntax in (J2K, J2K_LOSSY):
        return imagecodecs.jpeg2k_encode(
            words,
            level=80 if syntax == J2K_LOSSY else 0,
            reversible=syntax == J2K,
            codecformat="j2k",
            bitspersample=bits,
        )
    if syntax in (HTJ2K, HTJ2K_RPCL, HTJ2K_LOSSY):
        return imagecodecs.htj2k_encode(words, reversible=syntax != HTJ2K_LOSSY)
    if syntax in (LOSSLESS_57, LOSSLESS_70):
        return imagecodecs.jpeg8_encode(
            plain, lossless=True, predictor=1 if syntax == LOSSLESS_70 else 6, bitspersample=bits
        )
    return imagecodecs.jpeg8_encode(plain, level=95, bitspersample=bits)


def rle(words: np.ndarray) -> bytes:
    from pydicom.pixels.encoders.native import _encode_frame

    class Runner:
        samples_per_pixel, bits_allocated, rows, columns = (
            1,
            words.itemsize * 8,
            words.shape[0],
            words.shape[1],
        )

        @staticmethod
        def get_option(_name: str, default: object = None) -> object:
            return default

    return bytes(_encode_frame(words.tobytes(), Runner()))


def coded(bits: int, signed: bool, syntax: str, change: Change = lambda _: None) -> bytes:
    data = image(bits, signed)
    change(data)
    return finish(data, syntax, encapsulate([encode(pattern(bits, signed), data, syntax)]))


def enhanced(sop_class: str, syntax: str, frames: int = 4, fragments: int = 1, table: str = "basic") -> bytes:
    """A multi-frame CT whose frames differ in position, slope and intercept."""
    data = image(12, False)
    data.SOPClassUID, data.SOPInstanceUID, data.SeriesInstanceUID = sop_class, f"{UID}.5", f"{UID}.6"
    shared = Dataset()
    for sequence, keywords in {
        "PlaneOrientationSequence": ["ImageOrientationPatient"],
        "PixelMeasuresSequence": ["PixelSpacing", "SliceThickness"],
    }.items():
        item = Dataset()
        for keyword in keywords:
            item[keyword] = data[keyword]
        setattr(shared, sequence, Sequence([item]))
    for keyword in [
        "ImageOrientationPatient",
        "PixelSpacing",
        "SliceThickness",
        "ImagePositionPatient",
        "RescaleSlope",
        "RescaleIntercept",
    ]:
        delattr(data, keyword)
    own = []
    for frame in range(frames):
        place, value, group = Dataset(), Dataset(), Dataset()
        place.ImagePositionPatient = ["-31.5", "17.25", str(-840.5 + 2.5 * frame)]
        value.RescaleIntercept, value.RescaleSlope, value.RescaleType = (
            str(-1024 + frame),
            str(1 + frame / 4),
            "HU",
        )
        group.PlanePositionSequence, group.PixelValueTransformationSequence = (
            Sequence([place]),
            Sequence([value]),
        )
        own.append(group)
    data.SharedFunctionalGroupsSequence, data.PerFrameFunctionalGroupsSequence = (
        Sequence([shared]),
        Sequence(own),
    )
    data.NumberOfFrames = frames
    stack = [pattern(12, False, frame) for frame in range(frames)]
    if syntax == EXPLICIT:
        return finish(data, syntax, b"".join(words_of(one, data) for one in stack))
    streams = [encode(one, data, syntax) for one in stack]
    if table == "extended":
        pixel_data, data.ExtendedOffsetTable, data.ExtendedOffsetTableLengths = encapsulate_extended(streams)
        return finish(data, syntax, pixel_data)
    return finish(data, syntax, encapsulate(streams, fragments_per_frame=fragments, has_bot=table == "basic"))


def setting(**elements: object) -> Change:
    def change(data: Dataset) -> None:
        for keyword, value in elements.items():
            if value is None:
                delattr(data, keyword)
            else:
                setattr(data, keyword, value)

    return change


def write_cases(folder: Path) -> list[Path]:
    from odd_cases import odd_cases

    cases: dict[str, bytes] = {}
    for name, syntax in {
        "implicit": IMPLICIT,
        "explicit": EXPLICIT,
        "big": BIG,
        "deflated": DEFLATED,
    }.items():
        for bits in (8, 12, 13, 14, 15, 16):
            for signed in (False, True):
                cases[f"native/{name}-{'s' if signed else 'u'}{bits}"] = native(bits, signed, syntax)
    for name, syntax in {
        "rle": RLE,
        "jls": JLS,
        "j2k": J2K,
        "htj2k": HTJ2K,
        "htj2k-rpcl": HTJ2K_RPCL,
        "jpeg57": LOSSLESS_57,
        "jpeg70": LOSSLESS_70,
    }.items():
        for bits in (8, 12, 14, 16):
            for signed in (False, True):
                cases[f"lossless/{name}-{'s' if signed else 'u'}{bits}"] = coded(bits, signed, syntax)
    for name, syntax, bits in (
        ("jpeg50", BASELINE, 8),
        ("jpeg51", EXTENDED, 12),
        ("jls-near", JLS_NEAR, 12),
        ("j2k", J2K_LOSSY, 12),
        ("htj2k", HTJ2K_LOSSY, 12),
        ("j2k", J2K_LOSSY, 16),
    ):
        cases[f"lossy/{name}-u{bits}"] = coded(bits, False, syntax)
    cases["lossy/j2k-s16"] = coded(16, True, J2K_LOSSY)
    for name, syntax in {
        "native": EXPLICIT,
        "j2k": J2K,
        "jls": JLS,
        "rle": RLE,
        "jpeg70": LOSSLESS_70,
        "htj2k": HTJ2K,
    }.items():
        cases[f"enhanced/{name}"] = enhanced(ENHANCED_CT, syntax)
    cases["enhanced/legacy-native"] = enhanced(LEGACY_CT, EXPLICIT)
    cases["enhanced/j2k-three-fragments"] = enhanced(ENHANCED_CT, J2K, fragments=3)
    cases["enhanced/j2k-no-table"] = enhanced(ENHANCED_CT, J2K, table="none")
    cases["enhanced/j2k-three-fragments-no-table"] = enhanced(ENHANCED_CT, J2K, fragments=3, table="none")
    cases["enhanced/rle-three-fragments"] = enhanced(ENHANCED_CT, RLE, fragments=3)
    cases["enhanced/rle-no-table"] = enhanced(ENHANCED_CT, RLE, table="none")
    cases["enhanced/j2k-extended-table"] = enhanced(ENHANCED_CT, J2K, table="extended")
    cases |= odd_cases()
    paths = []
    for name, content in cases.items():
        path = folder / f"{name}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        paths.append(path)
    return sorted(paths)
