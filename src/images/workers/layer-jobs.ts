// Work on layers that would hold up the event loop: what it is, and how a worker is asked for it.
import type { Digest } from '../../oci/digest.ts';
import type { CopyJob, CopyOutcome } from '../build/copy/copy-job.ts';
import type { KeptFile } from '../build/copy/keep-file.ts';
import type { PackedAhead } from '../layers/diff/pack-ahead.ts';
import type { AppliedArchive } from '../layers/extract/apply-layer.ts';

/** The archive of an upper directory, digested and not kept, when processors have nothing better to do. `lower` topmost first. */
export interface DigestJob {
  readonly kind: 'digest';
  readonly upper: string;
  readonly lower: readonly string[];
  /** What is in a directory of it, packed already, in a file that stays open until the job is done. */
  readonly packed?: (PackedAhead & { readonly descriptor: number }) | undefined;
}

/** See `packAhead`. */
interface PackJob {
  readonly kind: 'pack';
  readonly directory: string;
  readonly name: string;
  readonly path: string;
}

interface PackOutcome {
  readonly packed: PackedAhead;
}

/** `members` 0 is a layer that changes nothing. Bytes: `archiveSize` of the archive, `size` of the files in it. */
export interface DigestOutcome {
  readonly diffId: Digest;
  readonly archiveSize: number;
  readonly size: number;
  readonly members: number;
}

/** A piece of an archive as one gzip member: members after one another are a gzip file. */
interface GzipJob {
  readonly kind: 'gzip';
  readonly piece: Uint8Array | FilePiece;
}

/** `length` bytes of a file, from `offset` on. */
export interface FilePiece {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

interface GzipOutcome {
  readonly member: Uint8Array;
}

/** A layer's archive (see `applyLayer`) into `target`, which is made. It may grow; `sizes` say how far it is there. */
export interface ExtractJob {
  readonly kind: 'extract';
  /** A file by its descriptor, which stays open, and the caller's, until the job is done; or memory: see `SharedBytes`. */
  readonly from: number | SharedArrayBuffer;
  readonly target: string;
  readonly digested: boolean;
}

/** See `keepFile`. The descriptor stays open, and the caller's, until the job is done. */
interface KeepJob {
  readonly kind: 'keep';
  readonly from: number;
  readonly to: string;
}

interface KeepOutcome {
  readonly kept: KeptFile;
}

export type LayerJob = DigestJob | PackJob | CopyJob | GzipJob | ExtractJob | KeepJob;
export type LayerOutcome = DigestOutcome | PackOutcome | CopyOutcome | GzipOutcome | AppliedArchive | KeepOutcome;
export type OutcomeOf<J extends LayerJob> = J extends DigestJob
  ? DigestOutcome
  : J extends GzipJob
    ? GzipOutcome
    : J extends ExtractJob
      ? AppliedArchive
      : J extends PackJob
        ? PackOutcome
        : J extends KeepJob
          ? KeepOutcome
          : CopyOutcome;

/** What is said to and heard of a job under way. */
export interface Conversation {
  /** Bytes of the file that are there by now; its end is told, too. Throws what ends the job. */
  readonly sizes: AsyncIterable<number>;
  /** Hears how many bytes were read each time; of memory, that they are not needed any more. */
  readonly onRead: (bytes: number) => void;
}

/**
 * To the worker; `cancel` names a job that was asked for before, and a `size` that is undefined is the last. `hasten`: what
 * could be done while nothing else was to do is waited for now.
 */
export type JobMessage =
  | { readonly id: number; readonly job: LayerJob }
  | { readonly id: number; readonly size: number | undefined }
  | { readonly cancel: number }
  | { readonly hasten: true };

/** From the worker: news, an outcome, or an error by its kind (see lib/errors.ts), code and message. */
export type JobReply =
  | { readonly id: number; readonly read: number }
  | { readonly id: number; readonly outcome: LayerOutcome }
  | {
      readonly id: number;
      readonly error: { readonly kind: string; readonly code?: string; readonly message: string };
    };
