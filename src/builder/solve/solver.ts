// Solves a graph for one build: looks up what is known, runs what is not, each vertex once, what is independent at once.
import { setImmediate, setTimeout } from 'node:timers/promises';
import { unlessAborted } from '../../lib/concurrency/unless-aborted.ts';
import { BerthError, errorKind, errorMessage } from '../../lib/errors.ts';
import { sha256 } from '../../oci/digest.ts';
import type { CacheRecord, CacheStore } from '../cache/cache-store.ts';
import type { ImportedStep, ImportedSteps } from '../cache/external/imported-steps.ts';
import { DockerfileError } from '../dockerfile/dockerfile-error.ts';
import { ChecksumError } from '../errors/checksum-error.ts';
import { explainFullDisk } from '../errors/full-disk.ts';
import { VertexError } from '../errors/vertex-error.ts';
import { definitionOf, type Node } from '../graph/node.ts';
import type { LinkedOperation, Operation } from '../graph/operation.ts';
import type { BuildEvent, CacheReason } from '../progress.ts';
import { collectSteps } from './collect-steps.ts';
import type { ContentKey } from './content-key.ts';
import { EarlyWork } from './early-work.ts';
import { explainMiss } from './explain-miss.ts';
import type { ProgressLog } from './progress-log.ts';
import type { Resolution } from './resolution.ts';
import type { SharedWork, WorkNews } from './shared-work.ts';
import type { LayersSnapshot, Snapshot, SnapshotLayer, TreeSnapshot } from './snapshot.ts';
import type { SolvedStep } from './solved-step.ts';

/** The steps themselves; `ops/` has them. */
export interface Operations {
  /** Numbers of the inputs that count by their content instead of by what made them. */
  contentInputs(node: Node): readonly number[];
  /** Waits until what the node takes of its inputs is there. */
  ready(node: Node, inputs: readonly (Snapshot | undefined)[]): Promise<void>;
  contentKey(node: Node, inputs: readonly Snapshot[], o: WorkOptions): Promise<ContentKey>;
  /** Does what can be done before input 0 is there, once the key of its content is made. Of use only if it is run later. */
  early(node: Node, inputs: readonly (Snapshot | undefined)[], o: WorkOptions): Promise<void>;
  /** Runs it. Throws what is wrong with it; then nothing is left. */
  run(node: Node, inputs: readonly Snapshot[], o: WorkOptions): Promise<Snapshot>;
  /** True for what costs nothing to look at: not worth a record. */
  isPlain(op: Operation): boolean;
}

export interface WorkOptions {
  readonly signal: AbortSignal;
  readonly tell: (news: WorkNews) => void;
}

interface SolverDeps {
  readonly cache: CacheStore;
  readonly shared: SharedWork<LayersSnapshot>;
  readonly operations: Operations;
  /** What the caches know that this build was given. */
  readonly imports: ImportedSteps;
  /** Brings the layers of such a step here, held for the build, and says what is to be recorded. */
  readonly fetch: (
    step: ImportedStep,
    tell: (news: FetchNews) => void,
  ) => Promise<Omit<CacheRecord, 'description' | 'parents'>>;
  /** Nothing of it has to be fetched. */
  readonly isHere: (step: ImportedStep) => boolean;
  /** The layers of a recorded chain, bottom first, held for the build. */
  readonly chain: (record: CacheRecord) => LayersSnapshot;
  readonly progress: ProgressLog;
  readonly signal: AbortSignal;
  /** Hears at once of a step that failed. */
  readonly fail: (error: unknown) => void;
  /** Tells whoever looks after the engine. */
  readonly warn: (message: string) => void;
  /** Tells this build's own runs from others', where the cache is not to be used. */
  readonly nonce: string;
}

/** How far the fetching of a layer is. */
export type FetchNews = Omit<BuildEvent & { kind: 'status' }, 'kind' | 'vertex'>;

/** What takes no longer than this, in milliseconds, is waited for. */
const moment = 10;

/** One for each build. */
export class Solver {
  /** After `settled`: something that was made is not written down (a full disk). Nobody finds its layers any more. */
  isUnrecorded = false;
  readonly #deps: SolverDeps;
  readonly #resolutions = new Map<string, Promise<Resolution>>();
  readonly #recording = new Set<Promise<unknown>>();
  /** Keys of steps that this build has run. */
  readonly #executed = new Set<string>();
  readonly #running = new Set<Promise<unknown>>();
  /** Steps of other caches whose layers could not be had. */
  readonly #lost = new Set<ImportedStep>();
  readonly #early = new EarlyWork();
  /** Files from outside that are on their way. */
  readonly #arriving: Promise<void>[] = [];

