// Copies, exports and commits that are cut off: nothing stays mounted, open, frozen or half written.
import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestDaemon } from '../support/daemons/daemon.ts';
import { type Engine, startEngine } from '../support/daemons/engine.ts';
import { expectNothingLeft } from '../support/daemons/remains.ts';
import { eventually } from '../support/eventually.ts';

let daemon: TestDaemon;
let engine: Engine;
let before: Set<string>;
let id: string;
beforeAll(async () => {
  ({ daemon, engine, before } = await startEngine());
}, 60_000);
afterAll(async () => await daemon[Symbol.asyncDispose](), 60_000);
afterEach(async () => {
  await eventually('no view is left', () => views().length === 0);
  await eventually('nothing is half written', () => ingests().length === 0);
  await eventually('it runs on', async () => (await engine.inspect(id)).State?.Status === 'running');
  await engine.remove(id);
  await expectNothingLeft(daemon.places, daemon.pid, before);
}, 60_000);

const views = () => [
  ...readdirSync(join(daemon.places.dataRoot, 'views')),
  ...readFileSync(`/proc/${daemon.pid}/mountinfo`, 'utf8')
    .split('\n')
    .filter(line => line.includes('/views/')),
];
const ingests = () => readdirSync(join(daemon.places.dataRoot, 'content', 'ingest'));

/** A container with 200 MB of files that goes on. */
async function full(): Promise<void> {
  id = await engine.run('dd if=/dev/urandom of=/big bs=1M count=200 2>/dev/null; echo ready; exec sleep 1000');
  await eventually('it is ready', async () => (await engine.logs(id)).includes('ready'));
}

for (const operation of ['ContainerArchive', 'ContainerExport'] as const) {
  test(`${operation}: a client that leaves must leave nothing`, async () => {
    await full();
    for (let time = 0; time < 3; time++) {
      const { body } = await engine.client.stream(operation, { path: { id }, query: { path: '/big' } } as never);
      for await (const _ of body) break;
    }
  });
}

test('PutContainerArchive: a client that leaves must leave nothing', async () => {
  await full();
  const cut = new AbortController();
  const body = (async function* () {
    const { body: archive } = await engine.client.stream('ContainerArchive', { path: { id }, query: { path: '/big' } });
    let sent = 0;
    for await (const chunk of archive) {
      yield chunk;
      sent += chunk.length;
      if (sent > 20_000_000) cut.abort();
    }
  })();
  const put = engine.client.call(
    'PutContainerArchive',
    { path: { id }, query: { path: '/tmp' }, body },
    { signal: cut.signal },
  );
  await put.then(
    () => expect.unreachable('it was cut off'),
    () => {},
  );
  await eventually('the half file is gone', async () => {
    const changes = await engine.client.call('ContainerChanges', { path: { id } });
    return !changes?.some(({ Path }) => Path === '/tmp/big');
  });
});

/** Begins a commit; resolves when the container is frozen for it. One that was over before anybody looked is begun anew. */
async function beginCommit(signal: AbortSignal): Promise<{ image: Promise<string | undefined> }> {
  for (;;) {
    let made: string | undefined;
    const commit = engine.client.call('ImageCommit', { query: { container: id } }, { signal });
    const image = commit.then(
      ({ Id }) => {
        made = Id;
        return made;
      },
      () => undefined,
    );
    await eventually('it is frozen', async () => made ?? (await engine.inspect(id)).State?.Paused);
    if (made === undefined) return { image };
    await engine.client.call('ImageDelete', { path: { name: made }, query: {} });
  }
}

test('ImageCommit: a client that leaves must leave the container running, and no image', async () => {
  await full();
  const cut = new AbortController();
  const { image } = await beginCommit(cut.signal);
  cut.abort();
  expect(await image).toBeUndefined();
  await eventually('it is thawed', async () => (await engine.inspect(id)).State?.Paused === false);
  expect(await engine.client.call('ImageList', {})).toHaveLength(1);
});

test('a daemon killed in the middle of a copy and a commit must leave no view, and thaw the container', async () => {
  await full();
  const { body } = await engine.client.stream('ContainerArchive', { path: { id }, query: { path: '/big' } });
  const copy = body[Symbol.asyncIterator]();
  await copy.next();
  const { image } = await beginCommit(new AbortController().signal);
  await daemon.kill();
  await image;
  await copy.return?.();
  await daemon.start();
  await eventually('it is thawed', async () => (await engine.inspect(id)).State?.Paused === false);
  expect(await engine.client.call('ImageList', {})).toHaveLength(1);
});

test('a commit that fails must thaw the container', async () => {
  await full();
  const commit = engine.client.call('ImageCommit', { query: { container: id, repo: 'Not:A:Name' } });
  await commit.then(
    () => expect.unreachable('it cannot succeed'),
    error => expect(error.message).toContain('invalid reference format'),
  );
});
