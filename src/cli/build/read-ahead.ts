// What a stream is, found out by its first bytes, without losing them.

/** A tar header says so at this place. */
const tarMark = { at: 257, text: 'ustar' };
const compressed = [
  [0x1f, 0x8b],
  [0x42, 0x5a, 0x68],
  [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  [0x28, 0xb5, 0x2f, 0xfd],
];

interface ReadAhead {
  /** A tar, or something compressed. */
  readonly isArchive: boolean;
  /** All of it, read once. */
  readonly stream: AsyncIterable<Uint8Array>;
  whole(): Promise<Uint8Array>;
}

/** Waits for the first bytes. */
export async function readAhead(source: AsyncIterable<Buffer>): Promise<ReadAhead> {
  const rest = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < tarMark.at + tarMark.text.length) {
    const next = await rest.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield head;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  }
  return {
    isArchive: isArchive(head),
    stream: stream(),
    async whole() {
      const parts: Uint8Array[] = [];
      for await (const part of stream()) parts.push(part);
      return Buffer.concat(parts);
    },
  };
}

function isArchive(head: Buffer): boolean {
  if (compressed.some(magic => magic.every((byte, at) => head[at] === byte))) return true;
  return head.toString('latin1', tarMark.at, tarMark.at + tarMark.text.length) === tarMark.text;
}
