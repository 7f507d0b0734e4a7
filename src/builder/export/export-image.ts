// Solved stages as images: recorded, with manifests where those are wanted, named and pushed.
import type { Composed, Image, SettledLayer } from '../../images/index.ts';
import { invalid } from '../../lib/errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { platformRank } from '../../oci/platform.ts';
import { parseReference, withDefaultTag } from '../../oci/reference.ts';
import type { ExportRequest, RegistryCredentials } from '../request.ts';
import type { LayersSnapshot } from '../solve/snapshot.ts';
import type { ExportContext, SolvedPlatform } from './export-context.ts';
import { imageAnnotations } from './image-annotations.ts';
import { imageConfig } from './image-config.ts';
import { KnownBlobs } from './known-blobs.ts';

export type ImageExport = Extract<ExportRequest, { type: 'image' | 'oci' | 'docker' }>;

/** One image for each platform. */
export interface RecordedImages {
  readonly images: readonly Image[];
  /** Layers that were given other times. */
  readonly rewritten: ReadonlySet<Digest>;
}

/** Waits until every layer is packed, and records the images, under no name yet. */
export async function recordImages(solved: readonly SolvedPlatform[], o: ExportContext): Promise<RecordedImages> {
  const known = new KnownBlobs(o);
  const images: Image[] = [];
  const rewritten = new Set<Digest>();
  for (const { state, snapshot, more } of solved) {
    const settled = await Promise.all(snapshot.layers.map(({ layer }) => layer.settled));
    const layers = await describeLayers(settled, snapshot, known, o);
    for (const { diffId, isRewritten } of layers) if (isRewritten) rewritten.add(diffId);
    const exported = layers.map(({ diffId }, index) => ({ diffId, created: snapshot.layers[index]?.created }));
    const config = imageConfig(state, exported, { labels: o.labels, sourceDateEpoch: o.sourceDateEpoch, more });
    o.signal.throwIfAborted();
    const blobs = layers.map(({ blob }) => blob);
    images.push(await o.images.built.add({ config, layers: blobs }, [], { lease: o.lease, signal: o.signal }));
  }
  return { images, rewritten };
}

/** The layers as the image names them: those of the build with other times, where that is wanted. */
async function describeLayers(
  settled: readonly SettledLayer[],
  snapshot: LayersSnapshot,
  known: KnownBlobs,
  o: ExportContext,
): Promise<{ diffId: Digest; blob: Descriptor; isRewritten: boolean }[]> {
  const layers = settled.map(layer => ({ diffId: layer.diffId, blob: known.of(layer), isRewritten: false }));
  const first = snapshot.layers.findIndex(({ created }) => created !== undefined);
  if (!o.rewriteTimestamp || o.sourceDateEpoch === undefined || first < 0) return layers;
  const { lease, signal, sourceDateEpoch: latest } = o;
  const rewritten = await o.images.built.rewrite(settled, { first, latest, lease, signal });
  return [...layers.slice(0, first), ...rewritten.map(blob => ({ diffId: blob.digest, blob, isRewritten: true }))];
}

/** Manifests for what leaves this machine; undefined where the image alone is enough. */
export async function composeManifests(
  { images, rewritten }: RecordedImages,
  one: ImageExport,
  o: ExportContext,
): Promise<Composed | undefined> {
  const pushed = one.type === 'image' && one.push === true;
  const beside = o.beside({ pushed });
  // Docker's archives have no place for them.
  if (beside && one.type === 'docker') {
    throw invalid('docker exporter does not currently support exporting manifest lists');
  }
  const leaves = one.type !== 'image' || pushed || images.length > 1 || o.multiPlatform;
  if (!leaves && !beside && one.compression === undefined && !one.annotations) return undefined;
  const { annotations = [], compression = 'gzip' } = one;
  const { multiPlatform, sourceDateEpoch: latest } = o;
  return await o.images.built.compose(images, {
    compression,
    forceCompression: one.forceCompression,
    compressionLevel: one.compressionLevel,
    oci: needsOci({ annotations, compression }) || (one.ociMediaTypes ?? one.type !== 'docker'),
    annotations: imageAnnotations(annotations, {
      host: o.platform,
      listed: images.length > 1 || multiPlatform ? images.map(({ config }) => config) : undefined,
      rewritten: latest === undefined ? undefined : { diffIds: rewritten, latest },
    }),
    index: multiPlatform,
    beside,
    lease: o.lease,
    signal: o.signal,
  });
}

/** Docker's own media types have no place for either. */
function needsOci({ annotations, compression }: Required<Pick<ImageExport, 'annotations' | 'compression'>>): boolean {
  return compression === 'zstd' || annotations.some(({ level }) => level.endsWith('-descriptor'));
}

/** The machine's own platform is the one a name stands for, so it is named last; the others then belong to it. */
export function nameImages(images: readonly Image[], names: readonly string[], o: ExportContext): Image {
  const rank = (image: Image) => platformRank(image.config, o.platform);
  const ordered = images.toSorted((a, b) => rank(a) - rank(b));
  for (const image of ordered) for (const name of names) o.images.tag(image.id, name);
  return ordered.at(-1) as Image;
}

/** Sends the names to their registries. */
export async function pushNames(
  names: readonly string[],
  o: ExportContext & {
    credentials?: ((registry: string, signal: AbortSignal) => Promise<RegistryCredentials | undefined>) | undefined;
    /** The manifest or index to send. */
    manifest?: Digest | undefined;
    report: (status: { id: string; current: number; total: number; done?: boolean }) => void;
  },
): Promise<void> {
  for (const name of names) {
    const reference = withDefaultTag(parseReference(name));
    const credentials = await o.credentials?.(reference.domain, o.signal);
    const { signal, manifest } = o;
    for await (const event of o.images.transfers.push(reference, { signal, credentials, manifest })) {
      if (event.kind !== 'progress') continue;
      const { id, current = 0, total = 0 } = event;
      o.report({ id: `layer ${id}`, current, total, done: total > 0 && current >= total });
    }
  }
}
