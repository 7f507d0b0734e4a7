// Builds by the classic protocol and by BuildKit's, and the build cache.

import type { Builder } from '../../builder/index.ts';
import { BerthError, errorKind, errorMessage, invalid } from '../../lib/errors.ts';
import { buildClassically } from '../build/classic-build.ts';
import type { BuildkitDoor } from '../buildkit/index.ts';
import type { Handlers } from '../handler.ts';

export function buildRoutes(builder: Builder, buildkit: BuildkitDoor): Handlers['build'] {
  return {
    ImageBuild: ({ query, body, headers, signal }) => ({
      stream: buildClassically(builder, { query, body, headers, signal }),
    }),
    BuildPrune: async ({ query }) => {
      const pruning = builder.prune({
        all: query.all === true,
        filters: query.filters ?? {},
        reservedSpace: query['reserved-space'] ?? query['keep-storage'] ?? 0,
        maxUsedSpace: query['max-used-space'] ?? 0,
        minFreeSpace: query['min-free-space'] ?? 0,
      });
      const { deleted, reclaimed } = await pruning.catch(explainPrune);
      return { CachesDeleted: deleted.length > 0 ? deleted.map(({ id }) => id) : null, SpaceReclaimed: reclaimed };
    },
    BuildCancel: ({ query }) => {
      if (!query.id) throw invalid('build ID not provided');
      builder.find(query.id)?.cancel();
    },
    Session: ({ headers, hijack }) => {
      const { upgrade } = headers;
      if (!upgrade) throw invalid('no upgrade proto in request');
      if (upgrade.toLowerCase() !== 'h2c') throw invalid(`protocol ${upgrade} not supported`);
      buildkit.addSession(hijack({ multiplexed: false }), headers);
    },
    Grpc: ({ hijack }) => buildkit.serve(hijack({ multiplexed: false })),
  };
}

function explainPrune(error: unknown): never {
  throw new BerthError(errorKind(error), `failed to prune build cache: ${errorMessage(error)}`, { cause: error });
}
