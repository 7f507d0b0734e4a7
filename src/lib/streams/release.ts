// Memory given back at once: garbage collectors take their time, and do not see how much there is outside their heap.

const sole = Symbol('sole view');

interface Marked {
  [sole]?: true;
}

/** Says that nobody looks at the rest of the memory that this is a part of. */
export function markSole(chunk: Uint8Array): void {
  (chunk as Marked)[sole] = true;
}

/** Frees the bytes of a chunk that nobody will look at again; those that are a part of something larger stay, unless they are marked. */
export function release(chunk: Uint8Array): void {
  const { buffer, byteLength } = chunk;
  if (!(buffer instanceof ArrayBuffer)) return;
  if (buffer.byteLength === byteLength || (chunk as Marked)[sole]) buffer.transfer(0);
}
