// Memory given back at once: garbage collectors take their time, and do not see how much there is outside their heap.

/** Frees the bytes of a chunk that nobody will look at again; those that are a part of something larger stay. */
export function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
