// Every kind of step, behind the one interface the solver knows.
import type { Images, Owner, WorkingLayer } from '../../images/index.ts';
import { errorCode, errorKind, errorMessage, invalid, systemError } from '../../lib/errors.ts';
import { shortId } from '../../oci/digest.ts';
import { type PlannedCopy, planCopy } from '../context/copy/plan-copy.ts';
import type { ContentDigests, TreeDigests } from '../context/digest/content-digests.ts';
import { MissingSourceError } from '../errors/missing-source-error.ts';
import type { Node } from '../graph/node.ts';
import type {
  CopyOperation,
  CopyPart,
  DirectoryOperation,
  InlineOperation,
  Operation,
  RunOperation,
} from '../graph/operation.ts';
import type { ContentKey } from '../solve/content-key.ts';
import type { LayersSnapshot, Snapshot, TreeSnapshot } from '../solve/snapshot.ts';
import type { Operations, WorkOptions } from '../solve/solver.ts';
import type { OpenSourceOptions, SourceTree, WantedFiles } from '../source.ts';
import { copyIntoLayer } from './copy/copy-into-layer.ts';
import { EarlyCopies } from './copy/early-copies.ts';
import { mayShareAgain } from './copy/may-share-again.ts';
import { ownerOrRoot } from './copy/owner-or-root.ts';
import { withInlineFiles } from './inline-files.ts';
import { openRoot } from './open-root.ts';
import { type RunStepDeps, runStep } from './run/run-step.ts';

interface StepOperationsDeps extends RunStepDeps {
  readonly images: Pick<Images, 'builds'>;
  readonly digests: ContentDigests;
  /** The numeric owner of `name|id[:group|id]` in a root file system. Throws `invalid` for one that is not listed. */
  readonly resolveOwner: (root: string, owner: string) => Owner;
}

/** One for each build. */
export class StepOperations implements Operations {
  readonly #deps: StepOperationsDeps;
  readonly #early: EarlyCopies;
  /** What a copy found when its key was made. */
  readonly #selections = new Map<string, readonly PlannedCopy[]>();

  constructor(deps: StepOperationsDeps) {
    this.#deps = deps;
    this.#early = new EarlyCopies(deps);
  }

  isPlain({ kind }: Operation): boolean {
    return kind === 'image' || kind === 'source' || kind === 'scratch' || kind === 'merge' || kind === 'inline';
  }

  contentInputs({ op, inputs }: Node): readonly number[] {
    const numbers = inputs.map((_, index) => index).slice(1);
    if (op.kind === 'copy') return numbers;
    return numbers.filter(index => inputs[index]?.op.kind === 'source');
  }

  async ready({ op }: Node, inputs: readonly (Snapshot | undefined)[]): Promise<void> {
    for (const [number, input] of inputs.entries()) {
      if (input?.kind !== 'tree' || !input.arrival) continue;
      const { here, whole } = input.arrival;
      const parts = takenParts(op, number);
      if (parts) await Promise.race([Promise.all(parts.map(here)), whole]);
      else await whole;
    }
  }

