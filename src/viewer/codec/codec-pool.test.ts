import { describe, expect, it, vi } from 'vitest';
import { fail } from '#src/lib/result.ts';
import { makeCodecPool } from './codec-pool.ts';
import type { CodecReply, CodecRequest } from './messages.ts';

/** Answers with the length of the stream; 1 byte fails, 2 bytes never end, 11 bytes end the first worker and 12 every worker. */
class FakeWorker {
  static started = 0;
  static ended = 0;
  onmessage: ((event: { data: CodecReply }) => void) | null = null;
  onerror: ((event: { message: string }) => void) | null = null;
  constructor() {
    FakeWorker.started += 1;
  }
  postMessage({ kind, stream }: CodecRequest): void {
    const { length } = stream;
    if (length === 2) return;
    if (length === 12 || (length === 11 && FakeWorker.started === 1)) {
      queueMicrotask(() => this.onerror?.({ message: 'gone' }));
      return;
    }
    const data: CodecReply = kind === 'read' ? { kind, facts: fail(`${length} bytes`) } : length === 1 ? { kind: 'failed', message: 'bad' } : { kind: 'done', values: Int16Array.of(length) };
    queueMicrotask(() => this.onmessage?.({ data }));
  }
  terminate(): void {
    FakeWorker.ended += 1;
  }
}

function makePool(options: { readonly size: number; readonly limitMs?: number; readonly idleMs?: number }) {
  FakeWorker.started = 0;
  FakeWorker.ended = 0;
  return makeCodecPool({ ...options, startWorker: () => new FakeWorker() as unknown as Worker });
}

describe('codec pool', () => {
  it('gives each stream its own answer with no more workers than allowed', async () => {
    const pool = makePool({ size: 2 });
    const lengths = [5, 9, 4, 7, 3];
    const values = await Promise.all(lengths.map((length) => pool.decode(new Uint8Array(length))));
    expect(values.map((samples) => samples[0])).toEqual(lengths);
    expect(FakeWorker.started).toBe(2);
  });

  it('gives what was read of a stream between streams that are decoded', async () => {
    const pool = makePool({ size: 1 });
    const [values, facts] = await Promise.all([pool.decode(new Uint8Array(5)), pool.read(new Uint8Array(7), '1.2.840.10008.1.2.4.70'), pool.decode(new Uint8Array(6))]);
    expect([values[0], facts]).toEqual([5, fail('7 bytes')]);
    expect([FakeWorker.started, FakeWorker.ended]).toEqual([1, 0]);
  });

  it('rejects a bad stream, ends its worker and goes on', async () => {
    const pool = makePool({ size: 1 });
    const bad = pool.decode(new Uint8Array(1));
    const good = pool.decode(new Uint8Array(8));
    await expect(bad).rejects.toThrow('bad');
    expect(await good).toEqual(Int16Array.of(8));
    expect([FakeWorker.started, FakeWorker.ended]).toEqual([2, 1]);
  });

  it('ends a worker that never answers, and goes on with another', async () => {
    const pool = makePool({ size: 1, limitMs: 20 });
    const stuck = pool.decode(new Uint8Array(2));
    const good = pool.decode(new Uint8Array(6));
    await expect(stuck).rejects.toThrow('20 ms');
    expect(await good).toEqual(Int16Array.of(6));
  });

  it('gives the stream of a worker that died to another, once', async () => {
    const pool = makePool({ size: 1 });
    const dying = new Uint8Array(11);
    const first = pool.decode(dying);
    expect(await first).toEqual(Int16Array.of(11));
    expect(FakeWorker.started).toBe(2);
    await expect(pool.decode(new Uint8Array(12))).rejects.toThrow('gone');
    expect(await pool.decode(new Uint8Array(5))).toEqual(Int16Array.of(5));
  });

  it('ends idle workers', async () => {
    const pool = makePool({ size: 1, idleMs: 5 });
    await pool.decode(new Uint8Array(8));
    await vi.waitFor(() => expect(FakeWorker.ended).toBe(1));
    expect(await pool.decode(new Uint8Array(9))).toEqual(Int16Array.of(9));
  });
});