  constructor(deps: SolverDeps) {
    this.#deps = deps;
  }

  /** The result of a node, run as far as needed. Throws what a step threw, `cancelled`. */
  async solve(node: Node): Promise<Snapshot> {
    return (await this.resolve(node)).load();
  }

  /** Waits until all files from outside are here. Throws what kept them from coming. */
  async arrived(): Promise<void> {
    await Promise.all(this.#arriving);
  }

  /** Waits until nothing is run any more, for this build that is. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  /** Waits until what was made is written down. */
  async settled(): Promise<void> {
    await this.idle();
    await Promise.allSettled(this.#recording);
  }

  /** Steps of other caches whose layers came with those of another step are known from now on, too. */
  async keepImported(): Promise<void> {
    for (const resolving of this.#resolutions.values()) {
      const { imported } = await resolving.catch(() => ({ imported: undefined }));
      if (!imported || this.#deps.cache.find(imported.key) || !this.#deps.isHere(imported)) continue;
      const fetched = await this.#deps.fetch(imported, () => {});
      this.#keep(imported, { ...fetched, description: `imported from ${imported.from}`, parents: [] });
    }
  }

  #keep({ key, quick }: ImportedStep, record: CacheRecord): void {
    this.#deps.cache.put(key, record);
    if (quick !== undefined) this.#deps.cache.putAlias(quick, key);
  }

  /**
   * All steps that results stand upon, inputs before what was made of them. Those that were not even looked at are left out.
   * `here`: their layers are brought here, wherever they are.
   */
  steps(nodes: readonly Node[], { here = false }: { here?: boolean } = {}): Promise<SolvedStep[]> {
    return collectSteps(nodes, node => this.#solved(node, here));
  }

  async #solved(node: Node, here: boolean): Promise<Omit<SolvedStep, 'inputs'> | undefined> {
    const resolution = await this.#resolutions.get(node.vertex.digest);
    const { key, quick, id, parents = [], isMissing, imported, load } = resolution ?? {};
    if (key === undefined || id === undefined || !load) return undefined;
    if ((isMissing && !this.#executed.has(key)) || (imported && this.#lost.has(imported))) return undefined;
    // What lies elsewhere and was not wanted need not be fetched to be spoken of.
    const stays = !here && imported && !this.#deps.cache.find(key);
    return { key, quick, id, parents, result: stays ? imported : ((await load()) as LayersSnapshot) };
  }

  resolve(node: Node): Promise<Resolution> {
    const { digest } = node.vertex;
    const known = this.#resolutions.get(digest);
    if (known) return known;
    if (isNews(node)) this.#deps.progress.vertex(node.vertex);
    const resolution = node.op.kind === 'linked' ? this.#linked(node.op) : this.#resolve(node);
    this.#resolutions.set(digest, resolution);
    // Somebody always waits for it, though perhaps not yet.
    resolution.catch(() => {});
    return resolution;
  }

  async #linked({ target }: LinkedOperation): Promise<Resolution> {
    return await unlessAborted(target.resolution, this.#deps.signal);
  }

  async #resolve(node: Node): Promise<Resolution> {
    const byContent = this.#deps.operations.contentInputs(node);
    const isOutside = byContent.length > 0 && byContent.every(index => node.inputs[index]?.op.kind === 'source');
    // Nothing else than the content tells files from outside: it is looked at while steps below still run.
    const begun = isOutside ? this.#content(node, byContent) : undefined;
    void this.#beginBelow(node, begun?.ready);
    if (begun) void this.#beginEarly(node, begun);
    const inputs = await Promise.all(
      node.inputs.map(async (input, index) => {
        const resolution = await this.resolve(input);
        // Its content will be asked for: stages that are copied from run beside each other, not one after the other.
        const isMissing = resolution.isMissing && byContent.includes(index);
        if (isMissing && (node.ignoreCache || this.#isUppermost(resolution.id))) resolution.load().catch(() => {});
        return resolution;
      }),
    );
    this.#deps.signal.throwIfAborted();
    const { operations } = this.#deps;
    if (operations.isPlain(node.op)) {
      const isSource = node.op.kind === 'source';
      const load = () => this.#loadPlain(node, inputs);
      const plain = once(() => (isSource ? this.#tracked(load()) : load()));
      // What is here already is known at once, whether anybody comes to need its files or not.
      if (node.op.kind === 'image') void plain();
      if (isSource) return { id: undefined, load: plain };
      return { id: plainId(node, inputs), load: plain };
    }
    const { key, content, quick } = await this.#key(node, inputs, { ...this.#deps, begun });
    const nonce = node.ignoreCache ? this.#deps.nonce : '';
    const found = node.ignoreCache ? undefined : this.#deps.cache.find(key);
    if (found) this.#early.forget(node);
    const imported = node.ignoreCache || found ? undefined : this.#deps.imports.find(key);
    const id = nonce === '' ? ((found ?? imported)?.result ?? key) : sha256(`${key} ${nonce}`);
    const step = { id, key, quick, parents: idsOf(inputs) };
    if (found) return { ...this.#hit(node, { key, id, record: found }), ...step };
    if (imported) {
      this.#complete(node, { id, kind: 'imported', where: `, as in the cache ${imported.from}` });
      return { ...step, imported, load: once(() => this.#tracked(this.#import(node, imported, inputs))) };
    }
    const load = once(() => this.#tracked(this.#execute(node, { key, id, inputs, content })));
    return { ...step, isMissing: true, load };
  }

  /**
   * Where a step has to wait for files from outside, what it stands upon is run meanwhile. That is certain to be needed when
   * nothing is known that was made upon it.
   */
  async #beginBelow({ inputs, op }: Node, content: Promise<unknown> | undefined): Promise<void> {
    const [base, ...others] = inputs;
    if (!base || (!content && op.kind !== 'merge')) return;
    try {
      const below = await this.resolve(base);
      if (!below.isMissing || (await isSoon(Promise.all([content, ...others.map(other => this.resolve(other))]))))
        return;
      const { cache, imports, signal } = this.#deps;
      if (imports.isEmpty && !signal.aborted && !cache.isKnownBelow(below.id ?? '')) await below.load();
    } catch {
      // Whoever waits for it hears of it.
    }
  }

  /** Nothing is known that was made upon it: what a build makes upon it cannot be had without it. */
  #isUppermost(result = ''): boolean {
    const { cache, imports } = this.#deps;
    return !imports.isKnownBelow(result) && !cache.isKnownBelow(result);
  }

  /** While steps below run, what can be done of it without them is done. */
  async #beginEarly(node: Node, { ready, key }: BegunContent): Promise<void> {
    try {
      const [inputs] = await Promise.all([ready, key]);
      if (!this.#deps.imports.isEmpty) return;
      // When it is run, it is made from the beginning: that says what is wrong.
      const begin = () => this.#untilOver(this.#deps.operations.early(node, inputs, this.#workOptions()), () => {});
      this.#early.add(node, begin);
    } catch {
      // Whoever waits for it hears of it.
    }
  }

  #hit(node: Node, { key, id, record }: { key: string; id: string; record: CacheRecord }): Resolution {
    const { cache } = this.#deps;
    const snapshot = this.#deps.chain(record);
    cache.touch(key);
    this.#complete(node, { id, kind: record.imported ? 'imported' : 'hit' });
    return { id, load: () => Promise.resolve(snapshot) };
  }

  /** Tells that the result is known. */
  #complete(
    { vertex }: Node,
    { id, kind, where = '' }: { id: string; kind: CacheReason['kind']; where?: string },
  ): void {
    const { progress } = this.#deps;
    const reason: CacheReason = { kind, detail: `same instruction on the same files${where}` };
    progress.started(vertex.digest);
    progress.completed(vertex.digest, { cached: true, output: shortOutput(id), reason });
  }

  /** Fetches a result from the cache it lies in; a step whose result cannot be had after all is run. */
  async #import(node: Node, imported: ImportedStep, inputs: readonly Resolution[]): Promise<Snapshot> {
    const { signal, fetch, chain, progress } = this.#deps;
    const { digest, name } = node.vertex;
    try {
      const fetched = await fetch(imported, news => progress.push({ ...news, kind: 'status', vertex: digest }));
      const record = { ...fetched, description: name, parents: idsOf(inputs) };
      this.#keep(imported, record);
      return chain(record);
    } catch (error) {
      signal.throwIfAborted();
      this.#lost.add(imported);
      this.#deps.warn(`the result of ${name} could not be fetched from ${imported.from}: ${errorMessage(error)}`);
      const { key, content } = await this.#key(node, inputs, { imports: undefined });
      return await this.#execute(node, { key, id: imported.result, inputs, content });
    }
  }

  /** The key of a step; that of a copy is led to by the keys of its sources, if those have been copied before. */
  async #key(
    node: Node,
    inputs: readonly Resolution[],
    { imports, begun }: Pick<Partial<SolverDeps>, 'imports'> & { begun?: BegunContent | undefined },
  ): Promise<{ key: string; content?: ContentKey | undefined; quick?: string | undefined }> {
    const { operations, cache } = this.#deps;
    const definition = definitionOf(node.op);
    const byContent = operations.contentInputs(node);
    const ids = inputs.map(input => input.id);
    const quick = ids.every(id => id !== undefined) ? keyOf([definition, ids]) : undefined;
    if (byContent.length === 0) return { key: quick as string };
    for (const known of quick === undefined || node.ignoreCache ? [] : [cache, imports]) {
      const led = known?.alias(quick as string);
      if (led !== undefined && known?.find(led)) return { key: led, quick };
    }
    const { ready, key: contentKey } = begun ?? this.#content(node, byContent);
    await ready;
    const content = await this.#failing(
      node,
      () => contentKey,
      error => (error instanceof ChecksumError ? 'failed to compute cache key: ' : ''),
    );
    const kept = ids.map((id, index) => (byContent.includes(index) ? null : id));
    const key = keyOf([definition, kept, content.digest]);
    if (quick !== undefined) cache.putAlias(quick, key);
    return { key, content, quick };
  }

  /** Looks at the inputs that count by their content, which are loaded for that. */
  #content(node: Node, byContent: readonly number[]): BegunContent {
    const { operations } = this.#deps;
    const load = async (input: Node, index: number) =>
      byContent.includes(index) ? (await this.resolve(input)).load() : undefined;
    const ready = Promise.all(node.inputs.map(load)).then(async snapshots => {
      await operations.ready(node, snapshots);
      return snapshots as Snapshot[];
    });
    const key = ready.then(snapshots => operations.contentKey(node, snapshots, this.#workOptions()));
    // Waited for when all inputs are known; and a tree is nobody else's while it is looked at.
    ready.catch(() => {});
    this.#untilOver(key, () => {});
    return { ready, key };
  }

  async #loadPlain(node: Node, inputs: readonly Resolution[]): Promise<Snapshot> {
    const { progress, operations } = this.#deps;
    const { digest } = node.vertex;
    const load = async () => {
      const loaded = await Promise.all(inputs.map(input => input.load()));
      if (isNews(node)) progress.started(digest);
      const snapshot = await operations.run(node, loaded, this.#workOptions());
      if (snapshot.kind === 'tree' && snapshot.arrival) return this.#arrive(node, snapshot, snapshot.arrival);
      if (!isNews(node)) return snapshot;
      const output = node.op.kind === 'source' ? undefined : shortOutput(plainId(node, inputs));
      progress.completed(digest, { cached: node.op.kind === 'image', ...(output && { output }) });
      return snapshot;
    };
    // BuildKit asks for a remote file's key first, which is where it hears that there is none.
    const isRemote = node.op.kind === 'source' && node.op.isRemote;
    const isAbout = (error: unknown) => isRemote && ['not-found', 'unavailable'].includes(errorKind(error));
    return await this.#failing(node, load, error => (isAbout(error) ? 'failed to load cache key: ' : ''));
  }

  /** The vertex is over when all of it is here; steps that need only a part begin before. */
  #arrive(node: Node, snapshot: TreeSnapshot, arrival: NonNullable<TreeSnapshot['arrival']>): TreeSnapshot {
    const whole = this.#failing(node, async () => {
      await arrival.whole;
      this.#deps.progress.completed(node.vertex.digest);
    });
    this.#arriving.push(this.#tracked(whole));
    return { ...snapshot, arrival: { ...arrival, whole } };
  }

  async #execute(
    node: Node,
    o: { key: string; id: string; inputs: readonly Resolution[]; content: ContentKey | undefined },
  ): Promise<Snapshot> {
    const { progress, shared, operations, signal, cache } = this.#deps;
    const { digest } = node.vertex;
    const loaded = await Promise.all(o.inputs.map(input => input.load()));
    const record = node.ignoreCache ? undefined : cache.find(o.key);
    // Another build has made it meanwhile.
    if (record) return this.#hit(node, { key: o.key, id: o.id, record }).load();
    this.#early.forget(node);
    progress.started(digest);
    const { result, shared: joined } = shared.join(o.id, {
      signal,
      listen: news => progress.push({ ...news, vertex: digest }),
      start: async (workSignal, tell) => {
        const made = await this.#early.during(node, () => operations.run(node, loaded, { signal: workSignal, tell }));
        const snapshot = made as LayersSnapshot;
        this.#record(node, o, snapshot);
        return snapshot;
      },
      keepUntil: snapshot => Promise.all(snapshot.layers.map(({ layer }) => layer.settled)),
    });
    // Of thousands of files that takes a while, in which the step is well under way.
    const explaining = setImmediate().then(() => explainMiss(node, { inputs: o.inputs, content: o.content, cache }));
    explaining.catch(() => {});
    return await this.#failing(node, async () => {
      const snapshot = await result.finally(() => explaining);
      this.#executed.add(o.key);
      const reason: CacheReason = joined
        ? { kind: 'shared', detail: 'another build runs it at the same time' }
        : await explaining;
      progress.completed(digest, { output: shortOutput(o.id), reason });
      return snapshot;
    });
  }

  #tracked<T>(work: Promise<T>): Promise<T> {
    // Nobody may be waiting for it yet: what waits for something else must not keep the build from ending.
    this.#untilOver(work, this.#deps.fail);
    return work;
  }

  /** Keeps the build from being over before that. */
  #untilOver(work: Promise<unknown>, failed: (error: unknown) => void): void {
    const done = work.then(() => {}, failed).finally(() => this.#running.delete(done));
    this.#running.add(done);
  }

  /** Writes the result down once its layer has a name. */
  #record(node: Node, o: { key: string; id: string; inputs: readonly Resolution[] }, snapshot: LayersSnapshot): void {
    const top = snapshot.layers.at(-1) as SnapshotLayer;
    const now = Date.now();
    const recording = top.layer.settled.then(settled => {
      this.#deps.cache.put(o.key, {
        result: o.id,
        chain: settled.chainId,
        times: snapshot.layers.flatMap(({ created }) => (created ? [created.getTime()] : [])).reverse(),
        description: node.vertex.name,
        parents: idsOf(o.inputs),
        size: settled.size,
        createdAt: now,
        lastUsedAt: now,
        usageCount: 1,
      });
    });
    const failed = () => void (this.isUnrecorded = true);
    const done = recording.catch(failed).finally(() => this.#recording.delete(done));
    this.#recording.add(done);
  }

  /** What `before` gives stands before the message of the build's error, not of the vertex'. */
  async #failing<T>(node: Node, work: () => Promise<T>, before = (_error: unknown) => ''): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      const { digest, name } = node.vertex;
      const { progress, signal } = this.#deps;
      const error = explainFullDisk(thrown, name);
      const message = errorKind(error) === 'cancelled' || signal.aborted ? 'context canceled' : errorMessage(error);
      if (!progress.isCompleted(digest)) progress.completed(digest, { error: message });
      if (signal.aborted) throw new BerthError('cancelled', 'the build was cancelled', { cause: error });
      // What an input threw has its vertex already, or its lines in the Dockerfile of another build.
      const isKnown =
        error instanceof VertexError || error instanceof DockerfileError || errorKind(error) === 'cancelled';
      throw isKnown ? error : new VertexError(node.vertex, error, before(error));
    }
  }

  #workOptions(): WorkOptions {
    return { signal: this.#deps.signal, tell: news => this.#deps.progress.push(news) };
  }
}

/** The content of inputs, while it is looked at. */
interface BegunContent {
  /** What is wrong with the inputs themselves. */
  readonly ready: Promise<readonly (Snapshot | undefined)[]>;
  /** What is wrong with what the node wants of them. */
  readonly key: Promise<ContentKey>;
}

/** What another build makes is news of that build; what costs nothing is none at all. */
const silent: readonly Operation['kind'][] = ['linked', 'scratch', 'merge'];
const isNews = ({ op }: Node) => !silent.includes(op.kind);

const idsOf = (inputs: readonly Resolution[]) => inputs.flatMap(({ id }) => id ?? []);

const keyOf = (parts: unknown) => sha256(JSON.stringify(parts));

/** What is known at once: a base image by its layers, a merge by what it merges. */
function plainId(node: Node, inputs: readonly Resolution[]): string {
  return keyOf([definitionOf(node.op), inputs.map(input => input.id)]);
}

const shortOutput = (id: string) => id.slice(id.indexOf(':') + 1).slice(0, 12);

/** Whether it is over in a moment, well or not. */
async function isSoon(work: Promise<unknown>): Promise<boolean> {
  const over = () => true;
  return await Promise.race([work.then(over, over), setTimeout(moment, false)]);
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
