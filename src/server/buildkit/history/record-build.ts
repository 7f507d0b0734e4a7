// What is to be remembered of a build that is over.
import { createHash } from 'node:crypto';
import { status, statusResponse } from '../../../api/buildkit/control.ts';
import { encode } from '../../../api/buildkit/message.ts';
import type { Builder, HistoryBlob, HistoryRecord } from '../../../builder/index.ts';
import { goJson } from '../../../lib/text/go-json.ts';
import type { BuildJob } from '../solve/build-job.ts';

/** Hands the build over to the history, where it is to be found at once; what clients ask on the side leaves no trace. */
export function recordBuild(job: BuildJob, history: Builder['history']): void {
  if (job.request.internal || !job.completedAt) return;
  const blobs = new Map<string, Uint8Array>();
  const keep = (bytes: Uint8Array, mediaType: string, annotations: HistoryBlob['annotations'] = {}): HistoryBlob => {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length, annotations };
  };
  const { request, result, failure, steps, attributes } = job;
  const record: HistoryRecord = {
    ref: request.ref,
    frontend: request.frontend || 'dockerfile.v0',
    attributes: { ...request.frontendAttrs, ...attributes },
    exporters: request.exporters.map(({ type = '', attrs = {} }) => ({ type, attrs })),
    createdAt: job.createdAt.getTime(),
    completedAt: job.completedAt.getTime(),
    response: { ...result?.response },
    steps: { ...steps },
    warnings: result?.warnings.length ?? 0,
    attestations: attestationsOf(job, keep),
    ...{ pinned: false, generation: 1 },
    ...(failure && {
      error: {
        ...{ code: failure.code, message: failure.message },
        details: keep(
          failure.details ?? encode(status, { code: failure.code, message: failure.message }),
          'application/vnd.googeapis.google.rpc.status+proto',
        ),
      },
    }),
  };
  void history.add(record, { blobs, log: logOf(job) });
}

/** Provenance as BuildKit keeps it with a record: the predicate alone. */
function attestationsOf(
  { result }: BuildJob,
  keep: (bytes: Uint8Array, mediaType: string, annotations: HistoryBlob['annotations']) => HistoryBlob,
): HistoryRecord['attestations'] {
  if (!result?.provenance) return {};
  const { predicate, predicateType } = result.provenance;
  const blob = keep(Buffer.from(goJson(predicate, { indented: true })), 'application/vnd.in-toto+json', {
    'in-toto.io/predicate-type': predicateType,
  });
  const { platforms = [] } = result;
  const names = platforms.length > 1 ? platforms : [''];
  return Object.fromEntries(names.map(name => [name, [blob]]));
}

async function* logOf(job: BuildJob): AsyncGenerator<Uint8Array> {
  for await (const message of job.news()) yield encode(statusResponse, message);
}
