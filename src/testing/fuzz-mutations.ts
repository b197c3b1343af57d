import { ascii, joined, uint32 } from './dicom-bytes.ts';
import type { Random } from './fuzz-random.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type Mutation = (bytes: Bytes, random: Random) => Bytes;

/** Lengths that readers trip over: none, odd, beyond the end, undefined, negative as a signed number. */
const BAD_LENGTHS = [0, 1, 2, 7, 255, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
const VRS = ['AE', 'DS', 'FD', 'IS', 'OB', 'OW', 'SQ', 'UN', 'US', 'UT', 'ZZ', '\0\0'];
// Tags that the reader uses, delimiters, and the pixel data.
const TAGS = [
  0x00080005, 0x00080018, 0x00080060, 0x0020000e, 0x00200032, 0x00200037, 0x00280008, 0x00280010, 0x00280011, 0x00280030,
  0x00280100, 0x00281053, 0x52009229, 0x52009230, 0x7fe00010, 0xfffee000, 0xfffee00d, 0xfffee0dd, 0x00020010,
];
const NUMBERS = ['', '0', '-1', '1e9', '1e400', '.5', '2,5', 'nan', '99999999999', '1e-300', '+4.', '0x10', '12 13'];

/** Damages a DICOM file in one way; the file may stay readable. */
export function mutateDicom(bytes: Bytes, random: Random): Bytes {
  // What is shorter than one element cannot be damaged further.
  return bytes.length < 32 ? bytes : random.pick(DICOM_MUTATIONS)(bytes.slice(), random);
}

/** Damages a zip archive in one way: its bytes, or what its directory says of them. */
export function mutateZip(bytes: Bytes, random: Random): Bytes {
  return random.pick(ZIP_MUTATIONS)(bytes.slice(), random);
}

const flipBits: Mutation = (bytes, random) => {
  for (let n = 1 + random.below(8); n > 0; n -= 1) {
    const at = random.below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  }
  return bytes;
};

const truncate: Mutation = (bytes, random) => bytes.slice(0, random.below(bytes.length));

const removeRange: Mutation = (bytes, random) => {
  const at = random.below(bytes.length);
  return joined([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(40))]);
};

const repeatRange: Mutation = (bytes, random) => {
  const at = random.below(bytes.length);
  const end = at + 1 + random.below(200);
  return joined([bytes.subarray(0, end), bytes.subarray(at)]);
};

const changeLength: Mutation = (bytes, random) => {
  const { at } = random.pick(elementsOf(bytes));
  const length = random.pick(BAD_LENGTHS);
  if (random.below(2) === 0) bytes.set(uint32(length, false), Math.min(at + (random.below(2) === 0 ? 4 : 8), bytes.length - 4));
  else bytes.set(uint32(length, false).subarray(0, 2), at + 6);
  return bytes;
};

const changeVr: Mutation = (bytes, random) => {
  bytes.set(ascii(random.pick(VRS)), random.pick(elementsOf(bytes)).at + 4);
  return bytes;
};

const changeTag: Mutation = (bytes, random) => {
  const tag = random.pick(TAGS);
  bytes.set([(tag >>> 16) & 255, tag >>> 24, tag & 255, (tag >>> 8) & 255], random.pick(elementsOf(bytes)).at);
  return bytes;
};

const swapTags: Mutation = (bytes, random) => {
  const [a, b] = [random.pick(elementsOf(bytes)).at, random.pick(elementsOf(bytes)).at];
  const first = bytes.slice(a, a + 4);
  bytes.copyWithin(a, b, b + 4);
  bytes.set(first, b);
  return bytes;
};

const moveElement: Mutation = (bytes, random) => {
  const from = random.pick(elementsOf(bytes));
  const to = random.pick(elementsOf(bytes)).at;
  const element = bytes.slice(from.at, from.end);
  return joined([bytes.subarray(0, to), element, bytes.subarray(to)]);
};

/** Digits, backslashes, blanks and NULs in the middle of text values, where the geometry stands. */
const scribble: Mutation = (bytes, random) => {
  const text = textPlaces(bytes);
  if (text.length === 0) return bytes;
  for (let n = 1 + random.below(3); n > 0; n -= 1) bytes[random.pick(text)] = random.pick([...ascii('\\\\\\-.,eE 0123456789\0+')]);
  return bytes;
};

