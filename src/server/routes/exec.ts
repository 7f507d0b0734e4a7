// Exec: from requests to the engine's use-cases.

import { isAtLeast } from '../../api/versions.ts';
import { createExec, type Engine, inspectExec, resizeExec, startExec } from '../../engine/index.ts';
import { type Handlers, reply } from '../handler.ts';
import { requireSize } from './require-size.ts';

export function execRoutes(engine: Engine): Handlers['exec'] {
  return {
    ContainerExec: ({ path, body, version }) => createExec(engine, path.id, withoutSize(body, version)),
    ExecStart: async ({ path, body, version, hijack }) => {
      await startExec(engine, path.id, withoutSize(body ?? {}, version), hijack);
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

/** The size of a terminal counts since 1.42. */
function withoutSize<T extends { ConsoleSize?: unknown }>(config: T, version: string): T | Omit<T, 'ConsoleSize'> {
  const { ConsoleSize: _later, ...rest } = config;
  return isAtLeast(version, '1.42') ? config : rest;
}
