import type { Range, Spread } from '#src/core/results/stability.ts';

type StabilityStripProps = {
  readonly name: string;
  readonly spread: Spread;
  /** The network's own interval at the mark. */
  readonly interval: Range;
  /** What the strip is drawn over, told at its ends. */
  readonly range: Range;
  /** A value with its unit. */
  readonly inWords: (value: number) => string;
};

const WIDTH = 260;
const HEIGHT = 38;
const MIDDLE = 12;
const PAD = 8;

/** One quantity on a line: the interval as a bar, the answers at the moved marks as ticks, that at the mark as a dot. */
export function StabilityStrip({ name, spread, interval, range, inWords }: StabilityStripProps) {
  const x = (value: number): number => PAD + ((value - range.low) / (range.high - range.low)) * (WIDTH - 2 * PAD);
  const words = `${name} ${between(inWords(spread.low), inWords(spread.high))}`;
  return (
    <figure className="stability-strip" data-testid={`stability-${name}`}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${words} over ${spread.moved.length} moves; its interval is ${between(inWords(interval.low), inWords(interval.high))}`}>
        <line className="strip-range" x1={PAD} x2={WIDTH - PAD} y1={MIDDLE} y2={MIDDLE} />
        <rect className="strip-interval" x={x(interval.low)} y={MIDDLE - 4} width={x(interval.high) - x(interval.low)} height={8} rx={2} />
        {spread.moved.map((value, index) => (
          <line key={`move ${index + 1}`} className="strip-move" x1={x(value)} x2={x(value)} y1={MIDDLE - 9} y2={MIDDLE + 9} />
        ))}
        <circle className="strip-mark" cx={x(spread.at)} cy={MIDDLE} r={4} />
        <text className="tick" x={PAD} y={HEIGHT - 3}>{inWords(range.low)}</text>
        <text className="tick" x={WIDTH - PAD} y={HEIGHT - 3} textAnchor="end">{inWords(range.high)}</text>
      </svg>
      <figcaption>{words}</figcaption>
    </figure>
  );
}

function between(low: string, high: string): string {
  return low === high ? low : `${low} to ${high}`;
}
