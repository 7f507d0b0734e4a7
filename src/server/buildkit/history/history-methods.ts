// The methods by which clients look at builds that are over: the list, its changes, and the blobs that go with them.
import {
  contentInfoRequest,
  contentInfoResponse,
  contentPortion,
  contentService,
  readContentRequest,
  readContentResponse,
} from '../../../api/buildkit/content.ts';
import {
  buildHistoryEvent,
  buildHistoryRequest,
  updateBuildHistoryRequest,
  updateBuildHistoryResponse,
} from '../../../api/buildkit/history.ts';
import type { Builder } from '../../../builder/index.ts';
import type { GrpcHandler } from '../../../lib/grpc/server.ts';
import { GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';
import { streaming, unary } from '../method.ts';
import type { BuildJobs } from '../solve/build-jobs.ts';
import { watchHistory } from './watch-history.ts';

const control = '/moby.buildkit.v1.Control/';

export function historyMethods(jobs: BuildJobs, history: Builder['history']): Record<string, GrpcHandler> {
  const blob = async (digest: string): Promise<Uint8Array> => {
    const bytes = await history.blob(digest);
    if (!bytes) throw new GrpcError(grpcCodes.notFound, `content ${digest}: not found`);
    return bytes;
  };
  return {
    [`${control}ListenBuildHistory`]: streaming([buildHistoryRequest, buildHistoryEvent], (request, { signal }) =>
      watchHistory(request, { jobs, history }, signal),
    ),
    [`${control}UpdateBuildHistory`]: unary([updateBuildHistoryRequest, updateBuildHistoryResponse], async request => {
      const { ref, pinned } = request;
      // All there is to be finalized is written when a build ends.
      if (request.finalize) return {};
      const known = request.delete ? await history.remove(ref) : await history.pin(ref, pinned);
      if (!known) throw new GrpcError(grpcCodes.notFound, `build record ${ref} not found`);
      if (request.delete) jobs.announce({ kind: 'deleted', ref });
      return {};
    }),
    [`${contentService}Info`]: unary([contentInfoRequest, contentInfoResponse], async ({ digest }) => ({
      info: { digest, size: (await blob(digest)).length },
    })),
    [`${contentService}Read`]: streaming(
      [readContentRequest, readContentResponse],
      async function* ({ digest, offset, size }) {
        const bytes = await blob(digest);
        const end = size > 0 ? Math.min(offset + size, bytes.length) : bytes.length;
        for (let at = offset; at < end; at += contentPortion) {
          yield { offset: at, data: bytes.subarray(at, Math.min(at + contentPortion, end)) };
        }
      },
    ),
  };
}
