// What a push is going to send: the manifests an image came with where they are whole, else one to be made.

import type { ContentStore } from '../../../content/index.ts';
import { type Index, parseManifest } from '../../../oci/manifest.ts';
import type { Platform } from '../../../oci/platform.ts';
import type { Reference } from '../../../oci/reference.ts';
import type { Image, ImageSource } from '../../image.ts';
import { chooseSource } from '../../records/manifests/choose-source.ts';

/** One image of a push; without a source its manifest is made. */
export interface PushedImage {
  image: Image;
  source: ImageSource | undefined;
}

export interface PushPlan {
  images: PushedImage[];
  /** Leads to all of them; the name will stand for it. */
  index: { source: NonNullable<ImageSource['index']>; bytes: Buffer } | undefined;
}

/** An index is sent when everything it lists is here, and no `platform` was asked for. */
export async function planPush(
  image: Image,
  name: Reference,
  o: { platforms: readonly Image[]; platform: Platform | undefined; content: ContentStore },
): Promise<PushPlan> {
  const { content } = o;
  const isWhole = ({ manifest, layers }: ImageSource) =>
    [manifest, ...layers].every(({ digest }) => content.has(digest));
  const chosen = chooseSource(image, name);
  const source = chosen && isWhole(chosen) ? chosen : image.sources.find(isWhole);
  const alone = { images: [{ image, source }], index: undefined };
  if (!source?.index || o.platform || !content.has(source.index.digest)) return alone;
  const bytes = await content.bytes(source.index.digest);
  const parsed = parseManifest(bytes, `index ${source.index.digest}`);
  const images = 'index' in parsed ? findAll(parsed.index, o.platforms, isWhole) : undefined;
  return images ? { images, index: { source: source.index, bytes } } : alone;
}

function findAll(
  { manifests }: Index,
  images: readonly Image[],
  isWhole: (source: ImageSource) => boolean,
): PushedImage[] | undefined {
  const found: PushedImage[] = [];
  for (const { digest } of manifests) {
    const all = images.flatMap(image => image.sources.map(source => ({ image, source })));
    const one = all.find(({ source }) => source.manifest.digest === digest && isWhole(source));
    if (!one) return undefined;
    found.push(one);
  }
  return found;
}
