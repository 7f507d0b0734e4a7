// The builds of BuildKit's clients that run, by the names clients gave them.
import type { SolveRequest } from '../../../api/buildkit/control.ts';
import { GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';
import { BuildJob, type JobBuilder } from './build-job.ts';
import type { Evaluation } from './requests/evaluation.ts';

/** Clients ask for a build before they have asked for it to begin; this long it may take, in milliseconds. */
const patience = 5000;
/** What becomes of builds. Those that clients ask on the side are nobody else's business. */
type BuildChange =
  | { readonly kind: 'started'; readonly job: BuildJob }
  | { readonly kind: 'completed' | 'deleted'; readonly ref: string };

export class BuildJobs {
  readonly #builder: JobBuilder;
  /** In the order in which they began. */
  readonly #jobs = new Map<string, BuildJob>();
  readonly #waiting = new Map<string, Set<() => void>>();
  /** Names of builds that are just over: clients may ask for the news of one only then. */
  readonly #over = new Set<string>();
  readonly #watchers = new Set<(change: BuildChange) => void>();

  constructor(builder: JobBuilder) {
    this.#builder = builder;
  }

  /** Throws a GrpcError when there is a build of that name already. */
  create(request: SolveRequest): BuildJob {
    const known = this.#jobs.get(request.ref);
    if (known) {
      throw new GrpcError(grpcCodes.alreadyExists, `job ID ${request.ref} exists`);
    }
    const job = new BuildJob(request, this.#builder);
    this.#jobs.set(request.ref, job);
    for (const tell of this.#waiting.get(request.ref) ?? []) tell();
    this.#waiting.delete(request.ref);
    if (!request.internal) this.announce({ kind: 'started', job });
    return job;
  }

  /** The build is over, and whoever is to remember it does: those who watch all builds hear of it. */
  finished(job: BuildJob): void {
    const { ref, internal } = job.request;
    if (this.#jobs.get(ref) === job) this.#jobs.delete(ref);
    this.#over.add(ref);
    setTimeout(() => this.#over.delete(ref), 2 * patience).unref();
    if (!internal) this.announce({ kind: 'completed', ref });
  }

  find(ref: string): BuildJob | undefined {
    return this.#jobs.get(ref);
  }

  /** Whether there was a build of that name a moment ago, which is over. */
  isOver(ref: string): boolean {
    return this.#over.has(ref) && !this.#jobs.has(ref);
  }

  /** What one of the builds was asked to evaluate. */
  evaluation(ref: string): Evaluation | undefined {
    for (const job of this.#jobs.values()) {
      const evaluation = job.evaluation(ref);
      if (evaluation) return evaluation;
    }
    return undefined;
  }

  /** Those that may be shown, in the order in which they began. */
  list(): BuildJob[] {
    return [...this.#jobs.values()].filter(({ request }) => !request.internal);
  }

  /** The build of that name, which may be about to begin. Throws a GrpcError when it does not. */
  async get(ref: string, signal: AbortSignal): Promise<BuildJob> {
    if (!this.#jobs.has(ref)) await this.#arrival(ref, signal);
    const job = this.#jobs.get(ref);
    if (!job) throw new GrpcError(grpcCodes.notFound, `no such job ${ref}`);
    return job;
  }

  /** Every build that begins or ends from now on, or is forgotten. */
  watch(tell: (change: BuildChange) => void): Disposable {
    this.#watchers.add(tell);
    return { [Symbol.dispose]: () => void this.#watchers.delete(tell) };
  }

  announce(change: BuildChange): void {
    for (const tell of this.#watchers) tell(change);
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
