import type { Range, Spread } from '#src/core/results/stability.ts';

type StabilityStripProps = {
  readonly name: string;
  readonly spread: Spread;
  /** The network's own interval at the mark. */
  readonly interval: Range;
  /** What the strip is drawn over, told at its ends. */
  readonly range: Range;
  readonly unit: string;
  /** A value without its unit. */
  readonly inWords: (value: number) => string;
};

const WIDTH = 260;
const HEIGHT = 38;
const MIDDLE = 12;
const PAD = 8;

/** One quantity on a line: the interval as a bar, the answers at the moved marks as ticks, that at the mark as a dot. */
export function StabilityStrip({ name, spread, interval, range, unit, inWords }: StabilityStripProps) {
  const x = (value: number): number => PAD + ((value - range.low) / (range.high - range.low)) * (WIDTH - 2 * PAD);
  const between = ({ low, high }: Range): string => `${inWords(low)}${inWords(low) === inWords(high) ? '' : ` to ${inWords(high)}`} ${unit}`;
  const words = `${name} ${between(spread)}`;
  return (
    <figure className="stability-strip" data-testid={`stability-${name}`}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${words} over ${spread.moved.length} moves; its interval is ${between(interval)}`}>
        <line className="strip-range" x1={PAD} x2={WIDTH - PAD} y1={MIDDLE} y2={MIDDLE} />
        <rect className="strip-interval" x={x(interval.low)} y={MIDDLE - 4} width={x(interval.high) - x(interval.low)} height={8} rx={2} />
        {spread.moved.map((value, index) => (
          <line key={`move ${index + 1}`} className="strip-move" x1={x(value)} x2={x(value)} y1={MIDDLE - 9} y2={MIDDLE + 9} />
        ))}
        <circle className="strip-mark" cx={x(spread.at)} cy={MIDDLE} r={4} />
        <text className="tick" x={PAD} y={HEIGHT - 3}>{`${inWords(range.low)} ${unit}`}</text>
        <text className="tick" x={WIDTH - PAD} y={HEIGHT - 3} textAnchor="end">{`${inWords(range.high)} ${unit}`}</text>
      </svg>
      <figcaption>{words}</figcaption>
    </figure>
  );
}
