import { expect, test } from 'bun:test';
import { eventually } from '../../../test/support/eventually.ts';
import { sha256 } from '../../oci/digest.ts';
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

test('pushes and deletions are told in order, again until they are taken', async () => {
  const hook = receiver(3);
  const webhook = { name: 'h', url: hook.url, headers: { 'X-Secret': 's' }, timeout: 60_000, backoff: 1 };
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
    const metrics = await (await registry.fetch('/metrics')).text();
    expect(metrics).toContain('berth_registry_webhook_failures{webhook="h"} 3');
    expect(metrics).toContain('berth_registry_webhook_delivered{webhook="h"} 4');
  }
  hook.stop();
});

test('a receiver that is gone holds up neither pushes nor the end', async () => {
  const webhook = { name: 'h', url: 'http://127.0.0.1:1/', headers: {}, timeout: 5000, backoff: 60_000 };
  await using registry = await InProcessRegistry.start({ webhooks: [{ ...webhook, actions: ['push'] }] });
  await registry.pushImage('a', 'v');
});
