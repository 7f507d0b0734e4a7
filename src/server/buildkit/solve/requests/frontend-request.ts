// The attributes of BuildKit's Dockerfile frontend as a build.

import type { BuildRequest, CacheReference, Ulimit } from '../../../../builder/index.ts';
import { invalid } from '../../../../lib/errors.ts';
import { attestations, wordsOf } from './attestations.ts';
import { type Attributes, prefixed } from './attributes.ts';
import { contexts } from './contexts.ts';
import type { Evaluation } from './evaluation.ts';
import type { FrontendOptions } from './frontend-options.ts';

type FrontendRequest = Omit<BuildRequest, 'exports' | 'id'>;

/** Throws `invalid` naming the attribute that makes no sense. */
export function frontendRequest(
  attributes: Attributes,
  { sources, parsePlatform, blobs }: FrontendOptions,
  inputs: Evaluation['inputs'] = {},
): FrontendRequest {
  const platforms = list(attributes.platform).map(text => parsePlatform(text));
  return {
    ...contexts(attributes, { sources, blobs, inputs }),
    target: attributes.target || undefined,
    buildArgs: prefixed(attributes, 'build-arg:'),
    labels: prefixed(attributes, 'label:'),
    platforms,
    multiPlatform: flag(attributes, 'multi-platform') ?? platforms.length > 1,
    noCache: noCache(attributes['no-cache']),
    pull: attributes['image-resolve-mode'] === 'pull',
    network: network(attributes['force-network-mode']),
    extraHosts: list(attributes['add-hosts']).map(host => host.replace('=', ':')),
    shmSize: number(attributes, 'shm-size'),
    ulimits: list(attributes.ulimit).map(parseUlimit),
    cgroupParent: attributes['cgroup-parent'] || undefined,
    cacheFrom: cacheImports(attributes, blobs),
    attestations: attestations(attributes),
    words: wordsOf(attributes),
    squash: flag(attributes, 'berth:squash') ?? false,
    limits: limits(attributes),
    sourceDateEpoch: epoch(attributes['build-arg:SOURCE_DATE_EPOCH'] ?? ''),
  };
}

function epoch(text: string): number | undefined {
  if (text === '') return undefined;
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  throw invalid(
    `invalid SOURCE_DATE_EPOCH: ${text}: strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

/** Cache sources come as JSON, and from old clients as a list of image names. */
function cacheImports(attributes: Attributes, blobs: FrontendOptions['blobs']): CacheReference[] {
  const json = attributes['cache-imports'];
  if (json === undefined || json === '') {
    return list(attributes['cache-from']).map(ref => ({ type: 'registry', attributes: { ref } }));
  }
  let entries: unknown;
  try {
    entries = JSON.parse(json);
  } catch (error) {
    throw invalid('failed to unmarshal cache-imports: it is no JSON', error);
  }
  if (!Array.isArray(entries)) throw invalid('cache-imports must be a list');
  return entries.map(entry => cacheReference(String(entry?.Type ?? ''), { ...entry?.Attrs }, blobs));
}

/** Of whichever kind: what cannot be had is for the builder to say. */
export function cacheReference(type: string, attributes: Attributes, blobs: FrontendOptions['blobs']): CacheReference {
  if (type !== 'local') return { type, attributes };
  // Clients know a directory by its path.
  return { type, attributes, blobs: blobs(`local:${attributes.dest ?? attributes.src ?? ''}`) };
}

/** Empty is every step; otherwise names of stages. */
function noCache(value: string | undefined): BuildRequest['noCache'] {
  if (value === undefined) return undefined;
  return value === '' ? true : list(value);
}

function network(value: string | undefined): BuildRequest['network'] {
  switch (value) {
    case undefined:
    case '':
    case 'default':
    case 'sandbox':
      return undefined;
    case 'none':
    case 'host':
      return value;
    default:
      throw invalid(`unsupported network mode ${JSON.stringify(value)}: use default, none or host`);
  }
}

/** What our own command line says of steps, for which BuildKit has no words. */
function limits(attributes: Attributes): BuildRequest['limits'] {
  const given = prefixed(attributes, 'berth:');
  const size = (name: string) => (given[name] === undefined ? undefined : Number(given[name]));
  return {
    memory: size('memory'),
    memorySwap: size('memorySwap'),
    cpuShares: size('cpuShares'),
    cpuPeriod: size('cpuPeriod'),
    cpuQuota: size('cpuQuota'),
    cpusetCpus: given.cpusetCpus,
    cpusetMems: given.cpusetMems,
  };
}

/** `nofile=1024:2048`, or one number for both limits. */
function parseUlimit(text: string): Ulimit {
  const match = /^(\w+)=(-?\d+)(?::(-?\d+))?$/.exec(text);
  if (!match) throw invalid(`invalid ulimit ${JSON.stringify(text)}: name=soft[:hard]`);
  const [, name = '', soft, hard] = match;
  return { name, soft: Number(soft), hard: Number(hard ?? soft) };
}

function flag(attributes: Attributes, name: string): boolean | undefined {
  const value = attributes[name];
  return value === undefined || value === '' ? undefined : value === 'true' || value === '1';
}

function number(attributes: Attributes, name: string): number | undefined {
  const value = attributes[name];
  if (value === undefined || value === '') return undefined;
  if (!/^\d+$/.test(value)) throw invalid(`invalid ${name} ${JSON.stringify(value)}: a number of bytes`);
  return Number(value);
}

function list(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map(part => part.trim())
    .filter(Boolean);
}
