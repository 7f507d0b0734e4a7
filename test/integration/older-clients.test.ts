// Clients of older API versions, and what clients of every version count on around execs and builds.

import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventMessage } from '../../src/api/types/system.ts';
import { FrameDecoder } from '../../src/lib/streams/frames.ts';
import { encodeTarMember, tarEnd } from '../../src/lib/tar/writer.ts';
import type { TestDaemon } from '../support/daemons/daemon.ts';
import { type Engine, startEngine, text } from '../support/daemons/engine.ts';

let daemon: TestDaemon;
let engine: Engine;
beforeAll(async () => {
  ({ daemon, engine } = await startEngine());
}, 60_000);
afterAll(async () => await daemon[Symbol.asyncDispose](), 60_000);

async function post(target: string, body: unknown, type = 'application/json'): Promise<Response> {
  const unix = daemon.host.replace('unix://', '');
  const content = body instanceof Uint8Array ? body : JSON.stringify(body);
  return await fetch(`http://d${target}`, { unix, method: 'POST', body: content, headers: { 'Content-Type': type } });
}

test.each([
  ['1.43', 'writable'],
  ['1.44', 'read-only'],
])('with %s what is mounted below a read-only bind is %s', async (version, state) => {
  const source = mkdtempSync(join(tmpdir(), 'berth-older-'));
  const HostConfig = {
    Binds: [`${source}:/outer:ro`],
    Mounts: [{ Type: 'bind', Source: '/dev', Target: '/hostdev', ReadOnly: true }],
  };
  const Cmd = ['grep', ' /hostdev/', '/proc/self/mountinfo'];
  const created = await post(`/v${version}/containers/create`, { Image: 'busybox', Cmd, HostConfig });
  const { Id } = (await created.json()) as { Id: string };
  try {
    await engine.client.call('ContainerStart', { path: { id: Id } });
    await engine.wait(Id);
    const below = (await engine.logs(Id)).trim().split('\n');
    expect(below.length).toBeGreaterThan(0);
    for (const line of below) expect(line.split(' ')[5]).toStartWith(state === 'writable' ? 'rw' : 'ro');
  } finally {
    await engine.remove(Id);
    rmSync(source, { recursive: true });
  }
});

test('a bind that is not recursive brings nothing of what is mounted below', async () => {
  const Mounts = ['private', 'rprivate', undefined].map((Propagation, at) => ({
    ...{ Type: 'bind' as const, Source: '/dev', Target: `/hostdev${at}` },
    BindOptions: { NonRecursive: true, Propagation: Propagation as 'private' | undefined },
  }));
  const id = await engine.run('grep -c " /hostdev./" /proc/self/mountinfo', { HostConfig: { Mounts } });
  try {
    await engine.wait(id);
    expect(await engine.logs(id)).toBe('0\n');
  } finally {
    await engine.remove(id);
  }
});

test('a signal to stop by, a limit of processes and a size count since their versions', async () => {
  const id = await engine.run('trap "exit 7" USR1; trap "exit 8" TERM; echo ready; while :; do sleep 0.1; done');
  try {
    await post(`/v1.39/containers/${id}/update`, { PidsLimit: 30 });
    expect((await engine.inspect(id)).HostConfig.PidsLimit).toBeFalsy();
    await post(`/v1.40/containers/${id}/update`, { PidsLimit: 30 });
    expect((await engine.inspect(id)).HostConfig.PidsLimit).toBe(30);
    while (!(await engine.logs(id)).includes('ready')) await Bun.sleep(10);
    await post(`/v1.41/containers/${id}/stop?signal=USR1`, {});
    expect((await engine.inspect(id)).State?.ExitCode).toBe(8);
  } finally {
    await engine.remove(id);
  }
});

