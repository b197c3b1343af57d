import { PbfReader } from 'pbf';
import { fail, ok, type Result } from '#src/lib/result.ts';

/*
 * What an ONNX file says of itself, read without running any of it. Field numbers and meanings: onnx.proto of the ONNX project (IR version 10).
 * Weights are stepped over, not copied.
 */

export type OnnxTensor = {
  readonly name: string;
  /** TensorProto.DataType, 1 is float32; null where it is no tensor. */
  readonly elementType: number | null;
  /** Null where the graph leaves the shape open; a string or null where it leaves one size open. */
  readonly shape: readonly (number | string | null)[] | null;
};

export type OnnxGraph = {
  /** Of the default domain; null where the file does not say. */
  readonly opset: number | null;
  /** Each once, in the order of their first use; "domain:name" for those of another domain than ONNX's own. */
  readonly operators: readonly string[];
  /** Without the weights, which old files list among their inputs. */
  readonly inputs: readonly OnnxTensor[];
  readonly outputs: readonly OnnxTensor[];
  /** Weights or constants lie in another file. */
  readonly hasExternalData: boolean;
  /** Graphs inside a node, functions of the model's own, or sparse tensors: nothing that a plain network needs. */
  readonly hasInnerParts: boolean;
};

type Mutable = {
  opset: number | null;
  graphs: number;
  operators: Set<string>;
  inputs: OnnxTensor[];
  outputs: OnnxTensor[];
  weights: Set<string>;
  hasExternalData: boolean;
  hasInnerParts: boolean;
};

const OWN_DOMAINS: ReadonlySet<string> = new Set(['', 'ai.onnx']);
const LENGTH_DELIMITED = 2;
const EXTERNAL = 1;

class DamagedFile extends Error {}

/** Bytes of a model.onnx → its graph, or that they are none or were cut off. */
export function readOnnxGraph(bytes: Uint8Array): Result<OnnxGraph, 'damaged'> {
  const found: Mutable = { opset: null, graphs: 0, operators: new Set(), inputs: [], outputs: [], weights: new Set(), hasExternalData: false, hasInnerParts: false };
  try {
    readAll(new PbfReader(bytes), bytes.length, (field, pbf) => readModelField(field, pbf, found));
  } catch {
    // The reader throws on wire types and varints that no protobuf has, and readAll on lengths beyond the end.
    return fail('damaged');
  }
  if (found.graphs === 0) return fail('damaged');
  const { opset, hasExternalData, hasInnerParts, outputs } = found;
  return ok({ opset, operators: [...found.operators], inputs: found.inputs.filter(({ name }) => !found.weights.has(name)), outputs, hasExternalData, hasInnerParts });
}

/** Every field of one message. The library itself does not notice a length that passes the end. */
function readAll(pbf: PbfReader, end: number, read: (field: number, pbf: PbfReader) => void): void {
  for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
    read(field, pbf);
    if (pbf.pos > end) throw new DamagedFile();
  }
  if (pbf.pos !== end) throw new DamagedFile();
}

function readMessage(pbf: PbfReader, read: (field: number, pbf: PbfReader) => void): void {
  requireLength(pbf);
  const length = pbf.readVarint();
  readAll(pbf, pbf.pos + length, read);
}

function readText(pbf: PbfReader): string {
  requireLength(pbf);
  return pbf.readString();
}

function requireLength(pbf: PbfReader): void {
  if (pbf.type !== LENGTH_DELIMITED) throw new DamagedFile();
}

/** ModelProto. */
function readModelField(field: number, pbf: PbfReader, found: Mutable): void {
  if (field === 7) {
    // A message given in pieces is one message to every protobuf reader: the pieces add up here as they do there.
    found.graphs += 1;
    readMessage(pbf, (part) => readGraphField(part, pbf, found));
  } else if (field === 8) {
    readOpset(pbf, found);
  } else if (field === 25) {
    found.hasInnerParts = true;
  }
}

/** OperatorSetIdProto. */
function readOpset(pbf: PbfReader, found: Mutable): void {
  let domain = '';
  let version = 0;
  readMessage(pbf, (field) => {
    if (field === 1) domain = readText(pbf);
    else if (field === 2) version = pbf.readVarint();
  });
  if (OWN_DOMAINS.has(domain)) found.opset = version;
}

/** GraphProto. */
function readGraphField(field: number, pbf: PbfReader, found: Mutable): void {
  if (field === 1) readNode(pbf, found);
  else if (field === 5) found.weights.add(readTensor(pbf, found));
  else if (field === 11) found.inputs.push(readValue(pbf));
  else if (field === 12) found.outputs.push(readValue(pbf));
  else if (field === 15) found.hasInnerParts = true;
}

/** NodeProto. */
function readNode(pbf: PbfReader, found: Mutable): void {
  let name = '';
  let domain = '';
  readMessage(pbf, (field) => {
    if (field === 4) name = readText(pbf);
    else if (field === 7) domain = readText(pbf);
    else if (field === 5) readMessage(pbf, (part) => readAttributeField(part, pbf, found));
  });
  found.operators.add(OWN_DOMAINS.has(domain) ? name : `${domain}:${name}`);
}

/** AttributeProto. */
function readAttributeField(field: number, pbf: PbfReader, found: Mutable): void {
  if (field === 5 || field === 10) readTensor(pbf, found);
  else if (field === 6 || field === 11 || field === 22 || field === 23) found.hasInnerParts = true;
}

/** TensorProto → its name. */
function readTensor(pbf: PbfReader, found: Mutable): string {
  let name = '';
  readMessage(pbf, (field) => {
    if (field === 8) name = readText(pbf);
    else if (field === 13) found.hasExternalData = true;
    else if (field === 14 && pbf.readVarint() === EXTERNAL) found.hasExternalData = true;
  });
  return name;
}

/** ValueInfoProto. */
function readValue(pbf: PbfReader): OnnxTensor {
  let name = '';
  let elementType: number | null = null;
  let shape: OnnxTensor['shape'] = null;
  const readTensorType = (field: number): void => {
    if (field === 1) elementType = pbf.readVarint();
    else if (field === 2) shape = readShape(pbf);
  };
  const readType = (field: number): void => {
    if (field === 1) readMessage(pbf, readTensorType);
  };
  readMessage(pbf, (field) => {
    if (field === 1) name = readText(pbf);
    else if (field === 2) readMessage(pbf, readType);
  });
  return { name, elementType, shape };
}

/** TensorShapeProto. */
function readShape(pbf: PbfReader): readonly (number | string | null)[] {
  const sizes: (number | string | null)[] = [];
  readMessage(pbf, (field) => {
    if (field !== 1) return;
    let size: number | string | null = null;
    readMessage(pbf, (part) => {
      if (part === 1) size = pbf.readVarint();
      else if (part === 2) size = readText(pbf);
    });
    sizes.push(size);
  });
  return sizes;
}
