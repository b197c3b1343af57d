import { isLevel, LEVELS } from '#src/core/levels/level.ts';
import type { LevelPick } from '#src/core/levels/pick.ts';
import { canRedo, canUndo, findPick } from '#src/core/levels/picks.ts';
import { checkPicks, type PickWarning } from '#src/core/levels/check-picks.ts';
import type { VertebraName } from '#src/core/levels/vertebra-name.ts';
import { Button, ToggleButton } from '#src/ui/button.tsx';
import { useSession, useSessionState } from '../use-session.ts';
import { ProposalBar } from './proposal-bar.tsx';
import { SelectedLevel } from './selected-level.tsx';
import { KEY_OF_LEVEL } from './use-picking-keys.ts';
import './level-strip.css';

const STATE_WORDS: Readonly<Record<LevelPick['state'], string>> = { proposed: 'proposed', confirmed: 'picked', edited: 'picked', rejected: 'rejected' };

/** Arm a level, then click its body on any plane; the next level arms itself. Below: what is proposed, and the selected level's name. */
export function LevelStrip() {
  const { picking } = useSession();
  const history = useSessionState((state) => state.picks);
  const isOpen = useSessionState((state) => state.openSeriesId !== null);
  const { picks, armed } = history.present;
  const others = picks.flatMap(({ level }) => (isLevel(level) ? [] : [level]));
  return (
    <section className="level-strip" aria-label="Pick vertebrae">
      <div className="level-buttons" role="group" aria-label="Levels">
        {LEVELS.map((level) => <LevelButton key={level} level={level} isOpen={isOpen} />)}
      </div>
      {others.length > 0 ? (
        <div className="level-buttons other-levels" role="group" aria-label="Other vertebrae">
          {others.map((level) => <LevelButton key={level} level={level} isOpen={isOpen} />)}
        </div>
      ) : null}
      <p className="level-hint" data-testid="picking-hint">
        {!isOpen ? 'Open a study first.' : armed === null ? 'Choose a level, then click its vertebral body.' : `Click the body of ${armed} on any plane.`}
      </p>
      <ProposalBar />
      <SelectedLevel />
      <div className="level-edits" role="group" aria-label="Edit picks">
        <Button look="quiet" isDisabled={!canUndo(history)} aria-keyshortcuts="Control+Z" onPress={picking.undo}>Undo</Button>
        <Button look="quiet" isDisabled={!canRedo(history)} aria-keyshortcuts="Control+Shift+Z" onPress={picking.redo}>Redo</Button>
        <Button look="quiet" isDisabled={picks.length === 0} aria-keyshortcuts="[" aria-label="Shift all labels up by one level" onPress={() => picking.shift(-1)}>Labels ↑</Button>
        <Button look="quiet" isDisabled={picks.length === 0} aria-keyshortcuts="]" aria-label="Shift all labels down by one level" onPress={() => picking.shift(1)}>Labels ↓</Button>
      </div>
      <OddPicks odd={checkPicks(picks)} />
    </section>
  );
}

/** One is said in full, more in a line that unfolds: they must not push the results out of sight. */
function OddPicks({ odd }: { readonly odd: readonly PickWarning[] }) {
  const [first] = odd;
  return (
    <div className="level-odd" role="status">
      {odd.length > 1 ? (
        <details>
          <summary>{`${odd.length} odd pairs: ${odd.map(({ levels }) => levels.join('–')).join(', ')}`}</summary>
          <ul>{odd.map(({ sentence }) => <li key={sentence}>{sentence}</li>)}</ul>
        </details>
      ) : first?.sentence}
    </div>
  );
}

function LevelButton({ level, isOpen }: { readonly level: VertebraName; readonly isOpen: boolean }) {
  const { picking } = useSession();
  const armed = useSessionState((state) => state.picks.present.armed);
  const state = useSessionState((all) => findPick(all.picks.present, level)?.state);
  return (
    <ToggleButton
      className={state === undefined ? '' : `is-${STATE_WORDS[state]}`}
      isSelected={armed === level}
      isDisabled={!isOpen}
      aria-label={state === undefined ? level : `${level}, ${STATE_WORDS[state]}`}
      aria-keyshortcuts={isLevel(level) ? KEY_OF_LEVEL[level] : undefined}
      onChange={() => picking.arm(level)}
    >
      {state === 'proposed' ? `${level}?` : level}
    </ToggleButton>
  );
}
