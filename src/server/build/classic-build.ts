// `POST /build` without BuildKit: a request of query and archive, an answer of lines.

import type { QueryOf } from '../../api/endpoint.ts';
import type { build as endpoints } from '../../api/endpoints/build.ts';
import type { BuildInfo } from '../../api/types/build.ts';
import {
  type Builder,
  type BuildRequest,
  type BuildRun,
  ClassicError,
  MissingSourceError,
  type OwnedSource,
  type RegistryCredentials,
  StepError,
  StepStartError,
} from '../../builder/index.ts';
import { BerthError, errorKind, errorMessage, findCause, invalid } from '../../lib/errors.ts';
import { ClassicLines, shortId } from './classic-lines.ts';

type BuildQuery = QueryOf<(typeof endpoints)['ImageBuild']>;

interface ClassicBuild {
  readonly query: BuildQuery;
  readonly body: AsyncIterable<Uint8Array>;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Lines of progress and the result. What is wrong with the Dockerfile itself is thrown, what happens later is a line. */
export async function* buildClassically(builder: Builder, o: ClassicBuild): AsyncGenerator<BuildInfo> {
  await using context = openContext(builder, o);
  const run = builder.start(toRequest(builder, o, context));
  const cancel = () => run.cancel();
  o.signal.addEventListener('abort', cancel, { once: true });
  let begun = false;
  try {
    yield* linesOf(run, o.query.q === true, () => {
      begun = true;
    });
  } catch (error) {
    if (!begun) throw new BerthError(errorKind(error), classicMessage(error), { cause: error });
    yield failure(error);
  } finally {
    o.signal.removeEventListener('abort', cancel);
    run.cancel();
    // The context is only removed when nobody reads it any more.
    await run.result.catch(() => {});
  }
}

/** `begin` is called when the Dockerfile was read and made sense. */
async function* linesOf(run: BuildRun, quiet: boolean, begin: () => void): AsyncGenerator<BuildInfo> {
  const lines = new ClassicLines();
  /** What a quiet build would have said: told only when it fails. */
  const held: BuildInfo[] = [];
  for await (const event of run.watch()) {
    if (event.kind === 'dockerfile') begin();
    const printed = lines.take(event);
    if (!quiet) yield* printed;
    else held.push(...printed.filter(({ stream }) => stream !== undefined));
  }
  const failed = await run.result.then(
    () => false,
    () => true,
  );
  if (failed) yield* held;
  const { id, names } = await run.result;
  if (!quiet) yield* lines.finish(id);
  if (id === undefined) return;
  if (quiet) {
    yield { stream: `${id}\n` };
    return;
  }
  yield { aux: { ID: id } };
  yield { stream: `Successfully built ${shortId(id)}\n` };
  for (const name of names) yield { stream: `Successfully tagged ${name}\n` };
}

function failure(error: unknown): BuildInfo {
  const step = findCause(error, StepError);
  const message = classicMessage(error);
  const code = step ? { code: step.step.exitCode } : {};
  return { errorDetail: { ...code, message }, error: message };
}

function classicMessage(error: unknown): string {
  for (const type of [StepError, StepStartError, MissingSourceError, ClassicError]) {
    const known = findCause<Error & { classic: string }>(error, type);
    if (known) return known.classic;
  }
  return errorMessage(error);
}

/** The archive of the request, or what `remote` names. */
function openContext(builder: Builder, { query, body }: ClassicBuild): OwnedSource {
  const { remote } = query;
  if (!remote || remote === 'client-session') return builder.sources.upload(body);
  return builder.sources.remote(remote);
}

function toRequest(builder: Builder, { query, headers }: ClassicBuild, context: OwnedSource): BuildRequest {
  const { q: _quiet, t: names = [], dockerfile, target, platform, nocache, pull, squash, shmsize } = query;
  checkPlatformOptions(query);
  const network = networkOf(query.networkmode);
  return {
    ...(query.buildid && { id: query.buildid }),
    dockerfile: { kind: 'file', name: dockerfile || 'Dockerfile', source: context },
    context,
    target: target ?? '',
    ...argumentsOf(query.buildargs ?? {}),
    labels: query.labels ?? {},
    platforms: platform ? [builder.parsePlatform(platform)] : [],
    noCache: nocache === true,
    pull: pull === true,
    network,
    // Who may talk to this door may do anything anyway.
    entitlements: network === 'host' ? ['network.host'] : [],
    extraHosts: query.extrahosts ?? [],
    ...(shmsize && { shmSize: shmsize }),
    ulimits: (query.ulimits ?? []).map(({ Name, Soft, Hard }) => ({ name: Name, soft: Soft, hard: Hard })),
    ...(query.cgroupparent && { cgroupParent: query.cgroupparent }),
    limits: limitsOf(query),
    exports: [{ type: 'image', names }],
    cacheFrom: (query.cachefrom ?? []).map(ref => ({ type: 'registry', attributes: { ref } })),
    squash: squash === true,
    credentials: credentialsFrom(headers['x-registry-config']),
  };
}

/** What only Windows has is refused in dockerd's words. */
function checkPlatformOptions({ isolation = '', securityopt = [] }: BuildQuery): void {
  if (!['', 'default'].includes(isolation.toLowerCase())) {
    throw invalid(`unsupported isolation: ${JSON.stringify(isolation)}`);
  }
  if (securityopt.length > 0) throw invalid('security options are not supported on linux');
}

/** An argument without a value is one the client does not know either. */
function argumentsOf(args: Record<string, string | null>): Pick<BuildRequest, 'buildArgs' | 'unsetArgs'> {
  const entries = Object.entries(args);
  return {
    buildArgs: Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null)),
    unsetArgs: entries.flatMap(([name, value]) => (value === null ? [name] : [])),
  };
}

function networkOf(mode: string | undefined): NonNullable<BuildRequest['network']> {
  if (!mode || mode === 'default' || mode === 'bridge') return 'default';
  if (mode === 'none' || mode === 'host') return mode;
  throw invalid(`network mode ${JSON.stringify(mode)} not supported by the builder`);
}

function limitsOf(query: BuildQuery): NonNullable<BuildRequest['limits']> {
  const { memory, memswap, cpushares, cpuperiod, cpuquota, cpusetcpus, cpusetmems } = query;
  return {
    ...(memory && { memory }),
    ...(memswap && { memorySwap: memswap }),
    ...(cpushares && { cpuShares: cpushares }),
    ...(cpuperiod && { cpuPeriod: cpuperiod }),
    ...(cpuquota && { cpuQuota: cpuquota }),
    ...(cpusetcpus && { cpusetCpus: cpusetcpus }),
    ...(cpusetmems && { cpusetMems: cpusetmems }),
  };
}

/** `X-Registry-Config`: credentials by registry. What cannot be read is as good as nothing, as in Docker. */
function credentialsFrom(header: string | undefined): NonNullable<BuildRequest['credentials']> {
  const known = decode(header);
  return async registry => {
    const entry = known[registry] ?? (registry === 'docker.io' ? known['https://index.docker.io/v1/'] : undefined);
    if (typeof entry !== 'object' || entry === null) return undefined;
    const { username, password, identitytoken } = entry as Record<string, unknown>;
    const result: RegistryCredentials = {
      ...(typeof username === 'string' && { username }),
      ...(typeof password === 'string' && { password }),
      ...(typeof identitytoken === 'string' && identitytoken !== '' && { identityToken: identitytoken }),
    };
    return result;
  };
}

function decode(header: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(header ?? '', 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
