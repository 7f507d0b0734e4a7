// News of a build, vertex by vertex: enough for BuildKit's Status stream, for the classic builder's lines and for `--why`.
import type { Digest } from '../oci/digest.ts';

/** What a step is, for doors that number or word things themselves. */
export interface VertexStep {
  /** The stage's name or number; of several platforms the platform comes first: `linux/arm64 build`. */
  readonly stage: string;
  /** The instruction as the Dockerfile has it, with variables filled in. */
  readonly instruction: string;
  /** Place among the instructions of the file that take part in the build, from 1 to `of`. */
  readonly index: number;
  readonly of: number;
}

/** A piece of work. `digest` names it within a build and is the same in the next one unless its definition changed. */
export interface Vertex {
  readonly digest: Digest;
  /** As BuildKit prints it: `[build 2/5] RUN make`, `[internal] load build context`, `exporting to image`. */
  readonly name: string;
  readonly inputs: readonly Digest[];
  readonly step?: VertexStep;
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

export type BuildEvent =
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
  /** Output of a RUN step. `run`: an id of the container it came from, 64 hexadecimal digits. */
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
