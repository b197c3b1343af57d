"""The hundred places of an image that are compared, the same in Python and in src/testing/fuzz-random.ts."""

import zlib

POINTS = 100
MASK = 0xFFFFFFFF


class Mulberry32:
    """Twin of seededRandom in src/testing/fuzz-random.ts: the same seed makes the same choices there and here."""

    def __init__(self, seed: int) -> None:
        self.state = seed & MASK

    def below(self, n: int) -> int:
        self.state = (self.state + 0x6D2B79F5) & MASK
        mixed = ((self.state ^ (self.state >> 15)) * (self.state | 1)) & MASK
        mixed ^= (mixed + ((mixed ^ (mixed >> 7)) * (mixed | 61))) & MASK
        return int(((mixed ^ (mixed >> 14)) & MASK) / 2**32 * n)


def points_of(path: str, count: int) -> list[int]:
    """Flat indices (frame, row, column; column fastest) below `count`, seeded by the CRC-32 of the file's path."""
    random = Mulberry32(zlib.crc32(path.encode()))
    return [random.below(count) for _ in range(POINTS)]
