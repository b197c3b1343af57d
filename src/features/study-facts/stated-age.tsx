import { useState } from 'react';
import { readStatedAge, STATEABLE_AGE } from '#src/core/measure/stated-facts.ts';

type StatedAgeProps = {
  /** Whole years, where the header gives them; null where it is silent. */
  readonly header: number | null;
  /** What the reader states; null where nothing. */
  readonly stated: number | null;
  readonly onState: (years: number | null) => void;
};

/** The patient's age: the header's, which nobody overrules, or the reader's where the header is silent, and marked as such. Taken over on Enter or on leaving the field. */
export function StatedAge({ header, stated, onState }: StatedAgeProps) {
  return (
    <div data-testid="fact-age" data-source={header !== null ? 'header' : stated === null ? 'unknown' : 'reader'}>
      <dt>Age</dt>
      <dd className="stated-fact">{header === null ? <AgeEntry stated={stated} onState={onState} /> : `${header} years`}</dd>
    </div>
  );
}

function AgeEntry({ stated, onState }: Omit<StatedAgeProps, 'header'>) {
  const before = stated === null ? '' : String(stated);
  const [typed, setTyped] = useState(before);
  const [isBad, setIsBad] = useState(false);
  // What a file brings, or undoes, replaces what is typed; a new field would lose the focus.
  const [shown, setShown] = useState(stated);
  if (shown !== stated) {
    setShown(stated);
    setTyped(before);
    setIsBad(false);
  }
  const take = () => {
    const years = readStatedAge(typed);
    const isEmpty = typed.trim() === '';
    setIsBad(!isEmpty && years === null);
    if (typed.trim() !== before && (isEmpty || years !== null)) onState(years);
  };
  return (
    <>
      <input
        type="text"
        inputMode="numeric"
        size={7}
        aria-label="Age in years, stated by the reader"
        aria-invalid={isBad}
        aria-describedby={isBad ? 'stated-age-problem' : undefined}
        placeholder="unknown"
        value={typed}
        onChange={(event) => { setTyped(event.target.value); setIsBad(false); }}
        onBlur={take}
        onKeyDown={(event) => { if (event.key === 'Enter') take(); }}
      />
      {isBad ? <strong id="stated-age-problem" role="alert" className="stated-problem">{`Not taken: state whole years from ${STATEABLE_AGE.min} to ${STATEABLE_AGE.max}.`}</strong> : null}
      {stated === null || isBad ? null : <span className="stated-by"><span className="visually-hidden">stated </span>by the reader</span>}
    </>
  );
}
