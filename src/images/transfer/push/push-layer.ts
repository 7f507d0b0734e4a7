// One layer of a push: skipped, mounted, or compressed and sent.
import { createReadStream } from 'node:fs';
import type { ContentStore, Lease } from '../../../content/index.ts';
import { RegistryError, type Repository } from '../../../distribution/index.ts';
import type { KeyedMutex } from '../../../lib/concurrency/keyed-mutex.ts';
import type { Limiter } from '../../../lib/concurrency/limiter.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import { type Digest, shortId } from '../../../oci/digest.ts';
import { repositoryName } from '../../../oci/reference.ts';
import type { Emit } from '../transfer-event.ts';
import { compressAndSend } from './compress-and-send.ts';
import type { LayerToPush, PushProgress } from './layer-to-push.ts';

export interface PushLayerDeps {
  content: ContentStore;
  repository: Repository;
  slots: Limiter;
  /** By layer and repository: what two pushes want there is sent once. */
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
  using _turn = await deps.sending.acquire(`${repositoryName(deps.repository.name)}@${layer.diffId}`);
  const progress = reporter(id, deps.emit);
  const { blob, outcome } = layer.blob
    ? { blob: layer.blob, outcome: undefined }
    : await compressAndSend(layer, deps, progress);
  deps.lease.keep(blob.digest);
  say(outcome ?? (await sendWhole(blob, layer, deps, progress)));
  return blob;
}

/** A blob that is here: asked for, mounted, or sent. Returns which, in Docker's words. */
async function sendWhole(
  blob: Descriptor,
  { mountFrom }: LayerToPush,
  deps: PushLayerDeps,
  progress: PushProgress,
): Promise<string> {
  if ((await deps.repository.blobSize(blob.digest, deps)) !== undefined) return 'Layer already exists';
  for (const from of mountFrom(blob.digest)) if (await mount(blob.digest, from, deps)) return `Mounted from ${from}`;
  await sendBlob(blob, deps, sent => progress(sent, blob.size));
  return 'Pushed';
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

function reporter(id: string, emit: Emit): PushProgress {
  let last = 0;
  return (current, total) => {
    const now = Date.now();
    if (now - last < interval) return;
    last = now;
    emit({ kind: 'progress', id, status: 'Pushing', current, total });
  };
}
