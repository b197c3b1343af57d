import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ModelManifest } from '#src/core/model/manifest.ts';
import { bytes, editAt, fieldsOf, integer, messageOf, text, type ProtobufField } from './edit-protobuf.ts';

/*
 * Model folders for tests, made from the one that comes with the app: one of a clinic's own, and wrong ones. Field numbers are those of onnx.proto.
 */

export type ModelParts = { readonly manifest: ModelManifest; readonly model: Uint8Array; readonly golden: Uint8Array; readonly card: string };

const root = new URL('../../public/models/', import.meta.url);
const MODEL = { graph: 7, docString: 6 } as const;
const GRAPH = { node: 1, initializer: 5 } as const;
const NODE = { input: 1, output: 2, operator: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, tensor: 5, type: 20 } as const;
const TENSOR = { dims: 1, dataType: 2, rawData: 9, externalData: 13, location: 14 } as const;

/** The network that comes with the app. */
export function bundledModel(): ModelParts {
  const index = JSON.parse(readFileSync(new URL('index.json', root), 'utf8')) as { readonly default: string };
  const read = (name: string) => readFileSync(new URL(`${index.default}/${name}`, root));
  const manifest = JSON.parse(read('manifest.json').toString('utf8')) as ModelManifest;
  return { manifest, model: read(manifest.file.name), golden: read(manifest.golden.file.name), card: read('model-card.md').toString('utf8') };
}

/** One as a clinic would make: the bundled weights under another name, trained on other data by its word, with other intervals. */
export function ownModel(): ModelParts {
  const { manifest, model, golden } = bundledModel();
  const { calibration } = manifest;
  return {
    manifest: {
      ...manifest,
      id: 'clinic-dxa',
      version: '1.2.0',
      title: 'Clinic network with our DXA',
      provenance: { ...manifest.provenance, data: { simulated: 9090, real: 412, description: '412 vertebrae of 131 patients with DXA, on top of the simulated ones.' } },
      warnings: ['Trained with one DXA machine.'],
      calibration: { ...calibration, intervals: { ...calibration.intervals, coverage: 0.8, vbmd: calibration.intervals.vbmd * 2 } },
    },
    // Another file with the same numbers in it.
    model: messageOf([...fieldsOf(model), text(MODEL.docString, 'Ours.')]),
    golden,
    card: '# Clinic network\n\n<img src=x onerror="document.title=\'injected\'"> and **bold**.\n',
  };
}

/** The files of a folder by name, with the sizes and hashes of its manifest made right. */
export function sealed({ manifest, model, golden, card }: ModelParts): ReadonlyMap<string, Uint8Array> {
  const entryOf = (content: Uint8Array) => ({ bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') });
  const whole = { ...manifest, file: { ...manifest.file, ...entryOf(model) }, golden: { ...manifest.golden, file: { ...manifest.golden.file, ...entryOf(golden) } } };
  return new Map([
    ['manifest.json', new TextEncoder().encode(JSON.stringify(whole))],
    [manifest.file.name, model],
    [manifest.golden.file.name, golden],
    ['model-card.md', new TextEncoder().encode(card)],
  ]);
}

/** Every node of one operator gets another. */
export function withOperator(model: Uint8Array, from: string, to: string): Uint8Array {
  return editAt(model, [MODEL.graph, GRAPH.node, NODE.operator], (name) => (textOf(name) === from ? new TextEncoder().encode(to) : name));
}

/** Weights that are no numbers. */
export function withNanWeights(model: Uint8Array): Uint8Array {
  return editAt(model, [MODEL.graph, GRAPH.initializer, TENSOR.rawData], (raw) => (raw.length < 4096 ? raw : new Uint8Array(raw.length).fill(0xff)));
}

/** Weights that lie in another file. */
export function withExternalData(model: Uint8Array): Uint8Array {
  return editAt(model, [MODEL.graph, GRAPH.initializer], (tensor) => {
    const kept = fieldsOf(tensor).filter(({ field }) => field !== TENSOR.rawData);
    return messageOf([...kept, bytes(TENSOR.externalData, messageOf([text(1, 'location'), text(2, '../weights.bin')])), integer(TENSOR.location, 1)]);
  });
}

/** Right, and far too slow: large matrix products, whose last, times zero, is added to one of its answers. */
export function withEndlessProducts(model: Uint8Array, size: number, products: number): Uint8Array {
  const node = (operator: string, inputs: readonly string[], output: string, attributes: readonly ProtobufField[] = []) =>
    bytes(GRAPH.node, messageOf([...inputs.map((name) => text(NODE.input, name)), text(NODE.output, output), text(NODE.operator, operator), ...attributes]));
  const constant = (output: string, tensor: readonly ProtobufField[]) =>
    node('Constant', [], output, [bytes(NODE.attribute, messageOf([text(ATTRIBUTE.name, 'value'), bytes(ATTRIBUTE.tensor, messageOf(tensor)), integer(ATTRIBUTE.type, 4)]))]);
  const shape = new BigInt64Array([BigInt(size), BigInt(size)]);
  const slow = [
    constant('slow_shape', [integer(TENSOR.dims, 2), integer(TENSOR.dataType, 7), bytes(TENSOR.rawData, new Uint8Array(shape.buffer))]),
    constant('slow_zero', [integer(TENSOR.dataType, 1), bytes(TENSOR.rawData, new Uint8Array(4))]),
    // Taken from an input, so that no optimiser can work it out beforehand.
    node('ReduceMean', ['oodScore_fast'], 'slow_mean'),
    node('Mul', ['slow_mean', 'slow_zero'], 'slow_start'),
    node('Expand', ['slow_start', 'slow_shape'], 'slow_0'),
    ...Array.from({ length: products }, (_, n) => node('MatMul', [`slow_${n}`, `slow_${n}`], `slow_${n + 1}`)),
    node('ReduceMax', [`slow_${products}`], 'slow_largest', [bytes(NODE.attribute, messageOf([text(ATTRIBUTE.name, 'keepdims'), integer(3, 0), integer(ATTRIBUTE.type, 2)]))]),
    node('Add', ['oodScore_fast', 'slow_largest'], 'oodScore'),
  ];
  const renamed = editAt(model, [MODEL.graph, GRAPH.node, NODE.output], (name) => (textOf(name) === 'oodScore' ? new TextEncoder().encode('oodScore_fast') : name));
  return editAt(renamed, [MODEL.graph], (graph) => messageOf([...fieldsOf(graph), ...slow]));
}

function textOf(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}
