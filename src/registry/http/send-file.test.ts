import { expect, test } from 'bun:test';
import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { sha256 } from '../../oci/digest.ts';
import { InProcessRegistry } from '../testing/test-registry.ts';

test('whoever reads slowly, or in fits, gets every byte', async () => {
  await using registry = await InProcessRegistry.start();
  // Larger than what the kernel keeps for a connection, so that buffers have to wait and are used again.
  const blob = randomBytes(24_000_000);
  await registry.pushBlob('slow', blob);
  const [host, port] = registry.host.split(':');
  const digests = await Promise.all(
    [0, 1, 2].map(async lane => {
      const socket = connect({ host: host ?? '', port: Number(port) });
      socket.write(`GET /v2/slow/blobs/${sha256(blob)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      const hash = createHash('sha256');
      let inBody = false;
      let seen = 0;
      for await (const chunk of socket as AsyncIterable<Buffer>) {
        const start = inBody ? 0 : chunk.indexOf('\r\n\r\n') + 4;
        inBody = true;
        hash.update(chunk.subarray(start));
        // Each lane rests at other places.
        if (++seen % (5 + lane) === 0) await Bun.sleep(2);
      }
      return `sha256:${hash.digest('hex')}`;
    }),
  );
  expect(digests).toEqual([sha256(blob), sha256(blob), sha256(blob)]);
});

test('a client that goes in the middle leaves nothing open', async () => {
  await using registry = await InProcessRegistry.start();
  const blob = randomBytes(24_000_000);
  const path = `/v2/gone/blobs/${await registry.pushBlob('gone', blob)}`;
  for (let turn = 0; turn < 5; turn++) {
    const controller = new AbortController();
    const response = await registry.fetch(path, { signal: controller.signal });
    await response.body?.getReader().read();
    controller.abort();
  }
  expect((await (await registry.fetch(path)).arrayBuffer()).byteLength).toBe(blob.length);
});
