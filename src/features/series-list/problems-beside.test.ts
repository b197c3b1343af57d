import { expect, test } from 'vitest';
import { makeSeriesList } from '#src/core/dicom/make-series.ts';
import { syntheticHeaders } from '#src/testing/synthetic-headers.ts';
import { problemsBeside } from './problems-beside.ts';

// Three parts, cut at the slices 20 and 40, of one series in two frames of reference: both have notes, and two parts share each cut.
const { series } = makeSeriesList(syntheticHeaders({ sizeVox: [9, 7, 61], change: (k) => (k === 20 || k === 40 ? null : { FrameOfReferenceUID: `1.2.${k % 2}` }) }));
const codesBeside = (openId: string | null) => [...problemsBeside(series, openId).values()].map((problems) => problems.map(({ code }) => code));

test('a note that parts share should stand once, and all notes of the open part beside it', () => {
  expect(series.map(({ problems }) => problems.length).toSorted((a, b) => a - b)).toEqual([2, 2, 3]);
  expect(codesBeside(null).flat().toSorted()).toEqual(['frames-of-reference', 'missing-slices', 'missing-slices']);
  for (const [n, { id, problems }] of series.entries()) expect(codesBeside(id)[n]).toEqual(problems.map(({ code }) => code));
});

test('a series that cannot be opened should say only why', () => {
  const short = makeSeriesList(syntheticHeaders({ sizeVox: [9, 7, 3], change: (k) => ({ FrameOfReferenceUID: `1.2.${k}` }) })).series;
  expect(short.map(({ problems }) => problems.map(({ code }) => code))).toEqual([['frames-of-reference', 'too-few-slices']]);
  expect([...problemsBeside(short, null).values()].map((problems) => problems.map(({ code }) => code))).toEqual([['too-few-slices']]);
});
