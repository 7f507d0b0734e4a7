// The builds of BuildKit's clients by the names clients gave them, and those that are over as long as they may be asked for.
import type { SolveRequest } from '../../../api/buildkit/control.ts';
import { GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';
import { BuildJob, type JobBuilder } from './build-job.ts';
import type { Evaluation } from './evaluation.ts';

/** Clients ask for a build before they have asked for it to begin; this long it may take, in milliseconds. */
const patience = 5000;
/** How many finished builds are remembered. */
const remembered = 100;

export class BuildJobs {
  readonly #builder: JobBuilder;
  /** In the order in which they began. */
  readonly #jobs = new Map<string, BuildJob>();
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #watchers = new Set<(job: BuildJob) => void>();

  constructor(builder: JobBuilder) {
    this.#builder = builder;
  }

  /** Throws a GrpcError when there is a build of that name already. */
  create(request: SolveRequest): BuildJob {
    const known = this.#jobs.get(request.ref);
    if (known && !known.completedAt) {
      throw new GrpcError(grpcCodes.alreadyExists, `job ID ${request.ref} exists`);
    }
    const job = new BuildJob(request, this.#builder);
    this.#jobs.delete(request.ref);
    this.#jobs.set(request.ref, job);
    for (const tell of this.#waiting.get(request.ref) ?? []) tell();
    this.#waiting.delete(request.ref);
    this.#announce(job);
    return job;
  }

  /** The build is over: those who watch all builds hear of it, and the oldest is forgotten. */
  finished(job: BuildJob): void {
    this.#announce(job);
    const over = [...this.#jobs].filter(([, { completedAt }]) => completedAt);
    for (const [ref] of over.slice(0, Math.max(0, over.length - remembered))) this.#jobs.delete(ref);
  }

  find(ref: string): BuildJob | undefined {
    return this.#jobs.get(ref);
  }

  /** What one of the builds was asked to evaluate. */
  evaluation(ref: string): Evaluation | undefined {
    for (const job of this.#jobs.values()) {
      const evaluation = job.evaluation(ref);
      if (evaluation) return evaluation;
    }
    return undefined;
  }

  list(): BuildJob[] {
    return [...this.#jobs.values()];
  }

  forget(ref: string): boolean {
    return this.#jobs.get(ref)?.completedAt !== undefined && this.#jobs.delete(ref);
  }

  /** The build of that name, which may be about to begin. Throws a GrpcError when it does not. */
  async get(ref: string, signal: AbortSignal): Promise<BuildJob> {
    if (!this.#jobs.has(ref)) await this.#arrival(ref, signal);
    const job = this.#jobs.get(ref);
    if (!job) throw new GrpcError(grpcCodes.notFound, `no such job ${ref}`);
    return job;
  }

  /** Every build that begins or ends from now on. */
  watch(tell: (job: BuildJob) => void): Disposable {
    this.#watchers.add(tell);
    return { [Symbol.dispose]: () => void this.#watchers.delete(tell) };
  }

  #announce(job: BuildJob): void {
    for (const tell of this.#watchers) tell(job);
  }

  #arrival(ref: string, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const waiting = this.#waiting.get(ref) ?? new Set();
      this.#waiting.set(ref, waiting);
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        waiting.delete(done);
        if (waiting.size === 0) this.#waiting.delete(ref);
        resolve();
      };
      const timer = setTimeout(done, patience);
      signal.addEventListener('abort', done, { once: true });
      waiting.add(done);
    });
  }
}
