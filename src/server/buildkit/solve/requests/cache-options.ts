// Where the caches of a solve request come from and go to, as clients of all ages say it.
import type { CacheOptions } from '../../../../api/buildkit/control.ts';
import type { BlobStore, CacheReference } from '../../../../builder/index.ts';
import { cacheReference } from './frontend-request.ts';

interface Caches {
  readonly cacheFrom: readonly CacheReference[];
  readonly cacheTo: readonly CacheReference[];
}

/** Throws `invalid` for a kind of cache there is not. */
export function cachesOf(options: Partial<CacheOptions> | undefined, blobs: (id: string) => BlobStore): Caches {
  const { exports = [], imports = [] } = options ?? {};
  const { exportRefDeprecated = '', exportAttrsDeprecated = {}, importRefsDeprecated = [] } = options ?? {};
  const reference = ({ type = '', attrs = {} }: { type?: string; attrs?: Record<string, string> }) =>
    cacheReference(type, attrs, blobs);
  const inRegistry = (ref: string, more: Record<string, string> = {}) =>
    cacheReference('registry', { ...more, ref }, blobs);
  return {
    cacheTo: [
      ...exports.map(reference),
      // Before BuildKit 0.4 there was one place only, in a registry.
      ...(exportRefDeprecated && exports.length === 0 ? [inRegistry(exportRefDeprecated, exportAttrsDeprecated)] : []),
    ],
    cacheFrom: [
      ...imports.map(reference),
      ...(imports.length === 0 ? importRefsDeprecated.map(ref => inRegistry(ref)) : []),
    ],
  };
}
