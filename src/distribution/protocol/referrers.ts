// What refers to a manifest: by the API of distribution 1.1, or by the tag that stands in for it.
import { invalid } from '../../lib/errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Index } from '../../oci/manifest.ts';
import type { CallOptions } from '../repository.ts';
import { readIndex, readReferrersTag } from './referrers-tag.ts';
import type { RegistryClient } from './registry-client.ts';
import { walkPages } from './walk-pages.ts';

/** An index, empty when nothing refers to it; of one `artifactType` only when that is given. */
export async function fetchReferrers(
  client: RegistryClient,
  path: string,
  digest: Digest,
  { artifactType, signal }: CallOptions & { artifactType?: string },
): Promise<Index> {
  const manifests: Descriptor[] = [];
  const query = artifactType === undefined ? '' : `?${new URLSearchParams({ artifactType })}`;
  const request = { path: `${path}/referrers/${digest}${query}`, accept: [200, 404], signal, name: 'referrers' };
  for await (const { status, bytes } of walkPages(client, request)) {
    if (status === 404) {
      // What is no index under that name is no list of referrers either.
      const listed = await readReferrersTag(client, path, digest, { signal });
      manifests.push(...((listed !== 'missing' && listed?.manifests) || []));
      break;
    }
    const page = readIndex(bytes);
    if (!page) throw invalid('referrers: not an index');
    manifests.push(...page.manifests);
  }
  const wanted = manifests.filter(entry => artifactType === undefined || entry.artifactType === artifactType);
  return { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: wanted };
}
