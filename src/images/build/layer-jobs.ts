// Work on layers that would hold up the event loop: what it is, and how a worker is asked for it.
import type { Digest } from '../../oci/digest.ts';
import type { CopyJob, CopyOutcome } from './copy/copy-job.ts';

/** The archive of an upper directory, digested and not kept. `lower` topmost first. */
export interface DigestJob {
  readonly kind: 'digest';
  readonly upper: string;
  readonly lower: readonly string[];
}

/** `members` 0 is a layer that changes nothing. Bytes: `archiveSize` of the archive, `size` of the files in it. */
export interface DigestOutcome {
  readonly diffId: Digest;
  readonly archiveSize: number;
  readonly size: number;
  readonly members: number;
}

/** A piece of an archive as one gzip member: members after one another are a gzip file. */
export interface GzipJob {
  readonly kind: 'gzip';
  readonly piece: Uint8Array | FilePiece;
}

/** `length` bytes of a file, from `offset` on. */
export interface FilePiece {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

export interface GzipOutcome {
  readonly member: Uint8Array;
}

export type LayerJob = DigestJob | CopyJob | GzipJob;
export type LayerOutcome = DigestOutcome | CopyOutcome | GzipOutcome;
export type OutcomeOf<J extends LayerJob> = J extends DigestJob
  ? DigestOutcome
  : J extends GzipJob
    ? GzipOutcome
    : CopyOutcome;

/** To the worker; `cancel` names a job that was asked for before. */
export type JobMessage = { readonly id: number; readonly job: LayerJob } | { readonly cancel: number };

/** From the worker: an outcome, or an error by its kind (see lib/errors.ts), code and message. */
export type JobReply =
  | { readonly id: number; readonly outcome: LayerOutcome }
  | {
      readonly id: number;
      readonly error: { readonly kind: string; readonly code?: string; readonly message: string };
    };
