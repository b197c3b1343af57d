const MEBIBYTE = 1024 * 1024;

/**
 * What archives may unfold to before they are left aside. They guard against bombs (a few kB that unfold to TB) and against a
 * full disk; a study of any scanner stays far below.
 */
export const ARCHIVE_LIMITS = {
  /** Of all archives of one opening: 16,000 slices of 512 × 512; browsers keep unpacked files in memory or a temporary folder. */
  expandedBytes: 8192 * MEBIBYTE,
  /** Deflate cannot pass 1032 to 1, and CT stays below 10 to 1; small files of one value may reach any ratio, so it counts from a size on. */
  ratio: 200,
  ratioFromBytes: 512 * MEBIBYTE,
  /** Files in the archives of one opening. */
  members: 100_000,
  /** Archives inside each other; a .tar.gz counts as two. */
  depth: 4,
} as const;

export type ArchiveLimits = { readonly [Limit in keyof typeof ARCHIVE_LIMITS]: number };

/** Ends the unpacking of a whole dropped archive; caught where it began. */
export class ArchiveRefusal extends Error {
  readonly code: 'archive-bomb' | 'archive-too-large' | 'archive-too-many';

  constructor(code: ArchiveRefusal['code']) {
    super(code);
    this.code = code;
  }
}

/** What one dropped archive, with all archives inside it, may still use. Throws an ArchiveRefusal beyond. */
export type Allowance = { readonly takeBytes: (count: number) => void; readonly takeMember: () => void; readonly depth: number };

export type Budget = {
  /** @param archiveBytes size of the dropped file, against which the ratio is taken */
  readonly allow: (archiveBytes: number) => { readonly allowance: Allowance; readonly giveBack: () => void };
};

/** The limits of one opening: archives share the total, each has its own ratio. */
export function makeBudget(limits: ArchiveLimits): Budget {
  const used = { bytes: 0, members: 0 };
  return {
    allow(archiveBytes) {
      const own = { bytes: 0, members: 0 };
      const takeBytes = (count: number): void => {
        own.bytes += count;
        used.bytes += count;
        if (own.bytes > limits.ratioFromBytes && own.bytes > limits.ratio * archiveBytes) throw new ArchiveRefusal('archive-bomb');
        if (used.bytes > limits.expandedBytes) throw new ArchiveRefusal('archive-too-large');
      };
      const takeMember = (): void => {
        own.members += 1;
        used.members += 1;
        if (used.members > limits.members) throw new ArchiveRefusal('archive-too-many');
      };
      const giveBack = (): void => {
        used.bytes -= own.bytes;
        used.members -= own.members;
      };
      return { allowance: { takeBytes, takeMember, depth: limits.depth }, giveBack };
    },
  };
}
