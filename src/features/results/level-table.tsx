import type { VertebraName } from '#src/core/levels/vertebra-name.ts';
import type { LevelResult } from '#src/core/results/level-result.ts';
import { deviceEstimate, displayClass, isEstimateRefused } from '#src/core/results/display-class.ts';
import { describeMethod, type DensityReading } from '#src/core/measure/density-reading.ts';
import { isDensityRefused } from '#src/core/results/gates.ts';
import type { LevelAnalysis } from '#src/session/index.ts';
import { Button } from '#src/ui/button.tsx';
import {
  formatArealDensity,
  formatArealUnit,
  formatDensity,
  formatDensityInterval,
  formatProbability,
  formatProbabilityInterval,
} from '#src/core/results/format.ts';
import { useIntervalWords } from './use-interval-words.ts';
import './level-table.css';

export type LevelRow = { readonly level: VertebraName; readonly isProposed: boolean; readonly analysis: LevelAnalysis };

type LevelTableProps = {
  readonly rows: readonly LevelRow[];
  readonly deviceId: string;
  readonly arealUnit: string;
  readonly selected: VertebraName | null;
  readonly onJump: (level: VertebraName) => void;
};

/** One row a level: the plain measurement, the network beside it, and how many doubts. */
export function LevelTable({ rows, deviceId, arealUnit, selected, onJump }: LevelTableProps) {
  const intervalWords = useIntervalWords();
  return (
    <table className="level-table" data-testid="level-table">
      <caption className="visually-hidden">Results by level</caption>
      <thead>
        <tr>
          <th scope="col" rowSpan={2}>Level</th>
          <th scope="colgroup" colSpan={2}>Measured</th>
          <th scope="colgroup" colSpan={4}>{`Network, ${intervalWords}`}</th>
          <th scope="col" rowSpan={2}><abbr title="Reasons for doubt">Doubts</abbr></th>
        </tr>
        <tr className="units">
          <th scope="col">HU</th>
          <th scope="col">vBMD<small>mg/cm³</small></th>
          <th scope="col">vBMD<small>mg/cm³</small></th>
          <th scope="col">aBMD<small>{formatArealUnit(arealUnit)}</small></th>
          <th scope="col"><abbr title="Probability of osteoporosis: T-score at or below −2.5 on the chosen DXA scale">P</abbr><small>osteop.</small></th>
          <th scope="col"><abbr title="Level that the network recognises">Lvl</abbr></th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.level} row={row} deviceId={deviceId} arealUnit={arealUnit} isSelected={row.level === selected} onJump={onJump} />
        ))}
      </tbody>
    </table>
  );
}

type RowProps = {
  readonly row: LevelRow;
  readonly deviceId: string;
  readonly arealUnit: string;
  readonly isSelected: boolean;
  readonly onJump: (level: VertebraName) => void;
};

function Row({ row: { level, isProposed, analysis }, deviceId, arealUnit, isSelected, onJump }: RowProps) {
  const result = analysis.status === 'done' ? analysis.result : null;
  return (
    <tr
      className={isSelected ? 'is-selected' : undefined}
      data-testid={`row-${level}`}
      data-status={analysis.status}
      onClick={() => onJump(level)}
    >
      <th scope="row">
        <Button look="quiet" className="level-jump" aria-label={isProposed ? `Go to ${level}, proposed` : `Go to ${level}`} aria-current={isSelected} onPress={() => onJump(level)}>
          <span className={`class-dot ${isProposed ? 'is-hollow ' : ''}class-${result ? displayClass(result, deviceId) : 'unknown'}`} aria-hidden="true" />
          {isProposed ? `${level}?` : level}
        </Button>
      </th>
      {result ? <ResultCells result={result} deviceId={deviceId} arealUnit={arealUnit} /> : <WaitingCells analysis={analysis} />}
    </tr>
  );
}

function WaitingCells({ analysis }: { readonly analysis: LevelAnalysis }) {
  const words = { queued: 'waiting', running: 'analysing …', done: '', failed: analysis.status === 'failed' ? analysis.sentence : '' }[analysis.status];
  return <td colSpan={7} className={analysis.status === 'failed' ? 'row-failed' : 'row-waiting'}>{words}</td>;
}

function ResultCells({ result, deviceId, arealUnit }: { readonly result: LevelResult; readonly deviceId: string; readonly arealUnit: string }) {
  const { measurement, network, warnings } = result;
  const device = network && !isEstimateRefused(result) ? deviceEstimate(network, deviceId) : undefined;
  const worst = (['refuse', 'mark', 'note'] as const).find((effect) => warnings.some((warning) => warning.effect === effect));
  return (
    <>
      <td data-testid="cell-hu">{measurement ? <Cell main={String(Math.round(measurement.meanHu))} sub={`±${Math.round(measurement.sdHu)}`} /> : <None />}</td>
      <td data-testid="cell-vbmd-measured">{measurement && measurement.vbmdMgCm3 !== null && !isDensityRefused(warnings) ? <DensityCell vbmdMgCm3={measurement.vbmdMgCm3} reading={measurement.density ?? null} /> : <None />}</td>
      {network && device ? (
        <>
          <td data-testid="cell-vbmd-network"><Cell main={formatDensity(network.vbmdMgCm3.value)} sub={formatDensityInterval(network.vbmdMgCm3)} /></td>
          <td data-testid="cell-abmd"><Cell main={formatArealDensity(device.abmd.value, arealUnit)} /></td>
          <td data-testid="cell-probability" className={`probability class-${displayClass(result, deviceId)}`}>
            <Cell main={formatProbability(device.osteoporosis.value)} sub={formatProbabilityInterval(device.osteoporosis)} />
          </td>
          <td data-testid="cell-predicted-level">{network.predictedLevel}</td>
        </>
      ) : (
        <td colSpan={4} className="row-refused">no estimate: see doubts</td>
      )}
      <td data-testid="cell-doubts">
        {worst ? <span className={`doubt doubt-${worst}`}><span className="visually-hidden">{`worst effect ${worst}: `}</span>{warnings.length}</span> : <span className="no-doubt">0</span>}
      </td>
    </>
  );
}

/** The measured density with its expected error; how it was had on hovering, and under Density. */
function DensityCell({ vbmdMgCm3, reading }: { readonly vbmdMgCm3: number; readonly reading: DensityReading | null }) {
  if (reading === null) return <Cell main={formatDensity(vbmdMgCm3)} />;
  const interval = formatDensityInterval({ value: vbmdMgCm3, low: reading.lowMgCm3, high: reading.highMgCm3 });
  return <span title={`Density ${describeMethod(reading.method)}; below it the expected error`}><Cell main={formatDensity(vbmdMgCm3)} sub={interval} /></span>;
}

function Cell({ main, sub }: { readonly main: string; readonly sub?: string }) {
  return (
    <>
      <span className="cell-main">{main}</span>
      {sub === undefined ? null : <span className="cell-sub">{sub}</span>}
    </>
  );
}

function None() {
  return <span className="row-waiting">—</span>;
}
