import { plainText } from '#src/lib/foreign-text.ts';

/** One element of the DICOM JSON model, PS3.18 annex F.2. */
export type JsonElement = { readonly vr: string; readonly Value?: readonly unknown[] };

/** Elements by tag of eight hexadecimal digits. */
export type JsonDataSet = Readonly<Record<string, JsonElement>>;

/** Null for what is no list of data sets: an error page, another format. */
export function dataSetsOf(answer: unknown): readonly JsonDataSet[] | null {
  if (!Array.isArray(answer)) return null;
  return answer.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one)) ? (answer as JsonDataSet[]) : null;
}

/** Values as text, a person's name in its alphabetic form; numbers and text alike, as servers differ in that. */
export function textsOf(dataSet: JsonDataSet, tag: string): readonly string[] {
  const values = dataSet[tag]?.Value;
  if (!Array.isArray(values)) return [];
  return values.flatMap((value: unknown) => {
    if (typeof value === 'string' || typeof value === 'number') return [plainText(String(value))];
    const name = typeof value === 'object' && value !== null && 'Alphabetic' in value ? value.Alphabetic : null;
    return typeof name === 'string' ? [plainText(name)] : [];
  });
}

export function textOf(dataSet: JsonDataSet, tag: string): string {
  return textsOf(dataSet, tag)[0] ?? '';
}

/** A whole number of zero or more; null where there is none. */
export function countOf(dataSet: JsonDataSet, tag: string): number | null {
  const text = textOf(dataSet, tag);
  return /^\d+$/.test(text) ? Number(text) : null;
}
