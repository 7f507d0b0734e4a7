// One build, from the request to its result.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { BerthError, errorKind, invalid } from '../../lib/errors.ts';
import { familiarReference, parseReference, withDefaultTag } from '../../oci/reference.ts';
import type { CacheRecord } from '../cache/cache-store.ts';
import { DockerfileError } from '../dockerfile/dockerfile-error.ts';
import { parseDockerfile } from '../dockerfile/parse-dockerfile.ts';
import type { Dockerfile, Warning } from '../dockerfile/syntax.ts';
import { finishImage, storeImage } from '../export/export-image.ts';
import { type BuildGraph, buildGraph } from '../graph/build-graph.ts';
import { createNode } from '../graph/node.ts';
import { StepOperations } from '../ops/operations.ts';
import type { BuildEvent, BuildWarning } from '../progress.ts';
import type { BuildRequest, ExportRequest } from '../request.ts';
import type { BuildResult, BuildRun, BuiltImage } from '../run.ts';
import { ProgressLog } from '../solve/progress-log.ts';
import type { LayersSnapshot } from '../solve/snapshot.ts';
import { Solver } from '../solve/solver.ts';
import { BuildInputs } from './build-inputs.ts';
import type { BuilderContext } from './builder-context.ts';

/** Starts when it is made. `context` is what all builds share. */
export class Build implements BuildRun {
  readonly id: string;
  readonly startedAt = new Date();
  readonly result: Promise<BuildResult>;
  /** Resolves when nothing of it is left, whatever became of it. */
  readonly over: Promise<void>;
  readonly #request: BuildRequest;
  readonly #context: BuilderContext;
  readonly #progress = new ProgressLog();
  readonly #abort = new AbortController();
  readonly #owned: AsyncDisposable[] = [];
  readonly #warnings: BuildWarning[] = [];

  constructor(request: BuildRequest, context: BuilderContext) {
    this.id = request.id ?? randomBytes(12).toString('hex');
    this.#request = request;
    this.#context = context;
    const over = Promise.withResolvers<void>();
    this.over = over.promise;
    this.result = this.#run(over.resolve);
    // A door may come for it later, or not at all.
    this.result.catch(() => {});
  }

  watch(): AsyncIterable<BuildEvent> {
    return this.#progress.watch();
  }

  cancel(): void {
    this.#abort.abort(new BerthError('cancelled', 'the build was cancelled'));
  }

  async #run(over: () => void): Promise<BuildResult> {
    const { images, cache } = this.#context;
    const open = images.builds.open();
    const solver = this.#solver();
    try {
      return await this.#build(solver);
    } catch (error) {
      const cancelled = this.#abort.signal.aborted && errorKind(error) !== 'cancelled';
      throw cancelled ? new BerthError('cancelled', 'the build was cancelled', { cause: error }) : error;
    } finally {
      this.#progress.close();
      // Layers only the cache wants are still being packed: the result need not wait for them.
      void solver.settled().then(async () => {
        for (const owned of this.#owned.reverse()) await owned[Symbol.asyncDispose]();
        cache.flush();
        open[Symbol.dispose]();
        over();
      });
    }
  }

  async #build(solver: Solver): Promise<BuildResult> {
    const request = this.#request;
    for (const name of this.#names()) parseReference(name);
    const inputs = new BuildInputs(request, {
      context: this.#context,
      progress: this.#progress,
      signal: this.#abort.signal,
      own: tree => this.#owned.push(tree),
    });
    const dockerfile = await inputs.dockerfile();
    const parsed = parseDockerfile(dockerfile.content, { name: dockerfile.name });
    const graphs = await this.#graphs(parsed, inputs);
    this.#progress.push({ kind: 'plan', steps: graphs.flatMap(({ steps }) => steps) });
    this.#warn(graphs, parsed);
    if (request.checkOnly) return { images: [], names: [], response: {}, warnings: this.#warnings };
    const solved = await Promise.all(graphs.map(async graph => ({ graph, snapshot: await solve(solver, graph) })));
    return await this.#export(solved);
  }

  #graphs(dockerfile: Dockerfile, inputs: BuildInputs): Promise<BuildGraph[]> {
    const request = this.#request;
    const { platform } = this.#context;
    const platforms = request.platforms?.length ? request.platforms : [platform];
    return Promise.all(
      platforms.map(targetPlatform =>
        buildGraph(
          {
            ...{ dockerfile, targetPlatform, buildPlatform: platform, namesPlatform: platforms.length > 1 },
            target: request.target || undefined,
            buildArgs: request.buildArgs ?? {},
            noCache: request.noCache ?? false,
            namedContexts: request.namedContexts ?? {},
            network: request.network ?? 'default',
            extraHosts: request.extraHosts ?? [],
            entitlements: request.entitlements ?? [],
          },
          inputs,
        ),
      ),
    );
  }

