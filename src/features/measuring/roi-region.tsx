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
/** Nearer to the middle a handle would lie under the level's own mark: zoom in to get it. Canvas pixels. */
const LEAST_FROM_MIDDLE = 14;

/** The measuring region as it cuts the displayed slice; of the selected level it can be moved and resized. */
export function RoiRegion({ level, roi, projection, isEditable, onEdit }: RoiRegionProps) {
  const outline = cutRoi(roi, planeOf(projection));
  const drag = useDrag({
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
      {FACES[projection.plane].map((face) => <FaceHandle key={face} face={face} level={level} roi={roi} projection={projection} onEdit={onEdit} />)}
    </g>
  );
}

type FaceHandleProps = Omit<RoiRegionProps, 'isEditable'> & { readonly face: RoiFace };

/** A square at the middle of one face: dragged or nudged, it resizes the region about its middle. */
function FaceHandle({ face, level, roi, projection, onEdit }: FaceHandleProps) {
  const half = { left: roi.halfWidthMm, front: roi.halfDepthMm, up: roi.heightMm / 2 }[face];
  const isClear = half / projection.mmPerPixel >= LEAST_FROM_MIDDLE;
  const { x, y } = projection.worldToCanvas(along(roi.centreLps, roi[face], half));
  const drag = useDrag({
    onMoveBy: (dx, dy) => onEdit(pulledRoi(roi, face, displacement(projection, dx, dy))),
    onNudge: (dxMm, dyMm) => onEdit(pulledRoi(roi, face, displacement(projection, dxMm / projection.mmPerPixel, dyMm / projection.mmPerPixel))),
    onKey: () => false,
  });
  if (!isClear) return null;
  return (
    <g className="roi-handle" role="button" tabIndex={0} aria-label={`${FACE_WORDS[face]} of the measuring region of ${level}. Arrow keys change it.`} data-testid={`roi-${face}-${projection.plane}-${level}`} {...drag}>
      <circle className="roi-handle-hit" cx={x} cy={y} r={9} />
      <rect x={x - HALF_HANDLE} y={y - HALF_HANDLE} width={2 * HALF_HANDLE} height={2 * HALF_HANDLE} />
    </g>
  );
}
