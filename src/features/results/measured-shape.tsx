import { expectedPosteriorMm } from '#src/core/measure/expected-height.ts';
import { assessHeights, SURE_SLICE_MM, type HeightAssessment } from '#src/core/measure/genant.ts';
import { isGradeDoubtful } from '#src/core/measure/high-height.ts';
import type { LevelResult } from '#src/core/results/level-result.ts';
import { doneResults, openSeriesOf } from '#src/session/index.ts';
import { Button } from '#src/ui/button.tsx';
import { useSession, useSessionState } from '../use-session.ts';
import './measured-shape.css';

const GRADE_WORDS = ['none', '1, mild', '2, moderate', '3, severe'] as const;
const SOURCE_WORDS = { body: 'fitted to the body', 'beside-focus': 'fitted to the body, beside a focus', fixed: 'fixed, in patient axes', edited: 'placed by the reader' } as const;

/** Region and heights of the selected level, with the suggested Genant grade and its limits. */
export function MeasuredShape({ result }: { readonly result: LevelResult }) {
  const { picking } = useSession();
  const analyses = useSessionState((state) => state.analyses);
  const thickness = useSessionState((state) => openSeriesOf(state)?.acquisition.sliceThicknessMm ?? null);
  const { level, measurement, fit, roiSource } = result;
  const others = doneResults({ analyses }).flatMap((one) => (one.fit ? [{ level: one.level, fit: one.fit }] : []));
  const heights = fit ? assessHeights(fit, expectedPosteriorMm(level, others)) : null;
  return (
    <section className="measured-shape" aria-label={`Region and heights of ${level}`} data-testid="measured-shape">
      {measurement ? (
        <dl>
          <dt>Region</dt>
          <dd>
            {`${Math.round(measurement.meanHu)} HU (median ${Math.round(measurement.medianHu)}, SD ${Math.round(measurement.sdHu)}), ${Math.round(measurement.areaMm2)} mm², ${(measurement.volumeMm3 / 1000).toFixed(1)} cm³`}
            {roiSource ? `; ${SOURCE_WORDS[roiSource]}` : ''}
            {roiSource === 'edited' ? <Button look="quiet" onPress={() => picking.editRoi(level, null)}>Reset region</Button> : null}
          </dd>
          {fit && heights ? <HeightRows heights={heights} thickness={thickness} isAHeightTooHigh={isGradeDoubtful(level, fit, others)} /> : null}
        </dl>
      ) : null}
    </section>
  );
}

function HeightRows({ heights, thickness, isAHeightTooHigh }: { readonly heights: HeightAssessment; readonly thickness: number | null; readonly isAHeightTooHigh: boolean }) {
  const { heightsMm, wedgeRatio, biconcaveRatio, crushRatio, grade, shape, loss } = heights;
  const isTooThick = thickness === null || thickness > SURE_SLICE_MM;
  const found = grade === 0 ? 'none' : `${GRADE_WORDS[grade]} (${shape ?? ''}, ${Math.round(loss * 100)} % lower)`;
  return (
    <>
      <dt>Heights</dt>
      <dd>{`${heightsMm.anterior.toFixed(1)} front, ${heightsMm.middle.toFixed(1)} middle, ${heightsMm.posterior.toFixed(1)} back, mm`}</dd>
      <dt>Ratios</dt>
      <dd>{`wedge ${wedgeRatio.toFixed(2)}, biconcave ${biconcaveRatio.toFixed(2)}, crush ${crushRatio === null ? 'needs another level' : crushRatio.toFixed(2)}`}</dd>
      <dt>Genant</dt>
      <dd data-testid="genant">
        {`Suggested grade: ${found}${isTooThick || isAHeightTooHigh ? ', doubtful' : ''}.`}
        <span className="soft">
          {isAHeightTooHigh ? ' It rests on a height that reads too high beside the other levels.' : ''}
          {isTooThick ? ` ${thickness === null ? 'The slice thickness is not known' : `The slices are ${thickness} mm thick`}: above ${SURE_SLICE_MM} mm a height is less sure than a grade needs.` : ''}
          {' From edges found automatically, without age or earlier pictures: the grade is the reader’s.'}
        </span>
      </dd>
    </>
  );
}
