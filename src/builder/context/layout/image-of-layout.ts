// `--build-context name=oci-layout://…`: an image that only whoever wants the build has.
import type { Image, Images } from '../../../images/index.ts';
import { errorMessage, invalid, notFound } from '../../../lib/errors.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import { type Digest, parseDigest } from '../../../oci/digest.ts';
import { parseManifest } from '../../../oci/manifest.ts';
import { formatPlatform, type Platform, platformRank } from '../../../oci/platform.ts';
import type { BlobStore } from '../../request.ts';
import { archiveOfLayout, manifestBytes } from './archive-of-layout.ts';

interface LayoutImage {
  readonly image: Image;
  /** Forgets the image unless it was here before, or has a name by now. */
  readonly dispose: () => void;
}

/** Loads what is for the platform of the image or index `digest`; throws `not-found` where nothing is, `invalid`. */
export async function imageOfLayout(
  { blobs, digest }: { blobs: BlobStore; digest: string },
  platform: Platform,
  { images, signal }: { images: Images; signal: AbortSignal },
): Promise<LayoutImage> {
  const manifest = await fittingManifest(blobs, parseDigest(digest), { platform, signal });
  const known = new Set(images.list().map(({ id }) => id));
  for await (const event of images.load(archiveOfLayout(blobs, manifest, signal), { signal })) {
    if (event.kind !== 'image') continue;
    const { image } = event;
    const discard = () => {
      if (images.find(image.id)) images.built.discard(image);
    };
    return { image, dispose: known.has(image.id) ? () => {} : discard };
  }
  throw invalid(`${digest} is no image`);
}

/** The manifest itself, or of those an index lists the one that fits best. */
async function fittingManifest(
  blobs: BlobStore,
  digest: Digest,
  o: { platform: Platform; signal: AbortSignal },
): Promise<Digest> {
  const size = await blobs.size(digest, o.signal);
  if (size === undefined) throw notFound(`content ${digest}: not found`);
  let parsed: ReturnType<typeof parseManifest>;
  try {
    parsed = parseManifest(await manifestBytes(blobs, digest, o.signal));
  } catch (error) {
    throw invalid(`${digest} is no manifest: ${errorMessage(error)}`, error);
  }
  if ('manifest' in parsed) return digest;
  // What does not say for which platform it is may be for any.
  const rank = (one: Descriptor) => (one.platform ? platformRank(one.platform, o.platform) : 1);
  const [best] = parsed.index.manifests
    .map(one => ({ one, rank: rank(one) }))
    .filter(({ rank: found }) => found > 0)
    .sort((a, b) => b.rank - a.rank);
  if (!best) throw notFound(`no match for platform in manifest ${digest}: ${formatPlatform(o.platform)}`);
  return await fittingManifest(blobs, best.one.digest, o);
}
