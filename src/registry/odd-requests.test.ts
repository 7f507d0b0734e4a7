// Requests that no client sends unless it looks for a hole.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { connect } from 'node:net';
import { sha256 } from '../oci/digest.ts';
import { InProcessRegistry } from './testing/test-registry.ts';

let registry: InProcessRegistry;
beforeAll(async () => {
  registry = await InProcessRegistry.start({ deletion: false });
});
afterAll(() => registry[Symbol.asyncDispose]());

/** The status of the answer to a request that `fetch` would not send. */
async function status(method: string, target: string): Promise<number> {
  const [host = '', port] = registry.host.split(':');
  const socket = connect({ host, port: Number(port) });
  socket.write(`${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  const answer = Buffer.concat(await Array.fromAsync(socket)).toString('latin1');
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
}

// What every object has without anybody having put it there.
const inherited = ['constructor', 'toString', '__proto__', 'hasOwnProperty'];

test('a method that means nothing is refused, whatever it is called', async () => {
  const digest = await registry.pushImage('app', 'v', ['layer']);
  for (const method of [...inherited, 'BREW']) {
    expect(await status(method, `/v2/app/blobs/${sha256('layer')}`)).toBe(405);
    expect(await status(method, `/v2/app/manifests/${digest}`)).toBe(405);
    expect(await status(method, '/v2/')).toBe(405);
  }
  expect((await registry.fetch(`/v2/app/blobs/${sha256('layer')}`)).status).toBe(200);
});

test('a path that means nothing is not found, whatever it is called', async () => {
  for (const target of [...inherited, '*', '/']) expect(await status('GET', target)).toBe(404);
});

test('clients cannot make the registry count ever more things', async () => {
  for (const method of ['A', 'B', 'C']) expect(await status(method, '/v2/')).toBe(405);
  const metrics = await (await registry.fetch('/metrics')).text();
  expect(metrics).toContain('method="other"');
  expect(metrics).not.toContain('method="B"');
});
