// The package lists of a build's results: by the engine itself, or by a generator its user names.
import { invalid } from '../../lib/errors.ts';
import { formatPlatform, type Platform } from '../../oci/platform.ts';
import { parseReference } from '../../oci/reference.ts';
import type { Attestation } from '../export/attest/attestation-manifest.ts';
import { listPackages } from '../export/attest/package-list.ts';
import { readStatements } from '../export/attest/read-statements.ts';
import { sbom, sbomType } from '../export/attest/sbom.ts';
import type { GraphInputs } from '../graph/graph-inputs.ts';
import type { Node } from '../graph/node.ts';
import type { ScanTargets } from '../graph/scan-targets.ts';
import { scanDestination, scannerNode } from '../graph/scanner-node.ts';
import { openRoot } from '../ops/open-root.ts';
import type { BuildRequest, SbomOptions } from '../request.ts';
import type { Snapshot } from '../solve/snapshot.ts';
import type { BuilderContext } from './builder-context.ts';

interface ListDeps extends Pick<BuilderContext, 'images'> {
  readonly id: string;
  readonly request: BuildRequest;
  readonly inputs: Pick<GraphInputs, 'resolveImage'>;
  /** This machine's platform, on which generators run. */
  readonly host: Platform;
  readonly solve: (node: Node) => Promise<Snapshot>;
}

/** Of one result, for `platform`: a list of it, and one of each other thing that is to be looked at. */
export async function packageLists(
  targets: ScanTargets,
  { generator, parameters = {} }: SbomOptions,
  { platform, ...o }: ListDeps & { platform: Platform },
): Promise<Attestation[]> {
  if (generator === undefined) return await ownLists(targets, o);
  const { network = 'default', extraHosts = [], noCache, buildArgs = {} } = o.request;
  const scanner = scannerNode(await o.inputs.resolveImage(checked(generator), o.host), targets, {
    ...{ parameters, network, extraHosts },
    platform: formatPlatform(platform),
    hostname: buildArgs.BUILDKIT_SANDBOX_HOSTNAME ?? 'buildkitsandbox',
    ignoreCache: noCache === true,
  });
  using root = openRoot(await o.solve(scanner), o.images);
  return readStatements(root.path, scanDestination);
}

function checked(generator: string): string {
  if (generator === '') throw invalid('sbom scanner cannot be empty');
  try {
    parseReference(generator);
  } catch (error) {
    throw invalid(`failed to parse sbom scanner ${generator}: ${(error as Error).message}`, error);
  }
  return generator;
}

async function ownLists(
  { core, extras }: ScanTargets,
  o: Pick<ListDeps, 'id' | 'images' | 'solve'>,
): Promise<Attestation[]> {
  const lists: Attestation[] = [];
  for (const [name, node] of [['', core] as const, ...extras]) {
    const snapshot = await o.solve(node);
    if (snapshot.kind === 'tree') await snapshot.arrival?.whole;
    using root = openRoot(snapshot, o.images);
    const packages = listPackages(root.path);
    const distribution = packages[0]?.type === 'apk' ? 'alpine' : 'debian';
    const predicate = sbom(packages, { id: o.id, distribution, now: new Date() });
    lists.push({ predicateType: sbomType, predicate, file: `sbom${name && `-${name}`}.spdx.json` });
  }
  return lists;
}
