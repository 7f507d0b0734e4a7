// The worker that packs and copies layers: takes jobs, answers with outcomes.
import { createKernel } from '../../kernel/index.ts';
import { errorCode, errorKind, errorMessage } from '../../lib/errors.ts';
import { copyFiles } from './copy/copy-files.ts';
import { digestLayer } from './digest-layer.ts';
import type { JobMessage, JobReply, LayerJob } from './layer-jobs.ts';

declare const self: {
  onmessage: ((event: { data: JobMessage }) => void) | null;
  postMessage(reply: JobReply): void;
};

const { files } = createKernel();
const running = new Map<number, AbortController>();

self.onmessage = ({ data }) => {
  if ('cancel' in data) running.get(data.cancel)?.abort();
  else void answer(data.id, data.job);
};

async function answer(id: number, job: LayerJob): Promise<void> {
  const abort = new AbortController();
  running.set(id, abort);
  try {
    const outcome = await (job.kind === 'digest'
      ? digestLayer(job, files, abort.signal)
      : copyFiles(job, files, abort.signal));
    self.postMessage({ id, outcome });
  } catch (error) {
    const code = errorCode(error);
    const known = { kind: errorKind(error), message: errorMessage(error) };
    self.postMessage({ id, error: code === undefined ? known : { ...known, code } });
  } finally {
    running.delete(id);
  }
}
