// Exec: from requests to the engine's use-cases.

import { createExec, type Engine, inspectExec, resizeExec, startExec } from '../../engine/index.ts';
import { type Handlers, reply } from '../handler.ts';
import { requireSize } from './require-size.ts';

export function execRoutes(engine: Engine): Handlers['exec'] {
  return {
    ContainerExec: ({ path, body }) => createExec(engine, path.id, body),
    ExecStart: async ({ path, body, hijack }) => {
      await startExec(engine, path.id, body ?? {}, hijack);
      // A detached exec takes no connection over: 200 says it runs.
      return body?.Detach ? reply(undefined, { status: 200 }) : undefined;
    },
    ExecResize: ({ path, query }) => {
      const { columns, rows } = requireSize(query);
      return resizeExec(engine, path.id, columns, rows);
    },
    ExecInspect: ({ path }) => inspectExec(engine, path.id),
  };
}
