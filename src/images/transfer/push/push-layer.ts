// One layer of a push: skipped, mounted, or compressed and sent.
import { createReadStream } from 'node:fs';
import type { ContentStore, Lease } from '../../../content/index.ts';
import { RegistryError, type Repository } from '../../../distribution/index.ts';
import type { KeyedMutex } from '../../../lib/keyed-mutex.ts';
import type { Limiter } from '../../../lib/limiter.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import { type Digest, shortId } from '../../../oci/digest.ts';
import { repositoryName } from '../../../oci/reference.ts';
import type { Emit } from '../transfer-event.ts';

/** `compressed` finds or makes the blob as it is sent. */
export interface LayerToPush {
  diffId: Digest;
  /** Bytes of the archive, where nothing else is known of the blob. */
  size: number;
  /** The blob, when it is there as it is sent. */
  blob: Descriptor | undefined;
  compress: (onProgress: (read: number) => void) => Promise<Descriptor>;
  /** Repositories it can be mounted from. */
  mountFrom: (digest: Digest) => string[];
}

export interface PushLayerDeps {
  content: ContentStore;
  repository: Repository;
  slots: Limiter;
  /** By blob and repository: what two pushes want there is sent once. */
  sending: KeyedMutex;
  lease: Lease;
  emit: Emit;
  signal: AbortSignal;
}

const interval = 100;
const readSize = 1024 * 1024;

/** Returns what is in the repository now. */
export async function pushLayer(layer: LayerToPush, deps: PushLayerDeps): Promise<Descriptor> {
  const id = shortId(layer.diffId);
  const say = (status: string) => deps.emit({ kind: 'progress', id, status });
  if (deps.slots.free === 0) say('Waiting');
  using _slot = await deps.slots.acquire(deps.signal);
  const progress = reporter(id, deps.emit);
  const blob = layer.blob ?? (await layer.compress(read => progress(read, layer.size)));
  deps.lease.keep(blob.digest);
  using _turn = await deps.sending.acquire(`${repositoryName(deps.repository.name)}@${blob.digest}`);
  if ((await deps.repository.blobSize(blob.digest, deps)) !== undefined) {
    // What had to be compressed to know that was news of its own.
    say('Layer already exists');
    return blob;
  }
  for (const from of layer.mountFrom(blob.digest)) {
    if (!(await mount(blob.digest, from, deps))) continue;
    say(`Mounted from ${from}`);
    return blob;
  }
  await sendBlob(blob, deps, sent => progress(sent, blob.size));
  say('Pushed');
  return blob;
}

/** Sends a blob of the content store. */
export async function sendBlob(
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
  { content, repository, signal }: Pick<PushLayerDeps, 'content' | 'repository' | 'signal'>,
  onProgress: (sent: number) => void,
): Promise<void> {
  const path = content.path(digest);
  const open = (start: number) => createReadStream(path, { start, highWaterMark: readSize });
  await repository.uploadBlob({ digest, size, open }, { signal, onProgress });
}

/** A registry that will not let us look into the other repository just gets the bytes. */
async function mount(digest: Digest, from: string, { repository, signal }: PushLayerDeps): Promise<boolean> {
  try {
    return await repository.mountBlob(digest, from, { signal });
  } catch (error) {
    if (error instanceof RegistryError) return false;
    throw error;
  }
}

function reporter(id: string, emit: Emit): (current: number, total: number) => void {
  let last = 0;
  return (current, total) => {
    const now = Date.now();
    if (now - last < interval) return;
    last = now;
    emit({ kind: 'progress', id, status: 'Pushing', current, total });
  };
}
