// One name, several platforms: which of the images that belong together is meant.
import { notFound } from '../../../lib/errors.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { ImageConfig } from '../../../oci/image-config.ts';
import { formatPlatform, type Platform, platformRank } from '../../../oci/platform.ts';
import type { ImageRecords } from '../image-records.ts';

type Records = Pick<ImageRecords, 'get' | 'variants' | 'config'>;

/** An exact platform, or one of its older variants; not what a machine could run beside it. */
const exact = 100;

/** The image and the other platforms of it, itself first. */
export function platformsOf(id: Digest, records: Records): Digest[] {
  return [id, ...records.variants(id)];
}

/** The one for `platform` among those that belong to `id`; undefined when there is none. */
export function findForPlatform(id: Digest, platform: Platform, records: Records): Digest | undefined {
  const ranked = platformsOf(id, records)
    .map(candidate => ({ candidate, rank: platformRank(imagePlatform(records.config(candidate)), platform) }))
    .filter(({ rank }) => rank >= exact)
    .sort((a, b) => b.rank - a.rank);
  return ranked[0]?.candidate;
}

/** Like `findForPlatform`; throws `not-found` with Docker's wording. */
export function getForPlatform(id: Digest, o: { typed: string; platform: Platform; records: Records }): Digest {
  const found = findForPlatform(id, o.platform, o.records);
  if (found !== undefined) return found;
  const own = formatPlatform(imagePlatform(o.records.config(id)));
  throw notFound(
    `image with reference ${o.typed} was found but its platform (${own}) does not match the specified platform (${formatPlatform(o.platform)})`,
  );
}

/** What an image's configuration says it is for. */
export function imagePlatform({ os, architecture, variant }: ImageConfig): Platform {
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}
