import { PLANES, type Plane } from './plane.ts';
import type { ProjectionInput } from './projection.ts';
import type { OpenVolume } from './volume.ts';
import type { DisplayWindow } from './window.ts';

/** Draws one volume in the three planes. Both kinds are given the same elements, so that one can take over from the other. */
export type Stage = {
  /** Follows the element's present size. */
  fitCanvas(plane: Plane): Promise<void>;
  show(volume: OpenVolume, window: DisplayWindow): Promise<void>;
  /** Draws an empty volume once, so that what the first drawing has to prepare is there before there is something to wait for. Frees the volume. */
  warmUp(empty: OpenVolume): Promise<void>;
  /** Empties the canvases and frees what the stage holds of the volume. */
  clear(volume: OpenVolume): void;
  setCamera(projection: ProjectionInput): void;
  setWindow(window: DisplayWindow): void;
  /** Draws in the next frame, or a few frames later where drawing is slow. */
  render(plane: Plane): void;
  /** Calls once, when the plane has been drawn next. */
  onNextDrawn(plane: Plane, listener: () => void): void;
  /** Running mean of what drawing one plane takes, ms. */
  renderCostMs(): number;
  /** Shows only slices `from` to `to` (k, inclusive) of the volume, which are there already; null shows all. */
  clip(range: SliceRange | null): void;
  /** What a volume takes beside its values, and how large it can be. */
  needs(): StageNeeds;
};

export type SliceRange = { readonly from: number; readonly to: number };

export type StageNeeds = {
  /** Bytes a voxel of a second copy. */
  readonly bytesPerVoxel: number;
  /** Longest side that can be drawn, voxels. */
  readonly longestSide: number;
};

export type PlaneElements = (plane: Plane) => HTMLDivElement;

/** One element a plane for the life of the page: out of the document and back it keeps its canvas, so StrictMode's double mounting and hidden panels cost nothing. */
export function makePlaneElements(): PlaneElements {
  const elements = new Map(PLANES.map((plane) => [plane, makeElement()]));
  return (plane) => {
    const element = elements.get(plane);
    if (element === undefined) throw new RangeError(`No plane ${plane}.`);
    return element;
  };
}

function makeElement(): HTMLDivElement {
  const element = document.createElement('div');
  element.style.cssText = 'position:absolute;inset:0;';
  return element;
}
