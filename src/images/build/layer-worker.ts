// The worker that packs, copies and compresses layers: takes jobs, answers with outcomes.
import { createKernel } from '../../kernel/index.ts';
import { errorCode, errorKind, errorMessage } from '../../lib/errors.ts';
import { copyFiles } from './copy/copy-files.ts';
import { digestLayer } from './digest-layer.ts';
import { gzipMember } from './gzip-member.ts';
import type { JobMessage, JobReply, LayerJob, LayerOutcome } from './layer-jobs.ts';
import { PieceReader } from './piece-reader.ts';

declare const self: {
  onmessage: ((event: { data: JobMessage }) => void) | null;
  postMessage(reply: JobReply, transfer?: ArrayBuffer[]): void;
};

const { files } = createKernel();
const reader = new PieceReader();
const running = new Map<number, AbortController>();

self.onmessage = ({ data }) => {
  if ('cancel' in data) running.get(data.cancel)?.abort();
  else void answer(data.id, data.job);
};

async function answer(id: number, job: LayerJob): Promise<void> {
  const abort = new AbortController();
  running.set(id, abort);
  try {
    const outcome = await perform(job, abort.signal);
    self.postMessage({ id, outcome }, 'member' in outcome ? [outcome.member.buffer as ArrayBuffer] : []);
  } catch (error) {
    const code = errorCode(error);
    const known = { kind: errorKind(error), message: errorMessage(error) };
    self.postMessage({ id, error: code === undefined ? known : { ...known, code } });
  } finally {
    running.delete(id);
  }
}

async function perform(job: LayerJob, signal: AbortSignal): Promise<LayerOutcome> {
  switch (job.kind) {
    case 'digest':
      return digestLayer(job, files, signal);
    case 'gzip':
      return { member: gzipMember(job.piece instanceof Uint8Array ? job.piece : reader.read(job.piece)) };
    default:
      return copyFiles(job, files, signal);
  }
}
