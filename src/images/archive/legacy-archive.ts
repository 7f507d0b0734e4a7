// Archives of Docker before 1.10: `repositories` names the top layers, each layer has a `json` that names its parent.
import { createHash } from 'node:crypto';
import type { ContentStore } from '../../content/index.ts';
import { invalid } from '../../lib/errors.ts';
import { openDecompressed } from '../../lib/streams/decompress.ts';
import { type Descriptor, mediaTypes } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { HistoryEntry, ImageRunConfig } from '../../oci/image-config.ts';
import { parseJson } from '../../oci/manifest.ts';
import type { ArchiveFiles } from './archive-files.ts';
import type { ArchivedImage } from './archived-image.ts';
import { parseTag } from './docker-archive.ts';

export const legacyRepositories = 'repositories';
const maximumLayers = 500;

interface LegacyLayer {
  id: string;
  parent?: string;
  created?: string;
  author?: string;
  comment?: string;
  architecture?: string;
  os?: string;
  config?: ImageRunConfig;
  container_config?: ImageRunConfig;
}

/** Every named image; configurations are composed from the layers' own. Throws `invalid` naming what is missing. */
export async function* readLegacyArchive(
  files: ArchiveFiles,
  content: ContentStore,
): AsyncGenerator<ArchivedImage, void> {
  for (const [top, tags] of await readNames(files)) {
    const chain = await readChain(top, files);
    const layers: ArchivedImage['layers'] = [];
    const diffIds: Digest[] = [];
    for (const { id } of chain) {
      const layer = await files.layer(`${id}/layer.tar`, 'layer');
      layers.push(layer);
      diffIds.push(await diffIdOf(layer, content));
    }
    yield { config: composeConfig(chain, diffIds), layers, references: tags.map(parseTag) };
  }
}

async function readNames(files: ArchiveFiles): Promise<Map<string, string[]>> {
  const names = new Map<string, string[]>();
  const repositories = parseJson(await files.bytes(legacyRepositories, 'file'), legacyRepositories);
  for (const [repository, tags] of Object.entries((repositories ?? {}) as Record<string, unknown>)) {
    for (const [tag, id] of Object.entries((tags ?? {}) as Record<string, unknown>)) {
      if (typeof id !== 'string')
        throw invalid(`invalid archive: ${legacyRepositories}: ${repository}:${tag} has no id`);
      names.set(id, [...(names.get(id) ?? []), `${repository}:${tag}`]);
    }
  }
  return names;
}

/** From the top layer down to the one without parent; returned bottom first. */
async function readChain(top: string, files: ArchiveFiles): Promise<LegacyLayer[]> {
  const chain: LegacyLayer[] = [];
  for (let id: string | undefined = top; id; ) {
    if (chain.length === maximumLayers) throw invalid(`invalid archive: image ${top} has too many layers`);
    const layer = parseJson(await files.bytes(`${id}/json`, 'layer description'), `${id}/json`) as LegacyLayer;
    chain.unshift({ ...layer, id });
    id = layer.parent;
  }
  return chain;
}

function composeConfig(chain: LegacyLayer[], diffIds: Digest[]): Buffer {
  const top = chain.at(-1) as LegacyLayer;
  const history = chain.map(
    ({ created, author, comment, container_config }): HistoryEntry => ({
      created,
      author,
      comment,
      created_by: (container_config?.Cmd ?? []).join(' '),
    }),
  );
  const { created, author, comment, architecture, os, config, container_config } = top;
  return Buffer.from(
    JSON.stringify({
      architecture: architecture ?? 'amd64',
      os: os ?? 'linux',
      created,
      author,
      comment,
      config: config ?? {},
      container_config,
      rootfs: { type: 'layers', diff_ids: diffIds },
      history,
    }),
  );
}

async function diffIdOf(layer: Descriptor, content: ContentStore): Promise<Digest> {
  if (layer.mediaType === mediaTypes.ociLayer) return layer.digest;
  const { stream } = await openDecompressed(content.read(layer.digest));
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}
