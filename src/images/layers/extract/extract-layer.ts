// A layer's archive into a directory: by a worker where that is worth it, so that several are extracted at a time.
import { mkdirSync } from 'node:fs';
import { type GrowingFile, readGrowing } from '../../../content/index.ts';
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
  /** Known already: see `applyLayer`. */
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
    if (size < worthAWorker) {
      mkdirSync(target);
      return await applyLayer(readGrowing(file.fd, sizes), target, { files, trustedDiffId, onRead, signal });
    }
    const job = { kind: 'extract', descriptor: file.fd, target, trustedDiffId } as const;
    return await workers.run(job, signal, { sizes, onRead });
  } finally {
    await file.close();
  }
}
