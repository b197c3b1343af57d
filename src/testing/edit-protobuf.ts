import { PbfReader, PbfWriter } from 'pbf';

/** One field of a message: a number where the wire type is 0, else the bytes of its value. */
export type ProtobufField = { readonly field: number; readonly type: number; readonly value: number | Uint8Array };

/** The fields of a message in their order. */
export function fieldsOf(bytes: Uint8Array): readonly ProtobufField[] {
  const pbf = new PbfReader(bytes);
  const fields: ProtobufField[] = [];
  for (let field = pbf.nextField(); field !== 0; field = pbf.nextField()) {
    const { type } = pbf;
    if (type === 0) fields.push({ field, type, value: pbf.readVarint(true) });
    else if (type === 2) fields.push({ field, type, value: pbf.readBytes() });
    else {
      const length = type === 1 ? 8 : 4;
      fields.push({ field, type, value: bytes.subarray(pbf.pos, pbf.pos + length) });
      pbf.pos += length;
    }
  }
  return fields;
}

export function messageOf(fields: readonly ProtobufField[]): Uint8Array {
  const pbf = new PbfWriter();
  for (const { field, type, value } of fields) {
    if (typeof value === 'number') pbf.writeVarintField(field, value);
    else if (type === 2) pbf.writeBytesField(field, value);
    else {
      pbf.writeTag(field, type);
      pbf.realloc(value.length);
      pbf.buf.set(value, pbf.pos);
      pbf.pos += value.length;
    }
  }
  return Uint8Array.from(pbf.finish());
}

export const text = (field: number, value: string): ProtobufField => ({ field, type: 2, value: new TextEncoder().encode(value) });
export const bytes = (field: number, value: Uint8Array): ProtobufField => ({ field, type: 2, value });
export const integer = (field: number, value: number): ProtobufField => ({ field, type: 0, value });

/** Every field at a path of field numbers, changed; what the change answers with null goes. */
export function editAt(message: Uint8Array, [field, ...inner]: readonly number[], change: (value: Uint8Array) => Uint8Array | null): Uint8Array {
  return messageOf(
    fieldsOf(message).flatMap((one) => {
      if (one.field !== field || typeof one.value === 'number') return [one];
      const value = inner.length === 0 ? change(one.value) : editAt(one.value, inner, change);
      return value === null ? [] : [{ ...one, value }];
    }),
  );
}
