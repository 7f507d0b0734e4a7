// What a build says about its results, where that was asked for.
import { createHash } from 'node:crypto';
import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildLayer, ComposeOptions, Images, Lease } from '../../../images/index.ts';
import { walkTree } from '../../../lib/tar/tree/walk-tree.ts';
import type { Platform } from '../../../oci/platform.ts';
import type { Attestations } from '../../request.ts';
import type { LayersSnapshot } from '../../solve/snapshot.ts';
import { type Attestation, attestationManifest, type Subject, statementOf } from './attestation-manifest.ts';
import type { BuildFacts } from './build-facts.ts';
import { packageUrl } from './package-url.ts';
import { type ProvenanceSubject, provenance } from './provenance.ts';

interface AttestOptions {
  readonly wanted: Attestations;
  /** Asked when everything has been read. */
  readonly facts: () => BuildFacts;
  /** Package lists of the result for a platform, where they are wanted. */
  readonly lists: (platform: Platform) => readonly Attestation[];
  readonly images: Images;
  readonly signal: AbortSignal;
}

/** What is left for results that go to no registry. */
export function withoutInline({ provenance: told, sbom: listed }: Attestations): Attestations {
  return { ...(told && !told.inlineOnly && { provenance: told }), ...(listed && { sbom: listed }) };
}

/** For `compose`: makes the manifest of each image's attestations; undefined when none are wanted. */
export function attestBeside(o: AttestOptions & { names: readonly string[]; lease: Lease }): ComposeOptions['beside'] {
  if (!o.wanted.provenance && !o.wanted.sbom) return undefined;
  return async ({ manifest, image, layers }) => {
    const { os, architecture, variant } = image.config;
    const platform = { os, architecture, ...(variant !== undefined && { variant }) };
    const subjects = o.names.map(name => packageUrl(name, platform));
    const about = { platform, layers, chainIds: image.chainIds };
    return await attestationManifest(describe({ ...o, about }), {
      manifest,
      subjects,
      images: o.images,
      lease: o.lease,
    });
  };
}

/** The files of a result with those that attest to them, like `provenance.json` and `sbom.spdx.json`, on top. */
export async function withAttestationFiles(
  snapshot: LayersSnapshot,
  o: AttestOptions & { platform: Platform },
): Promise<LayersSnapshot> {
  const { builds } = o.images;
  const layers = snapshot.layers.map(({ layer }) => layer);
  const attestations = describe({ ...o, about: { platform: o.platform } });
  if (attestations.length === 0) return snapshot;
  const subject = await digestFiles(layers, o);
  await using working = builds.create(layers);
  for (const attestation of attestations) {
    const text = JSON.stringify(statementOf(attestation, subject), null, 2);
    writeFileSync(join(working.upper, attestation.file), text, { mode: 0o600 });
  }
  return { kind: 'layers', layers: [...snapshot.layers, { layer: working.seal() }] };
}

function describe({
  wanted,
  lists,
  facts,
  about,
}: AttestOptions & { about: Omit<ProvenanceSubject, 'now'> & { platform: Platform } }): Attestation[] {
  const attestations = wanted.sbom ? [...lists(about.platform)] : [];
  if (!wanted.provenance) return attestations;
  const told = provenance(facts(), wanted.provenance, { ...about, now: new Date() });
  return [...attestations, { ...told, file: wanted.provenance.filename ?? 'provenance.json' }];
}

/** What a statement about files is about: each by its digest. */
async function digestFiles(layers: readonly BuildLayer[], { images, signal }: AttestOptions): Promise<Subject[]> {
  using view = images.builds.view(layers);
  const files: Subject[] = [];
  for (const { path, name, stats } of walkTree(view.root, '')) {
    if (!stats.isFile()) continue;
    const hash = createHash('sha256');
    for await (const part of createReadStream(path, { signal })) hash.update(part);
    files.push({ name, digest: { sha256: hash.digest('hex') } });
  }
  return files;
}
