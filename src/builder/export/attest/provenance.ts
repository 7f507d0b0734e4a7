// SLSA provenance of a build, as BuildKit words it: predicates v0.2 and v1 say the same in different places.
import { type Digest, digestParts } from '../../../oci/digest.ts';
import { formatPlatform } from '../../../oci/platform.ts';
import type { ProvenanceOptions } from '../../request.ts';
import type { BuildFacts } from './build-facts.ts';
import { packageUrl } from './package-url.ts';

export interface Provenance {
  readonly predicateType: string;
  readonly predicate: Readonly<Record<string, unknown>>;
}

/** `max` tells arguments, labels, secrets' names and the Dockerfile, too: what may be nobody's business. */
export function provenance(facts: BuildFacts, options: ProvenanceOptions, now: Date): Provenance {
  const told = tell(facts, options, now);
  return options.version === 'v1'
    ? { predicateType: 'https://slsa.dev/provenance/v1', predicate: predicateV1(told) }
    : { predicateType: 'https://slsa.dev/provenance/v0.2', predicate: predicateV02(told) };
}

/** The parts both versions are made of; what is undefined is left out. */
function tell(facts: BuildFacts, { mode, builderId = '', reproducible = false }: ProvenanceOptions, now: Date) {
  const { id, startedAt, platform, dockerfile, words, context, locals, bases, origins } = facts;
  const isMax = mode === 'max';
  const isPrivate = (name: string) => /^(?:build-arg|label):/.test(name);
  const args = Object.entries(words.args).filter(([name]) => isMax || !isPrivate(name));
  const hidesAny = Object.keys(words.args).length > args.length || facts.secrets.length + facts.agents.length > 0;
  const source = {
    filename: dockerfile.name,
    language: 'Dockerfile',
    data: Buffer.from(dockerfile.content).toString('base64'),
  };
  return {
    builder: { id: builderId },
    id,
    started: startedAt.toISOString(),
    finished: now.toISOString(),
    platform: formatPlatform(platform),
    entryPoint: dockerfile.name,
    context: context && { uri: context.uri, digest: context.digest },
    materials: materials(bases, origins),
    request: {
      frontend: words.frontend,
      args: full(Object.fromEntries(args.sort(([a], [b]) => (a < b ? -1 : 1)))),
      secrets: isMax ? full(facts.secrets) : undefined,
      ssh: isMax ? full(facts.agents) : undefined,
      locals: full(locals.map(name => ({ name }))),
    },
    isComplete: isMax || !hidesAny,
    isReproducible: reproducible,
    details: { vcs: full(words.vcs), source: isMax ? { infos: [source] } : undefined },
  };
}

type Told = ReturnType<typeof tell>;

function predicateV02(told: Told): Record<string, unknown> {
  return {
    builder: told.builder,
    buildType: 'https://mobyproject.org/buildkit@v1',
    materials: full(told.materials),
    invocation: {
      configSource: { ...told.context, entryPoint: told.entryPoint },
      parameters: told.request,
      environment: { platform: told.platform },
    },
    metadata: {
      buildInvocationID: told.id,
      buildStartedOn: told.started,
      buildFinishedOn: told.finished,
      completeness: { parameters: told.isComplete, environment: true, materials: false },
      reproducible: told.isReproducible,
      'https://mobyproject.org/buildkit@v1#metadata': told.details,
    },
  };
}

function predicateV1(told: Told): Record<string, unknown> {
  return {
    buildDefinition: {
      buildType: 'https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md',
      resolvedDependencies: full(told.materials),
      externalParameters: { configSource: { ...told.context, path: told.entryPoint }, request: told.request },
      internalParameters: { builderPlatform: told.platform },
    },
    runDetails: {
      builder: told.builder,
      metadata: {
        invocationId: told.id,
        startedOn: told.started,
        finishedOn: told.finished,
        buildkit_metadata: told.details,
        buildkit_completeness: { request: told.isComplete, resolvedDependencies: false },
        ...(told.isReproducible && { buildkit_reproducible: true }),
      },
    },
  };
}

function materials(bases: BuildFacts['bases'], origins: BuildFacts['origins']) {
  const images = bases.map(({ name, platform, digest }) => ({
    uri: packageUrl(name, platform),
    digest: digestSet(digest),
  }));
  const all = [...images, ...origins.map(({ uri, digest }) => ({ uri, digest }))];
  const byUri = new Map(all.map(material => [material.uri, material]));
  return [...byUri.values()].sort((a, b) => (a.uri < b.uri ? -1 : 1));
}

/** Undefined for what is empty. */
function full<T extends object>(value: T): T | undefined {
  return Object.keys(value).length > 0 ? value : undefined;
}

/** `{ sha256: '…' }` */
export function digestSet(digest: Digest): Record<string, string> {
  const { algorithm, hex } = digestParts(digest);
  return { [algorithm]: hex };
}
