// Where the files of a build come from, whatever brings them: a tar, a folder, git, a URL, or a client over a session.
import type { Digest } from '../oci/digest.ts';

/** Which files of a source are wanted, in BuildKit's terms (patterns of `.dockerignore`). Nothing given: all. */
export interface SourceFilter {
  /** Only what matches one of these, and what lies below. */
  readonly include?: readonly string[];
  /** Not what matches these; a later `!pattern` takes back. */
  readonly exclude?: readonly string[];
  /** Paths (wildcards allowed) wanted together with all that links on the way lead to. */
  readonly follow?: readonly string[];
}

/** How far a source is; bytes. */
export interface SourceStatus {
  /** As BuildKit words it: `transferring context:`. */
  readonly id: string;
  readonly current: number;
  readonly total?: number;
  readonly done?: boolean;
}

export interface OpenSourceOptions {
  readonly signal: AbortSignal;
  readonly report: (status: SourceStatus) => void;
  /** Bring files that seem to be here already, too: what has the same size and time may say something else. */
  readonly anew?: boolean;
}

/**
 * Files on disk, the caller's until it is disposed. Owners, modes, times and attributes are those that COPY shall find
 * (a client's files belong to root). Nothing in it leads out: links are kept as they are and resolved inside.
 */
export interface SourceTree extends AsyncDisposable {
  /** Absolute path of the root. */
  readonly directory: string;
  /**
   * No file in it is ever changed in place, only replaced: a layer may share it by a hard link. The directory must then
   * lie on the file system of the layers.
   */
  readonly immutable: boolean;
  /** Of a context that was a Dockerfile: its name here, whatever name a build asks for. */
  readonly lone?: string | undefined;
  /** The digest of a regular file's bytes where it is known already, by path relative to the root. */
  fileDigest?(path: string): Digest | undefined;
  /**
   * Remembers what was computed of paths of this tree (empty is the root), for as long as that is true: who changes a file
   * forgets it and the directories above.
   */
  readonly digests?: Map<string, PathDigest>;
  /** Where its files are already, of a tree that outlives a build. */
  readonly linked?: LinkedFiles;
}

/** Which layers share files with a tree by hard links. */
export interface LinkedFiles {
  /** Their directories. */
  readonly layers: Set<string>;
  /** One of them was made upon nothing: it may come to lie above any other. */
  movable: boolean;
}

/** What a step takes of a tree. */
export interface WantedFiles {
  /** As the Dockerfile has them: from the root of the tree, wildcards allowed. */
  readonly sources: readonly string[];
  /** With the directories above them: all of the tree is waited for. */
  readonly parents?: boolean;
}

/** The same, where it helps to know what is wanted first. */
export interface WantedPart extends WantedFiles {
  /** How many steps come before the one that wants it. */
  readonly depth: number;
}

/**
 * A tree of which the names are known while contents are still on their way. What is told by `here` stays as it is; of
 * everything else nobody may ask anything yet.
 */
export interface ArrivingTree {
  readonly tree: SourceTree;
  /** Resolves when what a step takes is on disk as it will stay. Never rejects: what ends the transfer is told by `whole`. */
  here(wanted: WantedFiles): Promise<void>;
  /** Resolves when all is on disk. Rejects with what `open` would have thrown. The tree is disposed of only after that. */
  readonly whole: Promise<void>;
}

/** What a path is known by: of a directory with all that is below. */
export interface PathDigest {
  readonly digest: Digest;
  readonly isDirectory: boolean;
}

/** An address, and what was there: `{ sha1: … }` of a commit, `{ sha256: … }` of a file. */
export interface SourceOrigin {
  readonly uri: string;
  readonly digest: Readonly<Record<string, string>>;
}

/** One source. Opening it twice with the same filter may give the same tree; equal `key`s are the same source. */
export interface BuildSource {
  /** Tells sources of one build apart, and takes part in no cache key: what is in the files does. */
  readonly key: string;
  /** For progress: `local source`, `git#main`. */
  readonly label: string;
  /** What a client calls its directory. */
  readonly local?: string;
  /** Where it came from, once it has been opened; undefined for what came from a client. */
  readonly origin?: SourceOrigin | undefined;
  /** Throws `invalid`, `not-found`, `unauthorized`, `unavailable`, `cancelled`. */
  open(filter: SourceFilter, options: OpenSourceOptions): Promise<SourceTree>;
  /**
   * Like `open`, of a source that can tell what it has before it has brought it. `wanted`: what will be waited for. Throws
   * what goes wrong until the names are known.
   */
  begin?(filter: SourceFilter, options: OpenSourceOptions & { wanted: readonly WantedPart[] }): Promise<ArrivingTree>;
}
