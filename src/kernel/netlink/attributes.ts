// Netlink attributes (struct nlattr): length, type, payload, padded to four bytes.

const NLA_F_NESTED = 0x8000;
const NLA_TYPE_MASK = 0x3fff;

/** One attribute. A string gets its NUL. */
export function attribute(type: number, payload: Uint8Array | string): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(`${payload}\0`) : payload;
  const length = 4 + bytes.length;
  const out = Buffer.alloc(align4(length));
  out.writeUInt16LE(length, 0);
  out.writeUInt16LE(type, 2);
  out.set(bytes, 4);
  return out;
}

/** An attribute made of attributes. */
export function nested(type: number, ...attributes: Buffer[]): Buffer {
  return attribute(type | NLA_F_NESTED, Buffer.concat(attributes));
}

/** Host order, as rtnetlink wants it. */
export function uint32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value >>> 0);
  return out;
}

/** The attributes of `bytes`, in order; stops at the first that does not fit. */
export function* readAttributes(bytes: Buffer): Generator<{ type: number; value: Buffer }> {
  for (let offset = 0; offset + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(offset);
    if (length < 4 || offset + length > bytes.length) return;
    const type = bytes.readUInt16LE(offset + 2) & NLA_TYPE_MASK;
    yield { type, value: bytes.subarray(offset + 4, offset + length) };
    offset += align4(length);
  }
}

/** The first attribute of that type, or undefined. */
export function findAttribute(bytes: Buffer, type: number): Buffer | undefined {
  for (const attribute of readAttributes(bytes)) if (attribute.type === type) return attribute.value;
  return undefined;
}

/** The text of a string attribute, without its NUL. */
export function attributeText(value: Buffer): string {
  const end = value.indexOf(0);
  return value.toString('utf8', 0, end < 0 ? value.length : end);
}

/** The next multiple of four. */
export function align4(length: number): number {
  return (length + 3) & ~3;
}
