/** Number types of values that lie in a file one after the other, uncoded. */
export type NumberType = keyof typeof ARRAYS;

/** Where a slice's values lie in a file that is not DICOM (NIfTI): i fastest, then j, nothing between. */
export type RawPixels = {
  readonly numberType: NumberType;
  readonly isLittleEndian: boolean;
  /** First value of the slice, bytes from the file's start. */
  readonly offsetBytes: number;
  /** Every value of the file is whole after the rescale. */
  readonly isWhole: boolean;
  /** Voxels of the whole file without a value (NaN or infinite). */
  readonly missingVoxels: number;
};

const ARRAYS = {
  int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, int32: Int32Array, uint32: Uint32Array, float32: Float32Array, float64: Float64Array,
} as const;

export type RawValues = InstanceType<(typeof ARRAYS)[NumberType]>;

export function bytesPerValue(numberType: NumberType): number {
  return ARRAYS[numberType].BYTES_PER_ELEMENT;
}

/**
 * Stored values, a view on the bytes, which become its own: big-endian ones are turned round in place.
 * @param bytes exactly the values, at the start of their own buffer
 */
export function rawValues(bytes: Uint8Array<ArrayBuffer>, { numberType, isLittleEndian }: Pick<RawPixels, 'numberType' | 'isLittleEndian'>): RawValues {
  const size = bytesPerValue(numberType);
  // Typed arrays read in the machine's order, and browsers run on little-endian machines only.
  if (!isLittleEndian) {
    for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
  }
  return new ARRAYS[numberType](bytes.buffer, 0, bytes.length / size);
}
