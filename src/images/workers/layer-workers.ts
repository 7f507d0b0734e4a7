// Workers that do jobs on layers, started when there is something to do and ended when there has been nothing for a while.
import { availableParallelism } from 'node:os';
import { BerthError, type ErrorKind, systemError } from '../../lib/errors.ts';
import type { Conversation, JobMessage, JobReply, LayerJob, OutcomeOf } from './layer-jobs.ts';

interface Pending {
  readonly resolve: (outcome: never) => void;
  readonly reject: (error: unknown) => void;
  readonly onRead: ((bytes: number) => void) | undefined;
}

interface Hand {
  readonly worker: Worker;
  readonly pending: Map<number, Pending>;
}

/** Milliseconds without a job after which a worker goes: it holds some megabytes. */
const idleTime = 10_000;

/** Jobs go to the worker with the fewest. Call `close` at the end. */
export class LayerWorkers {
  readonly #size: number;
  readonly #start: () => Worker;
  readonly #hands: Hand[] = [];
  #next = 1;
  #idle: ReturnType<typeof setTimeout> | undefined;

  /** `size`: how many at most; as many as leave the event loop a processor when not said. `start` is for tests. */
  constructor(o: { size?: number; start?: () => Worker } = {}) {
    this.#size = o.size ?? Math.max(2, Math.min(4, availableParallelism() - 1));
    this.#start = o.start ?? (() => new Worker(workerAddress()));
  }

  /**
   * Throws what the job does, `cancelled` by the signal, `system` when the worker died, and what `talk.sizes` threw. What
   * it worked on is left alone from then on, unless the worker died or `close` was called.
   */
  async run<J extends LayerJob>(job: J, signal?: AbortSignal, talk?: Conversation): Promise<OutcomeOf<J>> {
    if (signal?.aborted) throw cancelled(signal);
    clearTimeout(this.#idle);
    const hand = this.#choose();
    const id = this.#next++;
    const cancel = () => hand.worker.postMessage({ cancel: id } satisfies JobMessage);
    signal?.addEventListener('abort', cancel, { once: true });
    let reason: unknown;
    try {
      const outcome = new Promise<OutcomeOf<J>>((resolve, reject) => {
        hand.pending.set(id, { resolve, reject, onRead: talk?.onRead });
        hand.worker.postMessage({ id, job } satisfies JobMessage);
      });
      if (talk) {
        tell(hand, id, talk.sizes).catch((error: unknown) => {
          reason = error;
          cancel();
        });
      }
      return await outcome;
    } catch (error) {
      throw reason ?? error;
    } finally {
      signal?.removeEventListener('abort', cancel);
      hand.pending.delete(id);
      this.#rest();
    }
  }

  /** What is done beside everything else so far (digests of layers) is waited for from now on. */
  hasten(): void {
    for (const { worker, pending } of this.#hands)
      if (pending.size > 0) worker.postMessage({ hasten: true } satisfies JobMessage);
  }

  close(): void {
    clearTimeout(this.#idle);
    for (const { worker, pending } of this.#hands.splice(0)) {
      worker.terminate();
      for (const { reject } of pending.values()) reject(new BerthError('cancelled', 'the engine is stopping'));
    }
  }

  #choose(): Hand {
    const free = this.#hands.toSorted((a, b) => a.pending.size - b.pending.size)[0];
    if (free && (free.pending.size === 0 || this.#hands.length >= this.#size)) return free;
    const hand: Hand = { worker: this.#start(), pending: new Map() };
    hand.worker.onmessage = ({ data }: MessageEvent<JobReply>) => settle(hand, data);
    hand.worker.onerror = event => this.#lose(hand, event.message);
    hand.worker.unref();
    this.#hands.push(hand);
    return hand;
  }

  #lose(hand: Hand, message: string): void {
    const at = this.#hands.indexOf(hand);
    if (at >= 0) this.#hands.splice(at, 1);
    for (const { reject } of hand.pending.values()) reject(systemError(`a worker failed: ${message}`));
    hand.worker.terminate();
  }

  #rest(): void {
    if (this.#hands.some(({ pending }) => pending.size > 0)) return;
    this.#idle = setTimeout(() => this.close(), idleTime);
    this.#idle.unref();
  }
}

/** In the compiled program every module is at its root, except workers, which keep their place below `src`. */
function workerAddress(): URL {
  const isCompiled = import.meta.url.includes('/$bunfs/');
  return new URL(isCompiled ? './images/workers/layer-worker.ts' : './layer-worker.ts', import.meta.url);
}

/** Until there are no more sizes, or nobody to tell. */
async function tell({ worker, pending }: Hand, id: number, sizes: AsyncIterable<number>): Promise<void> {
  for await (const size of sizes) {
    if (!pending.has(id)) return;
    worker.postMessage({ id, size } satisfies JobMessage);
  }
  worker.postMessage({ id, size: undefined } satisfies JobMessage);
}

function settle({ pending }: Hand, reply: JobReply): void {
  const job = pending.get(reply.id);
  if (!job) return;
  if ('read' in reply) {
    job.onRead?.(reply.read);
    return;
  }
  if ('outcome' in reply) {
    job.resolve(reply.outcome as never);
    return;
  }
  const { kind, code, message } = reply.error;
  const error = new BerthError(kind as ErrorKind, message);
  job.reject(code === undefined ? error : Object.assign(error, { code }));
}

const cancelled = (signal: AbortSignal) =>
  new BerthError('cancelled', 'the work on a layer was cancelled', { cause: signal.reason });
