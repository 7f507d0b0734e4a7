// BuildKit's control service: builds, their progress, the cache, and what this worker can do.
import {
  diskUsageRequest,
  diskUsageResponse,
  infoRequest,
  infoResponse,
  listWorkersRequest,
  listWorkersResponse,
  pruneRequest,
  type SolveRequest,
  solveRequest,
  solveResponse,
  statusRequest,
  statusResponse,
  usageRecord,
} from '../../api/buildkit/control.ts';
import { decode } from '../../api/buildkit/message.ts';
import type { Builder, BuildRequest } from '../../builder/index.ts';
import type { GrpcHandler } from '../../lib/grpc/server.ts';
import { GrpcError, grpcCodes } from '../../lib/grpc/status.ts';
import { historyMethods } from './history/history-methods.ts';
import { recordBuild } from './history/record-build.ts';
import { type MethodCall, streaming, unary } from './method.ts';
import type { BuildJob } from './solve/build-job.ts';
import type { BuildJobs } from './solve/build-jobs.ts';
import { evaluationInputs } from './solve/evaluation-inputs.ts';
import { buildFailure } from './solve/failure.ts';
import type { Attributes } from './solve/requests/attributes.ts';
import { cachesOf } from './solve/requests/cache-options.ts';
import type { Evaluation } from './solve/requests/evaluation.ts';
import { type RequestParts, solveToRequest } from './solve/requests/solve-request.ts';
import { usageFilters, usageOf } from './usage-records.ts';
import { buildkitVersion, type WorkerFacts, workerOf } from './worker.ts';

interface ControlDeps {
  readonly builder: Builder;
  readonly jobs: BuildJobs;
  readonly worker: WorkerFacts;
  /** Makes what a request needs besides what is in its messages. */
  readonly openParts: (session: string, signal: AbortSignal) => Promise<RequestParts>;
  /** Aborted with a GrpcError when the session goes away that was there; the second signal ends the watch. */
  readonly sessionLoss: (session: string, over: AbortSignal) => AbortSignal;
}

const path = '/moby.buildkit.v1.Control/';

export function controlMethods(deps: ControlDeps): Record<string, GrpcHandler> {
  const { builder, jobs, worker } = deps;
  return {
    [`${path}Solve`]: unary([solveRequest, solveResponse], (request, call) => solve(request, call, deps)),
    [`${path}Status`]: streaming([statusRequest, statusResponse], async function* ({ ref }, { signal }) {
      const isKept = !jobs.find(ref) && builder.history.find(ref) !== undefined;
      if (isKept) for await (const message of builder.history.log(ref)) yield decode(statusResponse, message);
      // One that failed before there was anything to build has no news.
      else if (!jobs.isOver(ref)) yield* (await jobs.get(ref, signal)).status();
    }),
    [`${path}Info`]: unary([infoRequest, infoResponse], () => ({ buildkitVersion: buildkitVersion(worker) })),
    [`${path}ListWorkers`]: unary([listWorkersRequest, listWorkersResponse], () => ({ record: [workerOf(worker)] })),
    [`${path}DiskUsage`]: unary([diskUsageRequest, diskUsageResponse], async ({ filter }) => ({
      record: (await builder.usage(usageFilters(filter))).map(usageOf),
    })),
    [`${path}Prune`]: streaming([pruneRequest, usageRecord], async function* (request) {
      const { deleted } = await builder.prune({
        all: request.all,
        filters: {
          ...usageFilters(request.filter),
          ...(request.keepDuration > 0 ? { 'unused-for': [`${request.keepDuration}ns`] } : {}),
        },
        reservedSpace: request.reservedSpace,
        maxUsedSpace: request.maxUsedSpace,
        minFreeSpace: request.minFreeSpace,
      });
      yield* deleted.map(usageOf);
    }),
    ...historyMethods(jobs, builder.history),
    '/grpc.health.v1.Health/Check': async call => {
      // HealthCheckResponse: status SERVING.
      await call.send(new Uint8Array([0x08, 0x01]));
    },
  };
}

async function solve(
  request: SolveRequest,
  { signal }: MethodCall,
  deps: ControlDeps,
): Promise<{ exporterResponse: Record<string, string> }> {
  const job = deps.jobs.create(request);
  try {
    const evaluation = await wanted(job, signal, deps.jobs);
    const response = evaluation ? await build({ job, evaluation, signal }, deps) : {};
    job.finish();
    return { exporterResponse: response };
  } catch (error) {
    const failure = buildFailure(error);
    job.finish(failure);
    throw failure;
  } finally {
    recordBuild(job, deps.builder.history);
    deps.jobs.finished(job);
    await job.heard(signal);
  }
}

/** What to build: as the request itself says, or a client that drives the build through the gateway. */
async function wanted(job: BuildJob, signal: AbortSignal, jobs: BuildJobs): Promise<Evaluation | undefined> {
  const { frontend, frontendAttrs, frontendInputs, definition } = job.request;
  if (frontend !== '') {
    return job.evaluate(checkFrontend(frontend, frontendAttrs), evaluationInputs(frontendInputs, jobs));
  }
  // One without steps is a definition, too: only where there is none does a client choose.
  if (definition !== undefined) {
    throw new GrpcError(
      grpcCodes.unimplemented,
      'builds of a low-level definition are not implemented yet: use a Dockerfile',
    );
  }
  return await job.chosen(signal);
}

/** Throws a GrpcError for any but the Dockerfile frontend. */
export function checkFrontend(frontend: string, attributes: Attributes): Attributes {
  // Images of the Dockerfile frontend (`# syntax=`) are our own frontend, which speaks the same language.
  const isImage = frontend === 'gateway.v0' && /(^|\/)docker\/dockerfile([:@-]|$)/.test(attributes.source ?? '');
  if (frontend === 'dockerfile.v0' || isImage) return attributes;
  throw new GrpcError(grpcCodes.notFound, `frontend ${frontend} not found: only dockerfile.v0 is there`);
}

async function build(o: { job: BuildJob; evaluation: Evaluation; signal: AbortSignal }, deps: ControlDeps) {
  const over = new AbortController();
  const lost = deps.sessionLoss(o.job.request.session, over.signal);
  try {
    return await buildWith({ ...o, signal: AbortSignal.any([o.signal, lost]) }, deps);
  } catch (error) {
    if (lost.aborted && !o.signal.aborted) throw lost.reason;
    throw error;
  } finally {
    over.abort();
  }
}

async function buildWith(
  { job, evaluation, signal }: { job: BuildJob; evaluation: Evaluation; signal: AbortSignal },
  deps: ControlDeps,
): Promise<Record<string, string>> {
  const { request } = job;
  await using parts = await deps.openParts(request.session, signal);
  job.attributes = evaluation.attributes;
  const wish: BuildRequest = solveToRequest(request, evaluation, parts);
  const { cacheTo, cacheFrom } = cachesOf(request.cache, parts.blobs);
  const result = await job.run(
    { ...wish, cacheTo, cacheFrom: [...(wish.cacheFrom ?? []), ...cacheFrom] },
    evaluation,
    signal,
  );
  await parts.deliver(signal);
  return { ...result.response };
}
