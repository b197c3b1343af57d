import { describe, expect, it } from 'vitest';
import { fakePrivateRoot } from '#src/testing/fake-private-files.ts';
import type { StorageTask } from '../messages.ts';
import { runTask } from './private-files.ts';

const folder = ['models', '0123abcd'];
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

async function value<T>(root: FileSystemDirectoryHandle, task: StorageTask): Promise<T> {
  const result = await runTask(root, task);
  return result.ok ? (result.value as T) : Promise.reject(new Error('not ok'));
}

const write = (root: FileSystemDirectoryHandle, name: string, data: Blob | Uint8Array) => runTask(root, { kind: 'write', folder, name, data });
const read = async (root: FileSystemDirectoryHandle, name: string) => (await value<Blob>(root, { kind: 'read', folder, name })).text();
const list = (root: FileSystemDirectoryHandle) => value<readonly { name: string; bytes: number }[]>(root, { kind: 'list', folder });

describe('private files', () => {
  it('gives back what was written, bytes or blob, also when written over, and lists its size without the end mark', async () => {
    const { root } = fakePrivateRoot();
    await write(root, 'a.bin', text('first'));
    await write(root, 'a.bin', text('the second one'));
    await write(root, 'a.bin', new Blob(['third']));
    await write(root, 'empty', text(''));
    expect(await read(root, 'a.bin')).toBe('third');
    expect(await read(root, 'empty')).toBe('');
    expect(await list(root)).toMatchObject([{ name: 'a.bin', bytes: 5 }, { name: 'empty', bytes: 0 }]);
  });

  it('writes a blob larger than its chunks whole', async () => {
    const { root } = fakePrivateRoot();
    const bytes = new Uint8Array(9_000_001).map((_, n) => n % 251);
    await write(root, 'big', new Blob([bytes]));
    const back = new Uint8Array(await (await value<Blob>(root, { kind: 'read', folder, name: 'big' })).arrayBuffer());
    expect(Buffer.compare(Buffer.from(back), Buffer.from(bytes))).toBe(0);
  });

  it('keeps the old file and leaves nothing half-written where the disk is full', async () => {
    const { root, disk } = fakePrivateRoot();
    await write(root, 'a', text('kept'));
    const before = disk.usedBytes;
    disk.quotaBytes = before + 30;
    await expect(write(root, 'a', new Uint8Array(1000))).rejects.toMatchObject({ name: 'QuotaExceededError' });
    await expect(write(root, 'b', new Uint8Array(20))).rejects.toMatchObject({ name: 'QuotaExceededError' });
    expect(disk.usedBytes).toBe(before);
    expect(await read(root, 'a')).toBe('kept');
    expect((await list(root)).map(({ name }) => name)).toEqual(['a']);
  });

  it('knows the file before a write that a crash cut short, at every byte, and sweeps the rest away', async () => {
    const whole = fakePrivateRoot();
    await write(whole.root, 'a', text('old'));
    await write(whole.root, 'a', text('the new content'));
    const disk = await (await whole.root.getDirectoryHandle('models')).getDirectoryHandle('0123abcd');
    const written = new Uint8Array(await (await (await disk.getFileHandle('a~1')).getFile()).arrayBuffer());
    for (let cut = 0; cut < written.length; cut += 1) {
      const { root, disk: space } = fakePrivateRoot();
      await write(root, 'a', text('old'));
      const before = space.usedBytes;
      const inside = await (await root.getDirectoryHandle('models')).getDirectoryHandle('0123abcd');
      const access = await (await inside.getFileHandle('a~1', { create: true }) as unknown as { createSyncAccessHandle: () => Promise<{ write: (bytes: Uint8Array, where: { at: number }) => number; close: () => void }> }).createSyncAccessHandle();
      access.write(written.subarray(0, cut), { at: 0 });
      access.close();
      expect(await read(root, 'a'), `cut at ${cut}`).toBe('old');
      expect(await list(root)).toMatchObject([{ name: 'a', bytes: 3 }]);
      expect(space.usedBytes).toBe(before);
    }
  });

  it('lists and erases files of every folder, of other writers too', async () => {
    const { root } = fakePrivateRoot();
    await write(root, 'a', text('12345'));
    await runTask(root, { kind: 'write', folder: ['sessions'], name: 's1', data: text('123') });
    await root.getFileHandle('stray', { create: true });
    const all = await value<readonly unknown[]>(root, { kind: 'list-everything' });
    expect(all).toMatchObject([{ folder, name: 'a', bytes: 5 }, { folder: ['sessions'], name: 's1', bytes: 3 }, { folder: [], name: 'stray' }]);
    await runTask(root, { kind: 'remove-all', folder: ['models'] });
    expect(await value<readonly unknown[]>(root, { kind: 'list-everything' })).toHaveLength(2);
    await runTask(root, { kind: 'remove-all', folder: [] });
    expect(await value<readonly unknown[]>(root, { kind: 'list-everything' })).toEqual([]);
  });

  it('makes no folder by looking; removing what is not there is done; reading it is an error', async () => {
    const { root } = fakePrivateRoot();
    expect(await list(root)).toEqual([]);
    await runTask(root, { kind: 'remove', folder, name: 'a' });
    await runTask(root, { kind: 'remove-all', folder });
    const keys: string[] = [];
    for await (const key of root.keys()) keys.push(key);
    expect(keys).toEqual([]);
    await expect(read(root, 'a')).rejects.toThrow('no file a');
  });
});
