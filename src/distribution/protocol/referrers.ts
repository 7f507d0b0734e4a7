// What refers to a manifest: by the API of distribution 1.1, or by the tag that stands in for it.
import { invalid } from '../../lib/errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Index } from '../../oci/manifest.ts';
import type { CallOptions } from '../repository.ts';
import { nextPage } from './link-header.ts';
import { readIndex, readReferrersTag } from './referrers-tag.ts';
import { discard, type RegistryClient } from './registry-client.ts';

const largestPage = 16 * 1024 * 1024;

/** An index, empty when nothing refers to it; of one `artifactType` only when that is given. */
export async function fetchReferrers(
  client: RegistryClient,
  path: string,
  digest: Digest,
  { artifactType, signal }: CallOptions & { artifactType?: string },
): Promise<Index> {
  const manifests: Descriptor[] = [];
  const query = artifactType === undefined ? '' : `?${new URLSearchParams({ artifactType })}`;
  let next: string | URL | undefined = `${path}/referrers/${digest}${query}`;
  while (next) {
    const answer = await client.call({ method: 'GET', path: next, accept: [200, 404], signal });
    if (answer.status === 404) {
      await discard(answer);
      // What is no index under that name is no list of referrers either.
      const listed = await readReferrersTag(client, path, digest, { signal });
      manifests.push(...((listed !== 'missing' && listed?.manifests) || []));
      break;
    }
    const page = readIndex(await answer.buffer(largestPage));
    if (!page) throw invalid('referrers: not an index');
    manifests.push(...page.manifests);
    next = nextPage(answer.headers.link, answer.url);
  }
  const wanted = manifests.filter(entry => artifactType === undefined || entry.artifactType === artifactType);
  return { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: wanted };
}
