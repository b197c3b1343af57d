type StatedFactProps<T extends string> = {
  readonly name: string;
  /** In words, where the header gives it; null where it is silent. */
  readonly header: string | null;
  /** What the reader states; empty where nothing. */
  readonly stated: T | '';
  readonly options: readonly { readonly value: T; readonly words: string }[];
  readonly unknown: string;
  readonly onState: (value: T | '') => void;
  readonly testId: string;
};

/** A fact of the acquisition: the header's, which nobody overrules, or the reader's where the header is silent, and marked as such. */
export function StatedFact<T extends string>({ name, header, stated, options, unknown, onState, testId }: StatedFactProps<T>) {
  return (
    <div data-testid={testId} data-source={header !== null ? 'header' : stated === '' ? 'unknown' : 'reader'}>
      <dt>{name}</dt>
      <dd className="stated-fact">
        {header ?? (
          <>
            <select aria-label={`${name}, stated by the reader`} value={stated} onChange={(event) => onState(options.find(({ value }) => value === event.target.value)?.value ?? '')}>
              <option value="">{unknown}</option>
              {options.map(({ value, words }) => <option key={value} value={value}>{words}</option>)}
            </select>
            {stated === '' ? null : <span className="stated-by"><span className="visually-hidden">stated </span>by the reader</span>}
          </>
        )}
      </dd>
    </div>
  );
}
