// News of a build, vertex by vertex: enough for BuildKit's Status stream, for the classic builder's lines and for `--why`.
import type { Digest } from '../oci/digest.ts';

/** A piece of work. `digest` names it within a build and is the same in the next one unless its definition changed. */
export interface Vertex {
  readonly digest: Digest;
  /** As BuildKit prints it: `[build 2/5] RUN make`, `[internal] load build context`, `exporting to image`. */
  readonly name: string;
  readonly inputs: readonly Digest[];
  /** Lines of the Dockerfile it comes from, counted from 1. */
  readonly lines?: { readonly start: number; readonly end: number };
}

/**
 * Why a step was run again, or not. `detail` is for a person: `src/main.c changed`, `build argument VERSION was 1, is 2`.
 */
export interface CacheReason {
  readonly kind:
    | 'hit'
    | 'imported'
    | 'shared'
    | 'first'
    | 'instruction'
    | 'argument'
    | 'files'
    | 'base'
    | 'earlier-step'
    | 'no-cache'
    | 'gone';
  readonly detail: string;
}

/** One instruction of a stage that takes part, FROM included. Those that only change the configuration have no vertex. */
export interface PlannedStep {
  readonly text: string;
  readonly vertex?: Digest;
  /** Of FROM: the id of the image. */
  readonly image?: Digest;
  /** Comes from ONBUILD of the base. */
  readonly isTrigger?: boolean;
}

export type BuildEvent =
  /** First of all, once the Dockerfile makes sense. `globals`: ARG before the first FROM. `unusedArgs`: declared nowhere. */
  | { readonly kind: 'dockerfile'; readonly globals: readonly string[]; readonly unusedArgs: readonly string[] }
  /** Once, when it is known what has to be done: all steps in the order of the file. */
  | { readonly kind: 'plan'; readonly steps: readonly PlannedStep[] }
  /** Comes first for each vertex; all vertices of a stage before the first of them starts. */
  | { readonly kind: 'vertex'; readonly vertex: Vertex }
  | { readonly kind: 'started'; readonly vertex: Digest; readonly at: Date }
  /** `cached`: nothing was run. `output`: a short id of what came out of it. */
  | {
      readonly kind: 'completed';
      readonly vertex: Digest;
      readonly at: Date;
      readonly cached: boolean;
      readonly output?: string;
      readonly reason?: CacheReason;
      readonly error?: string;
    }
  /** Part of a vertex under way: a layer, a transfer. `current` and `total` in bytes (0: not known). */
  | {
      readonly kind: 'status';
      readonly vertex: Digest;
      readonly id: string;
      readonly current: number;
      readonly total: number;
      readonly at: Date;
      readonly started: Date;
      readonly completed?: Date;
    }
  /** Output of a RUN step; an empty one comes before it is started. `run`: an id of the container it came from, 64 hexadecimal digits. */
  | {
      readonly kind: 'log';
      readonly vertex: Digest;
      readonly stream: 'stdout' | 'stderr';
      readonly data: Uint8Array;
      readonly at: Date;
      readonly run: string;
    }
  | { readonly kind: 'warning'; readonly vertex: Digest; readonly warning: BuildWarning };

/** A finding of the lint rules, or of the build itself. `level` 1 and above as BuildKit has it. */
export interface BuildWarning {
  readonly rule: string;
  readonly level: number;
  /** One line: `FromAsCasing: 'as' and 'FROM' keywords' casing do not match (line 1)`. */
  readonly short: string;
  readonly detail: string;
  readonly url: string;
  readonly file: { readonly name: string; readonly source: string };
  readonly lines: readonly { readonly start: number; readonly end: number }[];
}
