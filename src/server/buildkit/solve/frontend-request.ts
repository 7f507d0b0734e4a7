// The attributes of BuildKit's `dockerfile.v0` frontend as a build request of ours.
import type {
  BlobStore,
  Builder,
  BuildRequest,
  BuildSource,
  CacheReference,
  DockerfileInput,
  NamedContext,
  Ulimit,
} from '../../../builder/index.ts';
import { invalid, notImplemented } from '../../../lib/errors.ts';

export type Attributes = Readonly<Record<string, string>>;

/** Where the files come from that attributes name. */
export interface FrontendSources {
  /** A directory of the client by the name it gave it. */
  local(name: string): BuildSource;
  /** A git repository, an archive or a Dockerfile on the web, or what the client uploads. */
  remote(address: string): BuildSource;
}

export interface FrontendOptions {
  readonly sources: FrontendSources;
  /** A platform as users write it. Throws `invalid`. */
  readonly parsePlatform: Builder['parsePlatform'];
  /** Blobs in a directory of the client, by the id it gave it. */
  readonly blobs: (id: string) => BlobStore;
}

type FrontendRequest = Omit<BuildRequest, 'exports' | 'id'>;

/** Throws `invalid` naming the attribute that makes no sense. */
export function frontendRequest(
  attributes: Attributes,
  { sources, parsePlatform, blobs }: FrontendOptions,
): FrontendRequest {
  const epoch = attributes['build-arg:SOURCE_DATE_EPOCH'];
  const platforms = list(attributes.platform).map(text => parsePlatform(text));
  return {
    ...contexts(attributes, sources),
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
    squash: flag(attributes, 'berth:squash') ?? false,
    limits: limits(attributes),
    sourceDateEpoch: epoch === undefined || epoch === '' ? undefined : Number(epoch),
  };
}

function contexts(
  attributes: Attributes,
  sources: FrontendSources,
): Pick<BuildRequest, 'context' | 'dockerfile' | 'namedContexts'> {
  const address = attributes.context;
  const context = address ? sources.remote(address) : sources.local(attributes.contextkey || 'context');
  const name = attributes.filename || 'Dockerfile';
  // A remote context brings its own Dockerfile unless the client says that it has one.
  const local = !address || attributes.dockerfilekey !== undefined;
  const source = local ? sources.local(attributes.dockerfilekey || 'dockerfile') : context;
  const dockerfile: DockerfileInput = { kind: 'file', name, source };
  const named = Object.entries(prefixed(attributes, 'context:')).map(([key, value]) => [
    key,
    namedContext(key, value, sources),
  ]);
  return { context, dockerfile, namedContexts: Object.fromEntries(named) };
}

/** `docker-image://nginx`, `local:name`, `https://…`, `git://…`. */
function namedContext(name: string, value: string, sources: FrontendSources): NamedContext {
  const [scheme = '', ...rest] = value.split(':');
  const path = rest.join(':');
  switch (scheme) {
    case 'docker-image':
      return { kind: 'image', reference: path.replace(/^\/\//, '') };
    case 'local':
      return { kind: 'source', source: sources.local(path) };
    case 'input':
    case 'oci-layout':
      throw notImplemented(`build context ${name}: ${scheme} contexts are not implemented yet`);
    case 'git':
    case 'http':
    case 'https':
    case 'ssh':
      return { kind: 'source', source: sources.remote(value) };
    default:
      if (/^git@/.test(value)) return { kind: 'source', source: sources.remote(value) };
      throw invalid(`unsupported context source ${scheme} for ${name}`);
  }
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

/** Throws `invalid` for a kind of cache there is not. */
export function cacheReference(type: string, attributes: Attributes, blobs: FrontendOptions['blobs']): CacheReference {
  if (type === 'inline' || type === 'registry') return { type, attributes };
  // Clients know a directory by its path.
  if (type === 'local') return { type, attributes, blobs: blobs(`local:${attributes.dest ?? attributes.src ?? ''}`) };
  throw invalid(`unknown cache type ${JSON.stringify(type)}: supported are inline, registry and local`);
}

function attestations(attributes: Attributes): BuildRequest['attestations'] {
  const options = (name: string) => {
    const value = attributes[`attest:${name}`];
    if (value === undefined) return undefined;
    const pairs = Object.fromEntries(list(value).map(part => [...part.split('='), '']));
    const unwanted = pairs.disabled === 'true' || pairs['inline-only'] === 'true';
    return unwanted ? undefined : (pairs as Record<string, string>);
  };
  const provenance = options('provenance');
  const sbom = options('sbom');
  if (!provenance && !sbom) return undefined;
  return { provenance: provenance && (provenance.mode === 'max' ? 'max' : 'min'), sbom: sbom !== undefined };
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

function prefixed(attributes: Attributes, prefix: string): Record<string, string> {
  const own = Object.entries(attributes).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value]));
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
