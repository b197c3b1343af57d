import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Series } from '#src/core/dicom/series.ts';
import type { Level } from '#src/core/levels/level.ts';
import type { LevelPick } from '#src/core/levels/pick.ts';
import { emptyPickHistory, type PickHistory } from '#src/core/levels/picks.ts';
import type { LevelResult } from '#src/core/results/level-result.ts';
import type { EngineStatus } from '#src/inference/index.ts';
import type { SizeQuestion } from './size-question.ts';

/** Long work that stands between a drop and an image. `total` is null while it is not known. */
export type Opening = {
  readonly stage: 'files' | 'links' | 'archive' | 'headers' | 'slices';
  readonly done: number;
  readonly total: number | null;
  /** Of files that are fetched. */
  readonly bytes?: { readonly done: number; readonly total: number | null };
};

/** One analysis of one level; a level without an entry has not been picked. */
export type LevelAnalysis =
  | { readonly status: 'queued' }
  | { readonly status: 'running' }
  | { readonly status: 'done'; readonly result: LevelResult }
  | { readonly status: 'failed'; readonly sentence: string };

export type Analyses = Readonly<Partial<Record<Level, LevelAnalysis>>>;

/** Something the user is told once; it stays until dismissed. What is about the study goes when other files are opened. */
export type Message = {
  readonly id: number;
  readonly tone: 'problem' | 'note';
  readonly about: 'study' | 'app';
  readonly sentence: string;
};

/** Asked before picks that were not saved are given up for another study. */
export type ReplaceQuestion = { readonly levels: readonly Level[] };

/** Picks of a series that is not shown: changing series loses nothing. */
export type HiddenPicks = {
  readonly picks: PickHistory;
  readonly selectedLevel: Level | null;
  /** Those that were done when the series was left. */
  readonly results: readonly LevelResult[];
};

export type ModelFacts = {
  readonly id: string;
  readonly title: string;
  readonly version: string;
  readonly sha256: string;
  readonly warnings: readonly string[];
  readonly devices: readonly { readonly id: string; readonly title: string; readonly unit: 'g/cm2' | 'mg/cm2' }[];
};

/** Small serialisable facts only: the viewer owns pixels, camera and window; anything computable is a selector. */
export type SessionState = {
  readonly opening: Opening | null;
  readonly series: readonly Series[];
  readonly openSeriesId: string | null;
  /** Data URL by series id. */
  readonly thumbnails: Readonly<Record<string, string>>;
  readonly messages: readonly Message[];
  readonly replaceQuestion: ReplaceQuestion | null;
  readonly sizeQuestion: SizeQuestion | null;
  /** The picks as they were last saved to files, one set a series. */
  readonly savedPicks: readonly (readonly LevelPick[])[];
  readonly picks: PickHistory;
  /** By series id; the shown series is not among them. */
  readonly hiddenPicks: Readonly<Record<string, HiddenPicks>>;
  readonly analyses: Analyses;
  readonly selectedLevel: Level | null;
  /** DXA scale that is shown; null until a model is there. */
  readonly deviceId: string | null;
  readonly model: ModelFacts | null;
  readonly engine: EngineStatus;
};

export type SessionStore = StoreApi<SessionState>;

export function createSessionStore(engine: EngineStatus): SessionStore {
  return createStore<SessionState>(() => ({
    opening: null,
    series: [],
    openSeriesId: null,
    thumbnails: {},
    messages: [],
    replaceQuestion: null,
    sizeQuestion: null,
    savedPicks: [],
    picks: emptyPickHistory(),
    hiddenPicks: {},
    analyses: {},
    selectedLevel: null,
    deviceId: null,
    model: null,
    engine,
  }));
}
