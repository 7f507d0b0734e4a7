// Directories from outside that are copied while the steps below the copy still run.
import { posix } from 'node:path';
import type { CopySource, EarlyFiles, Images } from '../../../images/index.ts';
import type { PlannedCopy } from '../../context/copy/plan-copy.ts';
import { resolveInRoot } from '../../context/copy/resolve-in-root.ts';
import type { Node } from '../../graph/node.ts';
import type { CopyOperation } from '../../graph/operation.ts';
import type { LayersSnapshot, Snapshot } from '../../solve/snapshot.ts';
import { openRoot } from '../open-root.ts';
import { EarlySharing } from './early-sharing.ts';

interface EarlyCopy {
  readonly files: EarlyFiles;
  readonly sharing: EarlySharing;
  /** Resolves when a layer has taken them over. */
  used?: Promise<void>;
}

interface EarlyUse extends Disposable {
  readonly files: EarlyFiles;
}

interface EarlyCopiesDeps {
  readonly images: Pick<Images, 'builds'>;
  /** Disposes of it when the build is over. */
  readonly own: (files: AsyncDisposable) => void;
}

/** Those of one build. */
export class EarlyCopies {
  readonly #deps: EarlyCopiesDeps;
  readonly #copies = new Map<string, Promise<EarlyCopy | undefined>>();

  constructor(deps: EarlyCopiesDeps) {
    this.#deps = deps;
  }

  /** Copies what `selection` found in `source`, if that can be done without the base. Throws what a copy throws. */
  async begin(
    node: Node<CopyOperation>,
    o: { source: Snapshot; selection: PlannedCopy; signal: AbortSignal },
  ): Promise<void> {
    const directory = onlyDirectory(node.op, o);
    const below = copiesBelow(node);
    // Of two that share their files only the lower one is right later, and the upper one would not be links.
    if (!directory || [node, ...below].some(({ vertex }) => this.#copies.has(vertex.digest))) return;
    const copying = this.#copy(node, directory, { ...o, isBelow: below.length > 0 });
    this.#copies.set(
      node.vertex.digest,
      copying.catch(() => undefined),
    );
    await copying;
  }

  /**
   * The copy of that node, for a layer upon `below`, until it is disposed of; undefined where there is none that is right
   * there. Another build may need it longer than this one.
   */
  async take({ vertex }: Node, below: LayersSnapshot): Promise<EarlyUse | undefined> {
    const copying = this.#copies.get(vertex.digest);
    if (!copying) return undefined;
    this.#deps.images.builds.hasten();
    const copy = await copying;
    if (!copy?.sharing.isRightUpon(below)) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    copy.used = promise;
    return { files: copy.files, [Symbol.dispose]: resolve };
  }

  async #copy(
    node: Node<CopyOperation>,
    directory: CopySource,
    { source, signal, isBelow }: { source: Snapshot; signal: AbortSignal; isBelow: boolean },
  ): Promise<EarlyCopy> {
    const sharing = new EarlySharing(source, { isBelow });
    using root = openRoot(source, this.#deps.images);
    const job = {
      sourceRoot: root.path,
      shareable: root.shareable,
      shareAgain: sharing.again,
      sources: [directory],
      ...(node.op.chmod && { mode: node.op.chmod }),
    };
    const name = posix.normalize(node.op.destination).replace(/^\/|\/$/g, '');
    const copy: EarlyCopy = { files: await this.#deps.images.builds.copyEarly(job, name, signal), sharing };
    this.#deps.own({
      async [Symbol.asyncDispose]() {
        await copy.used;
        await copy.files[Symbol.asyncDispose]();
      },
    });
    return copy;
  }
}

/** The directory whose files are all that is copied, and as they are whatever is there already: cheap, and seldom in vain. */
function onlyDirectory(
  { parts, parents, chown }: CopyOperation,
  { source, selection }: { source: Snapshot; selection: PlannedCopy },
): CopySource | undefined {
  const [only, ...others] = selection.sources;
  if (!only || others.length > 0 || parts.length !== 1 || parents || chown !== undefined) return undefined;
  if (only.unpack || source.kind !== 'tree' || !source.tree.immutable) return undefined;
  return resolveInRoot(source.tree.directory, only.path)?.stats.isDirectory() ? only : undefined;
}

/** Steps below, of the same image, that copy from the same tree. */
function copiesBelow({ inputs: [base, tree] }: Node): Node[] {
  const found: Node[] = [];
  for (let step = base; step; step = step.inputs[0]) {
    if (step.inputs.slice(1).some(({ vertex }) => vertex.digest === tree?.vertex.digest)) found.push(step);
  }
  return found;
}
