// Exec: from requests to the engine's use-cases.

import { createExec, type Engine, inspectExec, resizeExec, startExec } from '../../engine/index.ts';
import { type Handlers, reply } from '../handler.ts';

export function execRoutes(engine: Engine): Handlers['exec'] {
  return {
    ContainerExec: ({ path, body }) => createExec(engine, path.id, body),
    ExecStart: async ({ path, body, hijack }) => {
      await startExec(engine, path.id, body ?? {}, hijack);
      // A detached exec takes no connection over: 200 says it runs.
      return body?.Detach ? reply(undefined, { status: 200 }) : undefined;
    },
    ExecResize: ({ path, query }) => resizeExec(engine, path.id, query.w ?? 0, query.h ?? 0),
    ExecInspect: ({ path }) => inspectExec(engine, path.id),
  };
}
