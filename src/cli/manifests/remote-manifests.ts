// Manifests as a registry has them.

import type { Distribution, Repository } from '../../distribution/index.ts';
import { RegistryError } from '../../distribution/index.ts';
import { errorKind } from '../../lib/errors.ts';
import { type Index, parseJson, parseManifest } from '../../oci/manifest.ts';
import type { Platform } from '../../oci/platform.ts';
import { formatReference, type Reference } from '../../oci/reference.ts';
import type { Context } from '../context.ts';
import { findCredentials } from '../registries/open-registries.ts';
import { type ImageManifest, imageManifest, orderPlatform } from './image-manifest.ts';

/** What a reference stands for: one image, or several. */
export type RemoteManifest = { one: ImageManifest } | { several: ImageManifest[] };

/** Asks the registry. Throws a plain Error with Docker's `no such manifest` for what it does not have, or show. */
export async function fetchRemote(
  context: Context,
  registries: Distribution,
  reference: Reference,
): Promise<RemoteManifest> {
  const name = formatReference(reference);
  try {
    const credentials = await findCredentials(context, reference.domain);
    const onWarning = (warning: string) => context.warn(`WARNING: ${warning}`);
    const repository = registries.repository(reference, { credentials, onWarning });
    const { descriptor, bytes } = await repository.manifest(reference.digest ?? reference.tag ?? 'latest');
    const parsed = parseManifest(bytes, name);
    if ('index' in parsed) return { several: await fetchMembers(repository, reference, parsed.index) };
    const platform = await platformOf(repository, bytes);
    return { one: imageManifest(name, { mediaType: descriptor.mediaType, bytes, platform }) };
  } catch (error) {
    if (!isAbsent(error)) throw error;
    throw new Error(`no such manifest: ${name}`, { cause: error });
  }
}

/** The members of an index, each with the platform the index gives it. */
async function fetchMembers(repository: Repository, reference: Reference, index: Index): Promise<ImageManifest[]> {
  return await Promise.all(
    index.manifests.map(async ({ digest, platform }) => {
      const { descriptor, bytes } = await repository.manifest(digest);
      return imageManifest(formatReference({ ...reference, digest }), {
        mediaType: descriptor.mediaType,
        bytes,
        platform: platform ?? { architecture: '', os: '' },
      });
    }),
  );
}

/** The platform as the configuration of the image says it. */
async function platformOf(repository: Repository, bytes: Buffer): Promise<Platform> {
  const parsed = parseManifest(bytes);
  if (!('manifest' in parsed)) return { architecture: '', os: '' };
  const config = parseJson(await repository.blobBytes(parsed.manifest.config), 'image config') as Partial<Platform>;
  return orderPlatform({ ...config, architecture: config.architecture ?? '', os: config.os ?? '' });
}

/** A registry that is asked without credentials says `unauthorized` of what is not there. */
function isAbsent(error: unknown): boolean {
  return error instanceof RegistryError && ['not-found', 'unauthorized'].includes(errorKind(error));
}
