import { afterEach, beforeEach, expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Distribution } from '../../distribution/index.ts';
import { HttpServer } from '../../lib/http/http-server.ts';
import { createLogger, silentLogger } from '../../lib/logger.ts';
import { sha256 } from '../../oci/digest.ts';
import { InProcessRegistry } from '../testing/test-registry.ts';
import { refuseUpstream } from './upstream-failure.ts';
import { type CachedName, Upstreams } from './upstreams.ts';

/** A registry that can be taken away, counts what it is asked, and holds blobs back until told. */
class Origin {
  readonly asked: string[] = [];
  inner!: InProcessRegistry;
  down = false;
  silent = false;
  spoil = false;
  /** Says this to whatever it is asked. */
  says: [status: number, body: string] | undefined;
  port = 0;
  gate: Promise<void> = Promise.resolve();
  readonly #server = new HttpServer(async exchange => {
    this.asked.push(`${exchange.method} ${exchange.target}`);
    if (this.silent) await new Promise(() => {});
    if (this.down) return exchange.send(503, {}, '');
    if (this.says) return exchange.send(this.says[0], { 'Content-Type': 'text/html' }, this.says[1]);
    const isBlob = exchange.method === 'GET' && exchange.target.includes('/blobs/');
    if (isBlob) await this.gate;
    if (isBlob && this.spoil) {
      const { headers } = await this.inner.fetch(exchange.target, { method: 'HEAD' });
      return exchange.send(200, {}, Buffer.alloc(Number(headers.get('content-length')), 'z'));
    }
    return this.inner.registry.handle(exchange);
  });

  async start(): Promise<void> {
    this.inner = await InProcessRegistry.start();
    const address = await this.#server.listen({ host: '127.0.0.1', port: 0 });
    this.port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  }

  count(text: string): number {
    return this.asked.filter(one => one.startsWith(text)).length;
  }

  async stop(): Promise<void> {
    await this.#server.close();
    await this.inner[Symbol.asyncDispose]();
  }
}

let origin: Origin;
let cache: InProcessRegistry;
const clock = { now: Date.now() };
beforeEach(async () => {
  origin = new Origin();
  await origin.start();
  cache = await startCache({ wait: 60_000 });
});
afterEach(async () => {
  await cache[Symbol.asyncDispose]();
  await origin.stop();
});

function startCache({ wait }: { wait: number }): Promise<InProcessRegistry> {
  const domain = `127.0.0.1:${origin.port}`;
  return InProcessRegistry.start(
    { upstreams: [{ prefix: 'far', domain, fresh: 60_000, wait }] },
    {
      now: () => clock.now,
      registries: new Distribution({ insecureRegistries: [domain], attempts: 1 }, { logger: silentLogger }),
    },
  );
}

const get = (path: string, init?: RequestInit) => cache.fetch(`/v2/far/app/${path}`, init);

test('what was pulled once is here, and is not fetched again', async () => {
  const digest = await origin.inner.pushImage('app', 'v1', ['one']);
  for (const _turn of [1, 2]) {
    const manifest = await get('manifests/v1');
    expect(manifest.status).toBe(200);
    expect(manifest.headers.get('docker-content-digest')).toBe(digest);
    expect(await (await get(`blobs/${sha256('one')}`)).text()).toBe('one');
  }
  expect(origin.count('GET /v2/app/blobs/')).toBe(1);
  expect(origin.count('GET /v2/app/manifests/')).toBe(1);
  expect(await (await cache.fetch('/v2/_catalog')).json()).toEqual({ repositories: ['far/app'] });
});

test('a tag that moved there moves here once it is not fresh any more', async () => {
  const digestOf = async () => (await get('manifests/v1')).headers.get('docker-content-digest');
  const first = await origin.inner.pushImage('app', 'v1', ['one']);
  expect(await digestOf()).toBe(first);
  const second = await origin.inner.pushImage('app', 'v1', ['two']);
  expect(await digestOf()).toBe(first);
  clock.now += 61_000;
  expect(await digestOf()).toBe(second);
});

test('when the upstream is down, what is here is served, with a warning', async () => {
  await origin.inner.pushImage('app', 'v1', ['one']);
  await get('manifests/v1');
  await (await get(`blobs/${sha256('one')}`)).text();
  origin.down = true;
  clock.now += 61_000;
  const stale = await get('manifests/v1');
  expect(stale.status).toBe(200);
  expect(stale.headers.get('warning')).toContain('299 - "127.0.0.1');
  expect(await (await get(`blobs/${sha256('one')}`)).text()).toBe('one');
  expect(await (await get('tags/list')).json()).toEqual({ name: 'far/app', tags: ['v1'] });
  const other = await get('manifests/v2');
  expect(other.status).toBe(503);
  expect(await InProcessRegistry.codes(other)).toEqual(['UNAVAILABLE']);
});

