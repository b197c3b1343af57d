/** Public surface of src/session: the application without a screen. */
export { createSession, type Session, type SessionParts } from './session.ts';
export { copyOfCalibration, type SavedCopy } from './copies.ts';
export { SPINE_FOLDER, type BundledNetworks } from './bundled-networks.ts';
export type { ExportedFile, ExportKind } from './export-results.ts';
export type { FoundSeries, FoundStudy, OfferedServer, ServerAccess, StudyPage, StudyQuery } from '#src/files/index.ts';
export { spineCentres } from './follow-spine.ts';
export { calibrationOf, conversionOf, factsOf, patientOf, type DensitySettings } from './density-settings.ts';
export type { Explaining, MovesRun } from './explaining.ts';
export { doneResults, keptOffer, nextSeriesOf, openSeriesOf, picksElsewhere } from './selectors.ts';
export { shortHash, type ModelCheck, type ModelFacts, type OwnModel } from './models-facts.ts';
export type { Models } from './models.ts';
export type { Analyses, LevelAnalysis, Message, Opening, SessionState, SpineFinding } from './state.ts';
export type { Recoverable, RecoveryState } from './recovery.ts';
export type { KeptSession } from './saved-sessions.ts';
export type { StorageOverview, StoredKind, StoredThing } from './stored-data.ts';
export type { SizeChoice, SizeQuestion } from './size-question.ts';
