import { describe, expect, it, vi } from 'vitest';
import type { Numbers } from '../stored-bits.ts';
import { makeCornerstoneCodecs } from './cornerstone-codecs.ts';

const frame = new Uint8Array(4);
const picture = Int16Array.of(7);
const never = new Promise<Numbers>(() => undefined);

function makeCodecs(answers: readonly (Promise<Numbers> | Error)[], idleMs = 60_000) {
  const [start, end] = [vi.fn(), vi.fn()];
  let asked = 0;
  const decodeOnce = () => {
    const answer = answers[asked];
    asked += 1;
    return answer instanceof Error ? Promise.reject(answer) : (answer ?? Promise.resolve(picture));
  };
  return { start, end, asked: () => asked, codecs: makeCornerstoneCodecs({ start, end, decodeOnce, limitMs: 20, idleMs }) };
}

describe('codecs of Cornerstone', () => {
  it('start with the first frame and end when idle', async () => {
    const { start, end, codecs } = makeCodecs([], 5);
    expect(start).not.toHaveBeenCalled();
    expect(await codecs.decode('a', frame, '1')).toBe(picture);
    expect(start).toHaveBeenCalledTimes(1);
    await vi.waitFor(() => expect(end).toHaveBeenCalledTimes(1));
    await codecs.decode('a', frame, '1');
    expect(start).toHaveBeenCalledTimes(2);
  });

  it('replace their workers once where frames wait for a dead one, and try each again', async () => {
    const { end, codecs } = makeCodecs([never, never]);
    expect(await Promise.all([codecs.decode('a', frame, '1'), codecs.decode('b', frame, '1')])).toEqual([picture, picture]);
    expect(end).toHaveBeenCalledTimes(1);
  });

  it('give a frame up that never comes', async () => {
    const { codecs } = makeCodecs([never, never]);
    await expect(codecs.decode('a', frame, '1')).rejects.toThrow('20 ms');
  });

  it('do not try a frame again that cannot be decoded', async () => {
    const { asked, codecs } = makeCodecs([new Error('bad')]);
    await expect(codecs.decode('a', frame, '1')).rejects.toThrow('bad');
    expect(asked()).toBe(1);
  });
});
