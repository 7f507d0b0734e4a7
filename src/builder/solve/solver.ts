// Solves a graph for one build: looks up what is known, runs what is not, each vertex once, what is independent at once.
import { BerthError, errorKind, errorMessage } from '../../lib/errors.ts';
import { unlessAborted } from '../../lib/unless-aborted.ts';
import { sha256 } from '../../oci/digest.ts';
import type { CacheRecord, CacheStore } from '../cache/cache-store.ts';
import { DockerfileError } from '../dockerfile/dockerfile-error.ts';
import { explainFullDisk } from '../full-disk.ts';
import { definitionOf, type Node } from '../graph/node.ts';
import type { LinkedOperation, Operation } from '../graph/operation.ts';
import { MissingSourceError } from '../missing-source-error.ts';
import type { CacheReason } from '../progress.ts';
import { VertexError } from '../vertex-error.ts';
import type { ContentKey } from './content-key.ts';
import { explainMiss } from './explain-miss.ts';
import type { ProgressLog } from './progress-log.ts';
import type { Resolution } from './resolution.ts';
import type { SharedWork, WorkNews } from './shared-work.ts';
import type { LayersSnapshot, Snapshot, SnapshotLayer } from './snapshot.ts';

/** The steps themselves; `ops/` has them. */
export interface Operations {
  /** Numbers of the inputs that count by their content instead of by what made them. */
  contentInputs(node: Node): readonly number[];
  contentKey(node: Node, inputs: readonly Snapshot[], o: WorkOptions): Promise<ContentKey>;
  /** Runs it. Throws what is wrong with it; then nothing is left. */
  run(node: Node, inputs: readonly Snapshot[], o: WorkOptions): Promise<Snapshot>;
  /** True for what costs nothing to look at: not worth a record. */
  isPlain(op: Operation): boolean;
}

export interface WorkOptions {
  readonly signal: AbortSignal;
  readonly tell: (news: WorkNews) => void;
}

export interface SolverDeps {
  readonly cache: CacheStore;
  readonly shared: SharedWork<LayersSnapshot>;
  readonly operations: Operations;
  /** The layers of a recorded chain, bottom first, held for the build. */
  readonly chain: (record: CacheRecord) => LayersSnapshot;
  readonly progress: ProgressLog;
  readonly signal: AbortSignal;
  /** Hears at once of a step that failed. */
  readonly fail: (error: unknown) => void;
  /** Tells this build's own runs from others', where the cache is not to be used. */
  readonly nonce: string;
}

/** One for each build. */
export class Solver {
  readonly #deps: SolverDeps;
  readonly #resolutions = new Map<string, Promise<Resolution>>();
  readonly #recording = new Set<Promise<unknown>>();
  /** Keys of steps that this build has run. */
  readonly #executed = new Set<string>();
  readonly #running = new Set<Promise<unknown>>();

  constructor(deps: SolverDeps) {
    this.#deps = deps;
  }

