import { z } from 'zod';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { AcquisitionFacts } from '../dicom/series.ts';
import { worldPoint } from '../geometry/spaces.ts';
import type { LevelPick } from '../levels/pick.ts';
import type { VertebraName } from '../levels/vertebra-name.ts';
import type { DensityMethod } from '../measure/density-reading.ts';
import { NOTHING_STATED, type StatedFacts } from '../measure/stated-facts.ts';
import type { LevelResult } from './level-result.ts';
import { RESEARCH_ONLY_STATEMENT } from './report.ts';
import { picksFileSchema, SESSION_FORMAT, SESSION_SCHEMA_VERSION, sessionFileSchema, type SavedLevel, type SessionFile } from './session-schema.ts';

export type SessionFileInput = {
  readonly studyInstanceUid: string | null;
  readonly seriesInstanceUid: string | null;
  /** As the header says it. */
  readonly acquisition: AcquisitionFacts;
  /** What the reader stated where the header is silent; null: nothing. */
  readonly statedByReader?: StatedFacts | null;
  readonly deviceId: string | null;
  readonly picks: readonly LevelPick[];
  /** Of picked levels; others are left out. */
  readonly results: readonly LevelResult[];
  readonly appVersion: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly savedAt: string;
};

/** The content of a session file. No name, birth date or patient ID goes in: see docs/results-file.md. */
function makeSessionFile(input: SessionFileInput): SessionFile {
  const { picks, results, acquisition, statedByReader = null, ...rest } = input;
  const levels = picks.map((pick): SavedLevel => {
    const result = results.find(({ level }) => level === pick.level);
    return {
      level: pick.level,
      centreLps: [pick.centreLps[0], pick.centreLps[1], pick.centreLps[2]],
      state: pick.state,
      ...(pick.nameCount === undefined ? {} : { nameCount: pick.nameCount }),
      ...(pick.roi === undefined ? {} : { editedRoi: pick.roi }),
      measurement: result?.measurement ?? null,
      ...(result?.roiSource === undefined ? {} : { roiSource: result.roiSource, fit: result.fit ?? null }),
      network: result?.network ?? null,
      run: result?.run ?? null,
      ...(result?.tissues ? { tissues: result.tissues } : {}),
      warnings: result?.warnings ?? [],
    };
  });
  return {
    format: SESSION_FORMAT,
    schemaVersion: SESSION_SCHEMA_VERSION,
    statement: RESEARCH_ONLY_STATEMENT,
    ...rest,
    acquisition: {
      kvp: acquisition.kvp,
      sliceThicknessMm: acquisition.sliceThicknessMm,
      kernel: acquisition.kernel,
      contrast: acquisition.contrast,
    },
    ...(statedByReader === null ? {} : { statedByReader: statementToWrite(statedByReader) }),
    levels,
  };
}

/** Of the patient only what was stated goes into the file. */
function statementToWrite({ kvp, contrast, ageYears, sex }: StatedFacts): NonNullable<SessionFile['statedByReader']> {
  return { kvp, contrast, ...(ageYears === null ? {} : { ageYears }), ...(sex === null ? {} : { sex }) };
}

/** Text of a session file. Throws when the content breaks its own schema: a bug, not a user's mistake. */
export function writeSessionFile(input: SessionFileInput): string {
  const file = makeSessionFile(input);
  sessionFileSchema.parse(file);
  return `${JSON.stringify(file, null, 2)}\n`;
}

export type SessionFileProblem = {
  readonly code: 'session-not-json' | 'session-other-format' | 'session-newer' | 'session-invalid';
  /** Path of the first bad field such as `levels[2].centreLps[1]`; empty where it is the whole file. */
  readonly field: string;
  readonly sentence: string;
};

function problem(code: SessionFileProblem['code'], field: string, sentence: string): Result<never, SessionFileProblem> {
  return fail({ code, field, sentence });
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

const envelope = z.object({ format: z.literal(SESSION_FORMAT), schemaVersion: z.number() });

/** A network that made numbers of a file. */
export type ModelOfFile = { readonly id: string; readonly sha256: string };

/** The picks of a session file, the networks and conversions of its numbers, what its reader stated, and the series that they belong to (null: the file does not say). */
export type PicksOfFile = { readonly models: readonly ModelOfFile[]; readonly methods: readonly DensityMethod[]; readonly seriesInstanceUid: string | null; readonly picks: readonly LevelPick[]; readonly stated: StatedFacts };

/** Text of a session file → its picks, or the first thing that is wrong with it. Levels twice in a file are refused. */
export function readPicks(text: string): Result<PicksOfFile, SessionFileProblem> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return problem('session-not-json', '', 'The results file is not JSON, or it was cut short.');
  }
  const head = envelope.safeParse(json);
  if (!head.success) return problem('session-other-format', '', 'This JSON file is not an OsteoLens results file.');
  if (head.data.schemaVersion > SESSION_SCHEMA_VERSION) {
    const sentence = `The results file was written by a newer OsteoLens (schema ${head.data.schemaVersion}; this one reads ${SESSION_SCHEMA_VERSION}).`;
    return problem('session-newer', 'schemaVersion', sentence);
  }
  const parsed = picksFileSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = formatPath(issue?.path ?? []);
    const reason = issue?.message ?? 'not a session';
    return problem('session-invalid', field, `The results file was refused: its field ${field === '' ? '(top)' : field} is wrong (${reason}).`);
  }
  const { seriesInstanceUid, statedByReader, levels } = parsed.data;
  const seen = new Set<VertebraName>();
  for (const [index, { level }] of levels.entries()) {
    const field = `levels[${index}].level`;
    if (seen.has(level)) return problem('session-invalid', field, `The results file was refused: its field ${field} names ${level} a second time.`);
    seen.add(level);
  }
  const models = new Map(levels.flatMap(({ run }) => (run === null ? [] : [[`${run.modelId} ${run.modelSha256}`, { id: run.modelId, sha256: run.modelSha256 }] as const])));
  const methods = new Map(levels.flatMap(({ measurement }) => (measurement === null ? [] : [[JSON.stringify(measurement.density.method), measurement.density.method] as const])));
  return ok({ seriesInstanceUid, models: [...models.values()], methods: [...methods.values()], stated: statedByReader ?? NOTHING_STATED, picks: levels.map(pickOf) });
}

function pickOf({ level, centreLps, state, nameCount, editedRoi }: z.infer<typeof picksFileSchema>['levels'][number]): LevelPick {
  return { level, centreLps: worldPoint(...centreLps), state, ...(nameCount === undefined ? {} : { nameCount }), ...(editedRoi === undefined ? {} : { roi: editedRoi }) };
}

/** JSON Schema (2020-12) of the session file, as kept in docs/osteolens-results.schema.json. */
export function sessionJsonSchema(): unknown {
  return {
    title: 'OsteoLens session file, schema version 1',
    // "readOnly" would tell other programs not to write the fields; it only means that our types are immutable.
    ...z.toJSONSchema(sessionFileSchema, { override: ({ jsonSchema }) => void delete jsonSchema.readOnly }),
  };
}
