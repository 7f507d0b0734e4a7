// What a client wants said of its images, by the places where it is said.
import type { ComposeOptions } from '../../images/index.ts';
import { formatPlatform, type Platform, parsePlatform } from '../../oci/platform.ts';
import type { AnnotationLevel, Annotations } from '../request.ts';

/** What is meant for one platform stands behind what is meant for all; what it does not say of itself is the host's. Throws `invalid` for a platform that makes no sense. */
export function imageAnnotations(annotations: Annotations, host: Platform): ComposeOptions['annotations'] {
  const known = annotations.map(({ platform, ...one }) => ({
    ...one,
    platform: platform === undefined ? undefined : formatPlatform(parsePlatform(platform, host)),
  }));
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
    index: of('index'),
    indexDescriptor: of('index-descriptor'),
  };
}
