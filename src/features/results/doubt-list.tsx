import type { LevelResult, LevelWarning } from '#src/core/results/level-result.ts';
import { shortWords } from '#src/core/results/gates/short-words.ts';
import './doubt-list.css';

const EFFECT_WORDS = { note: 'Note', mark: 'Doubt', refuse: 'No estimate' } as const;
/** More than these are named in a line and unfolded on demand, so that the numbers stay in sight. */
const MOST_IN_FULL = 3;

type DoubtListProps = {
  readonly result: LevelResult;
  /** All levels analysed: what is said at each of them is of the scan, and said once. */
  readonly results: readonly LevelResult[];
};

/** Every reason to doubt a level: what withholds a number in full, the rest as far as there is room, what all levels share in one line. */
export function DoubtList({ result, results }: DoubtListProps) {
  const isShared = ({ code }: LevelWarning): boolean => results.length > 1 && results.every(({ warnings }) => warnings.some((other) => other.code === code));
  const refusals = result.warnings.filter(({ effect }) => effect === 'refuse');
  const others = result.warnings.filter(({ effect }) => effect !== 'refuse');
  const own = others.filter((warning) => !isShared(warning));
  const shared = others.filter(isShared);
  // A line that folds a single one is no shorter than the one.
  const cut = own.length > MOST_IN_FULL + 1 ? MOST_IN_FULL : own.length;
  return (
    <div className="doubt-list">
      <Doubts warnings={[...refusals, ...own.slice(0, cut)]} />
      <Folded title={`${own.length - cut} more`} warnings={own.slice(cut)} />
      <Folded title={`At all ${results.length} levels, ${shared.length}`} warnings={shared} />
    </div>
  );
}

function Folded({ title, warnings }: { readonly title: string; readonly warnings: readonly LevelWarning[] }) {
  if (warnings.length === 0) return null;
  return (
    <details>
      <summary>{`${title}: ${warnings.map(({ code }) => shortWords(code)).join(', ')}`}</summary>
      <Doubts warnings={warnings} />
    </details>
  );
}

function Doubts({ warnings }: { readonly warnings: readonly LevelWarning[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul>
      {warnings.map((warning) => (
        <li key={warning.code} className={`effect-${warning.effect}`}>
          <strong>{EFFECT_WORDS[warning.effect]}</strong> {warning.sentence}
        </li>
      ))}
    </ul>
  );
}
