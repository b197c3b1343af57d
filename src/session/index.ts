/** Public surface of src/session: the application without a screen. */
export { createSession, type Session, type SessionParts } from './session.ts';
export type { ExportedFile, ExportKind } from './export-results.ts';
export type { FoundSeries, FoundStudy, OfferedServer, ServerAccess, StudyPage, StudyQuery } from '#src/files/index.ts';
export { spineCentres } from './follow-spine.ts';
export { calibrationOf, conversionOf, factsOf, type DensitySettings } from './density-settings.ts';
export type { Explaining, MovesRun } from './explaining.ts';
export { doneResults, nextSeriesOf, openSeriesOf, picksElsewhere } from './selectors.ts';
export type { Analyses, LevelAnalysis, Message, ModelFacts, Opening, SessionState, SpineFinding } from './state.ts';
export type { SizeChoice, SizeQuestion } from './size-question.ts';
