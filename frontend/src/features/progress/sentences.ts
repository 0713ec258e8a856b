/** Reads below which no learning curve is meaningful (Pusic et al.: slope shows from case 21 on). */
export const CURVE_FROM = 20;

/** Why there is no curve; the sentence belongs beside the numbers. */
export function curveSentence(readCount: number): string {
  const cases = readCount === 1 ? "1 case" : `${readCount} cases`;
  if (readCount < CURVE_FROM) {
    return `You have read ${cases}. No learning curve is drawn below about ${CURVE_FROM} cases: with so few, ups and downs are mostly chance.`;
  }
  return `You have read ${cases}. Learning curves are not part of this version; the intervals below say how sure each number is.`;
}

/** A share as a whole percentage. */
export function percent(value: number): string {
  return `${Math.round(value * 100)} %`;
}
