// `docker commit`: a container's own layer on top of its image becomes a new image.
import type { ContentStore, Lease } from '../../content/index.ts';
import type { Kernel } from '../../kernel/index.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { HistoryEntry, ImageConfig, ImageRunConfig } from '../../oci/image-config.ts';
import type { Platform } from '../../oci/platform.ts';
import { layerMediaType } from '../archive/archive-files.ts';
import type { Image } from '../image.ts';
import { type DiffSource, packDiff } from '../layers/diff/pack-diff.ts';
import type { NewImage } from '../records/register-image.ts';

export interface CommitOptions {
  /** What containers of the new image start with. */
  config: ImageRunConfig;
  /** The command of the container, for the history. */
  createdBy: string;
  author?: string | undefined;
  comment?: string | undefined;
  signal?: AbortSignal | undefined;
  now?: () => Date;
}

/** Packs and ingests the layer; the result is ready to be registered. Without a change there is no new layer. */
export async function commitLayer(
  source: DiffSource & { parent: Image | undefined; platform: Platform },
  { content, files }: { content: ContentStore; files: Kernel['files'] },
  o: CommitOptions & { lease: Lease },
): Promise<NewImage> {
  let members = 0;
  const stream = packDiff(source, files, { onMember: () => members++, signal: o.signal });
  const { digest, size } = await content.ingest(stream, { lease: o.lease, ...(o.signal ? { signal: o.signal } : {}) });
  const layer: Descriptor = { mediaType: layerMediaType(Buffer.alloc(0)), digest, size };
  const added = members > 0 ? [layer] : [];
  const { parent } = source;
  return {
    config: Buffer.from(JSON.stringify(configOf(source, added, o))),
    layers: [...(parent?.layers ?? []), ...added],
    ...(parent ? { parent: parent.id } : {}),
  };
}

function configOf(
  { parent, platform }: { parent: Image | undefined; platform: Platform },
  added: readonly Descriptor[],
  o: CommitOptions,
): ImageConfig {
  const created = (o.now?.() ?? new Date()).toISOString();
  const base = parent?.config;
  const signed = o.author ? { author: o.author } : {};
  const entry: HistoryEntry = {
    created,
    ...(o.createdBy ? { created_by: o.createdBy } : {}),
    ...signed,
    ...(o.comment ? { comment: o.comment } : {}),
    ...(added.length === 0 ? { empty_layer: true } : {}),
  };
  const { architecture, os, variant } = base ?? platform;
  return {
    architecture,
    os,
    ...(variant === undefined ? {} : { variant }),
    ...(base?.['os.version'] === undefined ? {} : { 'os.version': base['os.version'] }),
    ...(base?.['os.features'] === undefined ? {} : { 'os.features': base['os.features'] }),
    created,
    ...signed,
    ...(o.comment ? { comment: o.comment } : {}),
    config: o.config,
    rootfs: { type: 'layers', diff_ids: [...(parent?.diffIds ?? []), ...added.map(layer => layer.digest)] },
    history: [...(base?.history ?? []), entry],
  };
}
