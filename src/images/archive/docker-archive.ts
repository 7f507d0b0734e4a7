// `docker save` archives: `manifest.json` names the configuration, the layers and the tags of each image.
import { invalid } from '../../lib/errors.ts';
import { isDigest } from '../../oci/digest.ts';
import { parseJson } from '../../oci/manifest.ts';
import { parseReference, type Reference } from '../../oci/reference.ts';
import type { ArchiveFiles } from './archive-files.ts';
import type { ArchivedImage } from './archived-image.ts';

export const dockerManifest = 'manifest.json';

interface ManifestItem {
  Config: string;
  RepoTags: string[];
  Layers: string[];
  Parent?: string;
}

/** Every image of the archive; throws `invalid` naming what is missing or malformed. */
export async function* readDockerArchive(files: ArchiveFiles): AsyncGenerator<ArchivedImage, void> {
  for (const item of parseItems(await files.bytes(dockerManifest, 'file'))) {
    const config = await files.bytes(item.Config, 'image config');
    const layers: ArchivedImage['layers'] = [];
    for (const path of item.Layers) layers.push(await files.layer(path, 'layer'));
    yield {
      config,
      layers,
      references: item.RepoTags.map(parseTag),
      ...(item.Parent !== undefined && isDigest(item.Parent) ? { parent: item.Parent } : {}),
    };
  }
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
