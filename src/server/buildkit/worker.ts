// What this engine says of itself as a BuildKit worker.
import type { BuildkitVersion, WorkerRecord } from '../../api/buildkit/control.ts';
import type { Builder } from '../../builder/index.ts';

export interface WorkerFacts {
  /** Stable id of the engine. */
  readonly id: string;
  readonly version: string;
  readonly commit: string;
  readonly hostname: string;
  readonly platform: Builder['platform'];
  /** What `host-gateway` stands for in added hosts, which clients look up here; empty where there is none. */
  readonly hostGateway: () => string;
  /** What goes from the cache by itself. */
  readonly gcRules: () => ReturnType<Builder['collectionRules']>;
}

/** Clients look at the version to know what they may ask for: it is BuildKit's whose protocol this is. */
const protocolVersion = 'v0.25.0';

/** BuildKit's version whose protocol this is, with our own behind it. */
export function buildkitVersion({ version, commit }: WorkerFacts): Partial<BuildkitVersion> {
  return { package: 'github.com/moby/buildkit', version: `${protocolVersion}+berth.${version}`, revision: commit };
}

/** The one worker there is. */
export function workerOf(facts: WorkerFacts): Partial<WorkerRecord> {
  const { os, architecture, variant = '' } = facts.platform;
  const hostGateway = facts.hostGateway();
  return {
    id: facts.id,
    labels: {
      'org.mobyproject.buildkit.worker.executor': 'berth',
      'org.mobyproject.buildkit.worker.hostname': facts.hostname,
      ...(hostGateway && { 'org.mobyproject.buildkit.worker.moby.host-gateway-ip': hostGateway }),
      'org.mobyproject.buildkit.worker.snapshotter': 'overlay',
    },
    platforms: [{ os, architecture, variant }],
    gcPolicy: facts.gcRules().map(({ keepDuration, filters, ...rule }) => ({
      ...rule,
      // Nanoseconds.
      keepDuration: keepDuration * 1e6,
      filters: filters.length > 0 ? [filters.map(filter => filter.replace(/^([\w-]+)=(?!=)/, '$1==')).join(',')] : [],
    })),
    buildkitVersion: buildkitVersion(facts),
  };
}
