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

export type LayerJob = DigestJob | CopyJob;
export type OutcomeOf<J extends LayerJob> = J extends DigestJob ? DigestOutcome : CopyOutcome;

/** To the worker; `cancel` names a job that was asked for before. */
export type JobMessage = { readonly id: number; readonly job: LayerJob } | { readonly cancel: number };

/** From the worker: an outcome, or an error by its kind (see lib/errors.ts), code and message. */
export type JobReply =
  | { readonly id: number; readonly outcome: DigestOutcome | CopyOutcome }
  | {
      readonly id: number;
      readonly error: { readonly kind: string; readonly code?: string; readonly message: string };
    };
