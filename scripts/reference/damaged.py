"""Damaged pixel data, and what pydicom's decoders make of it: e2e/fixtures/reference/damaged.json.

    /tmp/reference/bin/python scripts/reference/damaged.py [--cases 1000] [--first 0] [--out FILE]

A case is a file of synthetic.zip and edits of its pixel data: [offset, bytes removed, bytes put in as hex], in turn.
`crc` are, for each frame, the CRC-32 of its stored values as little-endian int32, row by row, by each reference decoder
that gives a picture; none where all refuse. Decoders crash on some damage, so they work in a child process that is
started anew; such a case has null for `crc`, since nothing is known of its frames.
"""

import argparse
import io
import json
import subprocess
import sys
import warnings
import zipfile
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
from points import Mulberry32
from pydicom.encaps import encapsulate, generate_fragments, get_frame, parse_basic_offsets
from pydicom.pixels import pixel_array
from read_dicom import as_stored

FIXTURES = Path(__file__).resolve().parents[2] / "e2e/fixtures/reference"
# Without loss, so that decoders have to agree to the last bit.
SEEDS = (
    "native/",
    "lossless/",
    "enhanced/",
    "odd/rle-five",
    "odd/j2k-five",
    "odd/jls-five",
    "odd/jpeg70-five",
)
LOSSLESS_JPEG = ("1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70")
CHILD_SECONDS = 120
DEFLATED_PIXEL_BYTES = 350

Edit = tuple[int, int, str]


def seeds() -> dict[str, bytes]:
    with zipfile.ZipFile(FIXTURES / "synthetic.zip") as archive:
        names = [
            name
            for name in sorted(archive.namelist())
            if name.startswith(SEEDS) and not name.endswith("-s8.dcm")
        ]
        return {name: archive.read(name) for name in names}


def damage(content: bytes, random: Mulberry32) -> list[Edit]:
    """One to three edits behind the tag of the pixel data; of deflated files in the last bytes, which hold pixels only."""
    tag = max(content.rfind(b"\xe0\x7f\x10\x00"), content.rfind(b"\x7f\xe0\x00\x10"))
    start = tag + 8 if tag > 0 else len(content) - DEFLATED_PIXEL_BYTES
    return [edit(content, start, random) for _ in range(1 + random.below(3))]


def edit(content: bytes, start: int, random: Mulberry32) -> Edit:
    at = start + random.below(len(content) - start)
    items = item_places(content, start)
    match random.below(8):
        case 0 | 1:
            return at, 1, f"{content[at] ^ (1 << random.below(8)):02x}"
        case 2:
            return at, len(content) - at, ""
        case 3:
            return at, 1 + random.below(40), ""
        case 4:
            length = 1 + random.below(40)
            return at, 0, content[at : at + length].hex()
        case 5:
            length = 1 + random.below(60)
            return at, length, ("00", "ff", "d9")[random.below(3)] * length
        case 6 if items:
            # The length of a fragment or of the offset table, or an entry of the table.
            place = items[random.below(len(items))] + 4 * (1 + random.below(2))
            value = (0, 1, 7, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, random.below(4000))[random.below(7)]
            return place, 4, value.to_bytes(4, "little").hex()
        case _:
            other = start + random.below(len(content) - start)
            length = 1 + random.below(30)
            return at, length, content[other : other + length].hex()


def item_places(content: bytes, start: int) -> list[int]:
    places, at = [], content.find(b"\xfe\xff\x00\xe0", start)
    while at >= 0:
        places.append(at)
        at = content.find(b"\xfe\xff\x00\xe0", at + 4)
    return places


def apply(content: bytes, edits: list[Edit]) -> bytes:
    for at, removed, put in edits:
        content = content[:at] + bytes.fromhex(put) + content[at + removed :]
    return content


def checksums(content: bytes, frames: int) -> list[list[int]]:
    """Frame by frame: damage to one is none to the others."""
    try:
        data = read_up_to_pixels(content)
        return [checksum(data, frame) for frame in range(frames)]
    except Exception:  # Whatever pydicom raises of damaged bytes: it does not read them.
        return [[]] * frames


