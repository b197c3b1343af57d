import { fail, ok, type Result } from '#src/lib/result.ts';
import { ALLOWED_OPERATORS, OPSETS } from './allowed-operators.ts';
import type { ModelManifest } from './manifest.ts';
import { readOnnxGraph, type OnnxGraph, type OnnxTensor } from './onnx-graph.ts';
import { OUTPUT_NAMES } from './shapes.ts';

export type GraphProblemCode = 'onnx-unreadable' | 'onnx-opset' | 'onnx-external-data' | 'onnx-operator' | 'model-mismatch';

/** `sentence` is one plain sentence that names the file. */
export type GraphProblem = { readonly code: GraphProblemCode; readonly sentence: string };

const FLOAT32 = 1;

/** Holds a model.onnx to its manifest and to what may run here, before anything of it runs; the first thing that is wrong. */
export function checkGraph(bytes: Uint8Array, manifest: ModelManifest): Result<null, GraphProblem> {
  const { name } = manifest.file;
  const refuse = (code: GraphProblemCode, why: string) => fail({ code, sentence: `The model was refused: ${name} ${why}.` });
  const read = readOnnxGraph(bytes);
  if (!read.ok) return refuse('onnx-unreadable', 'is no ONNX file, or a damaged one');
  const graph = read.value;
  const { opset } = graph;
  if (opset === null || opset < OPSETS.first || opset > OPSETS.last) return refuse('onnx-opset', `has ONNX opset ${opset ?? 'unknown'}, and ${OPSETS.first} to ${OPSETS.last} are run here`);
  if (opset !== manifest.file.opset) return refuse('onnx-opset', `has ONNX opset ${opset} where its manifest says ${manifest.file.opset}`);
  if (graph.hasExternalData) return refuse('onnx-external-data', 'keeps weights in another file, and one file is taken');
  const foreign = graph.operators.filter((operator) => !ALLOWED_OPERATORS.has(operator));
  if (foreign.length > 0) return refuse('onnx-operator', `uses ${foreign.slice(0, 3).map(printable).join(', ')}${foreign.length > 3 ? ` and ${foreign.length - 3} more` : ''}, which ${foreign.length === 1 ? 'is' : 'are'} not run here`);
  if (graph.hasInnerParts) return refuse('onnx-operator', 'holds graphs within its graph, functions or sparse tensors, which are not run here');
  const mismatch = findMismatch(graph, manifest);
  return mismatch === null ? ok(null) : fail({ code: 'model-mismatch', sentence: `The model was refused: ${mismatch}.` });
}

/** A name out of a foreign file, fit for a sentence. */
function printable(name: string): string {
  const plain = name.replaceAll(/[^\w.:-]/g, '?').slice(0, 60);
  return plain === '' ? 'an operator without a name' : plain;
}

/** What the graph has otherwise than the manifest says, or null. Sizes that the graph leaves open agree with anything; the first is N. */
function findMismatch(graph: OnnxGraph, { input, outputs }: ModelManifest): string | null {
  const inputs = [input.patch, input.acquisition];
  if (graph.inputs.length !== inputs.length) return `it has ${graph.inputs.length} inputs where its manifest names ${inputs.length}`;
  const wantedOutputs = OUTPUT_NAMES.map((name) => ({ name, shape: outputs[name].shape }));
  return findTensorMismatch('input', graph.inputs, inputs) ?? findTensorMismatch('output', graph.outputs, wantedOutputs);
}

function findTensorMismatch(kind: string, got: readonly OnnxTensor[], wanted: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[]): string | null {
  for (const { name, shape } of wanted) {
    const tensor = got.find((candidate) => candidate.name === name);
    if (!tensor) return `it has no ${kind} ${name}, which its manifest names`;
    if (tensor.elementType !== FLOAT32) return `its ${kind} ${name} is not a float32 tensor`;
    const agrees = tensor.shape === null || (tensor.shape.length === shape.length && tensor.shape.every((size, axis) => typeof size !== 'number' || axis === 0 || size === shape[axis]));
    if (!agrees) return `its ${kind} ${name} has the shape [${(tensor.shape ?? []).map((size) => (typeof size === 'number' ? size : '?')).join(', ')}] where its manifest says [${shape.join(', ')}]`;
  }
  return null;
}