  async contentKey(node: Node, inputs: readonly Snapshot[], o: WorkOptions): Promise<ContentKey> {
    const { op } = node;
    const parts = op.kind === 'copy' ? op.parts : op.kind === 'run' ? boundParts(op) : [];
    const selections: PlannedCopy[] = [];
    const trees: TreeDigests[] = [];
    for (const part of parts) {
      const source = inputs[part.input];
      if (source) selections.push(await this.#select({ op, part, trees }, source, o.signal));
    }
    this.#selections.set(node.vertex.digest, selections);
    return {
      digest: selections.map(({ digest }) => digest).join(' '),
      files: limit => filesOf(trees, limit),
    };
  }

  async early(node: Node, inputs: readonly (Snapshot | undefined)[], o: WorkOptions): Promise<void> {
    if (!isCopy(node)) return;
    const source = inputs[1];
    const selection = this.#selections.get(node.vertex.digest)?.[0];
    if (source && selection) await this.#early.begin(node, { source, selection, signal: o.signal });
  }

  /** What was looked at is added to `trees`. */
  async #select(
    { op, part, trees }: { op: Operation; part: CopyPart; trees: TreeDigests[] },
    source: Snapshot,
    signal: AbortSignal,
  ): Promise<PlannedCopy> {
    using root = openRoot(source, this.#deps.images);
    const { digests } = this.#deps;
    const tree = source.kind === 'tree' ? source.tree : { directory: root.path };
    const rules = op.kind === 'copy' ? op : { destination: '/', parents: false, exclude: [] };
    const { sources, unpack } = part;
    signal.throwIfAborted();
    try {
      const known = digests.open(tree);
      trees.push(known);
      return await planCopy(tree, known, { ...rules, sources, unpack });
    } catch (error) {
      throw missing(error);
    } finally {
      if (source.kind === 'layers') digests.forget(root.path);
    }
  }

  async run(node: Node, inputs: readonly Snapshot[], o: WorkOptions): Promise<Snapshot> {
    const { op } = node;
    switch (op.kind) {
      case 'image': {
        const layers = op.chain === undefined ? [] : this.#deps.images.builds.chain(op.chain);
        return { kind: 'layers', layers: layers.map(layer => ({ layer })) };
      }
      case 'scratch':
        return { kind: 'layers', layers: [] };
      case 'source':
        return this.#openSource(node, o);
      case 'linked':
        throw systemError('what another build makes is run there');
      case 'inline':
        return this.#inline(op);
      case 'merge':
        return this.#merge(inputs);
      case 'directory':
        return this.#layer(inputs, working => this.#makeDirectory(working, op));
      case 'copy':
        return this.#layer(inputs, working =>
          this.#copy({ node: node as Node<CopyOperation>, working, inputs, signal: o.signal }),
        );
      case 'run':
        return this.#layer(inputs, working =>
          runStep(node as Node<RunOperation>, { working, inputs, ...o }, this.#deps),
        );
    }
  }