  /** The result of a node, run as far as needed. Throws what a step threw, `cancelled`. */
  async solve(node: Node): Promise<Snapshot> {
    return (await this.resolve(node)).load();
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

  /**
   * The steps that a result stands upon, the last one first, with how many layers there are after each: what another
   * machine needs to know of them. Those that were not even looked at are left out.
   */
  async lineage(
    node: Node,
  ): Promise<{ key: string; quick: string | undefined; id: string; snapshot: LayersSnapshot }[]> {
    const steps = [];
    for (let at: Node | undefined = node; at; at = at.inputs[0]) {
      const known = await this.#resolutions.get(at.vertex.digest);
      if (!known?.key || known.id === undefined || (known.isMissing && !this.#executed.has(known.key))) continue;
      const snapshot = await known.load();
      if (snapshot.kind === 'layers') steps.push({ key: known.key, quick: known.quick, id: known.id, snapshot });
    }
    return steps;
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
    const inputs = await Promise.all(
      node.inputs.map(async (input, index) => {
        const resolution = await this.resolve(input);
        // Its content will be asked for: stages that are copied from run beside each other, not one after the other.
        if (resolution.isMissing && byContent.includes(index)) resolution.load().catch(() => {});
        return resolution;
      }),
    );
    this.#deps.signal.throwIfAborted();
    const { operations } = this.#deps;
    if (operations.isPlain(node.op)) {
      const plain = once(() => this.#loadPlain(node, inputs));
      // What is here already is known at once, whether anybody comes to need its files or not.
      if (node.op.kind === 'image') void plain();
      if (node.op.kind === 'source') return { id: undefined, load: plain };
      return { id: plainId(node, inputs), load: plain };
    }
    const { key, content, quick } = await this.#key(node, inputs);
    const nonce = node.ignoreCache ? this.#deps.nonce : '';
    const found = node.ignoreCache ? undefined : this.#deps.cache.find(key);
    const id = nonce === '' ? (found?.result ?? key) : sha256(`${key} ${nonce}`);
    if (found) return { ...this.#hit(node, { key, id, record: found }), key, quick };
    return {
      id,
      key,
      quick,
      isMissing: true,
      load: once(() => this.#tracked(this.#execute(node, { key, id, inputs, content }))),
    };
  }

  #hit(node: Node, { key, id, record }: { key: string; id: string; record: CacheRecord }): Resolution {
    const { cache, progress } = this.#deps;
    const snapshot = this.#deps.chain(record);
    cache.touch(key);
    const reason: CacheReason = {
      kind: record.imported ? 'imported' : 'hit',
      detail: 'same instruction on the same files',
    };
    progress.started(node.vertex.digest);
    progress.completed(node.vertex.digest, { cached: true, output: shortOutput(id), reason });
    return { id, load: () => Promise.resolve(snapshot) };
  }

  /** The key of a step; that of a copy is led to by the keys of its sources, if those have been copied before. */
  async #key(
    node: Node,
    inputs: readonly Resolution[],
  ): Promise<{ key: string; content?: ContentKey; quick?: string | undefined }> {
    const { operations, cache } = this.#deps;
    const definition = definitionOf(node.op);
    const byContent = operations.contentInputs(node);
    const ids = inputs.map(input => input.id);
    const quick = ids.every(id => id !== undefined) ? keyOf([definition, ids]) : undefined;
    if (byContent.length === 0) return { key: quick as string };
    const led = quick !== undefined && !node.ignoreCache ? cache.alias(quick) : undefined;
    if (led !== undefined && cache.find(led)) return { key: led, quick };
    const snapshots = await Promise.all(
      inputs.map((input, index) => (byContent.includes(index) ? input.load() : undefined)),
    );
    const content = await this.#failing(
      node,
      () => operations.contentKey(node, snapshots as Snapshot[], this.#workOptions()),
      error => (error instanceof MissingSourceError ? 'failed to compute cache key: ' : ''),
    );
    const kept = ids.map((id, index) => (byContent.includes(index) ? null : id));
    const key = keyOf([definition, kept, content.digest]);
    if (quick !== undefined) cache.putAlias(quick, key);
    return { key, content, quick };
  }

  async #loadPlain(node: Node, inputs: readonly Resolution[]): Promise<Snapshot> {
    const { progress, operations } = this.#deps;
    const { digest } = node.vertex;
    const load = async () => {
      const loaded = await Promise.all(inputs.map(input => input.load()));
      if (isNews(node)) progress.started(digest);
      const snapshot = await operations.run(node, loaded, this.#workOptions());
      if (!isNews(node)) return snapshot;
      const output = node.op.kind === 'source' ? undefined : shortOutput(plainId(node, inputs));
      progress.completed(digest, { cached: node.op.kind === 'image', ...(output && { output }) });
      return snapshot;
    };
    // BuildKit asks for a remote file's key first, which is where it hears that there is none.
    const isRemote = node.op.kind === 'source' && node.op.isRemote;
    return await this.#failing(node, load, () => (isRemote ? 'failed to load cache key: ' : ''));
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
    const reason = explainMiss(node, { inputs: o.inputs, content: o.content, cache });
    progress.started(digest);
    const { result, shared: joined } = shared.join(o.id, {
      signal,
      listen: news => progress.push({ ...news, vertex: digest }),
      start: async (workSignal, tell) => {
        const made = await operations.run(node, loaded, { signal: workSignal, tell });
        const snapshot = made as LayersSnapshot;
        this.#record(node, o, snapshot);
        return snapshot;
      },
      keepUntil: snapshot => Promise.all(snapshot.layers.map(({ layer }) => layer.settled)),
    });
    const shown: CacheReason = joined ? { kind: 'shared', detail: 'another build runs it at the same time' } : reason;
    return await this.#failing(node, async () => {
      const snapshot = await result;
      this.#executed.add(o.key);
      progress.completed(digest, { output: shortOutput(o.id), reason: shown });
      return snapshot;
    });
  }

  #tracked<T>(work: Promise<T>): Promise<T> {
    // Nobody may be waiting for it yet: what waits for something else must not keep the build from ending.
    const done = work.then(() => {}, this.#deps.fail).finally(() => this.#running.delete(done));
    this.#running.add(done);
    return work;
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
        parents: o.inputs.flatMap(({ id }) => id ?? []),
        size: settled.size,
        createdAt: now,
        lastUsedAt: now,
        usageCount: 1,
      });
    });
    const done = recording.catch(() => {}).finally(() => this.#recording.delete(done));
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

/** What another build makes is news of that build, and an empty directory is none at all. */
const isNews = ({ op }: Node) => op.kind !== 'linked' && op.kind !== 'scratch';

const keyOf = (parts: unknown) => sha256(JSON.stringify(parts));

/** What is known at once: a base image by its layers, a merge by what it merges. */
function plainId(node: Node, inputs: readonly Resolution[]): string {
  return keyOf([definitionOf(node.op), inputs.map(input => input.id)]);
}

const shortOutput = (id: string) => id.slice(id.indexOf(':') + 1).slice(0, 12);

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
