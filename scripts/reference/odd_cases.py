"""Files that are legal but rarely met, or wrong in a way that is met: values, bits, lengths, words."""

import numpy as np
from cases import (
    BASELINE,
    COLUMNS,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    J2K,
    JLS,
    LOSSLESS_70,
    RLE,
    ROWS,
    encode,
    finish,
    image,
    native,
    pattern,
    setting,
    words_of,
)
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence


def odd_cases() -> dict[str, bytes]:
    return {
        f"odd/{name}": content
        for group in (scales(), multi_energy(), bits(), syntax(), streams())
        for name, content in group.items()
    }


def scales() -> dict[str, bytes]:
    """Rescale, padding, polarity."""
    cases = {
        "slope-fraction": native(
            12, False, change=setting(RescaleSlope="0.61037", RescaleIntercept="-1000.5")
        ),
        "slope-exponent": native(
            12, False, change=setting(RescaleSlope="1.0E+00", RescaleIntercept="-1.024E3")
        ),
        "no-rescale": native(12, False, change=setting(RescaleSlope=None, RescaleIntercept=None)),
        "no-slope": native(12, False, change=setting(RescaleSlope=None)),
        "slope-zero": native(12, False, change=setting(RescaleSlope="0")),
        "monochrome1": native(12, False, change=setting(PhotometricInterpretation="MONOCHROME1")),
        "type-hu": native(12, False, change=setting(RescaleType="HU")),
        "type-unspecified": native(12, False, change=setting(RescaleType="US")),
        "type-modified-hu": native(12, False, change=setting(RescaleType="HU_MOD")),
        "type-optical-density": native(12, False, change=setting(RescaleType="OD")),
        "type-effective-z": native(12, False, change=setting(RescaleType="Z_EFF")),
        "type-mg-ml": native(12, False, change=setting(RescaleType="MGML")),
        "padding-signed": padded(True, -2000),
        "padding-unsigned": padded(False, 63536),
    }
    table = Dataset()
    table.LUTDescriptor, table.ModalityLUTType, table.LUTData = [4, 0, 16], "US", b"\0\0\1\0\2\0\3\0"
    cases["modality-lut"] = native(
        12,
        False,
        change=setting(RescaleSlope=None, RescaleIntercept=None, ModalityLUTSequence=Sequence([table])),
    )
    return cases


def padded(signed: bool, value: int) -> bytes:
    """A round field of view: the corners hold the padding value."""
    data = image(16, signed)
    array = pattern(12, False) - (1024 if signed else 0)
    row, column = np.mgrid[0:ROWS, 0:COLUMNS]
    array[(row - ROWS / 2) ** 2 / ROWS**2 + (column - COLUMNS / 2) ** 2 / COLUMNS**2 > 0.25] = value
    data.add_new("PixelPaddingValue", "SS" if signed else "US", value)
    return finish(data, EXPLICIT, words_of(array, data))


def multi_energy() -> dict[str, bytes]:
    """CT Image Type value 4 and Multi-energy CT Acquisition, PS3.3 C.8.2.1.1.1."""
    kinds = {
        "monoenergetic": "VMI",
        "material": "MAT_SPECIFIC",
        "material-removed": "MAT_REMOVED",
        "effective-z": "EFF_ATOMIC_NUM",
        "electron-density": "ELECTRON_DENSITY",
    }
    return {
        f"energy-{name}": native(
            12,
            False,
            change=setting(ImageType=["DERIVED", "PRIMARY", "AXIAL", kind], MultienergyCTAcquisition="YES"),
        )
        for name, kind in kinds.items()
    }


