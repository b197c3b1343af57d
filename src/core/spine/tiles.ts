type Triple = readonly [number, number, number];

/** Cells along z that are run at once; a whole body is run in parts, so that memory stays that of a chest. */
const TILE_DEPTH = 160;
/** Cells on each side that a part sees beyond its own: the network counts from ribs and sacrum, most of all within 150 mm. */
const TILE_MARGIN = 40;

/** Up to this a volume is run in one piece. */
const LONGEST = TILE_DEPTH + TILE_MARGIN;

/** A part of a volume along z: it is run over `from` to `to` and gives the cells from `keepFrom` to `keepTo`; half-open. */
export type Tile = { readonly from: number; readonly to: number; readonly keepFrom: number; readonly keepTo: number };

/** Parts that together give every slice once. Starts and ends are multiples of 8 where the depth is. */
export function planTiles(depth: number): readonly Tile[] {
  if (depth <= LONGEST) return [{ from: 0, to: depth, keepFrom: 0, keepTo: depth }];
  const tiles: Tile[] = [];
  for (let keepFrom = 0; keepFrom < depth; keepFrom += TILE_DEPTH) {
    const keepTo = Math.min(depth, keepFrom + TILE_DEPTH);
    tiles.push({ from: Math.max(0, keepFrom - TILE_MARGIN), to: Math.min(depth, keepTo + TILE_MARGIN), keepFrom, keepTo });
  }
  return tiles;
}

/**
 * Copies what a part gives into the whole.
 * @param stride cells of the volume for one of this output
 * @param sizeZyx of the whole volume in cells
 */
export function keepTile(whole: Float32Array, part: Float32Array, channels: number, stride: number, [depth, height, width]: Triple, tile: Tile): void {
  const slice = (height / stride) * (width / stride);
  const [wholeDepth, partDepth] = [depth / stride, (tile.to - tile.from) / stride];
  for (let channel = 0; channel < channels; channel += 1) {
    const start = (channel * partDepth + (tile.keepFrom - tile.from) / stride) * slice;
    const end = start + ((tile.keepTo - tile.keepFrom) / stride) * slice;
    whole.set(part.subarray(start, end), (channel * wholeDepth + tile.keepFrom / stride) * slice);
  }
}
