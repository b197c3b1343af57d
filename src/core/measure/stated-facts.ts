import { ageInYears } from '../dicom/patient-age.ts';
import type { AcquisitionFacts, Series } from '../dicom/series.ts';

/** PatientSex as far as anything here depends on it; O: other. */
export type PatientSex = 'F' | 'M' | 'O';

/** What a header may leave open and a reader may state; null where it is not said. */
type OpenFacts<Sex extends PatientSex> = { readonly kvp: number | null; readonly contrast: boolean | null; readonly ageYears: number | null; readonly sex: Sex | null };

/** As the header says it. */
export type HeaderFacts = OpenFacts<PatientSex>;

/** What the reader says of a scan whose header is silent. */
export type StatedFacts = OpenFacts<'F' | 'M'>;

export const NOTHING_STATED: StatedFacts = { kvp: null, contrast: null, ageYears: null, sex: null };

/** Tube voltages that CT scanners offer between the limits of the conversion, kVp. */
export const STATEABLE_KVP = [80, 90, 100, 110, 120, 130, 140] as const;

/** Whole years. What is compared with age is published of adults; beyond the other end it is a slip of the hand. */
export const STATEABLE_AGE = { min: 18, max: 110 } as const;

/** An age as typed; null where it is none that can be stated. */
export function readStatedAge(typed: string): number | null {
  const years = /^\s*\d{1,3}\s*$/.test(typed) ? Number(typed) : Number.NaN;
  return years >= STATEABLE_AGE.min && years <= STATEABLE_AGE.max ? years : null;
}

/** Virtual monoenergetic images have no tube voltage, so none can be stated for them. */
export function canStateKvp({ problems }: Pick<Series, 'problems'>): boolean {
  return problems.every(({ code }) => code !== 'monoenergetic');
}

export function headerFactsOf({ acquisition, slices }: Pick<Series, 'acquisition' | 'slices'>): HeaderFacts {
  const { kvp, contrast } = acquisition;
  const sex = slices[0]?.patientSex?.trim() ?? '';
  return { kvp, contrast, ageYears: ageInYears(slices[0]?.patientAge ?? null), sex: sex === 'F' || sex === 'M' || sex === 'O' ? sex : null };
}

/** The facts that the numbers are made with: what the header says, and what the reader states where it says nothing. A header is never overruled. */
export function withStatedFacts(header: AcquisitionFacts, stated: StatedFacts): AcquisitionFacts {
  return { ...header, kvp: header.kvp ?? stated.kvp, contrast: header.contrast ?? stated.contrast };
}

/** The stated facts that count: those that the header does not give; null where there are none. */
export function effectiveStatement(header: HeaderFacts, stated: StatedFacts): StatedFacts | null {
  const counts: StatedFacts = {
    kvp: header.kvp === null ? stated.kvp : null,
    contrast: header.contrast === null ? stated.contrast : null,
    ageYears: header.ageYears === null ? stated.ageYears : null,
    sex: header.sex === null ? stated.sex : null,
  };
  return Object.values(counts).every((fact) => fact === null) ? null : counts;
}

/** Something that is known of the patient, and who says so. */
export type KnownFact<Value> = { readonly value: Value; readonly source: 'header' | 'reader' };

/** What statements on the patient depend on; null where neither the header nor the reader says it. */
export type PatientFacts = { readonly ageYears: KnownFact<number> | null; readonly sex: KnownFact<PatientSex> | null };

export function patientFactsOf(header: HeaderFacts, stated: StatedFacts): PatientFacts {
  return { ageYears: known(header.ageYears, stated.ageYears), sex: known<PatientSex>(header.sex, stated.sex) };
}

function known<Value>(header: Value | null, stated: Value | null): KnownFact<Value> | null {
  if (header !== null) return { value: header, source: 'header' };
  return stated === null ? null : { value: stated, source: 'reader' };
}