def read_up_to_pixels(content: bytes) -> pydicom.Dataset:
    """pydicom throws a whole file away for what stands behind uncompressed pixels: that is cut off, the file read again."""
    try:
        data = pydicom.dcmread(io.BytesIO(content), force=True)
        if "PixelData" in data:
            return data
    except Exception:
        pass
    at = max(content.rfind(b"\xe0\x7f\x10\x00"), content.rfind(b"\x7f\xe0\x00\x10"))
    is_explicit = content[at + 4 : at + 6] in (b"OB", b"OW")
    value = at + (12 if is_explicit else 8)
    length = int.from_bytes(content[value - 4 : value], "little" if content[at] == 0xE0 else "big")
    return pydicom.dcmread(io.BytesIO(content[: value + length]), force=True)


def checksum(data: pydicom.Dataset, frame: int) -> list[int]:
    """One for each decoder that gives a picture: GDCM and libjpeg-turbo make different things of the same damage."""
    sums: list[int] = []
    if int(data.get("SamplesPerPixel", 1)) != 1 or frame >= int(data.get("NumberOfFrames") or 1):
        return sums
    for read in (pixel_array, without_table, by_libjpeg_turbo):
        try:
            sums.append(zlib.crc32(as_stored(read(data, index=frame), data).astype("<i4").tobytes()))
        except Exception:
            continue
    return sorted(set(sums))


def without_table(data: pydicom.Dataset, index: int) -> np.ndarray:
    """One frame is all fragments together; pydicom gives up where a damaged offset table says otherwise."""
    if not data.file_meta.TransferSyntaxUID.is_encapsulated or int(data.get("NumberOfFrames") or 1) != 1:
        raise NotImplementedError
    buffer = io.BytesIO(data.PixelData)
    parse_basic_offsets(buffer)
    whole = pydicom.Dataset(data)
    whole.file_meta = data.file_meta
    whole.PixelData = encapsulate([b"".join(generate_fragments(buffer))])
    return pixel_array(whole, index=index)


def by_libjpeg_turbo(data: pydicom.Dataset, index: int) -> np.ndarray:
    if data.file_meta.TransferSyntaxUID not in LOSSLESS_JPEG:
        raise NotImplementedError
    stream = get_frame(data.PixelData, index, number_of_frames=int(data.get("NumberOfFrames") or 1))
    decoded = imagecodecs.jpeg8_decode(stream)
    if decoded.shape != (data.Rows, data.Columns):
        raise ValueError("another size")
    return decoded


def case(number: int, files: dict[str, bytes]) -> dict[str, object]:
    random = Mulberry32(number)
    name = list(files)[random.below(len(files))]
    edits = damage(files[name], random)
    return {"file": name, "edits": edits}


def run_child(first: int, last: int) -> None:
    warnings.simplefilter("ignore")
    files = seeds()
    for number in range(first, last):
        one = case(number, files)
        content = apply(files[str(one["file"])], one["edits"])  # type: ignore[arg-type]
        frames = 4 if str(one["file"]).startswith("enhanced/") else 1
        print(json.dumps({**one, "crc": checksums(content, frames)}, separators=(",", ":")), flush=True)


def run(first: int, count: int) -> list[str]:
    files = seeds()
    lines: list[str] = []
    while len(lines) < count:
        start = first + len(lines)
        command = [sys.executable, __file__, "--child", str(start), str(min(start + 500, first + count))]
        try:
            out = subprocess.run(
                command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=CHILD_SECONDS, check=False
            ).stdout
            ended = False
        except subprocess.TimeoutExpired as error:
            out, ended = error.stdout or b"", True
        done = [line for line in out.decode().split("\n") if line.endswith("}")]
        lines += done
        if ended or len(done) < min(500, first + count - start):
            # The case that ended the child: the reference gives no answer to it.
            lines.append(json.dumps({**case(first + len(lines), files), "crc": None}, separators=(",", ":")))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--out", type=Path, default=FIXTURES / "damaged.json")
    parser.add_argument("--child", type=int, nargs=2)
    options = parser.parse_args()
    if options.child:
        run_child(*options.child)
    else:
        options.out.write_text("[\n" + ",\n".join(run(options.first, options.cases)) + "\n]\n")


if __name__ == "__main__":
    main()
