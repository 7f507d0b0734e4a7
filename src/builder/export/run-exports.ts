// Everything a build was asked to make of what it solved.
import { Readable } from 'node:stream';
import type { Composed, Image } from '../../images/index.ts';
import { type Descriptor, orderedDescriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { familiarReference, formatReference, parseReference, withDefaultTag } from '../../oci/reference.ts';
import type { BuildRequest } from '../request.ts';
import type { BuiltImage } from '../run.ts';
import type { ExportContext, SolvedPlatform } from './export-context.ts';
import { exportFiles, writeStream } from './export-files.ts';
import {
  composeManifests,
  type ImageExport,
  nameImages,
  pushNames,
  type RecordedImages,
  recordImages,
} from './export-image.ts';
import { type ExportReport, type ExportStep, told } from './export-progress.ts';
import { unpackTar } from './unpack-archive.ts';

interface ExportOutcome {
  readonly images: readonly BuiltImage[];
  readonly id?: Digest;
  readonly names: readonly string[];
  readonly response: Readonly<Record<string, string>>;
}

/** Throws what a target or registry refuses, `cancelled`. */
export async function runExports(
  solved: readonly SolvedPlatform[],
  request: Pick<BuildRequest, 'exports' | 'credentials'>,
  o: ExportContext & { step: ExportStep },
): Promise<ExportOutcome> {
  const recorded: { all?: RecordedImages; areKept: boolean } = { areKept: false };
  const before = new Set(o.images.list().map(({ id }) => id));
  try {
    return await runAll(solved, request, { ...o, recorded });
  } finally {
    // What was recorded for results elsewhere goes with the last of them.
    const passing = recorded.areKept ? [] : (recorded.all?.images ?? []);
    for (const image of passing) if (!before.has(image.id) && o.images.find(image.id)) o.images.built.discard(image);
  }
}

async function runAll(
  solved: readonly SolvedPlatform[],
  request: Pick<BuildRequest, 'exports' | 'credentials'>,
  o: ExportContext & { step: ExportStep; recorded: { all?: RecordedImages; areKept: boolean } },
): Promise<ExportOutcome> {
  const { recorded } = o;
  let outcome: ExportOutcome = { images: [], names: [], response: {} };
  for (const one of request.exports) {
    if (one.type === 'cacheonly') continue;
    if (!('names' in one)) {
      const split = one.platformSplit ?? solved.length > 1;
      await o.step(one.type === 'tar' ? 'sending tarball' : 'exporting to client directory', async () => {
        const files = await Promise.all(solved.map(async made => ({ ...made, snapshot: await o.attestFiles(made) })));
        await exportFiles(files, one.target, split, o);
      });
      continue;
    }
    const title = one.type === 'image' ? 'exporting to image' : `exporting to ${one.type} image format`;
    const made = await o.step(title, async report => {
      recorded.all ??= await told(report, 'exporting layers', () => recordImages(solved, o));
      return await exportImages(recorded.all, one, { ...o, report, credentials: request.credentials });
    });
    recorded.areKept ||= one.type === 'image' && one.store !== false;
    outcome = {
      ...made,
      names: [...outcome.names, ...made.names],
      response: { ...outcome.response, ...made.response },
    };
  }
  return outcome;
}

async function exportImages(
  recorded: RecordedImages,
  one: ImageExport,
  o: Parameters<typeof pushNames>[1] & { report: ExportReport },
): Promise<ExportOutcome> {
  const { report } = o;
  const { images } = recorded;
  const made = await composeManifests(recorded, one, o);
  const composed = made && one.type !== 'image' ? withTime(made, o.sourceDateEpoch) : made;
  for (const id of describeManifests(images, composed)) report({ id, current: 0, total: 0, done: true });
  const names = [...new Set(one.names)].map(name => familiarReference(withDefaultTag(parseReference(name))));
  const keeps = one.type === 'image' && one.store !== false;
  if (one.type === 'image') {
    if (!composed) for (const { id } of images) report({ id: `writing image ${id}`, current: 0, total: 0, done: true });
    // A push sends what has a name here.
    using _lent = !keeps && one.push ? o.images.built.lendNames(images, names) : undefined;
    if (keeps || one.push) nameImages(images, names, o);
    if (keeps) for (const image of images) o.announce(image, names);
    for (const name of one.names) {
      report({ id: `naming to ${formatReference(parseReference(name))}`, current: 0, total: 0, done: true });
    }
    const pushed = composed?.index ?? composed?.manifests[0];
    if (one.push) await told(report, 'pushing layers', () => pushNames(names, { ...o, manifest: pushed?.digest }));
    for (const name of one.push && pushed ? names : []) {
      const full = formatReference(withDefaultTag(parseReference(name)));
      report({ id: `pushing manifest for ${full}@${pushed?.digest}`, current: 0, total: 0, done: true });
    }
  } else if (one.target.kind === 'tar') {
    const { open } = one.target;
    const archive = Readable.from(o.images.built.archive(images, names, composed));
    await told(report, 'sending tarball', () => writeStream(archive, open, o.signal));
  } else if (one.target.kind === 'directory') {
    await unpackTar(o.images.built.archive(images, names, composed), one.target.path, o.signal);
  }
  const top = composed?.index ?? (composed?.manifests.length === 1 ? composed.manifests[0] : undefined);
  const id = images.length === 1 ? images[0]?.id : top?.digest;
  const full = one.names.map(name => formatReference(parseReference(name)));
  const response = {
    // Of an index that only leaves there is nobody who knows the image by its configuration.
    ...(images.length === 1 &&
      (one.type === 'image' || !composed?.index) && { 'containerimage.config.digest': images[0]?.id as string }),
    ...((top || id) && { 'containerimage.digest': (top?.digest ?? id) as string }),
    ...(top && { 'containerimage.descriptor': Buffer.from(JSON.stringify(top)).toString('base64') }),
    ...(full.length > 0 && { 'image.name': full.join(',') }),
  };
  const built = images.map(
    (image, index): BuiltImage => ({
      platform: {
        os: image.config.os,
        architecture: image.config.architecture,
        ...(image.config.variant && { variant: image.config.variant }),
      },
      id: image.id,
      ...(composed?.manifests[index] && { manifest: composed.manifests[index] }),
    }),
  );
  return { images: built, ...(id && { id }), names: keeps ? names : [], response };
}

/** What leads to an image in a file says when that was made. */
function withTime({ index, manifests, beside }: Composed, epoch: number | undefined): Composed {
  const time = epoch === undefined ? new Date() : new Date(epoch * 1000);
  const created = `${time.toISOString().slice(0, 19)}Z`;
  const timed = (one: Descriptor): Descriptor =>
    orderedDescriptor({ ...one, annotations: { ...one.annotations, 'org.opencontainers.image.created': created } });
  if (index) return { manifests, beside, index: timed(index) };
  return { manifests: manifests.map(timed), beside };
}

/** As BuildKit tells of them. */
function describeManifests(images: readonly Image[], composed: Composed | undefined): string[] {
  if (!composed) return [];
  const { manifests, beside, index } = composed;
  return [
    ...manifests.flatMap(({ digest }, at) => [`exporting manifest ${digest}`, `exporting config ${images[at]?.id}`]),
    ...beside.map(({ digest }) => `exporting attestation manifest ${digest}`),
    ...(index ? [`exporting manifest list ${index.digest}`] : []),
  ];
}
