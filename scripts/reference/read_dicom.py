"""What pydicom and its decoders say of one DICOM file: size, geometry of every frame, values at a hundred points."""

import io
import warnings
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
from points import points_of
from pydicom.encaps import generate_frames
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

# JPEG with 12 bits: GDCM's plugin for pydicom refuses the first, pydicom knows none of the retired others.
# libjpeg-turbo, in imagecodecs, decodes all three.
JPEG_12_BIT = {"1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.53", "1.2.840.10008.1.2.4.55"}

RLE = "1.2.840.10008.1.2.5"
# JPEG and JPEG-LS code the stored bits as they are.
WITHOUT_SIGN = {f"1.2.840.10008.1.2.4.{end}" for end in (50, 51, 57, 70, 80, 81)}

AIR_HU = -1024
HIGHEST_TISSUE_HU = 3071

Record = dict[str, object]


def read(path: Path, name: str) -> Record:
    """One record of the reference file; `unreadable` holds the reason where pydicom finds no picture in it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return describe(path, name)
    except Exception as error:  # Whatever a damaged file makes pydicom raise is the answer here.
        return {
            "unreadable": f"{type(error).__name__}: {str(error).splitlines()[0][:100] if str(error) else ''}"
        }


def describe(path: Path, name: str) -> Record:
    data = pydicom.dcmread(path, force=True)
    if "Rows" not in data or "Columns" not in data:
        return {"unreadable": "no picture"}
    frames = int(data.get("NumberOfFrames") or 1)
    record: Record = {
        "syntax": str(getattr(data.file_meta, "TransferSyntaxUID", "")),
        "size": [int(data.Columns), int(data.Rows), frames],
        "modality": data.get("Modality"),
        **geometry(data, frames),
    }
    try:
        stored = pixels(data, frames)
    except Exception as error:
        return {**record, "undecodable": f"{type(error).__name__}: {str(error).splitlines()[0][:100]}"}
    if stored is None:
        return {**record, "undecodable": "not one grey sample a pixel"}
    return {**record, "hu": values(data, stored, name)}


def pixels(data: pydicom.Dataset, frames: int) -> np.ndarray | None:
    """Stored values, (frame, row, column); None for colour."""
    if int(data.get("SamplesPerPixel", 1)) != 1 or not str(
        data.get("PhotometricInterpretation", "MONOCHROME2")
    ).startswith("MONOCHROME"):
        return None
    if "PhotometricInterpretation" not in data:  # ACR-NEMA has no such element: its pictures are grey.
        data.PhotometricInterpretation, data.SamplesPerPixel = "MONOCHROME2", 1
    if "TransferSyntaxUID" not in data.file_meta:
        data.file_meta.TransferSyntaxUID = (
            ImplicitVRLittleEndian if data.original_encoding[0] else ExplicitVRLittleEndian
        )
    if data.file_meta.TransferSyntaxUID in JPEG_12_BIT and int(data.BitsStored) > 8:
        streams = generate_frames(data.PixelData, number_of_frames=frames)
        return np.stack([imagecodecs.jpeg8_decode(stream) for stream in streams]).reshape(
            frames, data.Rows, data.Columns
        )
    return as_stored(data.pixel_array, data).reshape(frames, data.Rows, data.Columns)


def as_stored(array: np.ndarray, data: pydicom.Dataset) -> np.ndarray:
    """The stored bits alone, with their sign: pydicom leaves the bits beside them and the sign that JPEG-LS drops.

    The bits above and below the stored ones are no part of the value (PS3.5 8.1.1); the sign is the highest stored bit.
    """
    bits, is_signed = int(data.BitsStored), data.PixelRepresentation == 1
    if bits >= int(data.BitsAllocated) or array.dtype.kind not in "iu":
        return array
    words = array.astype(np.int64)
    if data.file_meta.TransferSyntaxUID.is_encapsulated and data.file_meta.TransferSyntaxUID != RLE:
        # A lossy decoder may leave the range of the stored bits by a little: nothing is cut off. JPEG 2000 knows the sign.
        is_signed &= data.file_meta.TransferSyntaxUID in WITHOUT_SIGN
        return np.where(words >= 1 << (bits - 1), words - (1 << bits), words) if is_signed else array
    words = (words >> (int(data.HighBit) + 1 - bits)) & ((1 << bits) - 1)
    return np.where(words >= 1 << (bits - 1), words - (1 << bits), words) if is_signed else words


def values(data: pydicom.Dataset, stored: np.ndarray, name: str) -> list[float]:
    """Slope times stored value plus intercept, slope 1 and intercept 0 where the file has none."""
    out = []
    for index in points_of(name, stored.size):
        frame = index // (stored.shape[1] * stored.shape[2])
        slope, intercept = rescale_of(data, frame)
        value = slope * float(stored.flat[index]) + intercept
        if is_bright_padding(data, stored.flat[index], value):
            value = AIR_HU
        out.append(int(value) if value == int(value) else round(value, 5))
    return out


def is_bright_padding(data: pydicom.Dataset, stored: float, value: float) -> bool:
    """Padding above every tissue is shown as air (src/viewer/padding.ts); pydicom leaves it to the reader."""
    padding = data.get("PixelPaddingValue")
    return padding is not None and stored == int(padding) and value > HIGHEST_TISSUE_HU


def rescale_of(data: pydicom.Dataset, frame: int) -> tuple[float, float]:
    macro = functional_group(data, frame, "PixelValueTransformationSequence") or data
    slope, intercept = macro.get("RescaleSlope"), macro.get("RescaleIntercept")
    return (1.0 if slope is None else float(slope), 0.0 if intercept is None else float(intercept))


def functional_group(data: pydicom.Dataset, frame: int, keyword: str) -> pydicom.Dataset | None:
    """The macro of one frame: its own, else the shared one."""
    own = data.get("PerFrameFunctionalGroupsSequence")
    shared = data.get("SharedFunctionalGroupsSequence")
    for groups in ([own[frame]] if own and frame < len(own) else []), (shared or [])[:1]:
        for group in groups:
            if group.get(keyword):
                return group[keyword].value[0]
    return None


def geometry(data: pydicom.Dataset, frames: int) -> Record:
    """Spacing between rows and columns, orientation and position, LPS mm; one position a frame."""
    has_groups = len(data.get("PerFrameFunctionalGroupsSequence") or []) == frames

    def of(frame: int, keyword: str, macro: str, count: int) -> list[float] | None:
        place = (functional_group(data, frame, macro) if has_groups else None) or data
        value = place.get(keyword)
        if value is None or isinstance(value, str) or not hasattr(value, "__len__") or len(value) != count:
            return None
        parts = [round(float(part), 6) for part in value]
        # A pixel of no size is no spacing.
        return None if keyword == "PixelSpacing" and min(parts) <= 0 else parts

    return {
        "spacing": of(0, "PixelSpacing", "PixelMeasuresSequence", 2),
        "orientation": of(0, "ImageOrientationPatient", "PlaneOrientationSequence", 6),
        "positions": [
            of(frame, "ImagePositionPatient", "PlanePositionSequence", 3)
            for frame in range(frames if has_groups else 1)
        ],
    }


def to_bytes(data: pydicom.Dataset) -> bytes:
    buffer = io.BytesIO()
    data.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