def bits() -> dict[str, bytes]:
    overlay = image(12, False)
    raised = image(12, False)
    raised.HighBit = 15
    wide = image(16, True, allocated=32)
    too_many = image(12, False)
    too_many.BitsStored, too_many.HighBit = 20, 19
    sign_less = image(12, True)
    plane = np.indices((ROWS, COLUMNS)).sum(axis=0) % 3 == 0
    return {
        "overlay-in-high-bits": finish(
            overlay, EXPLICIT, words_of(pattern(12, False) | (plane << 12) | (plane << 15), overlay)
        ),
        "signed-without-extension": finish(
            sign_less, EXPLICIT, (pattern(12, True) & 0xFFF).astype("<u2").tobytes()
        ),
        "high-bit-15-of-12": finish(raised, EXPLICIT, words_of(pattern(12, False) << 4, raised)),
        "allocated-32": finish(wide, EXPLICIT, words_of(pattern(16, True), wide)),
        "stored-beyond-allocated": finish(too_many, EXPLICIT, words_of(pattern(12, False), too_many)),
    }


def syntax() -> dict[str, bytes]:
    """Lengths, private elements, character sets."""
    private = Dataset()
    private.add_new(0x00291010, "UN", b"\x01\x02\x03")

    def crowd(data: Dataset) -> None:
        block = data.private_block(0x0029, "REFERENCE TEST", create=True)
        block.add_new(0x01, "UN", b"\xfe\xff\x00\xe0\xff\xff\xff\xff")
        block.add_new(0x02, "SQ", Sequence([private]))
        data.ReferencedImageSequence = Sequence([Dataset()])
        data["ReferencedImageSequence"].is_undefined_length = True
        data.ReferencedImageSequence[0].ReferencedSOPInstanceUID = "1.2.3"
        data.ReferencedImageSequence[0].is_undefined_length_sequence_item = True

    return {
        "private-and-open-implicit": native(12, False, IMPLICIT, crowd),
        "private-and-open-explicit": native(12, False, EXPLICIT, crowd),
        "private-and-open-deflated": native(12, False, DEFLATED, crowd),
        "name-utf8": native(12, False, change=setting(PatientName="Мюллер^Žofie=山田^太郎")),
        "name-latin1": native(
            12, False, change=setting(SpecificCharacterSet="ISO_IR 100", PatientName="Müller^Åse")
        ),
        "name-japanese": native(
            12,
            False,
            change=setting(SpecificCharacterSet=["", "ISO 2022 IR 87"], PatientName="Yamada^Tarou=山田^太郎"),
        ),
        "eight-bit-odd": native(8, False),
    }


def streams() -> dict[str, bytes]:
    """Compressed frames that the header describes wrongly, or that are cut into pieces."""
    said_signed = image(16, True)
    precise = image(16, False)
    narrow = image(12, False)
    narrow.BitsStored, narrow.HighBit = 16, 15
    smaller = image(12, False)
    smaller.Rows -= 1
    larger = image(12, False)
    larger.Columns += 2
    unsigned = image(12, False)
    cases = {
        "j2k-unsigned-stream-signed-header": finish(
            said_signed, J2K, encapsulate([encode(pattern(16, False), precise, J2K)])
        ),
        "j2k-12-bit-stream-16-bit-header": finish(
            narrow, J2K, encapsulate([encode(pattern(12, False), unsigned, J2K)])
        ),
        "jls-12-bit-stream-16-bit-header": finish(
            narrow, JLS, encapsulate([encode(pattern(12, False), unsigned, JLS)])
        ),
        "j2k-fewer-rows-in-header": finish(
            smaller, J2K, encapsulate([encode(pattern(12, False), unsigned, J2K)])
        ),
        "jpeg-more-columns-in-header": finish(
            larger, LOSSLESS_70, encapsulate([encode(pattern(12, False), unsigned, LOSSLESS_70)])
        ),
        "baseline-as-12-bit": finish(
            image(12, False), BASELINE, encapsulate([encode(pattern(8, False), image(8, False), BASELINE)])
        ),
        "stream-of-another-syntax": finish(
            image(12, False), J2K, encapsulate([encode(pattern(12, False), unsigned, JLS)])
        ),
    }
    for name, uid in {"rle": RLE, "j2k": J2K, "jls": JLS, "jpeg70": LOSSLESS_70}.items():
        cases[f"{name}-five-fragments"] = finish(
            image(12, False),
            uid,
            encapsulate([encode(pattern(12, False), unsigned, uid)], fragments_per_frame=5, has_bot=False),
        )
    return cases
