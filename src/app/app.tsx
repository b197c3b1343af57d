import { useEffect, useState } from 'react';
import { ServerButton } from '#src/features/dicomweb/server-button.tsx';
import { ActivationOverlay } from '#src/features/explanation/activation-overlay.tsx';
import { MeasuringOverlay } from '#src/features/measuring/measuring-overlay.tsx';
import { LevelOverlay } from '#src/features/level-picking/level-overlay.tsx';
import { LevelStrip } from '#src/features/level-picking/level-strip.tsx';
import { usePickingKeys } from '#src/features/level-picking/use-picking-keys.ts';
import { DropTarget } from '#src/features/open-study/drop-target.tsx';
import { Messages } from '#src/features/open-study/messages.tsx';
import { OfflineSection } from '#src/features/offline/offline-section.tsx';
import { OfflineSign } from '#src/features/offline/offline-sign.tsx';
import { UpdateOffer } from '#src/features/offline/update-offer.tsx';
import { OpenButtons } from '#src/features/open-study/open-buttons.tsx';
import { OpeningProgress } from '#src/features/open-study/opening-progress.tsx';
import { ReplaceQuestion } from '#src/features/open-study/replace-question.tsx';
import { SizeQuestion } from '#src/features/open-study/size-question.tsx';
import { Welcome } from '#src/features/open-study/welcome.tsx';
import { ModelCheckProgress } from '#src/features/models/model-check-progress.tsx';
import { NetworksSection } from '#src/features/models/networks-section.tsx';
import { ResultsPanel } from '#src/features/results/results-panel.tsx';
import { SeriesList } from '#src/features/series-list/series-list.tsx';
import { CalibrationsSection } from '#src/features/settings/calibrations-section.tsx';
import { SettingsButton } from '#src/features/settings/settings-button.tsx';
import { HoverReadout } from '#src/features/study-facts/hover-readout.tsx';
import { SpineSearch } from '#src/features/spine-search/spine-search.tsx';
import { ReturnOffers } from '#src/features/storage/return-offers.tsx';
import { StorageSection } from '#src/features/storage/storage-section.tsx';
import { StudyFacts } from '#src/features/study-facts/study-facts.tsx';
import { SessionContext } from '#src/features/use-session.ts';
import { PartEnds } from '#src/features/viewports/part-ends.tsx';
import { Planes } from '#src/features/viewports/planes.tsx';
import { SpineLine } from '#src/features/viewports/spine-line.tsx';
import { ViewToolbar } from '#src/features/viewports/toolbar.tsx';
import type { Session } from '#src/session/index.ts';
import type { PlaneProjection } from '#src/viewer/index.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { HelpButton } from './help.tsx';
import { ResearchNotice } from './research-notice.tsx';
import { startOffline } from './start-offline.ts';
import { startSession } from './start-session.ts';
import './tokens.css';
import '#src/ui/dialog.css';
import './app.css';

/** The screen of design.md section 5. One session for the life of the page. */
export function App() {
  const [session] = useState(startSession);
  return (
    <SessionContext.Provider value={session}>
      <Layout session={session} />
    </SessionContext.Provider>
  );
}

function drawOverPlane(projection: PlaneProjection) {
  return (
    <>
      <ActivationOverlay projection={projection} />
      <PartEnds projection={projection} />
      <SpineLine projection={projection} />
      <MeasuringOverlay projection={projection} />
      <LevelOverlay projection={projection} />
    </>
  );
}

/** What the settings hold first, in this order; each section belongs to its feature. */
const SETTINGS = [
  { id: 'calibrations', title: 'Calibrations', content: <CalibrationsSection /> },
  { id: 'networks', title: 'Networks', content: <NetworksSection /> },
];

function Layout({ session }: { readonly session: Session }) {
  const [offline] = useState(() => startOffline(session));
  const storage = { id: 'storage', title: 'Storage', content: <StorageSection removeOfflineCopy={offline === null ? null : () => offline.remove()} /> };
  const sections = offline === null ? [...SETTINGS, storage] : [...SETTINGS, storage, { id: 'offline', title: 'Offline', content: <OfflineSection offline={offline} /> }];
  usePickingKeys();
  useEffect(() => {
    document.documentElement.dataset['ready'] = 'true';
  }, []);
  return (
    <DropTarget>
      <div className="app">
        <header className="app-bar">
          <span className="app-name"><img src="./favicon.svg" alt="" />OsteoLens</span>
          <OpenButtons><ServerButton /></OpenButtons>
          <ViewToolbar />
          <span className="bar-end"><SettingsButton sections={sections} /><HelpButton /></span>
        </header>
        <ResearchNotice />
        <aside className="app-list" aria-label="Study">
          <ErrorBoundary region="The series list"><ReturnOffers /><SeriesList /><Messages /></ErrorBoundary>
        </aside>
        <main className="app-planes">
          <ErrorBoundary region="The planes">
            <Planes overlay={drawOverPlane} />
            <Welcome />
            <OpeningProgress />
            <ModelCheckProgress />
            <HoverReadout />
          </ErrorBoundary>
        </main>
        <aside className="app-results" aria-label="Levels and results">
          <ErrorBoundary region="The results"><LevelStrip /><SpineSearch /><ResultsPanel /></ErrorBoundary>
        </aside>
        <div className="app-facts">
          <ErrorBoundary region="The study facts">
            {offline === null ? null : <UpdateOffer offline={offline} />}
            <div className="app-facts-line">
              <StudyFacts />
              {offline === null ? null : <OfflineSign offline={offline} />}
            </div>
          </ErrorBoundary>
        </div>
      </div>
      <ReplaceQuestion />
      <SizeQuestion />
    </DropTarget>
  );
}
