// What a push is going to send: the manifests an image came with where they are whole, else one to be made.

import type { ContentStore } from '../../../content/index.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import type { Digest } from '../../../oci/digest.ts';
import { parseManifest } from '../../../oci/manifest.ts';
import type { Platform } from '../../../oci/platform.ts';
import type { Reference } from '../../../oci/reference.ts';
import type { Image, ImageSource } from '../../image.ts';
import { chooseSource } from '../../records/manifests/choose-source.ts';

/** One image of a push; without a source its manifest is made. */
export interface PushedImage {
  image: Image;
  source: ImageSource | undefined;
}

/** A manifest that is listed beside images and says something of one: attestations. */
export interface BesideManifest {
  manifest: Descriptor;
  bytes: Buffer;
  blobs: Descriptor[];
}

export interface PushPlan {
  images: PushedImage[];
  beside: BesideManifest[];
  /** Leads to all of them; the name will stand for it. */
  index: { source: NonNullable<ImageSource['index']>; bytes: Buffer } | undefined;
}

/** An index is sent when everything it lists is here, and no `platform` was asked for. */
export async function planPush(
  image: Image,
  name: Reference,
  o: {
    platforms: readonly Image[];
    platform: Platform | undefined;
    /** The manifest or index that is wanted, of those the image has. */
    manifest?: Digest | undefined;
    content: ContentStore;
  },
): Promise<PushPlan> {
  const { content } = o;
  const isWhole = ({ manifest, layers }: ImageSource) =>
    [manifest, ...layers].every(({ digest }) => content.has(digest));
  const wanted = image.sources.find(one => (one.index ?? one.manifest).digest === o.manifest);
  const chosen = wanted ?? chooseSource(image, name);
  const source = chosen && isWhole(chosen) ? chosen : image.sources.find(isWhole);
  const alone = { images: [{ image, source }], beside: [], index: undefined };
  if (!source?.index || o.platform) return alone;
  // What an index lists beside images goes with the build that made it: that of another one may be whole.
  for (const { index } of [source, ...image.sources]) {
    const plan = index && (await planIndex(index, isWhole, o));
    if (plan) return plan;
  }
  return alone;
}

/** Undefined when something it lists is not here. */
async function planIndex(
  source: NonNullable<ImageSource['index']>,
  isWhole: (source: ImageSource) => boolean,
  { content, platforms }: { platforms: readonly Image[]; content: ContentStore },
): Promise<PushPlan | undefined> {
  if (!content.has(source.digest)) return undefined;
  const bytes = await content.bytes(source.digest);
  const parsed = parseManifest(bytes, `index ${source.digest}`);
  if (!('index' in parsed)) return undefined;
  const { manifests } = parsed.index;
  const listed = manifests.filter(manifest => !isBeside(manifest));
  const images = findAll(listed, platforms, isWhole);
  const beside = await readBeside(manifests.filter(isBeside), content);
  return images && beside && { images, beside, index: { source, bytes } };
}

/** By the annotation BuildKit gives what is no image. */
const isBeside = ({ annotations }: Descriptor) => annotations?.['vnd.docker.reference.type'] !== undefined;

/** Undefined when one is not here with everything it names. */
async function readBeside(
  manifests: readonly Descriptor[],
  content: ContentStore,
): Promise<BesideManifest[] | undefined> {
  const beside: BesideManifest[] = [];
  for (const manifest of manifests) {
    if (!content.has(manifest.digest)) return undefined;
    const bytes = await content.bytes(manifest.digest);
    const parsed = parseManifest(bytes, `manifest ${manifest.digest}`);
    if (!('manifest' in parsed)) return undefined;
    const blobs = [parsed.manifest.config, ...parsed.manifest.layers];
    if (!blobs.every(({ digest }) => content.has(digest))) return undefined;
    beside.push({ manifest, bytes, blobs });
  }
  return beside;
}

function findAll(
  manifests: readonly Descriptor[],
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
