// Where an external cache is written to.
import type { Repository } from '../../../images/index.ts';
import type { Digest } from '../../../oci/digest.ts';
import { parseReference, withDefaultTag } from '../../../oci/reference.ts';
import type { BlobStore } from '../../request.ts';
import type { CacheDocument } from './cache-manifest.ts';
import type { CacheBlob } from './step-layers.ts';

/** Throws what the place refuses. */
export interface CacheTarget {
  /** Sends a blob unless it is there. */
  blob(blob: CacheBlob, signal: AbortSignal): Promise<void>;
  /** Last of all. */
  manifest(manifest: CacheDocument, signal: AbortSignal): Promise<void>;
}

/** A directory of the client, who writes its `index.json` itself. */
export function clientTarget(blobs: BlobStore): CacheTarget {
  const write = async ({ descriptor, open }: CacheBlob, signal: AbortSignal) => {
    if ((await blobs.size(descriptor.digest, signal)) === undefined)
      await blobs.write(descriptor, open(signal), signal);
  };
  return { blob: write, manifest: (manifest, signal) => write(inMemory(manifest), signal) };
}

/** `reference` names the manifest. */
export function registryTarget(repository: Repository, reference: string): CacheTarget {
  const { tag, digest } = withDefaultTag(parseReference(reference));
  return {
    async blob({ descriptor, open }, signal) {
      if ((await repository.blobSize(descriptor.digest, { signal })) !== undefined) return;
      const { digest: expected, size } = descriptor;
      await repository.uploadBlob({ digest: expected, size, open: from => skipped(open(signal), from) }, { signal });
    },
    async manifest({ descriptor, bytes }, signal) {
      const name: Digest | string = tag ?? digest ?? 'latest';
      await repository.putManifest(name, { bytes, mediaType: descriptor.mediaType }, { signal });
    },
  };
}

/** A document as a blob. */
export function inMemory({ descriptor, bytes }: CacheDocument): CacheBlob {
  return {
    descriptor,
    async *open() {
      yield bytes;
    },
  };
}

/** An upload that broke off goes on later in the blob. */
async function* skipped(source: AsyncIterable<Uint8Array>, from: number): AsyncGenerator<Uint8Array, void> {
  let left = from;
  for await (const chunk of source) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
