import { describe, expect, it } from 'vitest';
import { worldPoint, type WorldPoint } from '#src/core/geometry/spaces.ts';
import { OUTSIDE_SHEET_HU } from '#src/core/spine/straightened-sheet.ts';
import { makeSyntheticVolume } from '#src/testing/synthetic-volume.ts';
import { createCurvedModel, type CurvedSheet } from './curved-model.ts';

/** HU tell the place: 10 a mm to the left, beginning where the spine is. */
const VOLUME = makeSyntheticVolume((x) => 10 * (x + 15), { sizeVox: [41, 61, 63], spacingMm: [0.9, 1.1, 2.3], origin: worldPoint(-31, 17, -404) });
const CENTRES = [worldPoint(-15, 50, -300), worldPoint(-15, 52, -330), worldPoint(-15, 49, -362)];
const SIZE = { width: 210, height: 330 };

function makeModel() {
  const frames: (() => void)[] = [];
  const tasks: (() => void)[] = [];
  const painted: CurvedSheet[] = [];
  let cleared = 0;
  let focus: WorldPoint | null = worldPoint(-15, 50, -331);
  let clock = 0;
  const model = createCurvedModel(
    { paint: (sheet) => painted.push(sheet), place: () => undefined, clear: () => { cleared += 1; } },
    () => focus,
    (callback) => frames.push(callback),
    // Each look at the clock is 5 ms later, so that a sheet takes several tasks.
    { now: () => (clock += 5), later: (task) => tasks.push(task) },
  );
  const runTask = (): void => tasks.shift()?.();
  return {
    model,
    painted,
    tasks,
    runTask,
    cleared: () => cleared,
    moveFocus: (point: WorldPoint) => { focus = point; },
    settle: () => {
      while (tasks.length > 0) runTask();
      frames.splice(0).forEach((frame) => frame());
      return model.snapshot();
    },
  };
}

function shown() {
  const made = makeModel();
  made.model.setVolume(VOLUME);
  made.model.setCentres(CENTRES);
  made.model.setSize(SIZE);
  made.model.setShown(true);
  made.settle();
  return made;
}

const middleHu = ({ sheet, valuesHu }: CurvedSheet): number => valuesHu[Math.floor(sheet.rows / 2) * sheet.columns + (sheet.columns - 1) / 2] ?? NaN;

describe('the straightened pane', () => {
  it('should be shown only where it is asked for, a series is open and three centres are marked', () => {
    const { model, settle } = makeModel();
    model.setShown(true);
    expect(settle()).toMatchObject({ isAsked: true, isShown: false });
    model.setVolume(VOLUME);
    model.setCentres(CENTRES.slice(0, 2));
    expect(settle().isShown).toBe(false);
    model.setCentres(CENTRES);
    expect(settle().isShown).toBe(true);
    model.setShown(false);
    expect(settle()).toMatchObject({ isAsked: false, isShown: false, projection: null });
  });

  it('should sample in steps and tell of the sheet when it is whole', () => {
    const { model, painted, tasks, runTask, settle } = makeModel();
    model.setVolume(VOLUME);
    model.setCentres(CENTRES);
    model.setSize(SIZE);
    model.setShown(true);
    runTask();
    expect(tasks).toHaveLength(1);
    expect(painted).toHaveLength(0);
    settle();
    expect(painted).toHaveLength(1);
    expect(middleHu(painted[0] as CurvedSheet)).toBeCloseTo(0, 0);
    expect(painted[0]?.valuesHu).toContain(OUTSIDE_SHEET_HU);
  });

  it('should step beside the centres to the patient’s left, finish each picture it began, and end with the newest', () => {
    const { model, painted, runTask, settle } = shown();
    model.step(1);
    runTask();
    model.step(1);
    model.step(2);
    const { projection } = settle();
    expect(painted.slice(1).map(middleHu).map(Math.round)).toEqual([10, 40]);
    expect(projection?.offsetMm).toBe(4);
    model.resetView();
    expect(settle().projection?.offsetMm).toBe(0);
  });

  it('should read nothing more of a series that was closed', () => {
    const { model, painted, runTask, settle, cleared } = shown();
    model.step(1);
    runTask();
    const before = cleared();
    model.setVolume(null);
    expect(settle()).toMatchObject({ isShown: false, projection: null });
    expect(painted).toHaveLength(1);
    expect(cleared()).toBeGreaterThan(before);
  });

  it('should take canvas positions to the patient and back, through pan and zoom', () => {
    const { model, settle } = shown();
    model.zoom(2.2, { x: 40, y: 70 });
    model.pan(13, -21);
    const { projection } = settle();
    if (projection === null) throw new Error('No projection.');
    const point = projection.canvasToWorld(90, 120);
    const at = projection.worldToCanvas(point);
    expect([at.x, at.y, at.distanceMm].map((value) => Number(value.toFixed(1)) + 0)).toEqual([90, 120, 0]);
    // Up on the screen is towards the head, left is the front.
    expect(projection.canvasToWorld(90, 20)[2]).toBeGreaterThan(point[2] + 20);
    expect(projection.canvasToWorld(40, 120)[1]).toBeLessThan(point[1] - 5);
  });

  it('should keep the point under the pointer when it zooms', () => {
    const { model, settle } = shown();
    const before = settle().projection?.canvasToWorld(40, 70);
    model.zoom(1.7, { x: 40, y: 70 });
    const after = settle().projection?.canvasToWorld(40, 70);
    expect(after?.map((mm) => mm.toFixed(3))).toEqual(before?.map((mm) => mm.toFixed(3)));
  });

  it('should follow the focus and the centres', () => {
    const { model, settle, moveFocus, painted } = shown();
    const moved = worldPoint(-14, 51, -350);
    moveFocus(moved);
    model.refresh();
    expect(settle().focus).toBe(moved);
    model.setCentres([...CENTRES]);
    settle();
    expect(painted).toHaveLength(1);
    model.setCentres(CENTRES.map(([x, y, z]) => worldPoint(x + 3, y, z)));
    settle();
    expect(painted.map(middleHu).map(Math.round)).toEqual([0, 30]);
  });
});
