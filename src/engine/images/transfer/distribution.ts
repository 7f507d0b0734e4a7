// What a registry says of an image, without pulling it.

import type { OCIPlatform } from '../../../api/types/common.ts';
import type { DistributionInspect } from '../../../api/types/images.ts';
import { isIndexType } from '../../../oci/descriptor.ts';
import { parseImageConfig } from '../../../oci/image-config.ts';
import { parseManifest } from '../../../oci/manifest.ts';
import { parseReference, withDefaultTag } from '../../../oci/reference.ts';
import type { Engine } from '../../engine.ts';
import { asDockerFails } from './pull.ts';
import { decodeRegistryAuth } from './registry-auth.ts';

/** Throws `not-found` when the registry has no such thing, `invalid` for what is no image name. */
export async function inspectDistribution(
  engine: Pick<Engine, 'registries'>,
  name: string,
  { auth, signal }: { auth: string | undefined; signal: AbortSignal },
): Promise<DistributionInspect> {
  const reference = withDefaultTag(parseReference(name));
  const repository = engine.registries.repository(reference, { credentials: decodeRegistryAuth(auth) });
  try {
    const { descriptor, bytes } = await repository.manifest(reference.digest ?? reference.tag ?? 'latest', { signal });
    const { mediaType, digest, size } = descriptor;
    const parsed = parseManifest(bytes, `manifest ${digest}`);
    const described = { Descriptor: { mediaType, digest, size } };
    if ('index' in parsed) {
      const entries = parsed.index.manifests.filter(entry => !isIndexType(entry.mediaType));
      return { ...described, Platforms: entries.flatMap(({ platform }) => (platform ? [platform] : [])) };
    }
    const config = await repository.blobBytes(parsed.manifest.config, { signal });
    return { ...described, Platforms: [platformOf(config)] };
  } catch (error) {
    throw asDockerFails(error);
  }
}

function platformOf(config: Buffer): OCIPlatform {
  const { architecture, os, variant, ...rest } = parseImageConfig(config);
  const version = rest['os.version'];
  return {
    ...{ architecture, os },
    ...(version === undefined ? {} : { 'os.version': version }),
    ...(variant === undefined ? {} : { variant }),
  };
}
