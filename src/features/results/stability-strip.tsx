import type { Spread } from '#src/core/results/stability.ts';

type StabilityStripProps = {
  readonly name: string;
  readonly unit: string;
  readonly digits: number;
  readonly spread: Spread;
  /** The network's own interval at the mark. */
  readonly interval: { readonly low: number; readonly high: number };
};

const WIDTH = 260;
const HEIGHT = 26;
const PAD = 8;

/** One quantity on a line: the interval as a bar, the answers at the moved marks as ticks, that at the mark as a dot. */
export function StabilityStrip({ name, unit, digits, spread, interval }: StabilityStripProps) {
  const low = Math.min(interval.low, spread.low);
  const high = Math.max(interval.high, spread.high);
  const x = (value: number): number => PAD + ((value - low) / Math.max(high - low, 1e-9)) * (WIDTH - 2 * PAD);
  const words = `${name} ${spread.low.toFixed(digits)} to ${spread.high.toFixed(digits)} ${unit}`;
  return (
    <figure className="stability-strip" data-testid={`stability-${name}`}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${words} over ${spread.moved.length} moves; its interval is ${interval.low.toFixed(digits)} to ${interval.high.toFixed(digits)}`}>
        <rect className="strip-interval" x={x(interval.low)} y={HEIGHT / 2 - 4} width={x(interval.high) - x(interval.low)} height={8} rx={2} />
        {spread.moved.map((value, index) => (
          <line key={`move ${index + 1}`} className="strip-move" x1={x(value)} x2={x(value)} y1={4} y2={HEIGHT - 4} />
        ))}
        <circle className="strip-mark" cx={x(spread.at)} cy={HEIGHT / 2} r={4} />
      </svg>
      <figcaption>{words}</figcaption>
    </figure>
  );
}
