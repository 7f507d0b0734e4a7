// For tests: an API server with a few handlers, on a socket of its own.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endpoints } from '../api/endpoints.ts';
import { silentLogger } from '../lib/logger.ts';
import { type ApiServer, createApiServer } from './api-server.ts';
import { type Handlers, notImplemented } from './handler.ts';

/** Handlers that answer 501, except those given. */
export function handlersWith(some: { [T in keyof Handlers]?: Partial<Handlers[T]> }): Handlers {
  const all: Record<string, Record<string, unknown>> = {};
  for (const [tag, operations] of Object.entries(endpoints)) {
    const given: Record<string, unknown> = some[tag as keyof Handlers] ?? {};
    all[tag] = Object.fromEntries(Object.keys(operations).map(name => [name, given[name] ?? notImplemented]));
  }
  return all as unknown as Handlers;
}

/** Serves on `unix://path` until disposed. */
export async function testServer(
  some: Parameters<typeof handlersWith>[0],
): Promise<{ server: ApiServer; path: string; host: string } & AsyncDisposable> {
  const directory = mkdtempSync(join(tmpdir(), 'berth-server-'));
  const path = join(directory, 'api.sock');
  const server = createApiServer({ handlers: handlersWith(some), logger: silentLogger, version: '1.2.3' });
  await server.listen({ kind: 'unix', path });
  return {
    server,
    path,
    host: `unix://${path}`,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      rmSync(directory, { recursive: true });
    },
  };
}
