/*
 * The origin's private file system in memory, as much of it as src/storage uses, with a quota. Written from the behaviour that the
 * File System Standard states; a write beyond the quota takes what fits and then throws, as Chromium's does.
 */

type Node = FakeFile | FakeFolder;

export type FakeDisk = { usedBytes: number; quotaBytes: number };

class FakeFile {
  readonly kind = 'file';
  bytes = new Uint8Array(0);
  private isLocked = false;

  constructor(readonly name: string, private readonly disk: FakeDisk) {}

  getFile(): Promise<File> {
    return Promise.resolve(new File([this.bytes.slice()], this.name, { lastModified: 1_700_000_000_000 }));
  }

  createSyncAccessHandle() {
    if (this.isLocked) return Promise.reject(new DOMException('locked', 'NoModificationAllowedError'));
    this.isLocked = true;
    return Promise.resolve({
      truncate: (size: number) => this.resize(size),
      write: (bytes: Uint8Array, { at }: { readonly at: number }) => {
        this.resize(Math.max(this.bytes.length, at + bytes.length));
        this.bytes.set(bytes, at);
        return bytes.length;
      },
      flush: () => undefined,
      close: () => { this.isLocked = false; },
    });
  }

  resize(size: number): void {
    const more = size - this.bytes.length;
    const taken = Math.min(more, this.disk.quotaBytes - this.disk.usedBytes);
    const resized = new Uint8Array(this.bytes.length + taken);
    resized.set(this.bytes.subarray(0, resized.length));
    this.bytes = resized;
    this.disk.usedBytes += taken;
    if (taken < more) throw new DOMException('No space is left.', 'QuotaExceededError');
  }
}

class FakeFolder {
  readonly kind = 'directory';
  readonly nodes = new Map<string, Node>();

  constructor(readonly name: string, readonly disk: FakeDisk) {}

  getDirectoryHandle(name: string, { create = false } = {}): Promise<FakeFolder> {
    return this.open(name, create, () => new FakeFolder(name, this.disk)) as Promise<FakeFolder>;
  }

  getFileHandle(name: string, { create = false } = {}): Promise<FakeFile> {
    return this.open(name, create, () => new FakeFile(name, this.disk)) as Promise<FakeFile>;
  }

  private open(name: string, isToBeMade: boolean, make: () => Node): Promise<Node> {
    const node = this.nodes.get(name) ?? (isToBeMade ? make() : undefined);
    if (node === undefined) return Promise.reject(new DOMException(`no ${name}`, 'NotFoundError'));
    this.nodes.set(name, node);
    return Promise.resolve(node);
  }

  removeEntry(name: string): Promise<void> {
    const node = this.nodes.get(name);
    if (node === undefined) return Promise.reject(new DOMException(`no ${name}`, 'NotFoundError'));
    for (const file of filesIn(node)) file.resize(0);
    this.nodes.delete(name);
    return Promise.resolve();
  }

  async *entries(): AsyncGenerator<[string, Node]> {
    yield* this.nodes;
  }

  async *keys(): AsyncGenerator<string> {
    yield* this.nodes.keys();
  }
}

function filesIn(node: Node): readonly FakeFile[] {
  return node.kind === 'file' ? [node] : [...node.nodes.values()].flatMap(filesIn);
}

/** @returns the root, and the disk whose quota a test may change at any time */
export function fakePrivateRoot(quotaBytes = 1e9): { readonly root: FileSystemDirectoryHandle; readonly disk: FakeDisk } {
  const disk = { usedBytes: 0, quotaBytes };
  return { root: new FakeFolder('', disk) as unknown as FileSystemDirectoryHandle, disk };
}
