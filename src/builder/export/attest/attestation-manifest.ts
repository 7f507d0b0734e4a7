// Attestations as a manifest beside the image's own, in the way BuildKit stores them in an index.
import type { Images, Lease } from '../../../images/index.ts';
import { type Descriptor, mediaTypes } from '../../../oci/descriptor.ts';
import type { Digest } from '../../../oci/digest.ts';
import { digestSet } from './provenance.ts';

/** A statement about the image: the kind of the predicate, and the predicate. */
export interface Attestation {
  readonly predicateType: string;
  readonly predicate: unknown;
  /** Its name beside files that are exported. */
  readonly file: string;
  /** What it is about, where it says so itself. */
  readonly subject?: readonly Subject[];
}

/** What a statement is about. */
export interface Subject {
  readonly name: string;
  readonly digest: Readonly<Record<string, string>>;
}

/** An in-toto statement, about `result` where it is about nothing else. */
export function statementOf({ predicateType, predicate, subject }: Attestation, result: readonly Subject[]): unknown {
  return { _type: 'https://in-toto.io/Statement/v0.1', predicateType, subject: subject ?? result, predicate };
}

const statementType = 'application/vnd.in-toto+json';

/** Stores statements and manifest, kept by the lease, and describes the manifest as an index lists it. */
export async function attestationManifest(
  attestations: readonly Attestation[],
  o: { manifest: Descriptor; subjects: readonly string[]; images: Images; lease: Lease },
): Promise<Descriptor> {
  const { built } = o.images;
  const subject = o.subjects.map(name => ({ name, digest: digestSet(o.manifest.digest) }));
  const layers: Descriptor[] = [];
  for (const attestation of attestations) {
    const { predicateType } = attestation;
    const blob = await built.put(statementOf(attestation, subject), { ...o, indented: false });
    layers.push({ mediaType: statementType, ...blob, annotations: { 'in-toto.io/predicate-type': predicateType } });
  }
  const nobody = { architecture: 'unknown', os: 'unknown' };
  const diffIds: Digest[] = layers.map(({ digest }) => digest);
  const config = await built.put(
    { ...nobody, config: {}, rootfs: { type: 'layers', diff_ids: diffIds } },
    { ...o, indented: false },
  );
  const manifest = await built.put(
    {
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: { mediaType: mediaTypes.ociConfig, ...config },
      layers,
    },
    o,
  );
  return {
    mediaType: mediaTypes.ociManifest,
    ...manifest,
    annotations: {
      'vnd.docker.reference.digest': o.manifest.digest,
      'vnd.docker.reference.type': 'attestation-manifest',
    },
    platform: nobody,
  };
}
