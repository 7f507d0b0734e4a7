// What an index lists: manifests, and in the caches that BuildKit keeps in registries, blobs.
import { type Descriptor, isCacheEntry } from '../../oci/descriptor.ts';

/** Told apart by their media types, since only these say what an entry is. */
export function indexEntries(entries: readonly Descriptor[]): { manifests: Descriptor[]; blobs: Descriptor[] } {
  const isBlob = ({ mediaType }: Descriptor) => isCacheEntry(mediaType);
  return { manifests: entries.filter(entry => !isBlob(entry)), blobs: entries.filter(isBlob) };
}
