// What a build says about its images, where that was asked for.
import type { ComposeOptions, Image, Images, Lease } from '../../../images/index.ts';
import type { Attestations } from '../../request.ts';
import { type Attestation, attestationManifest } from './attestation-manifest.ts';
import { listPackages } from './package-list.ts';
import { type BuildFacts, packageUrl, provenance, provenanceType } from './provenance.ts';
import { sbom, sbomType } from './sbom.ts';

export interface AttestOptions {
  readonly wanted: Attestations;
  readonly facts: Omit<BuildFacts, 'platform'>;
  readonly names: readonly string[];
  readonly images: Images;
  readonly lease: Lease;
}

/** For `compose`: makes the manifest of each image's attestations; undefined when none are wanted. */
export function attestBeside(o: AttestOptions): ComposeOptions['beside'] {
  if (!o.wanted.provenance && !o.wanted.sbom) return undefined;
  return async (manifest, image) => {
    const platform = { os: image.config.os, architecture: image.config.architecture };
    const subjects = o.names.map(name => packageUrl(name, platform));
    const attestations = describe(image, { ...o.facts, platform }, o);
    return await attestationManifest(attestations, { manifest, subjects, images: o.images, lease: o.lease });
  };
}

function describe(image: Image, facts: BuildFacts, { wanted, images }: AttestOptions): Attestation[] {
  const now = new Date();
  const attestations: Attestation[] = [];
  if (wanted.sbom) {
    using view = images.builds.view(
      image.chainIds.length > 0 ? images.builds.chain(image.chainIds.at(-1) as string & Image['id']) : [],
    );
    const packages = listPackages(view.root);
    const distribution = packages[0]?.type === 'apk' ? 'alpine' : 'debian';
    attestations.push({ predicateType: sbomType, predicate: sbom(packages, { id: image.id, distribution, now }) });
  }
  if (wanted.provenance) {
    attestations.push({ predicateType: provenanceType, predicate: provenance(facts, wanted.provenance, now) });
  }
  return attestations;
}
