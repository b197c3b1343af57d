import { describe, expect, it } from 'vitest';
import { placeFence, ranOutOfMemory, type Card } from './card-state.ts';

const CONSTANTS = { SYNC_GPU_COMMANDS_COMPLETE: 0x9117, SYNC_STATUS: 0x9114, SIGNALED: 0x9119, OUT_OF_MEMORY: 0x0505, NO_ERROR: 0 } as const;
const INVALID_OPERATION = 0x0502;
const UNSIGNALED = 0x9118;

function card(errors: readonly number[] = []) {
  const left = [...errors];
  const state = { status: UNSIGNALED, isLost: false, deleted: 0, hasFences: true };
  const gl: Card = {
    ...CONSTANTS,
    fenceSync: () => (state.hasFences ? {} : null) as WebGLSync,
    flush: () => undefined,
    getSyncParameter: () => (state.isLost ? null : state.status),
    deleteSync: () => { state.deleted += 1; },
    isContextLost: () => state.isLost,
    getError: () => left.shift() ?? CONSTANTS.NO_ERROR,
  };
  return { gl, state };
}

describe('a fence', () => {
  it('is passed when the card says so, and is deleted then', () => {
    const { gl, state } = card();
    const isPassed = placeFence(gl);
    expect(isPassed()).toBe(false);
    expect(state.deleted).toBe(0);
    state.status = CONSTANTS.SIGNALED;
    expect(isPassed()).toBe(true);
    expect(state.deleted).toBe(1);
  });

  it('holds nobody up where the card is lost or gives none', () => {
    const { gl, state } = card();
    const isPassed = placeFence(gl);
    state.isLost = true;
    expect(isPassed()).toBe(true);
    state.hasFences = false;
    expect(placeFence(gl)()).toBe(true);
  });
});

describe('a lack of memory', () => {
  it('is seen behind the errors that it brings with it', () => {
    expect(ranOutOfMemory(card([INVALID_OPERATION, CONSTANTS.OUT_OF_MEMORY]).gl)).toBe(true);
  });

  it('is not any other error', () => {
    expect(ranOutOfMemory(card([INVALID_OPERATION]).gl)).toBe(false);
    expect(ranOutOfMemory(card().gl)).toBe(false);
  });
});
