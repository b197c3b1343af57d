import type { LevelPick } from '../levels/pick.ts';
import { describeMethod, type DensityReading } from '../measure/density-reading.ts';
import type { StatedFacts } from '../measure/stated-facts.ts';
import { isDensityRefused, isNetworkRefused } from './gates.ts';
import type { Estimate, LevelResult, LevelWarning } from './level-result.ts';
import { describeNameCount } from './name-words.ts';
import { RESEARCH_ONLY_STATEMENT } from './report.ts';

export type CsvInput = {
  readonly studyInstanceUid: string | null;
  readonly seriesInstanceUid: string | null;
  /** What the reader stated where the header is silent; null: nothing. */
  readonly statedByReader?: StatedFacts | null;
  readonly picks: readonly LevelPick[];
  readonly results: readonly LevelResult[];
  /** DXA scales in the order of their columns; unit as in the manifest ("g/cm2", "mg/cm2"). */
  readonly devices: readonly { readonly id: string; readonly unit: string }[];
  readonly appVersion: string;
};

type Cell = string | number | null;
type Column = { readonly name: string; readonly cell: (pick: LevelPick, result: LevelResult | undefined) => Cell };

/**
 * One cell by RFC 4180. Text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, CSV injection),
 * also where the sign is of full width or blanks stand before it; numbers are written as they are, so a negative one stays a number.
 */
function formatCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = /^(\s*[=+\-@＝＋－＠]|[\t\r\n])/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function rounded(value: number | null | undefined, digits: number): number | null {
  return value === null || value === undefined ? null : Number(value.toFixed(digits));
}

function estimateColumns(
  name: (part: string) => string,
  digits: number,
  pickEstimate: (result: LevelResult) => Estimate | undefined,
): readonly Column[] {
  return (['value', 'low', 'high'] as const).map((part) => ({
    name: name(part === 'value' ? '' : `_${part}`),
    cell: (_pick, result) =>
      result === undefined || isNetworkRefused(result.warnings) ? null : rounded(pickEstimate(result)?.[part], digits),
  }));
}

function deviceColumns({ id, unit }: CsvInput['devices'][number]): readonly Column[] {
  const deviceOf = (result: LevelResult) => result.network?.devices.find(({ deviceId }) => deviceId === id);
  const digits = unit === 'g/cm2' ? 3 : 0;
  return [
    ...estimateColumns((part) => `network_osteoporosis_probability${part}_${id}`, 3, (result) => deviceOf(result)?.osteoporosis),
    ...estimateColumns((part) => `network_abmd${part}_${id}_${unit.replace('/', '_')}`, digits, (result) => deviceOf(result)?.abmd),
  ];
}

function sentences(warnings: readonly LevelWarning[] | undefined, effect: LevelWarning['effect']): string {
  return (warnings ?? []).flatMap((warning) => (warning.effect === effect ? `${warning.code}: ${warning.sentence}` : [])).join(' ');
}

/** How the density that is given was had; null where it is withheld. */
function densityOf(result: LevelResult | undefined): DensityReading | null {
  return result === undefined || isDensityRefused(result.warnings) ? null : (result.measurement?.density ?? null);
}

