import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { inflateMembers } from './gzip-members.ts';

// Longer than the chunks of a Blob's stream, and no two parts alike.
const parts = [randomBytes(70_000), Buffer.alloc(0), Buffer.alloc(3_000_000, 'bone'), randomBytes(1)];
const whole = Buffer.concat(parts);

async function unfold(bytes: Uint8Array): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of inflateMembers(new Blob([new Uint8Array(bytes)]))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('gzip streams one after another', () => {
  test('should unfold to all that they hold, padded or not', async () => {
    const members = Buffer.concat(parts.map((part) => gzipSync(part)));
    expect((await unfold(members)).equals(whole)).toBe(true);
    expect((await unfold(Buffer.concat([members, Buffer.alloc(100_000)]))).equals(whole)).toBe(true);
    expect((await unfold(gzipSync(whole))).equals(whole)).toBe(true);
  });

  test('should join wherever the pieces that are read end', async () => {
    const [first, second] = [gzipSync('left'), gzipSync('right')];
    const members = Buffer.concat([first, second]);
    for (let at = 1; at < members.length; at += 1) {
      const pieces = [members.subarray(0, at), members.subarray(at)].map((piece) => new Uint8Array(piece));
      const blob = { stream: () => new ReadableStream({ start: (controller) => { pieces.forEach((piece) => controller.enqueue(piece)); controller.close(); } }) } as unknown as Blob;
      const chunks: Uint8Array[] = [];
      for await (const chunk of inflateMembers(blob)) chunks.push(chunk);
      expect(Buffer.concat(chunks).toString(), `cut at ${at}`).toBe('leftright');
    }
  });

  test('should throw where one is damaged, cut off, or followed by something else', async () => {
    const members = Buffer.concat([gzipSync('left'), gzipSync(randomBytes(5000))]);
    const damaged = Buffer.from(members);
    damaged[members.length - 6] = (damaged[members.length - 6] ?? 0) ^ 1;
    for (const bytes of [damaged, members.subarray(0, -9), Buffer.concat([members, Buffer.from('more')])]) await expect(unfold(bytes)).rejects.toThrow('gzip stream');
  });
});
