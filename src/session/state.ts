import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Series } from '#src/core/dicom/series.ts';
import type { LevelPick } from '#src/core/levels/pick.ts';
import { emptyPickHistory, type PickHistory } from '#src/core/levels/picks.ts';
import type { VertebraName } from '#src/core/levels/vertebra-name.ts';
import type { ScannerCalibration } from '#src/core/measure/calibration.ts';
import type { StatedFacts } from '#src/core/measure/stated-facts.ts';
import type { LevelResult } from '#src/core/results/level-result.ts';
import type { SpineProposal } from '#src/core/spine/spine-proposal.ts';
import type { EngineStatus } from '#src/inference/index.ts';
import type { MovesRun } from './explaining.ts';
import type { ModelCheck, ModelFacts, OwnModel } from './models-facts.ts';
import type { RecoveryState } from './recovery.ts';
import type { KeptSession } from './saved-sessions.ts';
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

export type Analyses = Readonly<Partial<Record<VertebraName, LevelAnalysis>>>;

/** Something the user is told once; it stays until dismissed. What is about the study goes when other files are opened. */
export type Message = {
  readonly id: number;
  readonly tone: 'problem' | 'note';
  readonly about: 'study' | 'app';
  readonly sentence: string;
};

/** Asked before picks that were not saved are given up for another study. */
export type ReplaceQuestion = { readonly levels: readonly VertebraName[] };

/** Picks of a series that is not shown: changing series loses nothing. */
export type HiddenPicks = {
  readonly picks: PickHistory;
  readonly selectedLevel: VertebraName | null;
  /** Those that were done when the series was left. */
  readonly results: readonly LevelResult[];
};

/** The search for vertebrae in the open series. A proposal without vertebrae means that nothing like a spine was found. */
export type SpineFinding =
  | { readonly status: 'none' }
  | { readonly status: 'running'; readonly done: number; readonly total: number }
  | { readonly status: 'done'; readonly proposal: SpineProposal }
  | { readonly status: 'failed'; readonly sentence: string }
  | { readonly status: 'cancelled' };

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
  /** Those that the user keeps in this browser, the newest first. */
  readonly keptSessions: readonly KeptSession[];
  /** Ids of kept sessions that the reader did not want placed in this study. */
  readonly declinedSessions: readonly string[];
  readonly recovery: RecoveryState;
  readonly picks: PickHistory;
  /** By series id; the shown series is not among them. */
  readonly hiddenPicks: Readonly<Record<string, HiddenPicks>>;
  readonly analyses: Analyses;
  readonly selectedLevel: VertebraName | null;
  readonly spine: SpineFinding;
  /** By series id: what the reader says of the acquisition where the header is silent. */
  readonly statedFacts: Readonly<Record<string, StatedFacts>>;
  /** Those that the user saved in this browser. */
  readonly calibrations: readonly ScannerCalibration[];
  /** By series id: the id of the calibration that makes its densities; absent: by tube voltage. */
  readonly chosenCalibrations: Readonly<Record<string, string>>;
  /** Is the network's class-activation map of the selected level drawn over the planes? */
  readonly isActivationShown: boolean;
  /** The network's answers at small moves of a level's mark, where the reader asked for them. */
  readonly moves: Readonly<Partial<Record<VertebraName, MovesRun>>>;
  /** DXA scale that is shown; null until a model is there. */
  readonly deviceId: string | null;
  /** The network that answers. */
  readonly model: ModelFacts | null;
  /** Null until it has been loaded once. */
  readonly bundledModel: ModelFacts | null;
  readonly ownModels: readonly OwnModel[];
  readonly modelCheck: ModelCheck | null;
  /** Key of the reader's own network for this study; null: the bundled one. */
  readonly chosenModelKey: string | null;
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
    keptSessions: [],
    declinedSessions: [],
    recovery: { waiting: [], found: null },
    picks: emptyPickHistory(),
    hiddenPicks: {},
    analyses: {},
    selectedLevel: null,
    spine: { status: 'none' },
    statedFacts: {},
    calibrations: [],
    chosenCalibrations: {},
    isActivationShown: false,
    moves: {},
    deviceId: null,
    model: null,
    bundledModel: null,
    ownModels: [],
    modelCheck: null,
    chosenModelKey: null,
    engine,
  }));
}
