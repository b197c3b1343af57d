import { formatValue, MEASURES } from './summary.mjs';

const WIDTH = 860;
const LABEL = 170;
const BAR_MAX = 440;
const ROW = 26;
const HEAD = 34;

/** One group of bars per measure, each on its own scale from zero: bar = median, line = lowest to highest round. */
export function chartOf(summary, subtitle) {
  const groupHeight = HEAD + summary.length * ROW + 12;
  const height = 60 + MEASURES.length * groupHeight;
  const groups = MEASURES.map((measure, n) => group(measure, summary, 60 + n * groupHeight));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="13" fill="#1b1f24">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    '<text x="16" y="26" font-size="17" font-weight="bold">From files to image: less is better</text>',
    `<text x="16" y="46" fill="#57606a">${escapeText(subtitle)}</text>`,
    ...groups,
    '</svg>\n',
  ].join('\n');
}

function group({ key, title, unit }, summary, top) {
  const top1 = Math.max(...summary.map(({ measures }) => measures[key]?.high ?? 0)) || 1;
  const x = (value) => LABEL + (value / top1) * BAR_MAX;
  const bars = summary.map(({ id, title: name, measures }, n) => {
    const y = top + HEAD + n * ROW;
    const label = `<text x="16" y="${y + 13}">${escapeText(name)}</text>`;
    const measure = measures[key];
    if (!measure) return `${label}<text x="${LABEL}" y="${y + 13}" fill="#57606a">no result</text>`;
    const ratio = measure.ratio === null ? '' : ` · ×${measure.ratio.toFixed(2)}`;
    return [
      label,
      `<rect x="${LABEL}" y="${y}" width="${(x(measure.median) - LABEL).toFixed(1)}" height="18" fill="${id === 'osteolens' ? '#1a7f64' : '#8c959f'}"/>`,
      `<line x1="${x(measure.low).toFixed(1)}" x2="${x(measure.high).toFixed(1)}" y1="${y + 9}" y2="${y + 9}" stroke="#1b1f24"/>`,
      `<text x="${(x(measure.high) + 8).toFixed(1)}" y="${y + 13}">${formatValue(measure.median, unit)}${ratio}</text>`,
    ].join('');
  });
  return [`<text x="16" y="${top + 20}" font-weight="bold">${title}, ${unit}</text>`, ...bars].join('\n');
}

function escapeText(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
