import { data } from 'dcmjs';

type Decimals = readonly number[] | 'invalid' | null;

/** Geometry and value scale of a single-frame file as dcmjs reads it; null for what it does not find, `invalid` for what is no such value. */
export type ReferenceHeader = {
  readonly rows: number | null;
  readonly columns: number | null;
  readonly spacing: Decimals;
  readonly position: Decimals;
  readonly orientation: Decimals;
  readonly slope: Decimals;
  readonly intercept: Decimals;
};

/** The same bytes through another reader, for tests; null where it cannot read them. */
export function readReference(bytes: Uint8Array<ArrayBuffer>): ReferenceHeader | null {
  try {
    const { dict } = data.DicomMessage.readFile(bytes.slice().buffer, { ignoreErrors: false, forceStoreRaw: true });
    return {
      rows: integerOf(dict['00280010']),
      columns: integerOf(dict['00280011']),
      spacing: decimalsOf(dict['00280030'], 2),
      position: decimalsOf(dict['00200032'], 3),
      orientation: decimalsOf(dict['00200037'], 6),
      slope: decimalsOf(dict['00281053'], 1),
      intercept: decimalsOf(dict['00281052'], 1),
    };
  } catch {
    return null;
  }
}

type DcmjsElement = { readonly vr: string; readonly Value?: readonly unknown[]; readonly _rawValue?: readonly unknown[] | string } | undefined;

function integerOf(element: DcmjsElement): number | null {
  const value = element?.vr === 'US' ? element.Value?.[0] : null;
  return typeof value === 'number' ? value : null;
}

/** Exactly n decimal strings by the grammar of PS3.5 table 6.2-1, or with the decimal comma that the application accepts on purpose. */
function decimalsOf(element: DcmjsElement, n: number): Decimals {
  if (element?.vr !== 'DS') return null;
  const raw = element._rawValue ?? element.Value ?? [];
  const texts = (typeof raw === 'string' ? raw.split('\\') : raw).map((value) => String(value).replaceAll('\0', ' ').trim().replace(',', '.'));
  const values = texts.every((text) => /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) ? texts.map(Number) : [];
  return values.length === n && values.every(Number.isFinite) ? values : 'invalid';
}
