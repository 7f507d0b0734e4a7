// What a client wants said of its images, by the places where it is said.
import type { ComposeOptions } from '../../images/index.ts';
import { invalid } from '../../lib/errors.ts';
import type { Digest } from '../../oci/digest.ts';
import { formatPlatform, type Platform, parsePlatform } from '../../oci/platform.ts';
import type { AnnotationLevel, Annotations } from '../request.ts';

interface AnnotatedImages {
  /** The machine's, which a platform that is not whole is completed with. */
  readonly host: Platform;
  /** All there are, where the result lists them; of others platforms are not looked at. */
  readonly listed?: readonly Platform[] | undefined;
  /** Layers whose files were given other times than they have, and the latest of those in seconds since 1970. */
  readonly rewritten?: { readonly diffIds: ReadonlySet<Digest>; readonly latest: number } | undefined;
}

/**
 * What is meant for one platform stands behind what is meant for all. Throws `invalid` for a platform that makes no sense, or
 * is none of those that are listed.
 */
export function imageAnnotations(
  annotations: Annotations,
  { host, listed, rewritten }: AnnotatedImages,
): ComposeOptions['annotations'] {
  const known = annotations.map(({ platform, ...one }) => {
    // An index is for all of them, whatever is said.
    const isOfOne = platform !== undefined && !one.level.startsWith('index');
    return { ...one, platform: isOfOne ? formatPlatform(parsePlatform(platform, host)) : undefined };
  });
  const names = listed?.map(formatPlatform);
  const missing = names && known.find(({ platform }) => platform !== undefined && !names.includes(platform));
  if (missing) throw invalid(`invalid annotation: no platform ${missing.platform} found in source`);
  const of = (level: AnnotationLevel, platform?: Platform) => {
    const wanted = platform && formatPlatform(platform);
    const fitting = known.filter(one => one.level === level && (!one.platform || one.platform === wanted));
    const general = fitting.filter(one => one.platform === undefined);
    const special = fitting.filter(one => one.platform !== undefined);
    return Object.fromEntries([...general, ...special].map(({ key, value }) => [key, value]));
  };
  return {
    manifest: platform => of('manifest', platform),
    manifestDescriptor: platform => of('manifest-descriptor', platform),
    layer: (diffId): Record<string, string> =>
      rewritten?.diffIds.has(diffId) ? { 'buildkit/rewritten-timestamp': String(rewritten.latest) } : {},
    index: of('index'),
    indexDescriptor: of('index-descriptor'),
  };
}
