// One build as a client of BuildKit sees it: asked for with Solve, watched with Status, and in between told by the
// client, through the gateway, what to build.
import { randomUUID } from 'node:crypto';
import type { SolveRequest, StatusResponse } from '../../../api/buildkit/control.ts';
import type { Builder, BuildRequest, BuildResult, BuildRun, SourceTree } from '../../../builder/index.ts';
import { unlessAborted } from '../../../lib/concurrency/unless-aborted.ts';
import { GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';
import type { Attributes } from './requests/attributes.ts';
import { Evaluation } from './requests/evaluation.ts';
import { joinStatus, StatusMessages } from './status-messages.ts';

/** News come at most this often, in milliseconds: a burst of output is one message. */
const pause = 10;
/** So long who watches may take for the news of a build that is over, in milliseconds. */
const patience = 30_000;

export type JobBuilder = Pick<Builder, 'start' | 'hold'>;

export class BuildJob {
  readonly request: SolveRequest;
  readonly createdAt = new Date();
  completedAt: Date | undefined;
  failure: GrpcError | undefined;
  result: BuildResult | undefined;
  /** The frontend's, once it is known what is built. */
  attributes: Attributes = {};
  /** How far it is, in vertices. */
  readonly steps = { total: 0, completed: 0, cached: 0 };
  readonly #builder: JobBuilder;
  readonly #held = new DisposableStack();
  /** Disposed of when the build is over. */
  readonly #owned = new AsyncDisposableStack();
  readonly #files = new Map<string, SourceTree>();
  readonly #evaluations = new Map<string, Evaluation>();
  readonly #returned = Promise.withResolvers<Evaluation | undefined>();
  readonly #running = Promise.withResolvers<BuildRun | undefined>();
  /** Each resolves when its watcher has all news. */
  readonly #watchers = new Set<Promise<void>>();

  constructor(request: SolveRequest, builder: JobBuilder) {
    this.request = request;
    this.#builder = builder;
    // Awaited by whoever solves; a client that gives up first is no reason to end the process.
    this.#returned.promise.catch(() => {});
  }

  /** Notes what could be built; it is built when the client returns it. */
  evaluate(attributes: Attributes, inputs: Evaluation['inputs'] = {}): Evaluation {
    const evaluation = new Evaluation(attributes, inputs);
    this.#evaluations.set(evaluation.ref, evaluation);
    // What it stands upon may be over before it begins, and must still be there then.
    if (Object.values(inputs).some(input => input instanceof Evaluation)) this.#held.use(this.#builder.hold());
    return evaluation;
  }

  /** Keeps files that the client wants to read, until the build is over; returns their name between the two. */
  keepFiles(tree: SourceTree, owner: AsyncDisposable): string {
    this.#owned.use(owner);
    this.#owned.use(tree);
    const ref = randomUUID();
    this.#files.set(ref, tree);
    return ref;
  }

  /** Throws a GrpcError for a name it did not give to files. */
  files(ref: string): SourceTree {
    const tree = this.#files.get(ref);
    if (!tree && this.#evaluations.has(ref)) {
      const message = 'files of a result are not there before its build is over: builds cannot be debugged here';
      throw new GrpcError(grpcCodes.unimplemented, message);
    }
    if (!tree) throw new GrpcError(grpcCodes.notFound, `no such reference to files: ${ref}`);
    return tree;
  }

  /** Undefined for a name it did not give. */
  evaluation(ref: string): Evaluation | undefined {
    return this.#evaluations.get(ref);
  }

  /** The client's choice: one of the evaluations, nothing, or an error of its own. */
  return(choice: { ref?: string | undefined } | { error: GrpcError }): void {
    if ('error' in choice) this.#returned.reject(choice.error);
    else if (choice.ref === undefined || choice.ref === '' || this.#files.has(choice.ref)) {
      // Files were to be read, and have been.
      this.#returned.resolve(undefined);
    } else {
      const evaluation = this.#evaluations.get(choice.ref);
      for (const other of this.#evaluations.values()) if (other !== evaluation) other.abandon();
      if (evaluation) this.#returned.resolve(evaluation);
      else throw new GrpcError(grpcCodes.notFound, `no such reference: ${choice.ref}`);
    }
  }

  /** What the client chose; rejects with its error, or when `signal` says that it is gone. */
  chosen(signal: AbortSignal): Promise<Evaluation | undefined> {
    const gone = () => this.#returned.reject(new GrpcError(grpcCodes.cancelled, 'context canceled'));
    if (signal.aborted) gone();
    signal.addEventListener('abort', gone, { once: true });
    return this.#returned.promise;
  }

  /** Builds what was evaluated, and is cancelled by `signal`. */
  async run(request: BuildRequest, evaluation: Evaluation, signal: AbortSignal): Promise<BuildResult> {
    const run = this.#builder.start(request);
    evaluation.begin(run);
    this.#running.resolve(run);
    const counted = this.#count(run);
    const cancel = () => run.cancel();
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      this.result = await run.result;
      return this.result;
    } finally {
      signal.removeEventListener('abort', cancel);
      await counted;
    }
  }

  async #count(run: BuildRun): Promise<void> {
    for await (const event of run.watch()) {
      if (event.kind === 'vertex') this.steps.total++;
      if (event.kind !== 'completed') continue;
      this.steps.completed++;
      if (event.cached) this.steps.cached++;
    }
  }

  /** Nothing more will happen. */
  finish(failure?: GrpcError): void {
    this.failure = failure;
    this.completedAt = new Date();
    this.#running.resolve(undefined);
    for (const evaluation of this.#evaluations.values()) evaluation.abandon();
    this.#held.dispose();
    void this.#owned.disposeAsync();
  }

  /**
   * Waits until whoever watches has all news, at most until `signal`. Clients give up watching three seconds after the answer
   * to their build, and print slower than steps do.
   */
  async heard(signal: AbortSignal): Promise<void> {
    const over = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
    await unlessAborted(Promise.all(this.#watchers), over).catch(() => {});
  }

  /** All news from the beginning on; ends with the build. */
  async *status(): AsyncGenerator<Partial<StatusResponse>> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#watchers.add(promise);
    try {
      yield* this.news();
    } finally {
      this.#watchers.delete(promise);
      resolve();
    }
  }

  /** The same for nobody that the build waits for. */
  async *news(): AsyncGenerator<Partial<StatusResponse>> {
    const run = await this.#running.promise;
    if (!run) return;
    const messages = new StatusMessages({ why: this.attributes['berth:why'] === 'true' });
    const events = run.watch()[Symbol.asyncIterator]();
    let next = events.next();
    try {
      for (;;) {
        const first = await next;
        if (first.done) return;
        const batch = [messages.of(first.value)];
        // What comes within the pause goes out together.
        const until = Bun.sleep(pause).then(() => undefined);
        next = events.next();
        for (
          let more = await Promise.race([next, until]);
          more && !more.done;
          more = await Promise.race([next, until])
        ) {
          batch.push(messages.of(more.value));
          next = events.next();
        }
        yield joinStatus(batch.filter(message => message !== undefined));
      }
    } finally {
      await events.return?.();
    }
  }
}
