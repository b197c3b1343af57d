/** PatientAge (AS, "066Y", "018M") in whole years; null where it says none. "000Y" is what de-identification leaves: infants have days, weeks or months. */
export function ageInYears(patientAge: string | null): number | null {
  const match = /^(\d{3})([DWMY])$/.exec(patientAge?.trim() ?? '');
  if (!match || match[0] === '000Y') return null;
  const perYear = { D: 365.25, W: 52.18, M: 12, Y: 1 }[match[2] as 'D' | 'W' | 'M' | 'Y'];
  return Math.floor(Number(match[1]) / perYear);
}

/**
 * PatientAge (AS) in whole years from the birth date on the day of the study, for headers that give dates alone. The birth date itself
 * is not kept. Null where a date is missing, no date, or gives no age of a person.
 * @param birthDate and studyDate DICOM dates (DA), YYYYMMDD
 */
export function ageFromDates(birthDate: string | null, studyDate: string | null): string | null {
  const [birth, study] = [dayOf(birthDate), dayOf(studyDate)];
  if (birth === null || study === null) return null;
  const hadBirthday = study.month > birth.month || (study.month === birth.month && study.day >= birth.day);
  const years = study.year - birth.year - (hadBirthday ? 0 : 1);
  // De-identified headers have birth dates such as 19000101, the day of the study or later ones; infants have months.
  return years < 1 || years > 99 ? null : `${String(years).padStart(3, '0')}Y`;
}

function dayOf(date: string | null): { readonly year: number; readonly month: number; readonly day: number } | null {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(date?.trim() ?? '');
  return match ? { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) } : null;
}
