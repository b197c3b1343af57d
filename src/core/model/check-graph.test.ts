import { array, assert, nat, property, tuple, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { editAt, fieldsOf, messageOf, text, bytes } from '#src/testing/edit-protobuf.ts';
import { bundledModel, withEndlessProducts, withExternalData, withOperator } from '#src/testing/model-folders.ts';
import { checkGraph } from './check-graph.ts';
import type { ModelManifest } from './manifest.ts';
import { readOnnxGraph } from './onnx-graph.ts';

const { manifest, model } = bundledModel();

function refusalOf(content: Uint8Array, of: ModelManifest = manifest) {
  const checked = checkGraph(content, of);
  return checked.ok ? null : checked.error;
}

test('the bundled network passes, and its graph reads as its manifest says', () => {
  expect(refusalOf(model)).toBeNull();
  const read = readOnnxGraph(model);
  if (!read.ok) throw new Error('unreadable');
  expect(read.value.opset).toBe(manifest.file.opset);
  expect(read.value.inputs.map(({ name, shape }) => [name, shape])).toEqual([['patch', ['N', ...manifest.input.patch.shape.slice(1)]], ['acquisition', ['N', manifest.input.acquisition.shape[1]]]]);
  expect(read.value.outputs.map(({ name }) => name)).toEqual(Object.keys(manifest.outputs));
  expect(read.value.operators).toContain('Conv');
});

test('an operator that steers, is random or comes from another domain is refused by name', () => {
  expect(refusalOf(withOperator(model, 'Relu', 'Loop'))).toEqual({ code: 'onnx-operator', sentence: 'The model was refused: model.onnx uses Loop, which is not run here.' });
  expect(refusalOf(withOperator(model, 'Conv', 'FusedConv'))?.sentence).toContain('uses FusedConv,');
  const foreign = editAt(model, [7, 1], (node) => messageOf([...fieldsOf(node), text(7, 'com.evil')]));
  expect(refusalOf(foreign)?.sentence).toMatch(/uses com\.evil:\w+, com\.evil:\w+, com\.evil:\w+ and \d+ more, which are not run here/);
  expect(refusalOf(withOperator(model, 'Relu', '<b>\u202eRelu'))?.sentence).toContain('uses ?b??Relu,');
});

test('a graph within a node, or a function of the model’s own, is refused though every operator is allowed', () => {
  const inner = editAt(model, [7, 1], (node) => messageOf([...fieldsOf(node), bytes(5, messageOf([text(1, 'body'), bytes(6, messageOf([]))]))]));
  expect(refusalOf(inner)?.code).toBe('onnx-operator');
  expect(refusalOf(messageOf([...fieldsOf(model), bytes(25, messageOf([text(1, 'mine')]))]))?.sentence).toContain('functions');
});

test('a second piece of the graph is read as part of it', () => {
  const piece = bytes(7, messageOf([bytes(1, messageOf([text(2, 'x'), text(4, 'RandomNormal')]))]));
  expect(refusalOf(messageOf([...fieldsOf(model), piece]))?.sentence).toContain('uses RandomNormal,');
});

test('weights in another file, another opset and other shapes are refused', () => {
  expect(refusalOf(withExternalData(model))?.code).toBe('onnx-external-data');
  expect(refusalOf(model, { ...manifest, file: { ...manifest.file, opset: 18 } })?.sentence).toBe('The model was refused: model.onnx has ONNX opset 17 where its manifest says 18.');
  expect(refusalOf(editAt(model, [8], () => messageOf([{ field: 2, type: 0, value: 6 }])))?.sentence).toContain('opset 6, and 13 to 22 are run here');
  const wider = { ...manifest, outputs: { ...manifest.outputs, cam: { shape: ['N', 3, 8, 8], unit: '1' } } } satisfies ModelManifest;
  expect(refusalOf(model, wider)?.sentence).toBe('The model was refused: its output cam has the shape [?, 6, 8, 8] where its manifest says [N, 3, 8, 8].');
  const renamed = editAt(model, [7, 11, 1], (name) => (new TextDecoder().decode(name) === 'patch' ? new TextEncoder().encode('image') : name));
  expect(refusalOf(renamed)?.sentence).toContain('no input patch');
});

test('a slow network is made of allowed operators: only running it tells', () => {
  expect(refusalOf(withEndlessProducts(model, 64, 3))).toBeNull();
});

test('a file cut off anywhere, or no ONNX at all, is refused', () => {
  for (const share of [0, 0.01, 0.3, 0.7, 0.999]) expect(refusalOf(model.subarray(0, Math.floor(model.length * share)))?.code).toBe('onnx-unreadable');
  expect(refusalOf(new TextEncoder().encode('<!doctype html><title>Not found</title>'))?.code).toBe('onnx-unreadable');
});

test('reading ends, without a throw, whatever the bytes', () => {
  const head = editAt(model, [7, 5], () => null);
  assert(
    property(array(tuple(nat(head.length - 1), nat(255)), { minLength: 1, maxLength: 20 }), uint8Array({ maxLength: 200 }), (changes, noise) => {
      const broken = Uint8Array.from(head);
      for (const [at, value] of changes) broken[at] = value;
      expect(typeof readOnnxGraph(broken).ok).toBe('boolean');
      expect(typeof readOnnxGraph(noise).ok).toBe('boolean');
    }),
    { numRuns: 300 },
  );
});
