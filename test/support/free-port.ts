// A TCP port that nothing listens on.

import { createServer } from 'node:net';

/** Below those that the kernel gives to clients: none of their connections comes to have it before the caller does. */
const [lowest, highest] = [20_000, 32_767];

/** A port free a moment ago on all addresses; the caller takes it soon. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const onError = (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error));
  server.once('error', onError).listen(port, '0.0.0.0', () => resolve(true));
  const free = await promise;
  if (free) await new Promise(closed => server.close(closed));
  return free;
}