function columnsOf(input: CsvInput): readonly Column[] {
  const measured = (digits: number, name: 'meanHu' | 'medianHu' | 'sdHu' | 'areaMm2' | 'volumeMm3'): Column['cell'] =>
    (_pick, result) => rounded(result?.measurement?.[name], digits);
  return [
    { name: 'study_instance_uid', cell: () => input.studyInstanceUid },
    { name: 'series_instance_uid', cell: () => input.seriesInstanceUid },
    { name: 'level', cell: (pick) => pick.level },
    { name: 'reader_state', cell: (pick) => pick.state },
    { name: 'name_count', cell: (pick) => (pick.nameCount === undefined ? null : describeNameCount(pick.nameCount)) },
    { name: 'age_stated_by_reader_years', cell: () => input.statedByReader?.ageYears ?? null },
    { name: 'sex_stated_by_reader', cell: () => input.statedByReader?.sex ?? null },
    { name: 'centre_left_mm', cell: (pick) => rounded(pick.centreLps[0], 1) },
    { name: 'centre_posterior_mm', cell: (pick) => rounded(pick.centreLps[1], 1) },
    { name: 'centre_superior_mm', cell: (pick) => rounded(pick.centreLps[2], 1) },
    { name: 'roi_mean_hu', cell: measured(1, 'meanHu') },
    { name: 'roi_median_hu', cell: measured(1, 'medianHu') },
    { name: 'roi_sd_hu', cell: measured(1, 'sdHu') },
    { name: 'roi_area_mm2', cell: measured(0, 'areaMm2') },
    { name: 'roi_volume_mm3', cell: measured(0, 'volumeMm3') },
    { name: 'roi_source', cell: (_pick, result) => result?.roiSource ?? null },
    { name: 'height_anterior_mm', cell: (_pick, result) => rounded(result?.fit?.heightsMm.anterior, 1) },
    { name: 'height_middle_mm', cell: (_pick, result) => rounded(result?.fit?.heightsMm.middle, 1) },
    { name: 'height_posterior_mm', cell: (_pick, result) => rounded(result?.fit?.heightsMm.posterior, 1) },
    {
      name: 'measured_vbmd_mg_cm3',
      cell: (_pick, result) => (isDensityRefused(result?.warnings ?? []) ? null : rounded(result?.measurement?.vbmdMgCm3, 1)),
    },
    { name: 'measured_vbmd_low_mg_cm3', cell: (_pick, result) => rounded(densityOf(result)?.lowMgCm3, 1) },
    { name: 'measured_vbmd_high_mg_cm3', cell: (_pick, result) => rounded(densityOf(result)?.highMgCm3, 1) },
    {
      name: 'density_method',
      cell: (_pick, result) => {
        const method = densityOf(result)?.method;
        return method === undefined ? null : describeMethod(method);
      },
    },
    ...estimateColumns((part) => `network_vbmd${part}_mg_cm3`, 1, (result) => result.network?.vbmdMgCm3),
    ...input.devices.flatMap(deviceColumns),
    { name: 'network_level', cell: (_pick, result) => result?.network?.predictedLevel ?? null },
    { name: 'ood_score', cell: (_pick, result) => rounded(result?.network?.oodScore, 3) },
    { name: 'ood_limit', cell: (_pick, result) => rounded(result?.network?.oodLimit, 3) },
    { name: 'refused', cell: (_pick, result) => sentences(result?.warnings, 'refuse') },
    { name: 'marks', cell: (_pick, result) => sentences(result?.warnings, 'mark') },
    { name: 'notes', cell: (_pick, result) => sentences(result?.warnings, 'note') },
    { name: 'backend', cell: (_pick, result) => result?.run?.backend ?? null },
    { name: 'elapsed_ms', cell: (_pick, result) => rounded(result?.run?.elapsedMs, 0) },
    { name: 'model_id', cell: (_pick, result) => result?.run?.modelId ?? null },
    { name: 'model_sha256', cell: (_pick, result) => result?.run?.modelSha256 ?? null },
    { name: 'app_version', cell: () => input.appVersion },
    { name: 'statement', cell: () => RESEARCH_ONLY_STATEMENT },
  ];
}

/**
 * One row for each picked level, head to feet, after a header row that names the units. UTF-8, lines end in CRLF.
 * A number that a gate refuses is left empty, with the reason in the column `refused`. No name or patient ID.
 */
export function writeCsv(input: CsvInput): string {
  const columns = columnsOf(input);
  const rows = input.picks.map((pick) => {
    const result = input.results.find(({ level }) => level === pick.level);
    return columns.map(({ cell }) => cell(pick, result));
  });
  return [columns.map(({ name }) => name), ...rows].map((row) => `${row.map(formatCell).join(',')}\r\n`).join('');
}
