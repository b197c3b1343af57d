import { describe, expect, it } from 'vitest';
import type { KeptBuild, OfflineStatus } from './messages.ts';
import { readStatus } from './offline-state.ts';

const page = { version: '1.0.0', build: 'aaaa1111' };
const later = { version: '1.1.0', build: 'bbbb2222' };
const whole = (name: typeof page): KeptBuild => ({ ...name, kept: 45, total: 45, isWhole: true, hasExtras: true, bytes: 28_000_000 });
const half = (name: typeof page): KeptBuild => ({ ...name, kept: 12, total: 45, isWhole: false, hasExtras: false, bytes: 3 });
const status = (change: Partial<OfflineStatus>): OfflineStatus => ({ own: page, chosen: page.build, isPinned: false, builds: [], ...change });

describe('readStatus', () => {
  it('is ready only where every file of the build that the page runs is counted', () => {
    expect(readStatus(page, status({ builds: [whole(page)] })).copy).toEqual({ state: 'ready', hasDemo: true, bytes: 28_000_000 });
    expect(readStatus(page, status({ builds: [half(page)] })).copy).toEqual({ state: 'fetching', kept: 12, total: 45 });
    expect(readStatus(page, status({ builds: [] })).copy).toEqual({ state: 'fetching', kept: 0, total: 0 });
    // Another build that is whole is no copy of this one.
    expect(readStatus(page, status({ own: later, builds: [whole(later)] })).copy.state).toBe('fetching');
  });

  it('offers a build of a newer worker when it is whole, and not before', () => {
    expect(readStatus(page, status({ own: later, builds: [whole(page), half(later)] })).newer).toBeNull();
    expect(readStatus(page, status({ own: later, builds: [whole(page), whole(later)] })).newer).toEqual(later);
    expect(readStatus(page, status({ builds: [whole(page), whole(later)] })).newer).toBeNull();
  });
});
