// A layer's archive into a directory: by a worker where that is worth it, so that several are extracted at a time.
import { mkdirSync } from 'node:fs';
import { type GrowingFile, readGrowing, type SharedBytes } from '../../../content/index.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { LayerWorkers } from '../../workers/layer-workers.ts';
import { type AppliedLayer, applyLayer } from './apply-layer.ts';
import type { LayerFiles } from './layer-writer.ts';

/** Bytes of a blob: a smaller one is extracted before a worker has started. */
const worthAWorker = 2 * 1024 * 1024;

/** An archive as it comes. */
interface LayerArchive {
  readonly bytes: GrowingFile;
  /** Of the whole blob, in bytes. */
  readonly size: number;
  /** Known already where the blob is verified and not compressed: saves digesting it again. */
  readonly trustedDiffId: Digest | undefined;
  /** Hears how many bytes of the blob were read each time. */
  readonly onRead?: ((bytes: number) => void) | undefined;
}

/** Makes `target`, and then as `applyLayer`, which says what is thrown; also what the sizes throw. Closes the archive. */
export async function extractLayer(
  { bytes, size, trustedDiffId, onRead = () => {} }: LayerArchive,
  target: string,
  { workers, files, signal }: { workers: LayerWorkers; files: LayerFiles; signal: AbortSignal | undefined },
): Promise<AppliedLayer> {
  const { file, sizes } = bytes;
  try {
    const digested = trustedDiffId !== undefined;
    const here = () => applyLayer(readGrowing(file.fd, sizes), target, { files, digested, onRead, signal });
    if (size < worthAWorker) mkdirSync(target);
    const applied = await (size < worthAWorker
      ? here()
      : workers.run({ kind: 'extract', from: file.fd, target, digested }, signal, { sizes, onRead }));
    return { ...applied, diffId: applied.diffId ?? (trustedDiffId as Digest) };
  } finally {
    await file.close();
  }
}

/**
 * Makes `target`, and then as `applyLayer`, while the archive comes, which is not compressed. Leaves the memory. Throws
 * also why the archive did not come.
 */
export async function extractShared(
  bytes: SharedBytes,
  target: string,
  { workers, signal }: { workers: LayerWorkers; signal: AbortSignal | undefined },
): Promise<AppliedLayer> {
  try {
    const job = { kind: 'extract', from: bytes.memory, target, digested: true } as const;
    const onRead = (read: number) => bytes.taken(read);
    const applied = await workers.run(job, signal, { sizes: bytes.sizes(), onRead });
    const { digest } = await bytes.whole;
    return { ...applied, diffId: applied.diffId ?? digest };
  } finally {
    bytes.leave();
  }
}
