// The builds of the last while, as `docker buildx history` shows them. They are kept in memory.
import {
  type BuildHistoryEvent,
  type BuildHistoryRecord,
  type BuildHistoryRequest,
  buildHistoryEventType,
} from '../../api/buildkit/control.ts';
import type { BuildJob } from './solve/build-job.ts';
import type { BuildJobs } from './solve/build-jobs.ts';

/** What happened and, unless the client leaves then, what happens. */
export async function* watchHistory(
  jobs: BuildJobs,
  request: BuildHistoryRequest,
  signal: AbortSignal,
): AsyncGenerator<Partial<BuildHistoryEvent>> {
  const wanted = (job: BuildJob) =>
    (request.ref === '' || job.request.ref === request.ref) && (!request.activeOnly || !job.completedAt);
  const news: BuildJob[] = [];
  let wake: (() => void) | undefined;
  using _watch = jobs.watch(job => {
    news.push(job);
    wake?.();
  });
  signal.addEventListener('abort', () => wake?.(), { once: true });
  const known = jobs.list().filter(wanted);
  for (const job of request.limit > 0 ? known.slice(-request.limit) : known) yield eventOf(job);
  while (!request.earlyExit && !signal.aborted) {
    const job = news.shift();
    if (job) {
      if (wanted(job) || (request.activeOnly && job.completedAt)) yield eventOf(job);
      continue;
    }
    await new Promise<void>(resolve => {
      wake = resolve;
      if (signal.aborted || news.length > 0) resolve();
    });
  }
}

function eventOf(job: BuildJob): Partial<BuildHistoryEvent> {
  const type = job.completedAt ? buildHistoryEventType.complete : buildHistoryEventType.started;
  return { type, record: recordOf(job) };
}

function recordOf({ request, failure, createdAt, completedAt, result, ...job }: BuildJob): Partial<BuildHistoryRecord> {
  return {
    ref: request.ref,
    frontend: request.frontend || 'dockerfile.v0',
    frontendAttrs: { ...request.frontendAttrs, ...job.attributes },
    exporters: request.exporters,
    error: failure && { code: failure.code, message: failure.message },
    createdAt,
    completedAt,
    exporterResponse: { ...result?.response },
    numTotalSteps: job.steps.total,
    numCompletedSteps: job.steps.completed,
    numCachedSteps: job.steps.cached,
    numWarnings: result?.warnings.length ?? 0,
  };
}
