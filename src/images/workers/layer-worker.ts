// The worker that extracts, packs, copies and compresses layers: takes jobs, answers with outcomes.
import { readGrowing, readShared } from '../../content/index.ts';
import { createKernel } from '../../kernel/index.ts';
import { BerthError, errorCode, errorKind, errorMessage } from '../../lib/errors.ts';
import { AsyncQueue } from '../../lib/streams/async-queue.ts';
import { copyFiles } from '../build/copy/copy-files.ts';
import { keepFile } from '../build/copy/keep-file.ts';
import { digestLayer } from '../build/digest-layer.ts';
import { gzipMember } from '../build/gzip-member.ts';
import { PieceReader } from '../build/piece-reader.ts';
import { packAhead } from '../layers/diff/pack-ahead.ts';
import { applyLayer } from '../layers/extract/apply-layer.ts';
import type { ExtractJob, JobMessage, JobReply, LayerJob, LayerOutcome } from './layer-jobs.ts';
import { ThreadPriority } from './thread-priority.ts';

declare const self: {
  onmessage: ((event: { data: JobMessage }) => void) | null;
  postMessage(reply: JobReply, transfer?: ArrayBuffer[]): void;
};

const { files } = createKernel();
const reader = new PieceReader();
const priority = new ThreadPriority();
const running = new Map<number, { abort: AbortController; isPatient: boolean }>();
/** What is told of the files of jobs. */
const sizes = new Map<number, AsyncQueue<number>>();

/** Milliseconds of one job before another one's messages are read. */
const portion = 10;

self.onmessage = ({ data }) => {
  if ('hasten' in data) hasten();
  else if ('cancel' in data) running.get(data.cancel)?.abort.abort();
  else if ('job' in data) void answer(data.id, data.job);
  else if (data.size === undefined) sizes.get(data.id)?.close();
  else sizes.get(data.id)?.push(data.size);
};

async function answer(id: number, job: LayerJob): Promise<void> {
  const abort = new AbortController();
  running.set(id, { abort, isPatient: isPatient(job) });
  adjustPriority();
  try {
    const outcome = await perform(id, job, abort.signal);
    self.postMessage({ id, outcome }, 'member' in outcome ? [outcome.member.buffer as ArrayBuffer] : []);
  } catch (error) {
    const code = errorCode(error);
    const known = { kind: errorKind(error), message: errorMessage(error) };
    self.postMessage({ id, error: code === undefined ? known : { ...known, code } });
  } finally {
    running.delete(id);
    adjustPriority();
  }
}

/** Nobody waits for its outcome yet. */
function isPatient(job: LayerJob): boolean {
  return job.kind === 'digest' || job.kind === 'pack' || (job.kind === 'copy' && job.isEarly === true);
}

/** Somebody waits for all that runs now. */
function hasten(): void {
  for (const job of running.values()) job.isPatient = false;
  adjustPriority();
}

/** It gives way as long as nobody waits for any of what runs. */
function adjustPriority(): void {
  const jobs = [...running.values()];
  priority.set(jobs.length > 0 && jobs.every(({ isPatient }) => isPatient));
}

async function perform(id: number, job: LayerJob, signal: AbortSignal): Promise<LayerOutcome> {
  switch (job.kind) {
    case 'digest':
      return digestLayer(job, files, signal);
    case 'pack':
      return { packed: await packAhead(job, files, signal) };
    case 'gzip':
      return { member: gzipMember(job.piece instanceof Uint8Array ? job.piece : reader.read(job.piece)) };
    case 'extract':
      return extract(id, job, signal);
    case 'keep':
      return { kept: await keepFile(job, signal) };
    default:
      return copyFiles(job, files, signal);
  }
}

async function extract(id: number, { from, target, digested }: ExtractJob, signal: AbortSignal): Promise<LayerOutcome> {
  const told = new AsyncQueue<number>();
  sizes.set(id, told);
  signal.addEventListener('abort', () => told.fail(new BerthError('cancelled', 'the extraction was cancelled')));
  const onRead = (read: number) => self.postMessage({ id, read });
  try {
    files.placeDirectory(target);
    const options = { files, digested, signal, portion };
    if (typeof from === 'number') return await applyLayer(readGrowing(from, told), target, { ...options, onRead });
    return await applyLayer(readShared(from, told, onRead), target, options);
  } finally {
    sizes.delete(id);
  }
}
