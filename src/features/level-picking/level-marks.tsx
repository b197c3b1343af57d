import type { PlaneProjection } from '#src/viewer/index.ts';
import { isAnalysed, type VertebraName } from '#src/core/levels/vertebra-name.ts';
import type { LevelPick } from '#src/core/levels/pick.ts';
import { worldPoint, type WorldPoint } from '#src/core/geometry/spaces.ts';
import type { LevelAnalysis } from '#src/session/index.ts';
import { spreadCards } from './card-layout.ts';
import { DraggableMark } from './draggable-mark.tsx';
import { levelWords } from './level-words.ts';
import './level-marks.css';

export type MarkedLevel = { readonly pick: LevelPick; readonly analysis: LevelAnalysis | undefined };

type LevelMarksProps = {
  readonly projection: PlaneProjection;
  readonly marked: readonly MarkedLevel[];
  readonly selected: VertebraName | null;
  readonly deviceId: string | null;
  readonly onSelect: (level: VertebraName) => void;
  readonly onMove: (level: VertebraName, to: WorldPoint) => void;
  readonly onRemove: (level: VertebraName) => void;
  readonly onConfirm: (level: VertebraName) => void;
};

/** How far from the displayed slice a body still belongs to it: about half a lumbar body's width, depth and height; mm. */
const REACH_MM = { sagittal: 18, coronal: 15, axial: 13 } as const;
type CardSize = { readonly width: number; readonly height: number; readonly left: number; readonly gap: number; readonly isSmall: boolean; readonly hasLine: boolean };
const CARD: CardSize = { width: 142, height: 34, left: 30, gap: 38, isSmall: false, hasLine: true };
/** For planes so narrow that the wide card would cover the vertebra in their middle. */
const SMALL_CARD: CardSize = { width: 116, height: 30, left: 26, gap: 33, isSmall: true, hasLine: true };
/** For those of a tablet, where the small one would cover it as well: the table beside them says the rest. */
const TITLE_CARD: CardSize = { width: 90, height: 19, left: 12, gap: 22, isSmall: true, hasLine: false };
const NARROW_PLANE_PIXELS = 430;
const NARROWEST_PLANE_PIXELS = 296;

/** Marks at the picked bodies, with cards at the left margin so that no card covers a vertebra; landmarks that are not measured have their name only. */
export function LevelMarks({ projection, marked, selected, deviceId, onSelect, onMove, onRemove, onConfirm }: LevelMarksProps) {
  const near = marked.flatMap((entry) => {
    const at = projection.worldToCanvas(entry.pick.centreLps);
    const isOnCanvas = at.x >= 0 && at.x <= projection.size.width && at.y >= 0 && at.y <= projection.size.height;
    if (entry.pick.state === 'rejected') return [];
    return Math.abs(at.distanceMm) <= REACH_MM[projection.plane] && isOnCanvas ? [{ ...entry, at }] : [];
  });
  const { width } = projection.size;
  const card = width < NARROWEST_PLANE_PIXELS ? TITLE_CARD : width < NARROW_PLANE_PIXELS ? SMALL_CARD : CARD;
  const cards = spreadCards(near.flatMap(({ pick, at }) => (isAnalysed(pick.level) ? [{ key: pick.level, y: at.y }] : [])), card.gap, 48, projection.size.height - 40);
  return (
    <g>
      {near.map(({ pick, analysis, at }) => {
        const words = levelWords(pick, analysis, deviceId);
        const cardY = cards.get(pick.level);
        const isProposed = pick.state === 'proposed';
        return (
          <g key={pick.level} className={`level-mark class-${words.displayClass}`} data-testid={`mark-${projection.plane}-${pick.level}`} data-state={pick.state} data-selected={pick.level === selected}>
            {cardY === undefined ? <text className="landmark-name" x={at.x + 11} y={at.y + 4}>{words.title}</text> : (
              <>
                <line className="leader" x1={card.left + card.width} y1={cardY} x2={at.x - 9} y2={at.y} />
                <g className={card.isSmall ? 'card card-small' : 'card'} onPointerDown={(event) => { event.stopPropagation(); onSelect(pick.level); }}>
                  <rect x={card.left} y={cardY - card.height / 2} width={card.width} height={card.height} rx={4} />
                  <text className="card-title" x={card.left + 6} y={card.hasLine ? cardY - 2 : cardY + 4}>{words.title}</text>
                  {card.hasLine ? <text className="card-line" x={card.left + 6} y={cardY + 11}>{words.line}</text> : null}
                </g>
              </>
            )}
            <DraggableMark
              x={at.x}
              y={at.y}
              label={words.spoken}
              isProposed={isProposed}
              onConfirm={() => onConfirm(pick.level)}
              onSelect={() => onSelect(pick.level)}
              onMoveBy={(dx, dy) => onMove(pick.level, movedInPlane(projection, pick.centreLps, dx, dy))}
              onNudge={(dxMm, dyMm) => onMove(pick.level, movedInPlane(projection, pick.centreLps, dxMm / projection.mmPerPixel, dyMm / projection.mmPerPixel))}
              onRemove={() => onRemove(pick.level)}
            />
          </g>
        );
      })}
    </g>
  );
}

/** The point moved by canvas pixels along the plane; its distance from the plane stays. */
function movedInPlane(projection: PlaneProjection, from: WorldPoint, dx: number, dy: number): WorldPoint {
  const start = projection.canvasToWorld(0, 0);
  const end = projection.canvasToWorld(dx, dy);
  return worldPoint(from[0] + end[0] - start[0], from[1] + end[1] - start[1], from[2] + end[2] - start[2]);
}
