import { keptOffer, type Recoverable } from '#src/session/index.ts';
import { Button } from '#src/ui/button.tsx';
import { dayAndTime } from '#src/ui/date-words.ts';
import { useSession, useSessionState } from '../use-session.ts';
import './return-offers.css';

/** What can be brought back: picks that an earlier page left unsaved, and a session that was kept of the open series. Nothing is placed by itself. */
export function ReturnOffers() {
  const session = useSession();
  const { found, waiting } = useSessionState((state) => state.recovery);
  const isOpening = useSessionState((state) => state.opening !== null);
  const kept = useSessionState(keptOffer);
  if (found !== null) {
    return (
      <div className="return-offer" data-testid="recovery-found">
        <p role="status">{`${picksOf([found])} of this series ${found.picks === 1 ? 'was' : 'were'} not saved when the page was left, ${timeOf([found])}.`}</p>
        <Button look="primary" aria-keyshortcuts="B" onPress={session.placeOffered}>Place them <kbd>B</kbd></Button>
        <Button onPress={() => void session.recovery.forget()}>Forget them</Button>
      </div>
    );
  }
  if (kept !== null) {
    return (
      <div className="return-offer" data-testid="kept-offer">
        <p role="status">{`Kept on ${dayAndTime(new Date(kept.keptAt))} as “${kept.title}”: ${kept.levels.length} ${kept.levels.length === 1 ? 'level' : 'levels'}. Place them?`}</p>
        <Button look="primary" aria-keyshortcuts="B" onPress={session.placeOffered}>Place them <kbd>B</kbd></Button>
        <Button onPress={() => session.sessions.decline(kept.id)}>No</Button>
      </div>
    );
  }
  if (waiting.length === 0 || isOpening) return null;
  return (
    <div className="return-offer" data-testid="recovery-waiting">
      <p role="status">{`${picksOf(waiting)} of ${waiting.length === 1 ? 'the series' : `${waiting.length} series`} that you had open can be recovered (${timeOf(waiting)}). Open the same study again.`}</p>
      <Button onPress={() => void session.recovery.forget()}>Forget them</Button>
    </div>
  );
}

function picksOf(left: readonly Recoverable[]): string {
  const count = left.reduce((sum, { picks }) => sum + picks, 0);
  return count === 1 ? '1 confirmed pick' : `${count} confirmed picks`;
}

function timeOf(left: readonly Recoverable[]): string {
  return dayAndTime(new Date(Math.max(...left.map(({ savedAtMs }) => savedAtMs))));
}
