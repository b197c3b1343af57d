import { useState } from 'react';
import { cutRoi } from '#src/core/measure/cut-roi.ts';
import { grownRoi, movedRoi, pulledRoi, type RoiFace } from '#src/core/measure/edit-roi.ts';
import type { Roi } from '#src/core/measure/roi.ts';
import type { PlaneProjection } from '#src/viewer/index.ts';
import { along, displacement, planeOf, svgPoints } from './plane-geometry.ts';
import { useDrag } from './use-drag.ts';

type RoiRegionProps = {
  readonly level: string;
  readonly roi: Roi;
  readonly projection: PlaneProjection;
  /** Only the selected level's region can be changed. */
  readonly isEditable: boolean;
  /** Null: the region by convention again. */
  readonly onEdit: (roi: Roi | null) => void;
};

/** The faces that lie in each plane, the patient's planes being near the body's own. */
const FACES: Readonly<Record<PlaneProjection['plane'], readonly RoiFace[]>> = { sagittal: ['front', 'up'], axial: ['left', 'front'], coronal: ['left', 'up'] };
const FACE_WORDS: Readonly<Record<RoiFace, string>> = { left: 'width', front: 'depth', up: 'height' };
const HALF_HANDLE = 4;
/** Nearer to the middle a handle would lie under the level's own mark, so that of a small region stands off it, at the end of a line. Canvas pixels. */
const LEAST_FROM_MIDDLE = 26;
/** Farther up, a handle that stands off would come to lie on the next vertebra: zoom in to get it. Millimetres. */
const MOST_STAND_OFF_MM: Readonly<Record<RoiFace, number>> = { left: 40, front: 40, up: 15 };

/** The measuring region as it cuts the displayed slice; of the selected level it can be moved and resized. */
export function RoiRegion({ level, roi, projection, isEditable, onEdit }: RoiRegionProps) {
  /** As it is being dragged on this plane; the others follow when it is measured. */
  const [dragged, setDragged] = useState<Roi | null>(null);
  const outline = cutRoi(dragged ?? roi, planeOf(projection));
  const drag = useDrag({
    onDrag: (by) => setDragged(by && movedRoi(roi, displacement(projection, by.dx, by.dy))),
    onMoveBy: (dx, dy) => onEdit(movedRoi(roi, displacement(projection, dx, dy))),
    onNudge: (dxMm, dyMm) => onEdit(movedRoi(roi, displacement(projection, dxMm / projection.mmPerPixel, dyMm / projection.mmPerPixel))),
    onKey(key) {
      if (key === '+' || key === '=') onEdit(grownRoi(roi, 1));
      else if (key === '-') onEdit(grownRoi(roi, -1));
      else if (key === 'Delete' || key === 'Backspace') onEdit(null);
      else return false;
      return true;
    },
  });
  if (outline.length === 0) return null;
  const points = svgPoints(projection, outline);
  if (!isEditable) return <polygon className="roi" points={points} data-testid={`roi-${projection.plane}-${level}`} />;
  return (
    <g>
      <g
        className="roi-edit"
        role="button"
        tabIndex={0}
        aria-label={`Measuring region of ${level}. Arrow keys move it, plus and minus resize it, Delete goes back to the app's own.`}
        data-testid={`roi-${projection.plane}-${level}`}
        {...drag}
      >
        <polygon className="roi-hit" points={points} />
        <polygon className="roi" points={points} />
      </g>
      {FACES[projection.plane].map((face) => <FaceHandle key={face} face={face} level={level} roi={roi} shown={dragged ?? roi} projection={projection} onDrag={setDragged} onEdit={onEdit} />)}
    </g>
  );
}

type FaceHandleProps = Omit<RoiRegionProps, 'isEditable'> & {
  readonly face: RoiFace;
  /** The region as it is drawn, which a drag may be changing. */
  readonly shown: Roi;
  readonly onDrag: (roi: Roi | null) => void;
};

/** A square at the middle of one face: dragged or nudged, it resizes the region about its middle. */
function FaceHandle({ face, level, roi, shown, projection, onDrag, onEdit }: FaceHandleProps) {
  const half = { left: shown.halfWidthMm, front: shown.halfDepthMm, up: shown.heightMm / 2 }[face];
  const leastMm = LEAST_FROM_MIDDLE * projection.mmPerPixel;
  const edge = projection.worldToCanvas(along(shown.centreLps, shown[face], half));
  const { x, y } = projection.worldToCanvas(along(shown.centreLps, shown[face], Math.max(half, leastMm)));
  const pulled = (dx: number, dy: number): Roi => pulledRoi(roi, face, displacement(projection, dx, dy));
  const drag = useDrag({
    onDrag: (by) => onDrag(by && pulled(by.dx, by.dy)),
    onMoveBy: (dx, dy) => onEdit(pulled(dx, dy)),
    onNudge: (dxMm, dyMm) => onEdit(pulled(dxMm / projection.mmPerPixel, dyMm / projection.mmPerPixel)),
    onKey: () => false,
  });
  if (leastMm > Math.max(half, MOST_STAND_OFF_MM[face])) return null;
  return (
    <g className="roi-handle" role="button" tabIndex={0} aria-label={`${FACE_WORDS[face]} of the measuring region of ${level}. Arrow keys change it.`} data-testid={`roi-${face}-${projection.plane}-${level}`} {...drag}>
      <line className="roi-handle-line" x1={edge.x} y1={edge.y} x2={x} y2={y} />
      <circle className="roi-handle-hit" cx={x} cy={y} r={12} />
      <rect x={x - HALF_HANDLE} y={y - HALF_HANDLE} width={2 * HALF_HANDLE} height={2 * HALF_HANDLE} />
    </g>
  );
}