test('before 1.42 named volumes are pruned, too', async () => {
  const create = () => engine.client.call('VolumeCreate', { body: { Name: 'named' } });
  await create();
  expect(await (await post('/v1.42/volumes/prune', {})).json()).toMatchObject({ VolumesDeleted: [] });
  expect(await (await post('/v1.41/volumes/prune', {})).json()).toMatchObject({ VolumesDeleted: ['named'] });
});

test('an exec for nobody who is there is refused when it is created; its output is framed as its start asks', async () => {
  const id = await engine.run('sleep 1000');
  try {
    const unknown = await post(`/containers/${id}/exec`, { Cmd: ['id'], User: 'stranger' });
    expect([unknown.status, await unknown.json()]).toEqual([
      400,
      { message: 'unable to find user stranger: no matching entries in passwd file' },
    ]);
    const created = await post(`/containers/${id}/exec`, { Cmd: ['echo', 'hello'], Tty: true, AttachStdout: true });
    const { Id } = (await created.json()) as { Id: string };
    const output = new Uint8Array(await (await post(`/exec/${Id}/start`, { Tty: false })).arrayBuffer());
    const frames = new FrameDecoder().decode(Buffer.from(output));
    expect(frames.map(({ stream, data }) => [stream, data.toString()])).toEqual([['stdout', 'hello\r\n']]);
  } finally {
    await engine.remove(id);
  }
});

test('a build tells of its image and its names', async () => {
  const since = String(Date.now() / 1000);
  const context = Buffer.concat([
    encodeTarMember({ type: 'file', name: 'Dockerfile' }, Buffer.from('FROM busybox\nLABEL told=yes\n')),
    tarEnd(),
  ]);
  const answer = await post('/build?t=told:1&t=told:2', new Uint8Array(context), 'application/x-tar');
  const id = /sha256:[0-9a-f]{64}/.exec(await answer.text())?.[0];
  const until = String(Date.now() / 1000);
  const { body } = await engine.client.stream('SystemEvents', {
    query: { since, until, filters: { type: ['image'] } },
  });
  const events = (await text(body)).trim().split('\n');
  const told = events.map(line => JSON.parse(line) as EventMessage).filter(event => event.Actor?.ID === id);
  expect(told.map(({ Action, Actor }) => [Action, Actor?.Attributes?.name])).toEqual([
    ['tag', 'told:1'],
    ['tag', 'told:2'],
    ['create', id],
  ]);
});

test('a context that is a Dockerfile is one, whatever name is asked for', async () => {
  const dockerfile = new Uint8Array(Buffer.from('FROM busybox\nRUN echo it was read\n'));
  const answer = await post('/build?dockerfile=other', dockerfile, 'text/plain');
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('it was read')]);
});

test('a working directory is there as soon as the container is, and resizing is told of', async () => {
  const id = await engine.create('sleep 1000', { WorkingDir: '/home/some/where', Tty: true });
  try {
    const { headers } = await fetch(`http://d/containers/${id}/archive?path=/home/some/where`, {
      ...{ unix: daemon.host.replace('unix://', ''), method: 'HEAD' },
    });
    const stat = Buffer.from(headers.get('x-docker-container-path-stat') ?? '', 'base64').toString();
    expect(JSON.parse(stat)).toMatchObject({ name: 'where', mode: 0o20000000755 });
    await engine.client.call('ContainerStart', { path: { id } });
    await post(`/containers/${id}/resize?h=10&w=20`, {});
    const filters = { container: [id], event: ['resize'] };
    const until = String(Date.now() / 1000);
    const { body } = await engine.client.stream('SystemEvents', { query: { until, filters } });
    expect(JSON.parse(await text(body))).toMatchObject({ Actor: { Attributes: { height: '10', width: '20' } } });
  } finally {
    await engine.remove(id);
  }
});

test('a session is an upgrade to h2c', async () => {
  const refused = await post('/session', {});
  expect([refused.status, await refused.json()]).toEqual([400, { message: 'no upgrade proto in request' }]);
});
