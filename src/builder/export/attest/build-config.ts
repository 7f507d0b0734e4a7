// The graph of a build in the words of BuildKit's low-level definition, for provenance that tells all
// (solver/llbsolver/provenance, solver/pb/ops.proto). What it says can be read by people and compared; nobody builds of it.
import type { Descriptor } from '../../../oci/descriptor.ts';
import { type Digest, sha256 } from '../../../oci/digest.ts';
import type { Platform } from '../../../oci/platform.ts';
import type { Node } from '../../graph/node.ts';
import type { BaseMaterial } from './build-facts.ts';
import { operationInWords } from './operation-words.ts';

/** `inputs`: `step0:0`. */
interface BuildStep {
  readonly id: string;
  readonly op: Readonly<Record<string, unknown>>;
  readonly inputs?: readonly string[];
}

interface BuildConfig {
  /** Each behind those it works on; the last one only says which result it is. */
  readonly llbDefinition: readonly BuildStep[];
  /** Steps by the digests of vertices. */
  readonly digestMapping: Readonly<Record<string, string>>;
}

interface BuildConfigOptions {
  readonly platform: Platform;
  readonly bases: readonly BaseMaterial[];
}

/** The vertices that lead to a result, without empty directories, which have none in BuildKit. */
export function buildConfig(result: Node, o: BuildConfigOptions): BuildConfig {
  const nodes = inOrder(result);
  const names = new Map(nodes.map(({ vertex }, at) => [vertex.digest, `step${at}`]));
  const outputs = (inputs: readonly Node[]) => {
    const found = inputs.flatMap(({ vertex }) => names.get(vertex.digest) ?? []);
    return found.length > 0 ? { inputs: found.map(name => `${name}:0`) } : {};
  };
  const steps = nodes.map(
    (node, at): BuildStep => ({ id: `step${at}`, op: operationInWords(node, o), ...outputs(node.inputs) }),
  );
  const last: BuildStep = { id: `step${nodes.length}`, op: { Op: {} }, ...outputs([result]) };
  const mapping = [...names, [sha256(JSON.stringify([last.op, result.vertex.digest])), last.id] as const];
  return {
    llbDefinition: [...steps, last],
    digestMapping: Object.fromEntries(mapping.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** Where the steps of the configuration are in the Dockerfile. */
export function stepLocations(result: Node): Readonly<Record<string, unknown>> {
  const places = inOrder(result).map(({ vertex: { lines } }, at) => {
    const ranges = lines && [{ start: { line: lines.start }, end: { line: lines.end } }];
    return [`step${at}`, ranges ? { locations: [{ ranges }] } : {}] as const;
  });
  return Object.fromEntries(places);
}

/**
 * What steps come to in the layers of a manifest, as far as that has them: the result, and the base images it stands upon.
 * `chainIds` are those of the layers.
 */
export function stepLayers(
  result: Node,
  { layers = [], chainIds = [] }: { layers?: readonly Descriptor[]; chainIds?: readonly Digest[] },
): Readonly<Record<string, unknown>> {
  const nodes = inOrder(result);
  const described = layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size }));
  const counts = nodes.map((node, at) => {
    if (at === nodes.length - 1) return described.length;
    return node.op.kind === 'image' && node.op.chain ? chainIds.indexOf(node.op.chain) + 1 : 0;
  });
  return Object.fromEntries(
    counts.flatMap((count, at) => (count > 0 ? [[`step${at}:0`, [described.slice(0, count)]] as const] : [])),
  );
}

/** Depth first, inputs first, each once. */
function inOrder(result: Node): Node[] {
  const seen = new Set<string>();
  const found: Node[] = [];
  const pending: { node: Node; entered: boolean }[] = [{ node: result, entered: false }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node, entered } = next;
    if (entered) {
      found.push(node);
      continue;
    }
    if (seen.has(node.vertex.digest) || node.op.kind === 'scratch') continue;
    seen.add(node.vertex.digest);
    pending.push({ node, entered: true });
    for (const input of [...node.inputs].reverse()) pending.push({ node: input, entered: false });
  }
  return found;
}
