// `docker save` archives: `manifest.json` names the configuration, the layers and the tags of each image.
import { invalid } from '../../lib/errors.ts';
import { type Digest, isDigest, sha256 } from '../../oci/digest.ts';
import { parseImageConfig } from '../../oci/image-config.ts';
import { parseJson } from '../../oci/manifest.ts';
import { parseReference, type Reference } from '../../oci/reference.ts';
import { imagePlatform } from '../records/manifests/image-platforms.ts';
import type { ArchiveFiles } from './archive-files.ts';
import type { ArchivedImage } from './archived-image.ts';
import {
  isWanted,
  type LayoutEntry,
  layoutIndex,
  listLayout,
  noWantedImage,
  type PlatformChoice,
  readLayoutImage,
  readOciLayout,
} from './oci-layout.ts';

export const dockerManifest = 'manifest.json';

interface ManifestItem {
  Config: string;
  RepoTags: string[];
  Layers: string[];
  Parent?: string;
}

/**
 * Every image of the archive; throws `invalid` naming what is missing or malformed. Where the archive is an OCI layout
 * too, as Docker has made them since version 25, that says which manifest an image has, and its other platforms.
 */
export async function* readDockerArchive(
  files: ArchiveFiles,
  choice: PlatformChoice,
): AsyncGenerator<ArchivedImage, void> {
  const layout = files.has(layoutIndex) ? await listLayout(files, choice) : [];
  let found = 0;
  for (const item of parseItems(await files.bytes(dockerManifest, 'file'))) {
    const named = {
      references: item.RepoTags.map(parseTag),
      ...(item.Parent !== undefined && isDigest(item.Parent) ? { parent: item.Parent } : {}),
    };
    const config = await files.bytes(item.Config, 'image config');
    const images = imagesOf(sha256(config), layout);
    if (images.length > 0) {
      const [first, ...variants] = await Promise.all(images.map(image => readLayoutImage(image, files)));
      found++;
      yield { ...(first as ArchivedImage), ...named, variants };
      continue;
    }
    if (choice.only && !isWanted(imagePlatform(parseImageConfig(config)), choice.only)) continue;
    found++;
    const layers: ArchivedImage['layers'] = [];
    for (const path of item.Layers) layers.push(await files.layer(path, 'layer'));
    yield { config, layers, ...named };
  }
  if (found > 0 || !choice.only) return;
  // Its list is of the images for one platform; the layout may have others.
  if (layout.length > 0) yield* readOciLayout(files, choice);
  else throw noWantedImage(choice);
}

/** The platforms of the entry that has this configuration, the one with it first. */
function imagesOf(config: Digest, layout: readonly LayoutEntry[]): LayoutEntry['images'] {
  const has = ({ manifest }: LayoutEntry['images'][number]) => manifest.config.digest === config;
  const images = layout.find(entry => entry.images.some(has))?.images ?? [];
  return [...images.filter(has).slice(0, 1), ...images.filter(image => !has(image))];
}

/** A name with a tag, as archives must carry; throws `invalid` with Docker's wording. */
export function parseTag(text: string): Reference {
  const reference = parseReference(text);
  if (reference.tag === undefined || reference.digest !== undefined)
    throw invalid(`invalid tag ${JSON.stringify(text)}`);
  return reference;
}

function parseItems(bytes: Buffer): ManifestItem[] {
  const value = parseJson(bytes, dockerManifest);
  if (!Array.isArray(value)) throw invalid(`invalid archive: ${dockerManifest} is not a list`);
  return value.map((item: unknown, index) => {
    const where = `invalid archive: ${dockerManifest}[${index}]`;
    if (typeof item !== 'object' || item === null) throw invalid(`${where} is not an object`);
    const { Config, RepoTags, Layers, Parent } = item as Record<string, unknown>;
    if (typeof Config !== 'string' || Config === '') throw invalid(`${where}.Config is not a path`);
    return {
      Config,
      RepoTags: texts(RepoTags, `${where}.RepoTags`),
      Layers: texts(Layers, `${where}.Layers`),
      ...(typeof Parent === 'string' ? { Parent } : {}),
    };
  });
}

function texts(value: unknown, where: string): string[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value) || !value.every(item => typeof item === 'string'))
    throw invalid(`${where} is not a list of texts`);
  return value;
}
