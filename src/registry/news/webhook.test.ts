import { expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../../test/support/eventually.ts';
import { mediaTypes } from '../../oci/descriptor.ts';
import { sha256 } from '../../oci/digest.ts';
import { defaultOptions } from '../options.ts';
import { InProcessRegistry } from '../testing/test-registry.ts';

interface Received {
  type: string | null;
  secret: string | null;
  event: { id: string; action: string; target: Record<string, unknown>; actor: { name: string } };
}

/** A receiver that refuses the first `failures` requests. */
function receiver(failures: number) {
  const received: Received[] = [];
  let left = failures;
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      if (left-- > 0) return new Response('not yet', { status: 503 });
      const { events } = (await request.json()) as { events: Received['event'][] };
      const { headers } = request;
      for (const event of events) {
        received.push({ type: headers.get('content-type'), secret: headers.get('x-secret'), event });
      }
      return new Response();
    },
  });
  return { received, url: `http://127.0.0.1:${server.port}/hook`, stop: () => server.stop(true) };
}

/** The metrics once `line` is in them: the receiver has an event before the registry knows that it was taken. */
function metricsWith(registry: InProcessRegistry, line: string): Promise<string> {
  return eventually(line, async () => {
    const metrics = await (await registry.fetch('/metrics')).text();
    return metrics.includes(line) ? metrics : undefined;
  });
}

test('pushes and deletions are told in order, again until they are taken', async () => {
  const hook = receiver(3);
  const webhook = { name: 'h', url: hook.url, headers: { 'X-Secret': 's' }, timeout: 60_000, backoff: 1, attempts: 9 };
  {
    await using registry = await InProcessRegistry.start({ webhooks: [{ ...webhook, actions: ['push', 'delete'] }] });
    const digest = await registry.pushImage('a/b', 'v', ['layer']);
    await registry.fetch('/v2/a/b/manifests/v');
    await registry.fetch(`/v2/a/b/manifests/${digest}`, { method: 'DELETE' });
    await eventually('four events', () => hook.received.length === 4);
    expect(hook.received.map(one => one.event.action)).toEqual(['push', 'push', 'push', 'delete']);
    const [blob, , manifest, deletion] = hook.received;
    expect(blob).toMatchObject({ type: 'application/vnd.docker.distribution.events.v1+json', secret: 's' });
    expect(blob?.event.target).toMatchObject({ repository: 'a/b', digest: sha256('{}'), size: 2, length: 2 });
    expect(manifest?.event.target).toMatchObject({
      ...{ digest, tag: 'v', repository: 'a/b', url: `http://${registry.host}/v2/a/b/manifests/${digest}` },
    });
    expect(deletion?.event.target).toMatchObject({ digest });
    expect(new Set(hook.received.map(one => one.event.id)).size).toBe(4);
    const metrics = await metricsWith(registry, 'berth_registry_webhook_delivered{webhook="h"} 4');
    expect(metrics).toContain('berth_registry_webhook_failures{webhook="h"} 3');
    expect(metrics).toContain('# TYPE berth_registry_webhook_delivered counter');
  }
  hook.stop();
});

test('a receiver that is gone holds up neither pushes nor the end', async () => {
  const webhook = { name: 'h', url: 'http://127.0.0.1:1/', headers: {}, timeout: 5000, backoff: 60_000, attempts: 9 };
  await using registry = await InProcessRegistry.start({ webhooks: [{ ...webhook, actions: ['push'] }] });
  await registry.pushImage('a', 'v');
});

test('what was not delivered is when the registry runs again, in order; what is torn is left out', async () => {
  const root = mkdtempSync(join(tmpdir(), 'berth-news-'));
  const webhook = { name: 'a/b', headers: {}, timeout: 5000, backoff: 60_000, attempts: 9, actions: ['push'] } as const;
  const nobody = { ...webhook, url: 'http://127.0.0.1:1/' };
  const before = await InProcessRegistry.start({ root, webhooks: [nobody] });
  await before.pushImage('a', 'v', ['layer']);
  // As a kill would leave it: nothing is closed but the port.
  await before.registry.close();
  const folder = join(root, 'webhooks', 'to-a%2Fb');
  expect(readdirSync(folder)).toHaveLength(3);
  writeFileSync(join(folder, '000000000004.json'), '{"events":[');
  const hook = receiver(1);
  await using _after = await InProcessRegistry.start({ root, webhooks: [{ ...webhook, url: hook.url, backoff: 1 }] });
  await eventually('three events', () => hook.received.length === 3);
  expect(hook.received.map(({ event }) => event.target.mediaType)).toEqual([
    ...['application/octet-stream', 'application/octet-stream', mediaTypes.ociManifest],
  ]);
  await eventually('nothing waits', () => readdirSync(folder).length === 0);
  hook.stop();
  await before[Symbol.asyncDispose]();
});

test('an event nobody takes is given up in the end, and counted', async () => {
  const hook = receiver(2);
  const webhook = { name: 'h', url: hook.url, headers: {}, timeout: 5000, backoff: 1, attempts: 2 };
  await using registry = await InProcessRegistry.start({ webhooks: [{ ...webhook, actions: ['push'] }] });
  await registry.pushBlob('a', 'first');
  await registry.pushBlob('a', 'second');
  await eventually('the second', () => hook.received.length === 1);
  expect(hook.received[0]?.event.target.digest).toBe(sha256('second'));
  await metricsWith(registry, 'berth_registry_webhook_dropped{webhook="h"} 1');
  hook.stop();
});

test('other receivers can be told from now on; what waits goes to the one that has the name by then', async () => {
  const [old, next] = [receiver(1000), receiver(0)];
  const webhook = { name: 'h', headers: {}, timeout: 5000, backoff: 60_000, attempts: 9, actions: ['push'] } as const;
  await using registry = await InProcessRegistry.start({ webhooks: [{ ...webhook, url: old.url }] });
  await registry.pushBlob('a', 'first');
  await registry.registry.configure({
    ...defaultOptions,
    root: registry.root,
    webhooks: [{ ...webhook, url: next.url }],
  });
  await registry.pushBlob('a', 'second');
  await eventually('both', () => next.received.length === 2);
  expect(next.received.map(({ event }) => event.target.digest)).toEqual([sha256('first'), sha256('second')]);
  for (const hook of [old, next]) hook.stop();
});
