// A layer's archive compressed by several threads, into a blob.
import { createHash } from 'node:crypto';
import type { ContentStore, GrowingBlob, Lease } from '../../../content/index.ts';
import { invalid } from '../../../lib/errors.ts';
import { type Descriptor, mediaTypes } from '../../../oci/descriptor.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { FilePiece } from '../../workers/layer-jobs.ts';
import type { LayerWorkers } from '../../workers/layer-workers.ts';

interface CompressDeps {
  content: ContentStore;
  workers: LayerWorkers;
}

export interface CompressOptions {
  lease: Lease;
  signal: AbortSignal;
  /** Hears how many bytes of the archive are compressed, or soon will be. */
  onProgress: (read: number) => void;
  /** Is given the blob while it is made, and closes it. */
  follow?: ((growing: GrowingBlob) => void) | undefined;
}

const pieceSize = 1024 * 1024;
/** Pieces that are compressed or wait to be written: what bounds memory. */
const ahead = 6;

/** Of an archive that was verified when it came: a file that only the workers read. */
export function compressFile(
  { path, size }: { path: string; size: number },
  deps: CompressDeps,
  o: CompressOptions,
): Promise<Descriptor> {
  async function* pieces(): AsyncGenerator<FilePiece, void> {
    for (let offset = 0; offset < size; offset += pieceSize) {
      yield { path, offset, length: Math.min(pieceSize, size - offset) };
    }
  }
  return compress(pieces(), deps, o);
}

/** Throws `invalid` when the archive is not what `diffId` says. */
export async function compressStream(
  archive: AsyncIterable<Uint8Array>,
  diffId: Digest,
  deps: CompressDeps,
  o: CompressOptions,
): Promise<Descriptor> {
  const hash = createHash('sha256');
  async function* digested(): AsyncGenerator<Uint8Array, void> {
    for await (const piece of inPieces(archive)) {
      hash.update(piece);
      yield piece;
    }
    const found = `sha256:${hash.digest('hex')}`;
    if (found !== diffId) throw invalid(`layer ${diffId} cannot be packed as it came: its archive is now ${found}`);
  }
  return await compress(digested(), deps, o);
}

async function compress(
  pieces: AsyncIterable<Uint8Array | FilePiece>,
  { content, workers }: CompressDeps,
  { lease, signal, onProgress, follow }: CompressOptions,
): Promise<Descriptor> {
  let read = 0;
  const pack = async (piece: Uint8Array | FilePiece) => {
    onProgress((read += piece.length));
    return (await workers.run({ kind: 'gzip', piece }, signal)).member;
  };
  const blob = await content.ingest(inOrder(pieces, pack), { lease, signal, follow });
  return { mediaType: mediaTypes.dockerLayerGzip, ...blob };
}

/** What `work` makes of each item, in the items' order, some being worked on at a time. */
async function* inOrder<T, R>(items: AsyncIterable<T>, work: (item: T) => Promise<R>): AsyncGenerator<R, void> {
  const pending: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      result.catch(() => {});
      pending.push(result);
      if (pending.length >= ahead) yield await (pending.shift() as Promise<R>);
    }
    for (let next = pending.shift(); next; next = pending.shift()) yield await next;
  } finally {
    await Promise.allSettled(pending);
  }
}

/** The same bytes in pieces of a megabyte: what a piece compresses to must not depend on how it was read. */
async function* inPieces(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    let rest = chunk;
    while (size + rest.length >= pieceSize) {
      const taken = rest.subarray(0, pieceSize - size);
      yield parts.length === 0 ? taken : Buffer.concat([...parts, taken]);
      rest = rest.subarray(taken.length);
      [parts, size] = [[], 0];
    }
    if (rest.length === 0) continue;
    parts.push(rest);
    size += rest.length;
  }
  if (size > 0) yield Buffer.concat(parts);
}
