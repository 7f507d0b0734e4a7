// A build as its user wants it becomes a request in BuildKit's words and what is given to the build from this side.
import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { SolveRequest } from '../../api/buildkit/control.ts';
import type { SessionOptions } from '../../client/index.ts';
import { parseGoBool } from '../../lib/text/go-values.ts';
import { formatReference, parseReference, withDefaultTag } from '../../oci/reference.ts';
import { platformQuery } from '../images/platform.ts';
import type { Io } from '../io.ts';
import { type BuildInputs, openBuildInputs } from './build-inputs.ts';
import type { BuildOptions } from './build-options.ts';
import { gitAttributes } from './git-facts.ts';
import { attestAttributes } from './options/attest.ts';
import { type Caches, openCaches } from './options/cache.ts';
import { keyValues } from './options/fields.ts';
import { annotationAttributes, type Export, finishLayouts, layoutStores, parseOutputs } from './options/output.ts';
import { openSecrets } from './options/secrets.ts';
import { openSshAgents } from './options/ssh.ts';

/** Dispose of it after the build. */
export interface BuildPlan extends AsyncDisposable {
  /** Without names for build and session, which are new for each. */
  readonly request: Omit<Partial<SolveRequest>, 'ref' | 'session'>;
  /** Attributes of the frontend alone, for a question about the Dockerfile. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The Dockerfile as its user finds it. */
  readonly dockerfile: string;
  readonly session: Omit<SessionOptions, 'id' | 'credentials' | 'reader'>;
  /** After the build, with what it said: writes what the daemon leaves to its client. */
  finish(response: Readonly<Record<string, string>>): void;
}

/** Throws a plain Error that says what is wrong, in buildx's words. */
export async function planBuild(options: BuildOptions, io: Io): Promise<BuildPlan> {
  const names = options.tags.map(fullName);
  const annotations = annotationAttributes(options.annotations);
  const exports = parseOutputs({ ...options, names, annotations }, io);
  const secret = openSecrets(options.secrets, io);
  const caches = openCaches(options, io);
  const attributes = frontendAttributes(options, caches, io);
  await using resources = new AsyncDisposableStack();
  const inputs = resources.use(await openBuildInputs(options, io));
  const agents = resources.use(await openSshAgents(options.ssh, io));
  const held = resources.move();
  const stores = { ...inputs.stores, ...caches.stores, ...layoutStores(exports) };
  const all = { ...attributes, ...originOf(inputs, io), ...inputs.attributes };
  return {
    attributes: all,
    dockerfile: inputs.dockerfile,
    request: {
      frontend: 'dockerfile.v0',
      frontendAttrs: all,
      exporters: exports.map(({ type, attributes: attrs }) => ({ type, attrs: { ...attrs } })),
      ...legacyExporter(exports),
      cache: { exports: caches.to.map(({ type, attributes: attrs }) => ({ type, attrs: { ...attrs } })) },
      entitlements: entitlements(options),
    },
    session: {
      sharedKey: sharedKey(inputs),
      directories: inputs.directories,
      outputs: exports.map(({ output }) => output),
      ...(Object.keys(stores).length > 0 && { stores }),
      secret,
      agents: agents.sockets,
      ...(Object.keys(inputs.uploads).length > 0 && { uploads: inputs.uploads }),
    },
    finish(response) {
      caches.finish(response);
      finishLayouts(exports, response);
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** Of files of this machine; BUILDX_GIT_INFO=false tells nothing, as with buildx. */
function originOf({ directories, place }: BuildInputs, { environment }: Io): Record<string, string> {
  const wanted = parseGoBool(environment.BUILDX_GIT_INFO ?? 'true') ?? true;
  return wanted && place === directories.context ? gitAttributes(directories) : {};
}

/** Daemons before BuildKit 0.13 read only this one. */
function legacyExporter([first]: readonly Export[]): Partial<SolveRequest> {
  return first ? { exporterDeprecated: first.type, exporterAttrsDeprecated: { ...first.attributes } } : {};
}

function fullName(tag: string): string {
  try {
    return formatReference(withDefaultTag(parseReference(tag)));
  } catch (error) {
    const why =
      error instanceof Error ? error.message.replace(/^invalid reference format: | \([^)]*\)/g, '') : String(error);
    throw new Error(`invalid tag ${JSON.stringify(tag)}: ${why}`, { cause: error });
  }
}

function frontendAttributes(options: BuildOptions, caches: Caches, { environment }: Io): Record<string, string> {
  if (options.noCache && options.noCacheFilter.length > 0)
    throw new Error('--no-cache and --no-cache-filter cannot currently be used together');
  const platforms = options.platforms.flatMap(text => text.split(',')).filter(text => text !== '' && text !== 'local');
  return {
    ...(options.target && { target: options.target }),
    // What is said of an index has to have one.
    ...(options.annotations.some(text => /^[^=:]*\bindex/.test(text)) && { 'multi-platform': 'true' }),
    ...(platforms.length > 0 && { platform: platforms.map(platformQuery).join(',') }),
    ...(environment.SOURCE_DATE_EPOCH && { 'build-arg:SOURCE_DATE_EPOCH': environment.SOURCE_DATE_EPOCH }),
    ...prefixed('build-arg:', keyValues(options.args, environment)),
    ...prefixed('label:', keyValues(options.labels)),
    ...(options.noCache
      ? { 'no-cache': '' }
      : options.noCacheFilter.length > 0 && { 'no-cache': list(options.noCacheFilter) }),
    'image-resolve-mode': options.pull ? 'pull' : 'local',
    ...(options.extraHosts.length > 0 && { 'add-hosts': options.extraHosts.map(host).join(',') }),
    ...(options.network !== '' && options.network !== 'default' && { 'force-network-mode': options.network }),
    ...(options.shmSize > 0 && { 'shm-size': String(options.shmSize) }),
    ...(options.ulimits.length > 0 && { ulimit: list(options.ulimits) }),
    ...(options.cgroupParent && { 'cgroup-parent': options.cgroupParent }),
    ...(caches.from.length > 0 && {
      'cache-imports': JSON.stringify(caches.from.map(({ type, attributes }) => ({ Type: type, Attrs: attributes }))),
    }),
    ...attestAttributes(options.attests),
    ...prefixed('berth:', options.ours),
  };
}

/** `host:address`, `host=address`, an IPv6 address in brackets or without. */
function host(text: string): string {
  const [, name, place = ''] = /^([^=]+)=(.+)$/.exec(text) ?? /^([^:]+):(.+)$/.exec(text) ?? [];
  const address = place.replace(/^\[(.*)\]$/, '$1');
  if (name === undefined || (address !== 'host-gateway' && isIP(address) === 0))
    throw new Error(`invalid host ${text}`);
  return `${name}=${address}`;
}

function entitlements({ network, entitlements: allowed }: BuildOptions): string[] {
  const all = new Set(allowed.flatMap(text => text.split(',')));
  if (network === 'host') all.add('network.host');
  return [...all];
}

function prefixed(prefix: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [prefix + key, value]));
}

const list = (values: readonly string[]) => values.join(',');

/** Names this machine, too: directories of others may have the same path. */
function sharedKey({ place }: BuildInputs): string {
  return createHash('sha256').update(`${hostname()}\0${place}`).digest('hex');
}