test('the page of somebody between counts as no answer; that it was asked too often is passed on', async () => {
  await origin.inner.pushImage('app', 'v1', ['one']);
  await get('manifests/v1');
  origin.says = [200, '<html>Welcome to our hotel</html>'];
  clock.now += 61_000;
  const other = await get('manifests/v2');
  expect(other.status).toBe(503);
  expect(await other.text()).toContain('upstream: unsupported manifest media type');
  const stale = await get('manifests/v1');
  expect([stale.status, stale.headers.has('warning')]).toEqual([200, true]);
  origin.says = [429, '{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}'];
  const tooOften = await get('manifests/v3');
  expect(tooOften.status).toBe(429);
  expect(await tooOften.text()).toContain('"TOOMANYREQUESTS","message":"upstream: toomanyrequests: slow down"');
});

test('the log says once that a password of ours does not count any more', async () => {
  let said = '';
  const logger = createLogger({ write: line => void (said += line), level: () => 'warn', format: 'text' });
  const domain = `127.0.0.1:${origin.port}`;
  const registries = new Distribution({ insecureRegistries: [domain], attempts: 1 }, { logger: silentLogger });
  const options = { prefix: 'far', domain, username: 'me', password: 'old', fresh: 0, wait: 1000 };
  const upstreams = new Upstreams([options], { registries, now: Date.now, logger });
  const { upstream, path } = upstreams.find('far/app') as CachedName;
  const ask = () => upstream.ask(() => upstream.repository(path).resolve('v1'), { hurried: false });
  origin.says = [401, '{"errors":[{"code":"UNAUTHORIZED","message":"who?"},{"code":"DENIED","message":"no"}]}'];
  for (const _turn of [1, 2]) {
    const refusal = refuseUpstream(await ask().catch((error: unknown) => error), 'MANIFEST_UNKNOWN');
    expect(refusal.message).toBe('upstream: unauthorized: who?');
  }
  expect(said.match(/the upstream does not let us in/g)).toHaveLength(1);
  registries.close();
});

test('an upstream that takes requests and never answers is not waited for where there is something here', async () => {
  await cache[Symbol.asyncDispose]();
  cache = await startCache({ wait: 50 });
  await origin.inner.pushImage('app', 'v1', ['one']);
  await get('manifests/v1');
  origin.silent = true;
  clock.now += 61_000;
  const stale = await get('manifests/v1');
  expect(stale.status).toBe(200);
  expect(stale.headers.get('warning')).toContain('299 - "127.0.0.1');
  clock.now += 11_000;
  expect(await (await get('tags/list')).json()).toEqual({ name: 'far/app', tags: ['v1'] });
});

test('many who want the same blob at once share one fetch, and read while it comes', async () => {
  const content = 'x'.repeat(3_000_000);
  await origin.inner.pushImage('app', 'v1', [content]);
  const release = Promise.withResolvers<void>();
  origin.gate = release.promise;
  const path = `blobs/${sha256(content)}`;
  const whole = Array.from({ length: 8 }, async () => (await get(path)).text());
  const part = (async () => (await get(path, { headers: { Range: 'bytes=2999990-' } })).text())();
  await Bun.sleep(20);
  release.resolve();
  for (const text of await Promise.all(whole)) expect(text === content).toBe(true);
  expect(await part).toBe('x'.repeat(10));
  expect(origin.count('GET /v2/app/blobs/')).toBe(1);
  expect((await get(path, { method: 'HEAD' })).headers.get('content-length')).toBe('3000000');
});

test('bytes that do not have the digest never arrive whole and are not kept', async () => {
  await origin.inner.pushImage('app', 'v1', ['y'.repeat(700_000)]);
  origin.spoil = true;
  const path = `blobs/${sha256('y'.repeat(700_000))}`;
  await expect((async () => (await get(path)).text())()).rejects.toThrow();
  expect(readdirSync(join(cache.root, 'content', 'uploads'))).toEqual([]);
  origin.spoil = false;
  expect((await (await get(path)).text()).length).toBe(700_000);
});

test('what is not there is not here, and nothing is pushed to another registry by way of this one', async () => {
  expect((await get('manifests/none')).status).toBe(404);
  expect((await get(`blobs/${sha256('none')}`)).status).toBe(404);
  const push = await cache.fetch('/v2/far/app/blobs/uploads/', { method: 'POST' });
  expect(push.status).toBe(405);
  expect(await cache.pushImage('near', 'v')).toStartWith('sha256:');
});
