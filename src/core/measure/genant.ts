import type { VertebraFit } from './vertebra-fit.ts';

type Heights = VertebraFit['heightsMm'];

/** Least height losses of Genant's grades 1, 2 and 3 (Genant et al. 1993, doi:10.1002/jbmr.5650080915). */
export const GENANT_LOSS = [0.2, 0.25, 0.4] as const;

/**
 * Middle over posterior height of a healthy body, whose endplates are hollow by 1.5 to 3 mm each (domain.md 3.1). Measured by this fit:
 * 0.84 to 1.02 in seven real bodies without a fracture (vertebra-fit.real-ct.test.ts), 0.80 to 0.92 in simulated ones.
 */
export const HEALTHY_MIDDLE = 0.87;

/** Above this slice thickness, mm, heights are less sure than the step from one grade to the next, so a grade carries a mark. */
export const SURE_SLICE_MM = 3;

export type GenantShape = 'wedge' | 'biconcave' | 'crush';

/** Heights of one body against each other and against those of the person's other levels. */
export type HeightAssessment = {
  readonly heightsMm: Heights;
  /** Anterior over posterior. Below 1 towards the thorax, above 1 at L4 and L5, in health. */
  readonly wedgeRatio: number;
  /** Middle over posterior. */
  readonly biconcaveRatio: number;
  /** Posterior over the height that the other levels let expect (expected-height.ts); null where no other was fitted. */
  readonly crushRatio: number | null;
  /** 0 none, 1 mild, 2 moderate, 3 severe: a suggestion of the largest loss, never more. */
  readonly grade: 0 | 1 | 2 | 3;
  /** What the largest loss is; null at grade 0. */
  readonly shape: GenantShape | null;
  /** The largest loss, 0 to 1; 0 where nothing is lower than it should be. */
  readonly loss: number;
};

/** @param expectedMm posterior height, by the person's other levels; null where it is not known */
export function assessHeights({ heightsMm }: Pick<VertebraFit, 'heightsMm'>, expectedMm: number | null): HeightAssessment {
  const { anterior, middle, posterior } = heightsMm;
  const crushRatio = expectedMm === null ? null : posterior / expectedMm;
  const losses: readonly (readonly [GenantShape, number])[] = [
    ['wedge', 1 - anterior / posterior],
    ['biconcave', 1 - middle / posterior / HEALTHY_MIDDLE],
    ['crush', crushRatio === null ? 0 : 1 - crushRatio],
  ];
  const [shape, most] = losses.reduce((one, other) => (other[1] > one[1] ? other : one));
  const loss = Math.max(0, most);
  const grade = GENANT_LOSS.filter((limit) => loss >= limit).length as HeightAssessment['grade'];
  return { heightsMm, wedgeRatio: anterior / posterior, biconcaveRatio: middle / posterior, crushRatio, grade, shape: grade === 0 ? null : shape, loss };
}
