// BuildKit's control service as a client sees it: builds and their progress, questions about Dockerfiles, the cache.
import { contentService, readContentRequest, readContentResponse } from '../../api/buildkit/content.ts';
import {
  diskUsageRequest,
  diskUsageResponse,
  listWorkersRequest,
  listWorkersResponse,
  type PruneRequest,
  pruneRequest,
  type SolveRequest,
  type StatusResponse,
  solveRequest,
  solveResponse,
  statusRequest,
  statusResponse,
  type UsageRecord,
  usageRecord,
  type WorkerRecord,
} from '../../api/buildkit/control.ts';
import {
  type BuildHistoryEvent,
  type BuildHistoryRequest,
  buildHistoryEvent,
  buildHistoryRequest,
  updateBuildHistoryRequest,
} from '../../api/buildkit/history.ts';
import { decode, encode } from '../../api/buildkit/message.ts';
import { GrpcConnection } from '../../lib/grpc/client.ts';
import type { Client } from '../client.ts';
import { askFrontend, type FrontendQuestion } from './ask-frontend.ts';
import { type RepositoryFiles, readRepository } from './read-repository.ts';
import { openSession, type SessionOptions } from './session/open-session.ts';

const control = '/moby.buildkit.v1.Control/';

/** Every method rejects with a GrpcError when the daemon refuses, `close` ends it. */
export class BuildkitClient implements Disposable {
  readonly #client: Pick<Client, 'hijack'>;
  readonly #connection: GrpcConnection;

  private constructor(client: Pick<Client, 'hijack'>, connection: GrpcConnection) {
    this.#client = client;
    this.#connection = connection;
  }

  /** Connects to the daemon of `client`; rejects as its calls do. */
  static async connect(client: Pick<Client, 'hijack'>): Promise<BuildkitClient> {
    const { socket } = await client.hijack('Grpc', { headers: { Upgrade: 'h2c' } });
    return new BuildkitClient(client, new GrpcConnection(socket));
  }

  /** A connection on which the daemon asks this client for what builds need; to be closed after them. */
  session(options: SessionOptions): Promise<AsyncDisposable> {
    return openSession(this.#client, options);
  }

  /** Builds; resolves with what the exporters say of their results. */
  async solve(request: Partial<SolveRequest>, signal?: AbortSignal): Promise<Readonly<Record<string, string>>> {
    const reply = await this.#connection.unary(`${control}Solve`, encode(solveRequest, request), { signal });
    return decode(solveResponse, reply).exporterResponse;
  }

  /** What the frontend answers to a question about a Dockerfile. Nothing is built. */
  ask(question: FrontendQuestion, signal?: AbortSignal): Promise<Readonly<Record<string, Uint8Array>>> {
    return askFrontend(this.#connection, question, signal);
  }

  /** Files of a git repository by their names; those that are not there are left out. Rejects with a GrpcError. */
  repositoryFiles(wanted: RepositoryFiles, signal?: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>> {
    return readRepository(this.#connection, wanted, signal);
  }

  /** All news of a build, from its beginning to its end; it may begin a little later. */
  async *status(ref: string, signal?: AbortSignal): AsyncGenerator<StatusResponse> {
    const call = this.#connection.call(`${control}Status`, { signal });
    call.send(encode(statusRequest, { ref }));
    call.end();
    for await (const message of call.messages()) yield decode(statusResponse, message);
  }

  async diskUsage(filter: readonly string[]): Promise<readonly Partial<UsageRecord>[]> {
    const request = encode(diskUsageRequest, { filter: [...filter] });
    return decode(diskUsageResponse, await this.#connection.unary(`${control}DiskUsage`, request)).record;
  }

  /** Yields what is removed, as it goes. */
  async *prune(request: Partial<PruneRequest>): AsyncGenerator<UsageRecord> {
    const call = this.#connection.call(`${control}Prune`);
    call.send(encode(pruneRequest, request));
    call.end();
    for await (const message of call.messages()) yield decode(usageRecord, message);
  }

  async workers(): Promise<readonly Partial<WorkerRecord>[]> {
    const reply = await this.#connection.unary(`${control}ListWorkers`, encode(listWorkersRequest, {}));
    return decode(listWorkersResponse, reply).record;
  }

  /** The builds that the daemon remembers. */
  async *history(request: Partial<BuildHistoryRequest>): AsyncGenerator<BuildHistoryEvent> {
    const call = this.#connection.call(`${control}ListenBuildHistory`);
    call.send(encode(buildHistoryRequest, request));
    call.end();
    for await (const message of call.messages()) yield decode(buildHistoryEvent, message);
  }

  /** A blob that goes with a build that is over. Rejects with a GrpcError for one there is not. */
  async content(digest: string): Promise<Uint8Array> {
    const call = this.#connection.call(`${contentService}Read`);
    call.send(encode(readContentRequest, { digest }));
    call.end();
    const parts: Uint8Array[] = [];
    for await (const message of call.messages()) parts.push(decode(readContentResponse, message).data);
    return Buffer.concat(parts);
  }

  /** Throws a GrpcError for a build that it does not remember, or that runs. */
  async forgetBuild(ref: string): Promise<void> {
    const request = encode(updateBuildHistoryRequest, { ref, delete: true });
    await this.#connection.unary(`${control}UpdateBuildHistory`, request);
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}
