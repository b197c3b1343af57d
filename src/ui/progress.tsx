import { ProgressBar } from 'react-aria-components';
import { Button } from './button.tsx';
import './progress.css';

type ProgressProps = {
  readonly label: string;
  readonly done: number;
  /** Null while the amount of work is not known. */
  readonly total: number | null;
  /** Amount in words; by default "done of total", where the total is known. */
  readonly words?: string | undefined;
  readonly onCancel: () => void;
};

/** Real progress of long work, with the way out of it. */
export function Progress({ label, done, total, words, onCancel }: ProgressProps) {
  const share = total ? done / total : 0;
  return (
    <div className="progress">
      <ProgressBar aria-label={label} value={share * 100} isIndeterminate={total === null} className="progress-bar">
        <div className="progress-words">
          <span>{label}</span>
          <span>{words ?? (total === null ? '' : `${done} of ${total}`)}</span>
        </div>
        <div className="progress-track">
          <div className={total === null ? 'progress-fill progress-unknown' : 'progress-fill'} style={{ width: total === null ? '30%' : `${share * 100}%` }} />
        </div>
      </ProgressBar>
      <Button onPress={onCancel}>Cancel</Button>
    </div>
  );
}
