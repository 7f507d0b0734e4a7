// What a vertex does, as plain data: the same operation on the same inputs gives the same result.
import type { ModeChange } from '../../images/index.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Resolution } from '../solve/resolution.ts';
import type { BuildSource, SourceFilter, WantedPart } from '../source.ts';

/** The layers of an image that is here. `chain` undefined is an image without layers. */
interface ImageOperation {
  readonly kind: 'image';
  readonly chain: Digest | undefined;
}

/** Files from outside; known by their content only. */
export interface SourceOperation {
  readonly kind: 'source';
  readonly source: BuildSource;
  readonly filter: SourceFilter;
  /** What steps will take of it; takes part in no key. */
  readonly wanted?: readonly WantedPart[];
  /** From the web or a repository, not from a client. */
  readonly isRemote?: boolean;
}

/** A directory that has nothing. */
interface ScratchOperation {
  readonly kind: 'scratch';
}

interface RunMountBase {
  /** Absolute in the container. */
  readonly target: string;
}

/** `input` is the number of the input a mount comes from; undefined is an empty directory. */
export type RunMountOperation = RunMountBase &
  (
    | { readonly type: 'bind'; readonly input: number; readonly source: string; readonly readonly: boolean }
    | {
        readonly type: 'cache';
        readonly id: string;
        readonly input: number | undefined;
        readonly source: string;
        readonly readonly: boolean;
        readonly sharing: 'shared' | 'private' | 'locked';
        /** Undefined: those of the directory it is filled from, else of root. */
        readonly mode: number | undefined;
        readonly uid: number | undefined;
        readonly gid: number | undefined;
      }
    | { readonly type: 'tmpfs'; readonly size: number | undefined }
    | {
        readonly type: 'secret';
        readonly id: string;
        /** Not mounted when it is only wanted as a variable. */
        readonly mounted: boolean;
        readonly env: string | undefined;
        readonly required: boolean;
        readonly mode: number;
        readonly uid: number;
        readonly gid: number;
      }
    | {
        readonly type: 'ssh';
        readonly id: string;
        readonly required: boolean;
        readonly mode: number;
        readonly uid: number;
        readonly gid: number;
      }
    /** A script of the Dockerfile itself (`RUN <<EOF` with `#!`). */
    | { readonly type: 'script'; readonly content: string }
  );

/** Input 0 is the root file system. */
export interface RunOperation {
  readonly kind: 'run';
  readonly args: readonly string[];
  readonly env: readonly string[];
  /** Given to the process, but no part of what it does. */
  readonly proxyEnv: readonly string[];
  readonly cwd: string;
  readonly user: string;
  readonly network: 'default' | 'none' | 'host';
  readonly insecure: boolean;
  readonly mounts: readonly RunMountOperation[];
  readonly hostname: string;
  readonly extraHosts: readonly string[];
}

/** What of a copy comes from one input. */
export interface CopyPart {
  readonly input: number;
  /** Paths from the root of the input, as the Dockerfile has them: with wildcards, with `/./` for `--parents`. */
  readonly sources: readonly string[];
  /** Unpack archives. */
  readonly unpack: boolean;
}

/** Input 0 is the root file system that is written (scratch for `--link`), the others are where files come from. */
export interface CopyOperation {
  readonly kind: 'copy';
  readonly parts: readonly CopyPart[];
  /** Absolute, with its slash at the end where the Dockerfile has one. */
  readonly destination: string;
  /** `name|id[:name|id]`, looked up in the root file system. */
  readonly chown: string | undefined;
  readonly chmod: ModeChange | undefined;
  readonly parents: boolean;
  readonly exclude: readonly string[];
}

/** Files of the Dockerfile itself: COPY <<EOF. */
export interface InlineOperation {
  readonly kind: 'inline';
  readonly files: readonly { readonly path: string; readonly content: string }[];
}

/** WORKDIR: input 0 with a directory and its parents. */
export interface DirectoryOperation {
  readonly kind: 'directory';
  readonly path: string;
  readonly user: string;
}

/** Input 1 on top of input 0, whatever that is. */
interface MergeOperation {
  readonly kind: 'merge';
}

/** The files that a build makes for one platform. */
export interface BuiltFiles {
  /** Names them among those of all builds of this process. */
  readonly key: string;
  /** By the keys of that build's own steps; rejects with what that build failed of. */
  readonly resolution: Promise<Resolution>;
}

/** What another build makes: its files, whoever of the two runs first. */
export interface LinkedOperation {
  readonly kind: 'linked';
  readonly target: BuiltFiles;
}

export type Operation =
  | ImageOperation
  | LinkedOperation
  | SourceOperation
  | ScratchOperation
  | RunOperation
  | CopyOperation
  | InlineOperation
  | DirectoryOperation
  | MergeOperation;
