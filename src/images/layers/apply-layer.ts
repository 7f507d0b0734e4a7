// A layer blob into a directory: decompressed, verified and written in small portions of time.
import { createHash } from 'node:crypto';
import { openDecompressed } from '../../lib/decompress.ts';
import { BerthError, errorCode, invalid, systemError } from '../../lib/errors.ts';
import { TarReader } from '../../lib/tar/reader.ts';
import { TimeSlice } from '../../lib/time-slice.ts';
import type { Digest } from '../../oci/digest.ts';
import { BombGuard, type BombLimits } from './bomb-guard.ts';
import { LayerWriter, type LayerWriterOptions } from './layer-writer.ts';

export interface ApplyOptions extends LayerWriterOptions {
  /** Known to be true of the stream already (a verified, uncompressed blob): saves hashing it again. */
  trustedDiffId?: Digest | undefined;
  /** Others than the usual ones. */
  bombLimits?: BombLimits;
  signal?: AbortSignal | undefined;
}

/**
 * Extracts a layer (tar; plain, gzip, zstd, xz, bzip2) into the existing, empty directory `target`. Returns the digest
 * of the uncompressed archive, and the bytes extracted. Throws `invalid` for what is malformed, truncated or has
 * names that cannot be, or unpacks to far more than it is; then `target` holds a part, which the caller removes. Lets the event loop run every millisecond.
 */
export async function applyLayer(
  source: AsyncIterable<Uint8Array>,
  target: string,
  options: ApplyOptions,
): Promise<{ diffId: Digest; size: number }> {
  const guard = new BombGuard(options.bombLimits);
  const { compression, stream } = await openDecompressed(guard.count(source));
  const hash = options.trustedDiffId !== undefined && compression === 'none' ? undefined : createHash('sha256');
  const reader = new TarReader();
  const writer = new LayerWriter(target, options);
  const slice = new TimeSlice();
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
  return { diffId: hash ? `sha256:${hash.digest('hex')}` : (options.trustedDiffId as Digest), size: writer.size };
}

/** Errors of the file system that the archive is to blame for become `invalid`, the others `system`. */
function explain(error: unknown): unknown {
  if (error instanceof BerthError) return error;
  const code = errorCode(error);
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'ENAMETOOLONG' || code === 'ENOTDIR' || code === 'EPERM') return invalid(message, error);
  return code === undefined ? error : systemError(message, error);
}
