// A TCP port that nothing listens on.

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * A port free a moment ago on all addresses; the caller takes it soon. It is none of those that the kernel gives to whoever
 * asks for any, or calls somebody: of these another process may get it before the caller does.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise(resolve => {
    server.once('error', () => resolve(false));
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)));
  });
}
