// Records of builds as clients read them.
import type { BuildHistoryRecord, BuildResultInfo } from '../../../api/buildkit/history.ts';
import type { HistoryRecord } from '../../../builder/index.ts';
import type { BuildJob } from '../solve/build-job.ts';

/** A build that is over. */
export function messageOf(record: HistoryRecord): Partial<BuildHistoryRecord> {
  const { ref, frontend, attributes, exporters, error, response, steps, warnings, pinned, generation } = record;
  return {
    ...{ ref, frontend, pinned, generation, ...resultsOf(record) },
    frontendAttrs: { ...attributes },
    exporters: exporters.map(({ type, attrs }) => ({ type, attrs: { ...attrs } })),
    error: error && { code: error.code, message: error.message },
    externalError: error && { ...error.details, annotations: {} },
    createdAt: new Date(record.createdAt),
    completedAt: new Date(record.completedAt),
    exporterResponse: { ...response },
    numTotalSteps: steps.total,
    numCompletedSteps: steps.completed,
    numCachedSteps: steps.cached,
    numWarnings: warnings,
  };
}

/** One that runs. */
export function runningMessage({ request, createdAt, steps, attributes }: BuildJob): Partial<BuildHistoryRecord> {
  return {
    ref: request.ref,
    frontend: request.frontend || 'dockerfile.v0',
    frontendAttrs: { ...request.frontendAttrs, ...attributes },
    exporters: request.exporters,
    createdAt,
    numTotalSteps: steps.total,
    numCompletedSteps: steps.completed,
    numCachedSteps: steps.cached,
  };
}

function resultsOf({ attestations }: HistoryRecord): Pick<Partial<BuildHistoryRecord>, 'result' | 'results'> {
  const results: Record<string, Partial<BuildResultInfo>> = {};
  for (const [platform, blobs] of Object.entries(attestations)) {
    results[platform] = { attestations: blobs.map(blob => ({ ...blob, annotations: { ...blob.annotations } })) };
  }
  const { '': only, ...byPlatform } = results;
  return { ...(only && { result: only }), ...(Object.keys(byPlatform).length > 0 && { results: byPlatform }) };
}
