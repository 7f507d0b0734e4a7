// Compression of layers, by libdeflate: at this level smaller than what Docker pushes, at a third of zlib's time.

const level = 2;

/** One gzip member; the same bytes for the same input. */
export function gzipMember(bytes: Uint8Array): Uint8Array {
  return Bun.gzipSync(bytes as Uint8Array<ArrayBuffer>, { library: 'libdeflate', level });
}
