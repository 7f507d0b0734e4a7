// A copy of files into a layer being built, as COPY and ADD mean it (BuildKit's solver/llbsolver/file and fsutil/copy).

/** Permission bits for what is copied: one number for everything, or rules applied to each mode. */
export type ModeChange =
  | { readonly kind: 'octal'; readonly mode: number }
  | { readonly kind: 'symbolic'; readonly rules: string };

/** The mode of directories made on the way: the octal one under the usual umask, as BuildKit makes them. */
export function directoryMode(change: ModeChange | undefined): number {
  return change?.kind === 'octal' ? change.mode & 0o755 : 0o755;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** One source of a copy, found already: no wildcards. */
export interface CopySource {
  /** Absolute inside the source root; links are followed inside it. */
  readonly path: string;
  /** Left out with all that is below: paths relative to `path`. */
  readonly skip?: readonly string[];
  /** Instead of the destination of the job: `--parents` puts each under its own directories. */
  readonly destination?: string;
  /** What the copy is called in a destination that is a directory; default: the last part of `path`. */
  readonly name?: string;
  /** Directories above the copy that are made like those of the source (`--parents`), absolute in the source root. */
  readonly likeParents?: readonly { readonly source: string; readonly destination: string }[];
  /** An archive to be unpacked instead of copied (ADD). */
  readonly unpack?: boolean;
}

export interface CopyJob {
  readonly kind: 'copy';
  /** The mounted root file system that is written. */
  readonly root: string;
  /** Its upper directory, where files that are shared by a link are put. */
  readonly upper: string;
  readonly sourceRoot: string;
  /** Files of the source may be shared by hard links: they never change. */
  readonly shareable: boolean;
  /** Even those that have other names already: none of these is in the layers below. */
  readonly shareAgain?: boolean;
  readonly sources: readonly CopySource[];
  /** Absolute; with a slash at its end it is a directory in any case. */
  readonly destination: string;
  /** Of everything copied and every directory made; without one, as in the source, and root for directories made. */
  readonly owner?: Owner;
  readonly mode?: ModeChange;
  /** A directory's content is copied, not the directory itself: COPY's rule. */
  readonly contentsOnly: boolean;
  /** Seconds since 1970 for everything made. */
  readonly time?: number;
  /** What the copy of the only source, a directory, would make has been made here already: see `BuildLayers.copyEarly`. */
  readonly made?: string;
  /** Nobody waits for it yet. */
  readonly isEarly?: boolean;
}

export interface CopyOutcome {
  readonly files: number;
  readonly bytes: number;
  /** Where in the layer what was `made` already is now, if it could be taken over: relative, without links. */
  readonly taken?: string | undefined;
}
