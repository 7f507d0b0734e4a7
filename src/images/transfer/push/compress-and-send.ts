// A layer of which nobody has the blob: it is on its way while it is being compressed, under a digest yet to be known.
import type { GrowingBlob } from '../../../content/index.ts';
import type { Repository } from '../../../distribution/index.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import type { LayerToPush, PushProgress } from './layer-to-push.ts';

interface Deps {
  repository: Repository;
  signal: AbortSignal;
}

/** Bytes of an archive that are compressed before anything is sent: that takes no time, and then one can ask. */
const smallArchive = 4 * 1024 * 1024;
/** Bytes that are worth asking whether they need to be sent at all. */
const worthAsking = 4 * 1024 * 1024;

/**
 * Compresses it and tells, in Docker's words, what became of it; no `outcome` when it has not been sent. Should
 * compression be far ahead of the network when the digest is known, the registry is asked whether it has the layer, and
 * is spared the rest.
 */
export async function compressAndSend(
  layer: Pick<LayerToPush, 'size' | 'compress'>,
  deps: Deps,
  progress: PushProgress,
): Promise<{ blob: Descriptor; outcome: string | undefined }> {
  const { size, compress } = layer;
  if (size <= smallArchive) {
    const onProgress = (read: number) => progress(read, size);
    return { blob: await compress({ onProgress, signal: deps.signal }), outcome: undefined };
  }
  const failed = new AbortController();
  let read = 0;
  let sending: Promise<string> | undefined;
  const follow = (growing: GrowingBlob) => {
    // Of the archive, as far as it has been sent.
    const onSent = (sent: number) => progress(Math.round((read * sent) / Math.max(growing.size, sent, 1)), size);
    sending = send(growing, deps, onSent);
    sending.catch(error => failed.abort(error));
  };
  const signal = AbortSignal.any([deps.signal, failed.signal]);
  const blob = await compress({ onProgress: total => (read = total), signal, follow }).catch(async error => {
    // What ended the one has ended the other; the upload knows why.
    await sending;
    throw error;
  });
  return { blob, outcome: await sending };
}

/** Returns what became of it. Closes `growing`. */
async function send(growing: GrowingBlob, { repository, signal }: Deps, onProgress: (sent: number) => void) {
  await using _closing = growing;
  const enough = new AbortController();
  let sent = 0;
  const source = {
    digest: growing.whole.then(({ digest }) => digest),
    open: (start: number) => growing.read(start),
  };
  source.digest.catch(() => {});
  const upload = repository.uploadBlob(source, {
    signal: AbortSignal.any([signal, enough.signal]),
    onProgress: total => onProgress((sent = total)),
  });
  try {
    const blob = await Promise.race([growing.whole, upload.then(() => growing.whole)]);
    const isThere =
      blob.size - sent >= worthAsking && (await repository.blobSize(blob.digest, { signal })) !== undefined;
    if (isThere) return 'Layer already exists';
    await upload;
    return 'Pushed';
  } finally {
    enough.abort();
    await upload.catch(() => {});
  }
}
