// One build, from the request to its result.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { CleanupStack } from '../../lib/cleanup-stack.ts';
import { BerthError, errorKind, errorMessage, invalid, notImplemented } from '../../lib/errors.ts';
import { chainIds } from '../../oci/digest.ts';
import { formatPlatform, type Platform } from '../../oci/platform.ts';
import { parseReference } from '../../oci/reference.ts';
import type { CacheRecord } from '../cache/cache-store.ts';
import { fetchStep } from '../cache/external/fetch-step.ts';
import { ImportedSteps } from '../cache/external/imported-steps.ts';
import { DockerfileError } from '../dockerfile/dockerfile-error.ts';
import { LintError } from '../dockerfile/lint/lint-error.ts';
import { byLine, checkOptionsOf, isTold } from '../dockerfile/lint/told-warnings.ts';
import { parseDockerfile } from '../dockerfile/parse-dockerfile.ts';
import { findTarget } from '../dockerfile/stage-references.ts';
import type { Dockerfile, Warning } from '../dockerfile/syntax.ts';
import { unusedArgs } from '../dockerfile/unused-args.ts';
import { explainFullDisk } from '../errors/full-disk.ts';
import { VertexError } from '../errors/vertex-error.ts';
import { attestBeside, withAttestationFiles, withoutInline } from '../export/attest/attest.ts';
import type { Attestation } from '../export/attest/attestation-manifest.ts';
import type { BuildFacts } from '../export/attest/build-facts.ts';
import { provenance } from '../export/attest/provenance.ts';
import { cacheOptions } from '../export/cache/cache-options.ts';
import { inlineCache } from '../export/cache/export-cache.ts';
import { writeCaches } from '../export/cache/write-caches.ts';
import type { SolvedPlatform } from '../export/export-context.ts';
import type { ImageExport } from '../export/export-image.ts';
import type { ExportReport, ExportStep } from '../export/export-progress.ts';
import { runExports } from '../export/run-exports.ts';
import { type BuildGraph, buildGraph } from '../graph/build-graph.ts';
import type { BuildTarget } from '../graph/build-target.ts';
import type { Node } from '../graph/node.ts';
import { definitionVertexName, workVertex } from '../graph/work-vertex.ts';
import { StepOperations } from '../ops/operations.ts';
import type { BuildEvent, BuildWarning } from '../progress.ts';
import type { BuildLimits, BuildRequest } from '../request.ts';
import type { BuildResult, BuildRun } from '../run.ts';
import { ProgressLog } from '../solve/progress-log.ts';
import type { Resolution } from '../solve/resolution.ts';
import type { LayersSnapshot } from '../solve/snapshot.ts';
import { Solver } from '../solve/solver.ts';
import { BuildInputs } from './build-inputs.ts';
import type { BuilderContext } from './builder-context.ts';
import { collectFacts } from './collect-facts.ts';
import { describeWarning, foreignSyntax } from './describe-warning.ts';
import { packageLists } from './package-lists.ts';

const leastMemory = 6 * 1024 * 1024;

/** Of the result for a platform. */
type PackageLists = (platform: Platform) => readonly Attestation[];

/** Starts when it is made. `context` is what all builds share. */
export class Build implements BuildRun {
  readonly id: string;
  readonly startedAt = new Date();
  readonly result: Promise<BuildResult>;
  /** Resolves when nothing of it is left, whatever became of it. */
  readonly over: Promise<void>;
  readonly targets: Promise<readonly BuildTarget[]>;
  readonly #request: BuildRequest;
  readonly #context: BuilderContext;
  readonly #progress = new ProgressLog();
  readonly #abort = new AbortController();
  readonly #owned: AsyncDisposable[] = [];
  readonly #warnings: BuildWarning[] = [];
  readonly #imports = new ImportedSteps();
  readonly #targets = Promise.withResolvers<readonly BuildTarget[]>();
  #exports = 0;
  #failure: unknown;

  constructor(request: BuildRequest, context: BuilderContext) {
    this.id = request.id ?? randomBytes(12).toString('hex');
    this.#request = request;
    this.#context = context;
    const over = Promise.withResolvers<void>();
    this.over = over.promise;
    this.targets = this.#targets.promise;
    this.result = this.#run(over.resolve);
    // A door may come for them later, or not at all.
    this.result.catch((error: unknown) => this.#targets.reject(error));
    this.targets.catch(() => {});
  }

  watch(): AsyncIterable<BuildEvent> {
    return this.#progress.watch();
  }

  cancel(): void {
    this.#abort.abort(new BerthError('cancelled', 'the build was cancelled'));
  }

  /** The first step that fails ends the others; what becomes of those is no news. */
  #fail(error: unknown): void {
    if (this.#abort.signal.aborted) return;
    this.#failure = error;
    this.cancel();
  }

  async #run(over: () => void): Promise<BuildResult> {
    const open = this.#context.images.builds.open();
    const solver = this.#solver();
    try {
      return await this.#build(solver);
    } catch (error) {
      const wasCancelled = this.#abort.signal.aborted && this.#failure === undefined;
      // Steps beside the one that failed are of no use any more.
      this.cancel();
      await solver.idle();
      const cancelled = wasCancelled && errorKind(error) !== 'cancelled';
      throw cancelled ? new BerthError('cancelled', 'the build was cancelled', { cause: error }) : error;
    } finally {
      this.cancel();
      this.#progress.close();
      void this.#end(solver, open).then(over);
    }
  }

