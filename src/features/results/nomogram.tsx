import { AxisBottom, AxisLeft } from '@visx/axis';
import { Group } from '@visx/group';
import { scaleLinear } from '@visx/scale';
import { L1_CUTOFFS_HU, NORMATIVE_AGES, normativeL1, type L1Finding } from '#src/core/results/l1-attenuation.ts';
import './nomogram.css';

const WIDTH = 400;
const HEIGHT = 170;
const MARGIN = { top: 8, right: 10, bottom: 34, left: 38 };
const AGES = { min: 20, max: 95 };
const SMALLEST_TOP_HU = 290;
/** Ends of the published line; it is straight, so that two are enough. */
const ENDS = [NORMATIVE_AGES.min, NORMATIVE_AGES.max];

/** L1 attenuation at 120 kVp by age: the published mean with its spread, the published cut-offs, and this patient. */
export function Nomogram({ l1 }: { readonly l1: Extract<L1Finding, { status: 'found' }> }) {
  const innerWidth = WIDTH - MARGIN.left - MARGIN.right;
  const innerHeight = HEIGHT - MARGIN.top - MARGIN.bottom;
  const x = scaleLinear({ domain: [AGES.min, AGES.max], range: [0, innerWidth] });
  const y = scaleLinear({ domain: [0, Math.max(SMALLEST_TOP_HU, l1.at120KvpHu * 1.05)], range: [innerHeight, 0] });
  const points = (deviations: number): string[] => ENDS.map((age) => `${x(age)},${y(normativeL1(age).meanHu + deviations * normativeL1(age).sdHu)}`);
  const patientY = y(Math.max(0, l1.at120KvpHu));
  const patientX = l1.ageYears === null ? null : x(Math.min(AGES.max, Math.max(AGES.min, l1.ageYears.value)));
  return (
    <figure className="nomogram" data-testid="nomogram">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`L1 attenuation by age. ${l1.sentences.join(' ')}`}>
        <Group left={MARGIN.left} top={MARGIN.top}>
          <polygon className="nomogram-spread" points={[...points(1), ...points(-1).toReversed()].join(' ')} />
          <polyline className="nomogram-mean" points={points(0).join(' ')} />
          {Object.values(L1_CUTOFFS_HU).map((cutoff) => (
            <g key={cutoff}>
              <line className="nomogram-cutoff" x1={0} x2={innerWidth} y1={y(cutoff)} y2={y(cutoff)} />
              <text className="tick" x={4} y={y(cutoff) - 3}>{`${cutoff} HU`}</text>
            </g>
          ))}
          <AxisLeft scale={y} numTicks={5} stroke="var(--line)" tickStroke="var(--line)" tickLabelProps={{ className: 'tick', textAnchor: 'end', dx: -2, dy: 3 }} />
          <AxisBottom top={innerHeight} scale={x} numTicks={8} stroke="var(--line)" tickStroke="var(--line)" tickLabelProps={{ className: 'tick', textAnchor: 'middle' }} />
          <text className="tick" x={innerWidth} y={innerHeight + 30} textAnchor="end">age, years</text>
          {patientX === null ? (
            <line className="nomogram-patient" x1={0} x2={innerWidth} y1={patientY} y2={patientY} />
          ) : (
            <path className="nomogram-patient" d={`M ${patientX - 6} ${patientY} h 12 M ${patientX} ${patientY - 6} v 12`} />
          )}
        </Group>
      </svg>
      <figcaption>
        {`${whereThePatientIs(l1)}. Band: published mean ± 1 SD, 20,374 adults at 120 kVp. Dashed: published cut-offs.`}
      </figcaption>
    </figure>
  );
}

function whereThePatientIs({ ageYears }: Extract<L1Finding, { status: 'found' }>): string {
  if (ageYears === null) return 'Line across: this patient, without an age to compare with; where the header does not give it, state it in the bottom line';
  return ageYears.source === 'header' ? 'Cross: this patient' : `Cross: this patient, ${ageYears.value} years as stated by the reader`;
}
