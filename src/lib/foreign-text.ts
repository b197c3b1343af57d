/*
 * Text out of files and from servers, made fit to be read: React escapes its markup, this takes what could still mislead. A right-to-left
 * override can turn "fdp.exe" into "exe.pdf", and a name in Hebrew or Arabic moves the numbers that stand beside it.
 */

/** C0 and C1 controls, and the separators of lines and paragraphs. */
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
/** Marks, embeddings, overrides and isolates of direction, and invisible characters that no name needs. Joiners stay: Persian and Indic names have them. */
const INVISIBLE = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;
/** Hebrew, Arabic and their kin: blocks of right-to-left letters of the basic plane. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;
const [FIRST_STRONG_ISOLATE, POP_ISOLATE] = ['\u2068', '\u2069'];

/** Characters of a name that a sentence shows, in code units; of longer ones the middle is left out. */
const LONGEST = 100;

/** One line of visible characters in their own order. */
export function plainText(text: string): string {
  return text.replaceAll(CONTROLS, ' ').replaceAll(INVISIBLE, '').trim();
}

/** The same for the middle of a sentence: short, and apart from the sentence's own direction where it runs from right to left. */
export function quotable(text: string): string {
  const plain = shortened(plainText(text));
  return RIGHT_TO_LEFT.test(plain) ? `${FIRST_STRONG_ISOLATE}${plain}${POP_ISOLATE}` : plain;
}

function shortened(text: string): string {
  // By code points, so that no pair of surrogates is cut.
  const characters = text.length > LONGEST ? Array.from(text) : [];
  return characters.length > LONGEST ? `${characters.slice(0, 69).join('')}…${characters.slice(-30).join('')}` : text;
}
