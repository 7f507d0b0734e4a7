// The format of external caches, BuildKit's `application/vnd.buildkit.cacheconfig.v0`: layers by number, and records of steps
// that lead to them. Records of ours bear a note, which others pass over: BuildKit names steps by digests of its own.
import { isDigest } from '../../../oci/digest.ts';
import { parseJson } from '../../../oci/manifest.ts';

/** The key of an image's configuration under which an inline cache stands: records as JSON, in Base64. */
export const inlineCacheKey = 'moby.buildkit.cache.v0';

/** Of one result. */
const mostLayers = 256;

/** What only another engine of ours understands of a step. */
interface StepNote {
  /** See `Resolution`. */
  readonly quick?: string;
  readonly result: string;
  /** See `ImportedStep`. */
  readonly parents?: readonly string[];
  /** Of the layers that builds made, top first, in milliseconds since 1970. */
  readonly times: readonly number[];
}

/** `parent`: the number of the layer below; -1 is none. */
export interface ConfigLayer {
  readonly blob: string;
  readonly parent: number;
}

/** `layers`: the numbers of top layers; `chains`: whole chains, bottom first, where parents would lead elsewhere. */
export interface ConfigRecord {
  readonly digest: string;
  readonly inputs?: readonly (readonly { readonly link: number; readonly selector?: string }[])[];
  readonly layers?: readonly { readonly layer: number; readonly createdAt?: string }[];
  readonly chains?: readonly { readonly layers: readonly number[]; readonly createdAt?: string }[];
  readonly berth?: StepNote;
}

export interface CacheConfig {
  readonly layers: readonly ConfigLayer[];
  readonly records: readonly ConfigRecord[];
}

/** A step of ours, and the numbers of its layers, bottom first. */
export interface NotedStep extends StepNote {
  readonly key: string;
  readonly chain: readonly number[];
}

/** What a configuration says: our steps that make sense, and how many records others have made. */
interface ReadRecords {
  readonly steps: readonly NotedStep[];
  readonly foreign: number;
}

/** Throws `invalid` for what is no configuration at all; a record that makes no sense is passed over. */
export function parseCacheConfig(bytes: Uint8Array): { layers: ConfigLayer[]; records: unknown[] } {
  const found = parseJson(bytes, 'cache configuration');
  const { layers, records } = (typeof found === 'object' && found !== null ? found : {}) as Record<string, unknown>;
  return { layers: list(layers).flatMap(readLayer), records: list(records) };
}

/** `layers`: those the records speak of by number. */
export function readRecords(records: readonly unknown[], layers: readonly ConfigLayer[]): ReadRecords {
  const steps: NotedStep[] = [];
  let foreign = 0;
  for (const record of records) {
    if (typeof record !== 'object' || record === null || !('berth' in record)) foreign++;
    else steps.push(...readStep(record as Record<string, unknown>, layers));
  }
  return { steps, foreign };
}

function readStep(
  { digest, berth, layers, chains }: Record<string, unknown>,
  all: readonly ConfigLayer[],
): NotedStep[] {
  if (!isText(digest) || !isNote(berth)) return [];
  const [top] = list(layers) as { layer?: unknown }[];
  const [whole] = list(chains) as { layers?: unknown }[];
  const chain = whole ? list(whole.layers) : chainOf(top?.layer, all);
  if (
    chain.length === 0 ||
    chain.length > mostLayers ||
    !chain.every(at => typeof at === 'number' && all[at] !== undefined)
  )
    return [];
  const { quick, result, times, parents } = berth;
  const more = { ...(quick !== undefined && { quick }), ...(parents && { parents }) };
  return [{ key: digest, chain: chain as number[], result, times, ...more }];
}

/** From the lowest layer to `top`; nothing where that is more than an image can have, or parents lead in circles. */
function chainOf(top: unknown, layers: readonly ConfigLayer[]): number[] {
  const chain: number[] = [];
  for (let at = top; typeof at === 'number' && at >= 0; at = layers[at]?.parent) {
    if (chain.length === mostLayers) return [];
    chain.push(at);
  }
  return chain.reverse();
}

function readLayer(value: unknown): ConfigLayer[] {
  const { blob, parent = 0 } = (value ?? {}) as Record<string, unknown>;
  // What is no layer keeps its number, so that the others keep theirs.
  return [{ blob: isText(blob) ? blob : '', parent: typeof parent === 'number' ? parent : -1 }];
}

function isNote(value: unknown): value is StepNote {
  if (typeof value !== 'object' || value === null) return false;
  const { quick, result, times, parents } = value as Record<string, unknown>;
  const hasTimes = Array.isArray(times) && times.every(time => Number.isFinite(time));
  const hasParents = parents === undefined || (Array.isArray(parents) && parents.every(isText));
  return isText(result) && hasTimes && hasParents && (quick === undefined || isText(quick));
}

const isText = (value: unknown): value is string => typeof value === 'string' && isDigest(value);

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
