// The `platform` of a request about images, which travels as JSON.
import type { OCIPlatform } from '../../api/types/common.ts';
import { invalid } from '../../lib/errors.ts';
import { normalizePlatform, type Platform } from '../../oci/platform.ts';

/** Undefined for none; throws `invalid` for what is no platform. */
export function requestedPlatform(value: OCIPlatform | undefined): Platform | undefined {
  if (value === undefined || value === null) return undefined;
  const { os, architecture, variant } = value as unknown as Record<string, unknown>;
  if (typeof os !== 'string' || typeof architecture !== 'string' || os === '' || architecture === '') {
    throw invalid('both OS and Architecture must be provided');
  }
  if (variant !== undefined && typeof variant !== 'string') throw invalid('failed to parse platform: invalid variant');
  return normalizePlatform({
    os: os.toLowerCase(),
    architecture: architecture.toLowerCase(),
    ...(variant ? { variant } : {}),
  });
}

/** Where Docker takes a list but serves one; throws `invalid` for more. */
export function onlyPlatform(values: readonly OCIPlatform[] | undefined): Platform | undefined {
  if (values && values.length > 1) throw invalid('multiple platform parameters not supported');
  return requestedPlatform(values?.[0]);
}
