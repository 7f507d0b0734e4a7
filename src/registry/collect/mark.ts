// Which manifests and blobs of a repository are wanted.
import type { ContentStore } from '../../content/index.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { indexEntries } from '../manifests/index-entries.ts';
import type { Repository } from '../storage/repository.ts';

interface Mentions {
  readonly manifests: readonly Digest[];
  readonly blobs: readonly Digest[];
  readonly subject: Digest | undefined;
}

interface Marked {
  readonly manifests: ReadonlySet<Digest>;
  readonly blobs: ReadonlySet<Digest>;
}

/**
 * Everything that a tag leads to, what it consists of, and what refers to that. `isRoot` says which further manifests
 * count as if they had a tag, `given` which tags lead nowhere. A manifest whose bytes cannot be read keeps only itself.
 */
export async function markRepository(
  repository: Repository,
  content: ContentStore,
  isRoot: (digest: Digest) => boolean,
  given: ReadonlySet<string>,
): Promise<Marked> {
  const mentions = new Map<Digest, Mentions>();
  for (const digest of await repository.manifests()) mentions.set(digest, await readMentions(content, digest));
  const referrers = new Map<Digest, Digest[]>();
  for (const [digest, { subject }] of mentions) {
    if (!subject) continue;
    const known = referrers.get(subject);
    if (known) known.push(digest);
    else referrers.set(subject, [digest]);
  }
  const queue = [...mentions.keys()].filter(isRoot);
  for (const tag of await repository.tags()) {
    const link = given.has(tag) ? undefined : await repository.tag(tag);
    if (link) queue.push(link.digest);
  }
  const manifests = new Set<Digest>();
  const blobs = new Set<Digest>();
  for (let digest = queue.pop(); digest; digest = queue.pop()) {
    if (manifests.has(digest)) continue;
    manifests.add(digest);
    const mentioned = mentions.get(digest);
    for (const next of mentioned?.manifests ?? []) queue.push(next);
    for (const next of referrers.get(digest) ?? []) queue.push(next);
    for (const blob of mentioned?.blobs ?? []) blobs.add(blob);
  }
  return { manifests, blobs };
}

async function readMentions(content: ContentStore, digest: Digest): Promise<Mentions> {
  try {
    const parsed = parseManifest(await content.bytes(digest));
    if ('index' in parsed) {
      const { manifests, blobs } = indexEntries(parsed.index.manifests);
      const digests = (entries: readonly Descriptor[]) => entries.map(({ digest }) => digest);
      return { manifests: digests(manifests), blobs: digests(blobs), subject: parsed.index.subject?.digest };
    }
    const { config, layers, subject } = parsed.manifest;
    return { manifests: [], blobs: [config, ...layers].map(one => one.digest), subject: subject?.digest };
  } catch {
    return { manifests: [], blobs: [], subject: undefined };
  }
}
