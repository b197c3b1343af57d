import { useState } from 'react';
import { isOwnProposal, NAME_SURE, type LevelPick } from '#src/core/levels/pick.ts';
import { isAnalysed, isVertebraName, VERTEBRAE, type VertebraName } from '#src/core/levels/vertebra-name.ts';
import { Button } from '#src/ui/button.tsx';
import { useSession, useSessionState } from '../use-session.ts';
import { NAME_CHOICE_ID } from './name-choice-id.ts';

const REMARKS: Readonly<Partial<Record<VertebraName, string>>> = { T13: ' (extra, with ribs)', L6: ' (extra, or lumbarised S1)', S1: ' (landmark)' };

/** The selected level, or where the names are uncertain the lowest proposed one: its name, and whether it stands. */
export function SelectedLevel() {
  const { picking } = useSession();
  const picks = useSessionState((state) => state.picks.present.picks);
  const selected = useSessionState((state) => state.selectedLevel);
  const [isAlong, setIsAlong] = useState(true);
  const pick = picks.find(({ level, state }) => level === selected && state !== 'rejected') ?? lowestUncertain(picks);
  if (pick === undefined) return null;
  const { level } = pick;
  return (
    <div className="selected-level" role="group" aria-label={`Level ${level}`}>
      <label>
        Name
        <select
          id={NAME_CHOICE_ID}
          aria-label={`Name of ${level}`}
          aria-keyshortcuts="L"
          value={level}
          onChange={({ target: { value } }) => { if (isVertebraName(value)) picking.rename(level, value, isAlong); }}
        >
          {VERTEBRAE.map((name) => <option key={name} value={name}>{`${name}${REMARKS[name] ?? ''}`}</option>)}
        </select>
      </label>
      <label>
        <input type="checkbox" checked={isAlong} onChange={({ target }) => setIsAlong(target.checked)} /> others follow
      </label>
      {pick.state === 'proposed' ? <Button look="plain" aria-label={`Confirm ${level}`} onPress={() => picking.confirm(level)}>Confirm</Button> : null}
      <Button look="quiet" aria-keyshortcuts="Delete" onPress={() => picking.remove(level)}>{pick.state === 'proposed' ? 'Reject' : 'Remove'}</Button>
    </div>
  );
}

function lowestUncertain(picks: readonly LevelPick[]): LevelPick | undefined {
  return picks.findLast((pick) => isOwnProposal(pick) && pick.proposal.nameConfidence < NAME_SURE && isAnalysed(pick.level));
}