const rewriteNumber: Mutation = (bytes, random) => {
  const text = textPlaces(bytes);
  if (text.length === 0) return bytes;
  bytes.set(ascii(random.pick(NUMBERS)).subarray(0, 8), Math.min(random.pick(text), bytes.length - 8));
  return bytes;
};

/** Items opened inside items, far deeper than any header. */
const nest: Mutation = (bytes, random) => {
  const { at } = random.pick(elementsOf(bytes));
  const open = joined([Uint8Array.from([0x08, 0, 0x40, 0x11]), ascii('SQ'), new Uint8Array(2), uint32(0xffffffff, false), Uint8Array.from([0xfe, 0xff, 0, 0xe0]), uint32(0xffffffff, false)]);
  return joined([bytes.subarray(0, at), ...Array.from({ length: random.pick([1, 20, 3000]) }, () => open), bytes.subarray(at)]);
};

const DICOM_MUTATIONS: readonly Mutation[] = [
  flipBits, truncate, removeRange, repeatRange, changeLength, changeVr, changeTag, swapTags, moveElement, scribble, scribble, rewriteNumber, nest,
];

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;

/** Changes a field of a directory record (PKWARE APPNOTE 4.3): method, sizes, name lengths, offsets, counts. */
const lieInDirectory: Mutation = (bytes, random) => {
  const places = [...recordsAt(bytes, CENTRAL).map((at) => ({ at, fields: [8, 10, 16, 20, 24, 28, 30, 32, 42] })), ...recordsAt(bytes, END).map((at) => ({ at, fields: [8, 10, 12, 16, 20] }))];
  if (places.length === 0) return bytes;
  const { at, fields } = random.pick(places);
  const field = at + random.pick(fields);
  if (field + 4 <= bytes.length) bytes.set(uint32(random.pick([...BAD_LENGTHS, random.below(bytes.length)]), false).subarray(0, random.below(2) === 0 ? 2 : 4), field);
  return bytes;
};

const lieInLocalHeader: Mutation = (bytes, random) => {
  const places = recordsAt(bytes, LOCAL);
  if (places.length > 0) bytes.set(uint32(random.pick(BAD_LENGTHS), false), Math.min(random.pick(places) + random.pick([6, 8, 14, 18, 22, 26]), bytes.length - 4));
  return bytes;
};

const ZIP_MUTATIONS: readonly Mutation[] = [flipBits, truncate, removeRange, repeatRange, lieInDirectory, lieInDirectory, lieInLocalHeader];

function recordsAt(bytes: Bytes, signature: number): readonly number[] {
  const [a, b, c, d] = uint32(signature, false);
  const found: number[] = [];
  for (let at = bytes.indexOf(a ?? 0); at >= 0 && at + 22 <= bytes.length; at = bytes.indexOf(a ?? 0, at + 1)) {
    if (bytes[at + 1] === b && bytes[at + 2] === c && bytes[at + 3] === d) found.push(at);
  }
  return found;
}

type Place = { readonly at: number; readonly end: number };

/** Where elements seem to begin: bytes of a known group before a VR. Without any (implicit, deflated), anywhere. */
function elementsOf(bytes: Bytes): readonly Place[] {
  const starts: number[] = [];
  for (let at = 0; at + 12 < bytes.length; at += 2) {
    const vr = String.fromCharCode(bytes[at + 4] ?? 0, bytes[at + 5] ?? 0);
    if (/^[A-Z]{2}$/.test(vr) && (bytes[at + 1] === 0 || bytes[at + 1] === 0x52 || bytes[at + 1] === 0x7f)) starts.push(at);
  }
  if (starts.length === 0) {
    for (let at = 0; at + 12 < bytes.length; at += 8) starts.push(at);
  }
  if (starts.length === 0) return [{ at: 0, end: bytes.length }];
  return starts.map((at, index) => ({ at, end: starts[index + 1] ?? bytes.length }));
}

/** Digits and backslashes of values with several numbers: positions, orientations, spacings. */
function textPlaces(bytes: Bytes): readonly number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(0x5c); at >= 0; at = bytes.indexOf(0x5c, at + 1)) {
    for (let near = Math.max(0, at - 6); near < Math.min(bytes.length, at + 7); near += 1) {
      const byte = bytes[near] ?? 0;
      if (byte === 0x5c || (byte >= 0x30 && byte <= 0x39)) places.push(near);
    }
  }
  return places;
}