  /**
   * Lets go of everything; never rejects. Layers only the cache wants are still being packed: neither the result nor the
   * files of the client, which its next build wants to have, need wait for them.
   */
  async #end(solver: Solver, open: Disposable): Promise<void> {
    const { cache, images, logger } = this.#context;
    const undo = new CleanupStack((step, error) =>
      logger.error(`undo failed: ${step}`, { error: errorMessage(error), build: this.id }),
    );
    undo.defer('layers', () => {
      open[Symbol.dispose]();
      if (solver.isUnrecorded) images.collect();
    });
    undo.defer('uses of the cache', () => cache.flush());
    undo.defer('what is written down', () => solver.settled());
    await solver.idle();
    for (const owned of this.#owned) undo.defer('files', async () => await owned[Symbol.asyncDispose]());
    await undo[Symbol.asyncDispose]();
  }

  async #build(solver: Solver): Promise<BuildResult> {
    const request = this.#request;
    for (const name of this.#names()) parseReference(name);
    checkLimits(request.limits);
    const inputs = new BuildInputs(request, {
      context: this.#context,
      build: this.id,
      progress: this.#progress,
      signal: this.#abort.signal,
      own: tree => this.#owned.push(tree),
    });
    const dockerfile = await inputs.dockerfile();
    const parsed = this.#parse(dockerfile);
    const globals = parsed.globalArgs.map(({ text }) => text);
    const given = [...Object.keys(request.buildArgs ?? {}), ...(request.unsetArgs ?? [])];
    this.#progress.push({ kind: 'dockerfile', globals, unusedArgs: unusedArgs(parsed, given) });
    this.#checkCaches();
    await inputs.importCaches(request.cacheFrom ?? [], this.#imports);
    const graphs = await this.#graphs(parsed, inputs);
    this.#progress.push({ kind: 'plan', steps: graphs.flatMap(({ steps }) => steps) });
    this.#warn(graphs, parsed);
    if (request.checkOnly) return { images: [], names: [], response: {}, warnings: this.#warnings };
    this.#targets.resolve(
      graphs.map(({ state }, index) => ({
        ...{ key: `${this.id} ${index}`, state },
        resolution: handled(this.#shown(solver.resolve(state.node), parsed)),
      })),
    );
    const fail = (error: unknown) => {
      throw locate(this.#failure ?? error, parsed);
    };
    const solving = Promise.all(
      graphs.map(async ({ state }) => {
        const snapshot = await solve(solver, state.node);
        const more = this.#wantsInlineCache && (await inlineCache(state.node, snapshot, { ...this.#context, solver }));
        return { state, snapshot, ...(more && { more }) };
      }),
    );
    const solved = await solving.catch(fail);
    this.#context.images.builds.hasten();
    await solver.arrived().catch(fail);
    await solver.keepImported();
    const shipped = request.squash ? await Promise.all(solved.map(one => this.#squash(one))) : solved;
    const results = graphs.map(({ state: { platform, node } }) => ({ platform, node }));
    const facts = () => this.#facts({ dockerfile, inputs, results });
    const lists = await this.#packageLists(graphs, inputs, solver).catch(fail);
    return await this.#export(shipped, solver, { facts, lists });
  }

  /** What fails in it is shown at its lines of this Dockerfile, whichever build hears of it. */
  async #shown(resolving: Promise<Resolution>, parsed: Dockerfile): Promise<Resolution> {
    const fail = (error: unknown) => {
      throw locate(this.#failure ?? error, parsed);
    };
    const resolution = await resolving.catch(fail);
    return { ...resolution, load: () => resolution.load().catch(fail) };
  }

  /** What the lint rules found in it until it makes no sense is told, too. */
  #parse({ name, content }: { name: string; content: Uint8Array }): Dockerfile {
    const { buildArgs = {}, target } = this.#request;
    const abandon = (found: readonly Warning[], file: Pick<Dockerfile, 'name' | 'source' | 'directives'>) => {
      const check = checkOptionsOf(file, buildArgs);
      const told = byLine(found.filter(warning => isTold(warning, check)));
      this.#tell(
        told.map(warning => describeWarning(warning, file)),
        file,
      );
    };
    const parsed = parseDockerfile(content, { name, abandon });
    try {
      findTarget(parsed, target || undefined);
    } catch (error) {
      abandon(parsed.warnings, parsed);
      throw error;
    }
    return parsed;
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
            project: this.#names()[0] ?? '',
            everyStage: request.checkOnly === true && !request.target,
            scans: request.attestations?.sbom !== undefined && !request.checkOnly,
            abandon: warnings => this.#warn([{ warnings, lintError: undefined }], dockerfile),
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
  #warn(graphs: readonly Pick<BuildGraph, 'warnings' | 'lintError'>[], dockerfile: Dockerfile): void {
    const found = graphs.flatMap(({ warnings }) => warnings.map(warning => describeWarning(warning, dockerfile)));
    const foreign = foreignSyntax(dockerfile);
    this.#tell(foreign ? [foreign, ...found] : found, dockerfile);
    const error = graphs.find(({ lintError }) => lintError !== undefined)?.lintError;
    if (error !== undefined) {
      const ranges = graphs[0]?.warnings[0]?.ranges ?? [];
      throw new LintError(error, { name: dockerfile.name, source: dockerfile.source, ranges });
    }
  }

  #tell(warnings: readonly BuildWarning[], { name }: Pick<Dockerfile, 'name'>): void {
    const vertex = workVertex(definitionVertexName(name), this.id).digest;
    for (const warning of new Map(warnings.map(one => [one.short, one])).values()) {
      this.#warnings.push(warning);
      this.#progress.push({ kind: 'warning', vertex, warning });
    }
  }

  async #packageLists(graphs: readonly BuildGraph[], inputs: BuildInputs, solver: Solver): Promise<PackageLists> {
    const { attestations: { sbom } = {} } = this.#request;
    const found = new Map<string, readonly Attestation[]>();
    const deps = { id: this.id, request: this.#request, inputs, images: this.#context.images };
    for (const { scan, state } of sbom ? graphs : []) {
      if (!scan || !sbom) continue;
      const { platform } = state;
      const solve = (node: Node) => solver.solve(node);
      const lists = await packageLists(scan, sbom, { ...deps, platform, host: this.#context.platform, solve });
      found.set(formatPlatform(platform), lists);
    }
    return platform => found.get(formatPlatform(platform)) ?? [];
  }

  /** One layer in place of all that were made; the history says that they were there. */
  async #squash({ state, snapshot }: SolvedPlatform): Promise<SolvedPlatform> {
    const below = snapshot.layers.findIndex(({ created }) => created !== undefined);
    if (below < 0) return { state, snapshot };
    const layers = snapshot.layers.map(({ layer }) => layer);
    const layer = await this.#context.images.builds.squash(layers, below, this.#abort.signal);
    const squashed = state.child();
    for (const entry of squashed.history) if (entry.created === undefined) entry.empty_layer = true;
    squashed.commit('squashed', true);
    return {
      state: squashed,
      snapshot: { kind: 'layers', layers: [...snapshot.layers.slice(0, below), { layer, created: new Date() }] },
    };
  }

  async #export(
    solved: readonly SolvedPlatform[],
    solver: Solver,
    { facts, lists }: { facts: () => BuildFacts; lists: PackageLists },
  ): Promise<BuildResult> {
    const { images, cache, platform, announce } = this.#context;
    const { labels = {}, sourceDateEpoch, buildArgs = {}, multiPlatform = false } = this.#request;
    const wanted = this.#request.attestations ?? {};
    using lease = images.lease();
    const attest = { facts, lists, images, wanted, signal: this.#abort.signal };
    const context = {
      ...{ images, cache, platform, announce, lease, labels },
      signal: this.#abort.signal,
      sourceDateEpoch: sourceDateEpoch ?? epochOf(buildArgs),
      multiPlatform: multiPlatform || isTrue(buildArgs.BUILDKIT_MULTI_PLATFORM),
      rewriteTimestamp: this.#request.exports.some(one => 'names' in one && one.rewriteTimestamp),
      beside: ({ pushed }: { pushed: boolean }) =>
        attestBeside({ ...attest, wanted: pushed ? wanted : withoutInline(wanted), lease, names: this.#names() }),
      attestFiles: ({ snapshot, state }: SolvedPlatform) =>
        withAttestationFiles(snapshot, { ...attest, wanted: withoutInline(wanted), platform: state.platform }),
    };
    const step: ExportStep = (name, work) => this.#exporting(name, work);
    const outcome = await runExports(solved, this.#request, { ...context, step });
    const { cacheTo = [], credentials } = this.#request;
    const written = await writeCaches(cacheTo, solved, { ...context, solver, credentials, step });
    const response = { ...outcome.response, ...written };
    const version = wanted.provenance?.version;
    const told = provenance(facts(), { mode: 'max', ...(version && { version }) }, { now: new Date() });
    return { ...outcome, response, warnings: this.#warnings, platforms: formatted(solved), provenance: told };
  }

  #facts(made: Pick<Parameters<typeof collectFacts>[1], 'dockerfile' | 'inputs' | 'results'>): BuildFacts {
    const { platform } = this.#context;
    return collectFacts(this.#request, { ...made, id: this.id, startedAt: this.startedAt, platform });
  }

  /** One exporter as a vertex of its own. */
  async #exporting<T>(name: string, work: Parameters<ExportStep>[1]): Promise<T> {
    // Of two exporters of a kind each is a piece of work.
    const vertex = { ...workVertex(`${name} ${this.#exports++}`, this.id), name };
    const { digest } = vertex;
    const begun = new Map<string, Date>();
    this.#progress.vertex(vertex);
    this.#progress.started(digest);
    const report: ExportReport = ({ done, ...status }) => {
      const at = new Date();
      const started = begun.get(status.id) ?? at;
      begun.set(status.id, started);
      this.#progress.push({ kind: 'status', vertex: digest, at, started, ...status, ...(done && { completed: at }) });
    };
    try {
      const result = await work(report);
      this.#progress.completed(digest);
      return result as T;
    } catch (thrown) {
      const error = explainFullDisk(thrown, name);
      this.#progress.completed(digest, { error: errorMessage(error) });
      throw error;
    }
  }

  get #wantsInlineCache(): boolean {
    const { cacheTo = [], buildArgs = {} } = this.#request;
    return isTrue(buildArgs.BUILDKIT_INLINE_CACHE) || cacheTo.some(({ type }) => type === 'inline');
  }

  /** Throws for caches that cannot be written: before anything is run. */
  #checkCaches(): void {
    for (const reference of this.#request.cacheTo ?? []) {
      const { type, blobs } = reference;
      if (type !== 'inline' && type !== 'registry' && type !== 'local') {
        throw invalid(`unknown cache exporter: ${JSON.stringify(type)}: there are inline, registry and local`);
      }
      if (type === 'local' && !blobs) {
        throw notImplemented(
          'a cache in a directory needs a client that can be asked for it: use type=inline or registry',
        );
      }
      if (type !== 'inline') cacheOptions(reference);
    }
  }

  #names(): string[] {
    const named = this.#request.exports.filter((one): one is ImageExport => 'names' in one);
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
        processes: this.#context.stepProcesses,
      },
      scratch: join(root, 'scratch'),
      own: tree => this.#owned.push(tree),
    });
    return new Solver({
      ...{ cache, shared, operations },
      progress: this.#progress,
      signal: this.#abort.signal,
      fail: error => this.#fail(error),
      imports: this.#imports,
      fetch: (step, tell) => fetchStep(step, { images, cache, signal: this.#abort.signal, tell }),
      isHere: ({ layers }) => chainIds(layers.map(({ diffId }) => diffId)).every(id => images.builds.has(id)),
      warn: message => this.#context.logger.warn(message),
      nonce: randomBytes(16).toString('hex'),
      chain: record => cachedSnapshot(record, images),
    });
  }
}

/** Less memory than that starts nothing: dockerd's limit and words. */
function checkLimits({ memory = 0 }: BuildLimits = {}): void {
  if (memory > 0 && memory < leastMemory) throw invalid('Minimum memory limit allowed is 6MB');
}

/** What failed in a vertex is shown at its instruction. */
function locate(error: unknown, { name, source }: Dockerfile): unknown {
  const lines = error instanceof VertexError ? error.vertex.lines : undefined;
  if (!(error instanceof VertexError) || !lines) return error;
  return new DockerfileError(error.message, { name, source, ranges: [lines] }, { cause: error, kind: error.kind });
}

/** Perhaps nobody ever asks for it. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

const formatted = (solved: readonly SolvedPlatform[]) => solved.map(({ state }) => formatPlatform(state.platform));

async function solve(solver: Solver, node: Node): Promise<LayersSnapshot> {
  const snapshot = await solver.solve(node);
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

/** SOURCE_DATE_EPOCH as a build argument; what is no number is none. */
function epochOf(buildArgs: Readonly<Record<string, string>>): number | undefined {
  const text = buildArgs.SOURCE_DATE_EPOCH;
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

const isTrue = (text: string | undefined) => text === '1' || text === 'true';
