// The daemon as a process: how it answers, what it refuses, how it starts, stops and lives beside others.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestDaemon } from '../support/daemons/daemon.ts';
import { Engine } from '../support/daemons/engine.ts';
import { expectNothingLeft, listRemains } from '../support/daemons/remains.ts';
import { run } from '../support/run.ts';

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await TestDaemon.start();
});
afterAll(async () => await daemon[Symbol.asyncDispose]());

const get = async (path: string, init: RequestInit = {}) =>
  await fetch(`http://berth${path}`, { unix: daemon.places.socket, ...init });

test('_ping must say which API it speaks, to every version', async () => {
  for (const path of ['/_ping', '/v1.24/_ping', '/v1.51/_ping']) {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('OK');
    expect(response.headers.get('api-version')).toBe('1.51');
    expect(response.headers.get('ostype')).toBe('linux');
  }
  expect((await get('/_ping', { method: 'HEAD' })).status).toBe(200);
});

test('a version that is too new or too old must be refused with the limits', async () => {
  const tooNew = await get('/v1.99/info');
  expect(tooNew.status).toBe(400);
  expect(await tooNew.json()).toEqual({
    message: 'client version 1.99 is too new. Maximum supported API version is 1.51',
  });
  const tooOld = await get('/v1.12/info');
  expect(tooOld.status).toBe(400);
  expect(await tooOld.text()).toContain(
    'client version 1.12 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version',
  );
});

test('what is not there must be said in a message', async () => {
  const nowhere = await get('/nowhere');
  expect(nowhere.status).toBe(404);
  expect(await nowhere.json()).toEqual({ message: 'page not found' });
  const container = await get('/containers/nope/json');
  expect(container.status).toBe(404);
  expect(await container.json()).toEqual({ message: 'No such container: nope' });
});

test('an operation that is not done yet must answer 501 and say so', async () => {
  const response = await get('/swarm');
  expect(response.status).toBe(501);
  expect(((await response.json()) as { message: string }).message).toContain('not implemented');
});

test('bad input must be refused with a message', async () => {
  const create = async (body: string, type = 'application/json') =>
    await get('/containers/create', { method: 'POST', body, headers: { 'content-type': type } });
  const cut = await create('{"Image":');
  expect(cut.status).toBe(400);
  const image = await create('{"Image":"no-such-image"}');
  expect(image.status).toBe(404);
  expect(await image.json()).toEqual({ message: 'No such image: no-such-image:latest' });
  const type = await create('{"Image":"busybox"}', 'text/plain');
  expect(type.status).toBe(400);
});

test('info and version must describe the daemon', async () => {
  const { client } = new Engine(daemon);
  const info = await client.call('SystemInfo');
  expect(info).toMatchObject({ DockerRootDir: daemon.places.dataRoot, OSType: 'linux', Driver: 'overlay2' });
  expect(info.Containers).toBe(0);
  const version = await client.call('SystemVersion');
  expect(version).toMatchObject({ ApiVersion: '1.51', MinAPIVersion: '1.24', Os: 'linux' });
});

test('the socket must not be open to others, and the pid file must be true', () => {
  expect(statSync(daemon.places.socket).mode & 0o777).toBe(0o660);
  expect(Number(readFileSync(daemon.places.pidFile, 'utf8'))).toBe(daemon.pid);
});

test('a second daemon on the same roots must be refused, harm nothing and leave nothing', async () => {
  const { pidFile, execRoot, dataRoot } = daemon.places;
  const own = [daemon.host, pidFile];
  const second = daemon.command().map(word => (own.includes(word) ? `${word}2` : word));
  const otherRun = second.map(word => (word === execRoot ? `${word}2` : word));
  for (const [command, root] of [
    [second, execRoot],
    [otherRun, dataRoot],
  ] as const) {
    const { code, stderr, stdout } = await run(command, { timeoutMs: 20_000 });
    expect(code).not.toBe(0);
    expect(stderr + stdout).toContain(`another daemon is running with ${root}:`);
  }
  expect(await daemon.ping()).toBe(true);
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(`${execRoot}2`);
});

test('an unknown key of daemon.json must be refused by its name', async () => {
  const path = join(daemon.places.root, 'wrong.json');
  writeFileSync(path, '{"no-such-key": true}');
  const { configFile, dataRoot } = daemon.places;
  const command = daemon
    .command()
    .map(word => (word === configFile ? path : word === dataRoot ? `${dataRoot}2` : word));
  const { code, stderr, stdout } = await run(command, { timeoutMs: 20_000 });
  expect(code).not.toBe(0);
  expect(stderr + stdout).toContain('no-such-key');
});

test('two daemons side by side must not see one another', async () => {
  await using other = await TestDaemon.start();
  const [engine, otherEngine] = [new Engine(daemon), new Engine(other)];
  await engine.loadBusybox();
  await otherEngine.loadBusybox();
  const before = await listRemains(daemon.places, daemon.pid);
  const otherBefore = await listRemains(other.places, other.pid);
  const id = await engine.run('sleep 1000', {}, 'same-name');
  const otherId = await otherEngine.run('sleep 1000', {}, 'same-name');
  expect((await otherEngine.client.call('ContainerList', { query: { all: true } })).map(one => one.Id)).toEqual([
    otherId,
  ]);
  await engine.remove(id);
  expect((await otherEngine.inspect(otherId)).State?.Running).toBe(true);
  await otherEngine.remove(otherId);
  await expectNothingLeft(daemon.places, daemon.pid, before);
  await expectNothingLeft(other.places, other.pid, otherBefore);
});

test('a daemon that is stopped in order must leave containers running and find them again', async () => {
  const engine = new Engine(daemon);
  await engine.loadBusybox();
  const before = await listRemains(daemon.places, daemon.pid);
  const id = await engine.run('sleep 1000');
  const state = (await engine.inspect(id)).State;
  expect(await daemon.stop()).toBe(0);
  expect(existsSync(daemon.places.pidFile)).toBe(false);
  expect(existsSync(`/proc/${state?.Pid}`)).toBe(true);
  await daemon.start();
  const found = (await engine.inspect(id)).State;
  expect(found).toMatchObject({ Running: true, Pid: state?.Pid, StartedAt: state?.StartedAt });
  await engine.remove(id);
  await expectNothingLeft(daemon.places, daemon.pid, before);
});
