// What a registry says of an image, without pulling it.

import type { OCIPlatform } from '../../../api/types/common.ts';
import type { DistributionInspect } from '../../../api/types/images.ts';
import { isIndexType } from '../../../oci/descriptor.ts';
import { parseManifest } from '../../../oci/manifest.ts';
import { parseReference, withDefaultTag } from '../../../oci/reference.ts';
import type { Engine } from '../../engine.ts';
import { asDockerFails } from './pull.ts';
import { decodeRegistryAuth } from './registry-auth.ts';

const largestConfig = 8 * 1024 * 1024;

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
    const { config } = parsed.manifest;
    // Whatever it is: of what is no image there is only no platform to tell.
    const platform =
      config.size > largestConfig ? undefined : platformOf(await repository.blobBytes(config, { signal }));
    return { ...described, Platforms: platform ? [platform] : null };
  } catch (error) {
    throw asDockerFails(error);
  }
}

/** Undefined where the configuration names none. */
function platformOf(config: Buffer): OCIPlatform | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(config.toString('utf8'));
  } catch {
    return undefined;
  }
  const values = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as Record<string, unknown>;
  const text = (key: string) => (typeof values[key] === 'string' ? values[key] : '');
  const [architecture, os] = [text('architecture'), text('os')];
  const [version, variant] = [text('os.version'), text('variant')];
  if (architecture === '' && os === '') return undefined;
  return {
    ...{ architecture, os },
    ...(version === '' ? {} : { 'os.version': version }),
    ...(variant === '' ? {} : { variant }),
  };
}
