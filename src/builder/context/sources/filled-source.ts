// A source whose files are brought to disk once, when they are first wanted.

import { PatternMatcher } from '../../../lib/patterns/pattern-matcher.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { BuildSource, OpenSourceOptions, SourceFilter, SourceOrigin, SourceTree } from '../../source.ts';
import { linkKept } from './link-kept.ts';
import type { Folder, SourceFolders } from './source-folder.ts';

/** What a fill brought. */
export interface Filled {
  /** Below the folder: a part of a repository, say; empty is all. */
  readonly below?: string;
  /** The name of a Dockerfile that was all. */
  readonly lone?: string;
  /** Digests of the bytes of files, by path, where they were seen passing by. */
  readonly digests?: ReadonlyMap<string, Digest>;
  /** Where they came from, where that can be told to others. */
  readonly origin?: SourceOrigin;
}

/** Brings the files into an empty directory; what it throws is what `open` throws. */
type Fill = (directory: string, options: OpenSourceOptions) => Promise<Filled>;

/** Files belong to the source, not to its trees: dispose of it when the build is over. */
export interface OwnedSource extends BuildSource, AsyncDisposable {}

/** An {@link OwnedSource} that `fill` brings. `key` tells it from others of the same build. */
export class FilledSource implements OwnedSource {
  readonly key: string;
  readonly label: string;
  readonly #folders: SourceFolders;
  readonly #fill: Fill;
  readonly #made: Folder[] = [];
  #origin: SourceOrigin | undefined;
  #whole: Promise<SourceTree> | undefined;
  /** Trees without what some patterns leave out, by those patterns. */
  readonly #filtered = new Map<string, Promise<SourceTree>>();

  constructor(options: { key: string; label: string; fill: Fill }, folders: SourceFolders) {
    this.key = options.key;
    this.label = options.label;
    this.#fill = options.fill;
    this.#folders = folders;
  }

  get origin(): SourceOrigin | undefined {
    return this.#origin;
  }

  /** Only `exclude` of the filter counts: what nobody wants costs nothing more once it is here. */
  open({ exclude = [] }: SourceFilter, options: OpenSourceOptions): Promise<SourceTree> {
    this.#whole ??= this.#bring(options);
    const matcher = new PatternMatcher(exclude);
    if (matcher.isEmpty) return this.#whole;
    const key = exclude.join('\n');
    const known = this.#filtered.get(key) ?? this.#whole.then(tree => this.#without(tree, matcher));
    this.#filtered.set(key, known);
    return known;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([this.#whole, ...this.#filtered.values()]);
    await Promise.all(this.#made.map(folder => folder[Symbol.asyncDispose]()));
  }

  async #bring(options: OpenSourceOptions): Promise<SourceTree> {
    const folder = await this.#folder();
    const { below = '', lone, digests, origin } = await this.#fill(folder.path, options);
    this.#origin = origin;
    return { ...tree(below === '' ? folder.path : `${folder.path}/${below}`, digests), lone };
  }

  /** The same tree when nothing is left out, else links to the files that are kept. */
  async #without(whole: SourceTree, matcher: PatternMatcher): Promise<SourceTree> {
    const folder = await this.#folder();
    const left = await linkKept(whole.directory, folder.path, matcher);
    return left === 0 ? whole : { ...tree(folder.path, undefined, whole), lone: whole.lone };
  }

  async #folder(): Promise<Folder> {
    const folder = await this.#folders.create();
    this.#made.push(folder);
    return folder;
  }
}

/** A tree of files nobody changes; disposing of it is disposing of nothing: the source owns them. */
function tree(directory: string, digests?: ReadonlyMap<string, Digest>, like?: SourceTree): SourceTree {
  return {
    directory,
    immutable: true,
    fileDigest: path => digests?.get(path) ?? like?.fileDigest?.(path),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
