// SLSA provenance of a build, as BuildKit words it: predicates v0.2 and v1 say the same in different places.
import type { Descriptor } from '../../../oci/descriptor.ts';
import { type Digest, digestParts } from '../../../oci/digest.ts';
import { formatPlatform, type Platform } from '../../../oci/platform.ts';
import type { ProvenanceOptions } from '../../request.ts';
import { buildConfig, stepLayers, stepLocations } from './build-config.ts';
import type { BuildFacts } from './build-facts.ts';
import { packageUrl } from './package-url.ts';

export interface Provenance {
  readonly predicateType: string;
  readonly predicate: Readonly<Record<string, unknown>>;
}

/** What it is told of: one of the results, as it leaves. */
export interface ProvenanceSubject {
  readonly now: Date;
  /** The first result's, where nothing is said. */
  readonly platform?: Platform;
  /** Those of its manifest, where it has one, and what they come to, layer by layer. */
  readonly layers?: readonly Descriptor[];
  readonly chainIds?: readonly Digest[];
}

/**
 * `max` tells arguments, labels, secrets' names, the Dockerfile and all of its steps, too: what may be nobody's business.
 */
export function provenance(facts: BuildFacts, options: ProvenanceOptions, subject: ProvenanceSubject): Provenance {
  const told = tell(facts, options, subject);
  return options.version === 'v1'
    ? { predicateType: 'https://slsa.dev/provenance/v1', predicate: predicateV1(told) }
    : { predicateType: 'https://slsa.dev/provenance/v0.2', predicate: predicateV02(told) };
}

/** The parts both versions are made of; what is undefined is left out. */
function tell(
  facts: BuildFacts,
  { mode, builderId = '', reproducible = false }: ProvenanceOptions,
  subject: ProvenanceSubject,
) {
  const { id, startedAt, platform, dockerfile, words, context, locals, bases, origins } = facts;
  const isMax = mode === 'max';
  const result = isMax ? resultFor(subject.platform, facts) : undefined;
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
    finished: subject.now.toISOString(),
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
    buildConfig: result && buildConfig(result.node, { platform: result.platform, bases }),
    details: {
      vcs: full(words.vcs),
      source: result && { locations: stepLocations(result.node), infos: [source] },
      layers: result && full(stepLayers(result.node, subject)),
    },
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
    buildConfig: told.buildConfig,
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
      internalParameters: { buildConfig: told.buildConfig, builderPlatform: told.platform },
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

function resultFor(wanted: Platform | undefined, { results }: BuildFacts) {
  return results.find(({ platform }) => wanted && formatPlatform(platform) === formatPlatform(wanted)) ?? results[0];
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
