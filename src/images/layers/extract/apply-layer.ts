// A layer blob into a directory: decompressed, verified and written in small portions of time.
import { createHash } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { TimeSlice } from '../../../lib/concurrency/time-slice.ts';
import { BerthError, errorCode, invalid, systemError } from '../../../lib/errors.ts';
import { openDecompressed } from '../../../lib/streams/decompress.ts';
import { TarReader } from '../../../lib/tar/reader.ts';
import type { Digest } from '../../../oci/digest.ts';
import { BombGuard, type BombLimits } from './bomb-guard.ts';
import { type LayerFiles, LayerWriter, type SkippedAttribute } from './layer-writer.ts';

export interface ApplyOptions {
  files: LayerFiles;
  /** Somebody else digests the blob: not done again when it is not compressed, and `diffId` is undefined then. */
  digested?: boolean | undefined;
  /** Others than the usual ones. */
  bombLimits?: BombLimits;
  /** Hears how many bytes of the blob were read each time. */
  onRead?: (bytes: number) => void;
  signal?: AbortSignal | undefined;
  /** Milliseconds after which others get their turn; 1 when not said. */
  portion?: number;
}

/** What became of a layer. `size`: bytes extracted; `implied`, `skipped`: see LayerWriter. */
export interface AppliedLayer extends AppliedArchive {
  readonly diffId: Digest;
}

/** The same when its digest may not be known here. */
export interface AppliedArchive {
  readonly diffId: Digest | undefined;
  readonly size: number;
  readonly implied: readonly string[];
  readonly skipped: readonly SkippedAttribute[];
}

/**
 * Extracts a layer (tar; plain, gzip, zstd, xz, bzip2) into the existing, empty directory `target`. Throws `invalid` for what is malformed, truncated or has
 * names that cannot be, or unpacks to far more than it is; then `target` holds a part, which the caller removes. A chunk of
 * an archive that is not compressed may change once the next was asked for.
 */
export async function applyLayer(
  source: AsyncIterable<Uint8Array>,
  target: string,
  options: ApplyOptions,
): Promise<AppliedArchive> {
  const guard = new BombGuard(options.bombLimits, options.onRead);
  const { compression, stream } = await openDecompressed(guard.count(source));
  const hash = options.digested && compression === 'none' ? undefined : createHash('sha256');
  const reader = new TarReader();
  // What a root directory has that the archive does not describe, whatever the umask.
  chmodSync(target, 0o755);
  const writer = new LayerWriter(target, options.files);
  const slice = new TimeSlice(options.portion);
  try {
    for await (const chunk of stream) {
      guard.unpacked(chunk.length);
      hash?.update(chunk);
      reader.feed(chunk);
      for (let event = reader.next(); event; event = reader.next()) {
        writer.handle(event);
        if (slice.used) {
          await slice.pause();
          if (options.signal?.aborted) throw new BerthError('cancelled', 'the extraction was cancelled');
        }
      }
    }
    reader.finish();
    // zstd says nothing of a cut stream, so only the end marker tells that all of it was there.
    if (compression === 'zstd' && !reader.ended) throw invalid('unexpected EOF');
    writer.finish();
  } catch (error) {
    throw explain(error);
  } finally {
    writer.abandon();
  }
  const { size, implied, skipped } = writer;
  return { diffId: hash && `sha256:${hash.digest('hex')}`, size, implied, skipped };
}

/** Errors of the file system that the archive is to blame for become `invalid`, the others `system`. */
function explain(error: unknown): unknown {
  if (error instanceof BerthError) return error;
  const code = errorCode(error);
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'ENAMETOOLONG' || code === 'ENOTDIR' || code === 'EPERM') return invalid(message, error);
  return code === undefined ? error : systemError(message, error);
}
