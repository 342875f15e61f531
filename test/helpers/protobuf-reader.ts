/**
 * Reads protobuf's wire format (https://protobuf.dev/programming-guides/encoding/) without a schema: a message is its fields
 * by number. Deliberately independent of libraries and of the program's encoder.
 */
export type Wire =
  | { readonly kind: 'varint' | 'fixed64' | 'fixed32'; readonly bits: bigint }
  | { readonly kind: 'bytes'; readonly bytes: Buffer };

export type Message = ReadonlyMap<number, readonly Wire[]>;

/** @throws RangeError if the bytes are not a message */
export function readMessage(bytes: Buffer): Message {
  const fields = new Map<number, Wire[]>();
  let position = 0;

  function varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes.readUInt8(position);
      position += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a varint of more than ten bytes');
  }

  function take(length: number): Buffer {
    if (position + length > bytes.length) throw new RangeError('the message ends within a field');
    position += length;
    return bytes.subarray(position - length, position);
  }

  function value(wireType: number): Wire {
    switch (wireType) {
      case 0:
        return { kind: 'varint', bits: varint() };
      case 1:
        return { kind: 'fixed64', bits: take(8).readBigUInt64LE() };
      case 2:
        return { kind: 'bytes', bytes: take(Number(varint())) };
      case 5:
        return { kind: 'fixed32', bits: BigInt(take(4).readUInt32LE()) };
      default:
        throw new RangeError(`wire type ${wireType}`);
    }
  }

  while (position < bytes.length) {
    const tag = Number(varint());
    const field = tag >> 3;
    if (field === 0) throw new RangeError('field number 0');
    const values = fields.get(field) ?? [];
    fields.set(field, values);
    values.push(value(tag & 7));
  }
  return fields;
}

/** The messages in a repeated field. */
export function messages(message: Message, field: number): readonly Message[] {
  return (message.get(field) ?? []).map((wire) => readMessage(bytesOf(wire)));
}

/** The message in a field; undefined if absent. */
export function messageIn(message: Message, field: number): Message | undefined {
  return messages(message, field).at(-1);
}

export function text(message: Message, field: number): string | undefined {
  const wire = message.get(field)?.at(-1);
  return wire === undefined ? undefined : new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(wire));
}

/** An unsigned varint or fixed number. */
export function bits(message: Message, field: number): bigint | undefined {
  const wire = message.get(field)?.at(-1);
  if (wire?.kind === 'bytes') throw new RangeError(`field ${field} is no number`);
  return wire?.bits;
}

/** A signed 64-bit integer. */
export function signed(message: Message, field: number): number | undefined {
  const value = bits(message, field);
  return value === undefined ? undefined : Number(BigInt.asIntN(64, value));
}

export function double(message: Message, field: number): number | undefined {
  const wire = message.get(field)?.at(-1);
  if (wire === undefined) return undefined;
  if (wire.kind !== 'fixed64') throw new RangeError(`field ${field} is no double`);
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(wire.bits);
  return buffer.readDoubleLE();
}

function bytesOf(wire: Wire): Buffer {
  if (wire.kind !== 'bytes') throw new RangeError('a number where bytes were expected');
  return wire.bytes;
}
