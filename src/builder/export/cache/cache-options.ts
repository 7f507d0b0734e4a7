// How a cache is written, from the attributes of `--cache-to`.

import type { LayerCompression } from '../../../images/index.ts';
import { invalid } from '../../../lib/errors.ts';
import { parseGoBool } from '../../../lib/text/go-values.ts';
import type { CacheReference } from '../../request.ts';

export interface CacheOptions {
  /** The results of all steps, not only those whose layers the result has. */
  readonly all: boolean;
  readonly compression: LayerCompression;
  readonly forceCompression: boolean;
  readonly oci: boolean;
  /** As the manifest of an image, which all registries take; else as an index that lists layers. */
  readonly asImage: boolean;
  /** A cache that cannot be written is no reason for the build to fail. */
  readonly ignoreError: boolean;
}

/** Throws `invalid`, in BuildKit's words where it has some. */
export function cacheOptions({ type, attributes }: CacheReference): CacheOptions {
  const { compression = 'gzip', mode } = attributes;
  if (compression !== 'uncompressed' && compression !== 'gzip' && compression !== 'zstd') {
    const why = `unsupported compression type ${compression}`;
    throw invalid(`failed to configure ${type} cache exporter: ${why}: use uncompressed, gzip or zstd`);
  }
  if (type === 'registry' && !attributes.ref) throw invalid('registry cache exporter requires ref');
  const oci = flag(attributes['oci-mediatypes'], true);
  const asImage = flag(attributes['image-manifest'], oci);
  if (asImage && !oci) {
    throw invalid(
      'invalid configuration for remote cache, OCI mediatypes are required for image-manifest cache format',
    );
  }
  return {
    ...{ all: mode === 'max', compression, oci, asImage },
    forceCompression: flag(attributes['force-compression'], false),
    ignoreError: flag(attributes['ignore-error'], false),
  };
}

/** As Go's strconv.ParseBool has it; what is neither is as if it were not said. */
function flag(text: string | undefined, usual: boolean): boolean {
  return parseGoBool(text ?? '') ?? usual;
}
