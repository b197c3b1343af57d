import { LEVELS } from '#src/core/levels/level.ts';
import { canRedo, canUndo, findPick } from '#src/core/levels/picks.ts';
import { checkPicks } from '#src/core/levels/check-picks.ts';
import { Button, ToggleButton } from '#src/ui/button.tsx';
import { useSession, useSessionState } from '../use-session.ts';
import { KEY_OF_LEVEL } from './use-picking-keys.ts';
import './level-strip.css';

/** Arm a level, then click its body on any plane; the next level arms itself. */
export function LevelStrip() {
  const { picking } = useSession();
  const history = useSessionState((state) => state.picks);
  const isOpen = useSessionState((state) => state.openSeriesId !== null);
  const selected = useSessionState((state) => state.selectedLevel);
  const { picks, armed } = history.present;
  const odd = checkPicks(picks);
  return (
    <section className="level-strip" aria-label="Pick vertebrae">
      <div className="level-buttons" role="group" aria-label="Levels">
        {LEVELS.map((level) => (
          <ToggleButton
            key={level}
            className={findPick(history.present, level) ? 'is-picked' : ''}
            isSelected={armed === level}
            isDisabled={!isOpen}
            aria-label={findPick(history.present, level) ? `${level}, picked` : level}
            aria-keyshortcuts={KEY_OF_LEVEL[level]}
            onChange={() => picking.arm(level)}
          >
            {level}
          </ToggleButton>
        ))}
      </div>
      <p className="level-hint" data-testid="picking-hint">
        {!isOpen ? 'Open a study first.' : armed === null ? 'Choose a level, then click its vertebral body.' : `Click the body of ${armed} on any plane.`}
      </p>
      <div className="level-edits" role="group" aria-label="Edit picks">
        <Button look="quiet" isDisabled={!canUndo(history)} aria-keyshortcuts="Control+Z" onPress={picking.undo}>Undo</Button>
        <Button look="quiet" isDisabled={!canRedo(history)} aria-keyshortcuts="Control+Shift+Z" onPress={picking.redo}>Redo</Button>
        <Button look="quiet" isDisabled={picks.length === 0} aria-keyshortcuts="[" aria-label="Shift all labels up by one level" onPress={() => picking.shift(-1)}>Labels ↑</Button>
        <Button look="quiet" isDisabled={picks.length === 0} aria-keyshortcuts="]" aria-label="Shift all labels down by one level" onPress={() => picking.shift(1)}>Labels ↓</Button>
        <Button look="quiet" isDisabled={selected === null} aria-keyshortcuts="Delete" onPress={() => { if (selected !== null) picking.remove(selected); }}>Remove</Button>
      </div>
      {odd.map(({ sentence }) => <p key={sentence} className="level-odd" role="status">{sentence}</p>)}
    </section>
  );
}
