// A manifest goes from a repository, with the tags that name it and its entry among the referrers.
import type { Digest } from '../../oci/digest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import type { RegistryContext } from '../context.ts';
import type { Repository } from '../storage/repository.ts';

type Needs = Pick<RegistryContext, 'content' | 'repositories' | 'locks'>;

interface Removal {
  /** Asked once nothing can change any more. */
  readonly stillUnwanted?: () => boolean;
  /** No tag names it as long as it is unwanted, which the caller knows: then none is read. */
  readonly untagged?: boolean;
}

/**
 * Returns the tags that went with it; undefined when there is no such manifest, or it is wanted. The bytes stay until a
 * collection finds that nobody needs them.
 */
export async function removeManifest(
  { content, repositories, locks }: Needs,
  name: string,
  digest: Digest,
  { stillUnwanted = () => true, untagged = false }: Removal = {},
): Promise<string[] | undefined> {
  return await locks.run(name, async () => {
    const repository = repositories.get(name);
    if (!repository.hasManifest(digest)) return undefined;
    const subject = await readSubject(content, digest);
    const tags = untagged ? [] : await tagsOf(repository, digest);
    if (!stillUnwanted()) return undefined;
    // Tags first: one that names nothing would be worse than a manifest without a tag.
    for (const tag of tags) repository.removeTag(tag);
    repository.removeManifest(digest);
    if (subject) repository.removeReferrer(subject, digest);
    return tags;
  });
}

async function tagsOf(repository: Repository, digest: Digest): Promise<string[]> {
  const names = await repository.tags();
  const links = await Promise.all(names.map(async tag => ({ tag, link: await repository.tag(tag) })));
  return links.filter(({ link }) => link?.digest === digest).map(({ tag }) => tag);
}

/** What a manifest refers to; undefined also when its bytes are not there any more. */
async function readSubject(content: RegistryContext['content'], digest: Digest): Promise<Digest | undefined> {
  try {
    const parsed = parseManifest(await content.bytes(digest));
    return ('index' in parsed ? parsed.index : parsed.manifest).subject?.digest;
  } catch {
    return undefined;
  }
}