  /** A layer over input 0, thrown away when the work fails. */
  async #layer(inputs: readonly Snapshot[], work: (working: WorkingLayer) => Promise<void>): Promise<LayersSnapshot> {
    const base = inputs[0] as LayersSnapshot;
    await using working = this.#deps.images.builds.create(base.layers.map(({ layer }) => layer));
    await work(working);
    return { kind: 'layers', layers: [...base.layers, { layer: working.seal(), created: new Date() }] };
  }

  async #copy(o: {
    node: Node<CopyOperation>;
    working: WorkingLayer;
    inputs: readonly Snapshot[];
    signal: AbortSignal;
  }): Promise<void> {
    const { op, vertex } = o.node;
    const { chown } = op;
    const selections = this.#selections.get(vertex.digest);
    if (!selections) throw systemError('a copy is run before its key was made');
    using early = await this.#early.take(o.node, o.inputs[0] as LayersSnapshot);
    const merged = o.working.mount();
    const owner = chown === undefined ? undefined : this.#ownerIn(merged, chown);
    for (const [index, part] of op.parts.entries()) {
      const source = o.inputs[part.input] as Snapshot;
      using root = openRoot(source, this.#deps.images);
      const selection = selections[index] as PlannedCopy;
      const shareAgain = mayShareAgain(source, { below: o.inputs[0] as LayersSnapshot, upper: o.working.upper });
      await copyIntoLayer(op, {
        working: o.working,
        root,
        selection,
        owner,
        shareAgain,
        early: early?.files,
        signal: o.signal,
      });
    }
  }

  async #makeDirectory(working: WorkingLayer, op: DirectoryOperation): Promise<void> {
    const merged = working.mount();
    const owner = op.user === '' ? undefined : this.#ownerIn(merged, op.user);
    try {
      working.makeDirectory(op.path, owner);
    } catch (error) {
      if (errorCode(error) === 'ENOTDIR') throw invalid(`lstat ${op.path}: not a directory`, error);
      throw error;
    }
  }

  #ownerIn(root: string, owner: string): Owner {
    return ownerOrRoot(owner, name => this.#deps.resolveOwner(root, name));
  }

  async #openSource({ op, vertex }: Node, o: WorkOptions): Promise<TreeSnapshot> {
    if (op.kind !== 'source') throw systemError('not a source');
    const started = new Date();
    const { filter, source, wanted = [] } = op;
    const options = {
      signal: o.signal,
      report: ({ id, current, total = 0, done = false }) => {
        const at = new Date();
        o.tell({
          kind: 'status',
          vertex: vertex.digest,
          id,
          current,
          total,
          at,
          started,
          ...(done && { completed: at }),
        });
      },
    } satisfies OpenSourceOptions;
    if (!source.begin) return this.#owned(await source.open(filter, options));
    const { tree, ...arrival } = await source.begin(filter, { ...options, wanted });
    return { ...this.#owned(tree), arrival };
  }

  #owned(tree: SourceTree): TreeSnapshot {
    this.#deps.own(tree);
    return { kind: 'tree', tree };
  }

  async #inline({ files }: InlineOperation): Promise<TreeSnapshot> {
    const tree = await withInlineFiles(files, this.#deps.scratch);
    this.#deps.own(tree);
    return { kind: 'tree', tree };
  }

  /** The layers of both, those above put on other ones than they were made on. */
  async #merge([below, above]: readonly Snapshot[]): Promise<LayersSnapshot> {
    const lower = (below as LayersSnapshot).layers;
    const moved = this.#deps.images.builds.move(
      (above as LayersSnapshot).layers.map(({ layer }) => layer),
      lower.map(({ layer }) => layer),
    );
    const upper = (above as LayersSnapshot).layers.map(({ created }, index) => ({
      layer: moved[index] as (typeof moved)[number],
      ...(created && { created }),
    }));
    return { kind: 'layers', layers: [...lower, ...upper] };
  }
}

const isCopy = (node: Node): node is Node<CopyOperation> => node.op.kind === 'copy';

/** What a step takes of an input; undefined where it may look at any of it, and at any time. */
function takenParts(op: Operation, number: number): readonly WantedFiles[] | undefined {
  if (op.kind === 'copy') {
    return op.parts.filter(({ input }) => input === number).map(({ sources }) => ({ sources, parents: op.parents }));
  }
  const mounts = op.kind === 'run' ? op.mounts : [];
  const taken = mounts.flatMap(mount => ('input' in mount && mount.input === number ? [mount] : []));
  const read = taken.flatMap(mount => (mount.type === 'bind' && mount.readonly ? [{ sources: [mount.source] }] : []));
  return read.length === taken.length ? read : undefined;
}

/** What a step sees of files from outside by its bind mounts. */
function boundParts(op: RunOperation): CopyPart[] {
  return op.mounts.flatMap(mount =>
    mount.type === 'bind' ? [{ input: mount.input, sources: [mount.source], unpack: false }] : [],
  );
}

/** A source that is not there, in the words of both builders. */
function missing(error: unknown): unknown {
  const path = errorKind(error) === 'not-found' ? /^"(.*)": not found$/.exec(errorMessage(error))?.[1] : undefined;
  return path === undefined ? error : new MissingSourceError(path);
}

/** Of all of them by path, with short digests; undefined if there are more than `limit`. */
function filesOf(trees: readonly TreeDigests[], limit: number): Map<string, string> | undefined {
  const files = new Map<string, string>();
  for (const tree of trees) {
    const found = tree.files(limit - files.size);
    if (!found) return undefined;
    for (const [path, digest] of found) files.set(path, shortId(digest));
  }
  return files;
}
