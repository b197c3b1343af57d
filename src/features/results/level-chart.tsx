import { AxisBottom, AxisLeft } from '@visx/axis';
import { Group } from '@visx/group';
import { scaleLinear, scalePoint } from '@visx/scale';
import type { VertebraName } from '#src/core/levels/vertebra-name.ts';
import type { Estimate, LevelResult } from '#src/core/results/level-result.ts';
import { isEstimateRefused } from '#src/core/results/display-class.ts';
import { findDifferences } from '#src/core/results/agreement.ts';
import { isDensityRefused, measuredInterval } from '#src/core/results/gates.ts';
import { QCT_LOW_BELOW_MG_CM3, QCT_OSTEOPOROSIS_BELOW_MG_CM3 } from '#src/core/measure/qct-category.ts';
import { useIntervalWords } from './use-interval-words.ts';
import './level-chart.css';

type LevelChartProps = {
  /** In order from head to feet. */
  readonly results: readonly LevelResult[];
  readonly onJump: (level: VertebraName) => void;
};

const WIDTH = 400;
const HEIGHT = 176;
const MARGIN = { top: 8, right: 10, bottom: 24, left: 38 };
/** Kept free at the right for the names of the bands, so that no level is drawn over them. */
const BAND_NAMES_WIDTH = 62;
const SMALLEST_TOP_MG_CM3 = 180;

/** vBMD by level, measured and estimated, each with its interval, over the QCT bands; below it the levels that differ, and why. */
export function LevelChart({ results, onJump }: LevelChartProps) {
  const intervalWords = useIntervalWords();
  const differences = findDifferences(results);
  const innerWidth = WIDTH - MARGIN.left - MARGIN.right;
  const innerHeight = HEIGHT - MARGIN.top - MARGIN.bottom;
  const top = Math.max(SMALLEST_TOP_MG_CM3, ...results.flatMap(valuesOf)) * 1.05;
  const x = scalePoint({ domain: results.map((result) => result.level), range: [0, innerWidth - BAND_NAMES_WIDTH], padding: 0.6 });
  const y = scaleLinear({ domain: [0, top], range: [innerHeight, 0] });
  const bands = [
    { name: 'normal', from: QCT_LOW_BELOW_MG_CM3, to: top },
    { name: 'low', from: QCT_OSTEOPOROSIS_BELOW_MG_CM3, to: QCT_LOW_BELOW_MG_CM3 },
    { name: 'osteoporosis', from: 0, to: QCT_OSTEOPOROSIS_BELOW_MG_CM3 },
  ];
  return (
    <figure className="level-chart" data-testid="level-chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={describe(results)}>
        <Group left={MARGIN.left} top={MARGIN.top}>
          {bands.map((band) => (
            <g key={band.name}>
              <rect className={`band band-${band.name}`} x={0} width={innerWidth} y={y(band.to)} height={y(band.from) - y(band.to)} />
              <text className="band-name" x={innerWidth - 4} y={y(band.from) - 4} textAnchor="end">{band.name}</text>
            </g>
          ))}
          <AxisLeft scale={y} numTicks={5} stroke="var(--line)" tickStroke="var(--line)" tickLabelProps={{ className: 'tick', textAnchor: 'end', dx: -2, dy: 3 }} />
          <AxisBottom top={innerHeight} scale={x} stroke="var(--line)" tickStroke="var(--line)" tickLabelProps={{ className: 'tick', textAnchor: 'middle' }} />
          {results.map((result) => (
            <LevelMarks key={result.level} result={result} x={x(result.level) ?? 0} y={y} isDifferent={differences.some(({ level }) => level === result.level)} onJump={onJump} />
          ))}
        </Group>
      </svg>
      <figcaption>
        <span><i className="key key-measured" aria-hidden="true" /> measured, expected error</span>
        <span><i className="key key-network" aria-hidden="true" /> {`network, ${intervalWords}`}</span>
        <span className="chart-unit">vBMD, mg/cm³</span>
      </figcaption>
      {differences.length > 0 ? (
        <ul className="chart-differences" data-testid="chart-differences">
          {differences.map(({ level, sentence }) => <li key={level}><span aria-hidden="true">≠</span> {sentence}</li>)}
        </ul>
      ) : null}
    </figure>
  );
}

type LevelMarksProps = {
  readonly result: LevelResult;
  readonly x: number;
  readonly y: (value: number) => number;
  readonly isDifferent: boolean;
  readonly onJump: (level: VertebraName) => void;
};

function LevelMarks({ result, x, y, isDifferent, onJump }: LevelMarksProps) {
  const { measured, network } = densitiesOf(result);
  return (
    <g className="chart-level" onClick={() => onJump(result.level)}>
      <rect className="chart-hit" x={x - 18} y={0} width={36} height={y(0)} />
      {network ? (
        <g className="mark-network">
          <line x1={x + 5} x2={x + 5} y1={y(network.low)} y2={y(network.high)} />
          <circle cx={x + 5} cy={y(network.value)} r={3.6} />
        </g>
      ) : null}
      {measured ? (
        <g className="mark-measured">
          <line x1={x - 5.5} x2={x - 5.5} y1={y(Math.max(0, measured.low))} y2={y(measured.high)} />
          <rect x={x - 9} y={y(measured.value) - 3.5} width={7} height={7} />
        </g>
      ) : null}
      {isDifferent ? <text className="chart-differs" x={x} y={10} textAnchor="middle">≠</text> : null}
    </g>
  );
}

/** What may be shown of a level: a number that a gate withholds is not drawn either. mg/cm³. */
function densitiesOf(result: LevelResult): { readonly measured: Estimate | null; readonly network: Estimate | null } {
  return {
    measured: isDensityRefused(result.warnings) ? null : (result.measurement && measuredInterval(result.measurement)),
    network: isEstimateRefused(result) ? null : (result.network?.vbmdMgCm3 ?? null),
  };
}

function valuesOf(result: LevelResult): number[] {
  const { measured, network } = densitiesOf(result);
  return [measured?.high ?? 0, network?.high ?? 0];
}

function describe(results: readonly LevelResult[]): string {
  const parts = results.map((result) => {
    const { measured, network } = densitiesOf(result);
    return `${result.level}: measured ${inWords(measured)}, network ${inWords(network)}`;
  });
  return `Volumetric bone mineral density by level in milligrams per cubic centimetre. ${parts.join('; ')}`;
}

function inWords(estimate: Estimate | null): string {
  if (estimate === null) return 'none';
  return `${Math.round(estimate.value)} (${Math.round(estimate.low)} to ${Math.round(estimate.high)})`;
}
