// Steps that fail: what came before them is undone, and the message says why.
import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { createServer } from 'node:net';
import type { TestDaemon } from '../support/daemons/daemon.ts';
import { type Engine, startEngine } from '../support/daemons/engine.ts';
import { expectNothingLeft, listRemains } from '../support/daemons/remains.ts';
import { eventually } from '../support/eventually.ts';

let daemon: TestDaemon;
let engine: Engine;
let before: Set<string>;
beforeAll(async () => {
  ({ daemon, engine, before } = await startEngine());
}, 60_000);
afterAll(async () => await daemon[Symbol.asyncDispose](), 60_000);
afterEach(async () => {
  for (const { Id } of await engine.client.call('ContainerList', { query: { all: true } }))
    await engine.remove(Id ?? '');
  await expectNothingLeft(daemon.places, daemon.pid, before);
}, 60_000);

/** What a created container holds before its first start; a failed start must not add to it. */
async function startFails(id: string, message: RegExp): Promise<void> {
  const created = await listRemains(daemon.places, daemon.pid);
  const start = engine.client.call('ContainerStart', { path: { id } });
  await expect(start).rejects.toThrow(message);
  await start.catch(() => {});
  await expectNothingLeft(daemon.places, daemon.pid, created);
  expect((await engine.inspect(id)).State).toMatchObject({ Running: false, Pid: 0 });
}

test('a start that finds no such command must undo mounts, network and runtime', async () => {
  const id = await engine.create('', { Cmd: ['no-such-command'] });
  await startFails(id, /no-such-command.*not found/s);
  expect((await engine.inspect(id)).State?.ExitCode).toBe(127);
});

test('a start that finds no such user must undo mounts and network', async () => {
  const id = await engine.create('true', { User: 'stranger' });
  await startFails(id, /unable to find user stranger: no matching entries in passwd file/);
});

test('a start whose port is taken must name the port, and work once it is free', async () => {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '0.0.0.0', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const id = await engine.create('sleep 1000', {
    ExposedPorts: { '80/tcp': {} },
    HostConfig: { PortBindings: { '80/tcp': [{ HostPort: String(port) }] } },
  });
  await startFails(id, new RegExp(`failed to bind host port (for )?0\\.0\\.0\\.0:${port}`));
  await new Promise(resolve => server.close(resolve));
  await engine.client.call('ContainerStart', { path: { id } });
});

test('a start whose folder vanished must undo the mounts before it', async () => {
  const folder = `${daemon.places.root}/vanishing`;
  await Bun.write(`${folder}/file`, 'x');
  const id = await engine.create('true', {
    HostConfig: { Mounts: [{ Type: 'bind', Source: folder, Target: '/data' }] },
  });
  await Bun.$`rm -r ${folder}`.quiet();
  await startFails(id, /vanishing/);
});

test('containers that end by themselves must give everything back', async () => {
  const ids = await Promise.all(Array.from({ length: 12 }, (_, index) => engine.run(`exit ${index}`)));
  expect(await Promise.all(ids.map(id => engine.wait(id)))).toEqual(ids.map((_, index) => index));
});

test('auto-removed containers must be gone without being asked', async () => {
  await Promise.all(Array.from({ length: 8 }, () => engine.run('true', { HostConfig: { AutoRemove: true } })));
  await eventually(
    'all are gone',
    async () => (await engine.client.call('ContainerList', { query: { all: true } })).length === 0,
  );
});

test('clients that vanish while attached must not stop the container', async () => {
  const id = await engine.run('i=0; while :; do i=$((i+1)); echo line $i; done');
  for (let time = 0; time < 10; time++) {
    const query = { stream: true, stdin: true, stdout: true, stderr: true };
    const { socket } = await engine.client.hijack('ContainerAttach', { path: { id }, query });
    socket.on('error', () => {});
    await new Promise(resolve => socket.once('data', resolve).resume());
    socket.destroy();
  }
  expect((await engine.inspect(id)).State?.Running).toBe(true);
});