  /** Tells what the lint rules found; throws when they are errors. */
  #warn(graphs: readonly BuildGraph[], dockerfile: Dockerfile): void {
    const vertex = createNode({ op: { kind: 'scratch' }, name: '[internal] load build definition' }).vertex.digest;
    const seen = new Set<string>();
    for (const warning of graphs.flatMap(({ warnings }) => warnings)) {
      const told = describeWarning(warning, dockerfile);
      if (seen.has(told.short)) continue;
      seen.add(told.short);
      this.#warnings.push(told);
      this.#progress.push({ kind: 'warning', vertex, warning: told });
    }
    const error = graphs.find(({ lintError }) => lintError !== undefined)?.lintError;
    if (error !== undefined) {
      const ranges = graphs[0]?.warnings[0]?.ranges ?? [];
      throw new DockerfileError(error, { name: dockerfile.name, source: dockerfile.source, ranges });
    }
  }

  async #export(solved: readonly { graph: BuildGraph; snapshot: LayersSnapshot }[]): Promise<BuildResult> {
    const { images: room } = this.#context;
    const { labels = {}, sourceDateEpoch, exports } = this.#request;
    const signal = this.#abort.signal;
    const node = createNode({ op: { kind: 'scratch' }, name: 'exporting to image' });
    if (exports.every(({ type }) => type === 'cacheonly')) return this.#result([], {});
    this.#progress.vertex(node.vertex);
    this.#progress.started(node.vertex.digest);
    using lease = room.lease();
    const built: BuiltImage[] = [];
    for (const { graph, snapshot } of solved) {
      const image = await finishImage(graph.state, snapshot, { labels, sourceDateEpoch });
      signal.throwIfAborted();
      const stored = await storeImage(image, this.#names(), { images: room, lease, signal });
      built.push({ platform: graph.state.platform, id: stored.id });
    }
    this.#progress.completed(node.vertex.digest);
    return this.#result(built, {});
  }

  #result(images: readonly BuiltImage[], more: Record<string, string>): BuildResult {
    const names = this.#names().map(name => familiarReference(withDefaultTag(parseReference(name))));
    const id = images.length === 1 ? images[0]?.id : undefined;
    const response = {
      ...(id && { 'containerimage.config.digest': id, 'containerimage.digest': id }),
      ...(names.length > 0 && { 'image.name': names.join(',') }),
      ...more,
    };
    return { images, ...(id && { id }), names, response, warnings: this.#warnings };
  }

  #names(): string[] {
    const named = this.#request.exports.filter((one): one is ExportRequest & { type: 'image' } => one.type === 'image');
    return [...new Set(named.flatMap(({ names }) => names))];
  }

  #solver(): Solver {
    const { images, cache, shared, root } = this.#context;
    const { callbacks = {}, limits = {}, ulimits = [], cgroupParent, shmSize } = this.#request;
    const operations = new StepOperations({
      ...this.#context,
      digests: this.#context.digests,
      callbacks,
      settings: {
        ...{ limits, ulimits },
        cgroupParent: cgroupParent || this.#context.cgroupParent,
        shmSize: shmSize || this.#context.shmSize,
        nameServers: this.#context.nameServers,
      },
      scratch: join(root, 'scratch'),
      own: tree => this.#owned.push(tree),
    });
    return new Solver({
      ...{ cache, shared, operations },
      progress: this.#progress,
      signal: this.#abort.signal,
      nonce: randomBytes(16).toString('hex'),
      chain: record => cachedSnapshot(record, images),
    });
  }
}

async function solve(solver: Solver, { state }: BuildGraph): Promise<LayersSnapshot> {
  const snapshot = await solver.solve(state.node);
  if (snapshot.kind !== 'layers') throw invalid('the target has no files');
  return snapshot;
}

/** The layers of a record, those on top with the times they were made at. */
function cachedSnapshot(
  record: Pick<CacheRecord, 'chain' | 'times'>,
  images: BuilderContext['images'],
): LayersSnapshot {
  const layers = images.builds.chain(record.chain);
  return {
    kind: 'layers',
    layers: layers.map((layer, index) => {
      const time = record.times[layers.length - 1 - index];
      return { layer, ...(time !== undefined && { created: new Date(time) }) };
    }),
  };
}

function describeWarning(warning: Warning, { name, source }: Dockerfile): BuildWarning {
  const line = warning.ranges[0]?.start;
  return {
    rule: warning.rule,
    level: 1,
    short: `${warning.rule}: ${warning.message}${line === undefined ? '' : ` (line ${line})`}`,
    detail: warning.description,
    url: warning.url,
    file: { name, source },
    lines: warning.ranges,
  };
}
