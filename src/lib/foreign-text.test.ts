import { describe, expect, it } from 'vitest';
import { plainText, quotable } from './foreign-text.ts';

describe('plainText', () => {
  it.each([
    ['DOE\u202eXE.PDF', 'DOEXE.PDF'],
    ['a\r\nb\tc\u0007', 'a b c'],
    ['\u001b[31mred', '[31mred'],
    ['x\u0085y\u2028z', 'x y z'],
    ['\u2066hidden\u2069 \u200b\ufeff', 'hidden'],
    ['tag\u{e0041}\u{e007f}', 'tag'],
  ])('%j reads %j', (text, wanted) => {
    expect(plainText(text)).toBe(wanted);
  });

  it.each(['Müller^Jürgen', '山田^太郎', 'علی‌رضا', '<b>5 > 3</b>', 'עברית 12', '👩‍⚕️ 1'])('%s stays', (text) => {
    expect(plainText(text)).toBe(text);
  });
});

describe('quotable', () => {
  it('sets apart what runs from right to left, and only that', () => {
    expect(quotable('עברית 12')).toBe('\u2068עברית 12\u2069');
    expect(quotable('Abdomen 12')).toBe('Abdomen 12');
  });

  it('cannot be closed from within', () => {
    expect(quotable('ע\u2069\u202e 12')).toBe('\u2068ע 12\u2069');
  });

  it('leaves out the middle of long names, keeping their ends and whole characters', () => {
    const short = quotable(`${'😀'.repeat(5000)}end.dcm`);
    expect(Array.from(short)).toHaveLength(100);
    expect(short).toMatch(/^😀+…😀+end\.dcm$/u);
    expect(quotable('x'.repeat(100))).toBe('x'.repeat(100));
  });
});
