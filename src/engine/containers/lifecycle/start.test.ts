// A start: what it does in which order, and that each step that fails undoes the ones before.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { ContainerCreateRequest } from '../../../api/types/containers.ts';
import { invalid, systemError } from '../../../lib/errors.ts';
import { createTestEngine, outcome, type TestEngine, until } from '../../testing/test-engine.ts';
import type { Container } from '../state/container.ts';
import { attachContainer } from '../streams/attach.ts';
import { startContainer } from './start.ts';

let own: TestEngine;
beforeEach(async () => {
  own = await createTestEngine();
});
afterEach(() => own.close());

/** Two volumes, a published port: every step has something to do. */
const full: ContainerCreateRequest = {
  ExposedPorts: { '80/tcp': {} },
  HostConfig: { Binds: ['one:/one', 'two:/two'], PortBindings: { '80/tcp': [{ HostPort: '8080' }] } },
};

async function prepare(host: ContainerCreateRequest['HostConfig'] = {}): Promise<Container> {
  const container = await own.create({ ...full, HostConfig: { ...full.HostConfig, ...host } }, 'web');
  mkdirSync(join(own.images.rootfs(container.id), 'one'), { recursive: true });
  own.log.calls.length = 0;
  return container;
}

const start = (container: Container) => outcome(() => startContainer(own.engine, container.id));
const steps = () => own.log.calls.filter(call => !call.startsWith('containers.') && !call.startsWith('host.'));

/** Steps of a start with what undoes each, in order. */
const story: [step: string, undo: string | undefined][] = [
  ['images.mountRootfs', 'images.unmountRootfs'],
  ['networks.createSandbox', 'networks.removeSandbox'],
  ['networks.attach', 'networks.detach'],
  ['volumes.mount', 'volumes.unmount'],
  ['volumes.copyUp', undefined],
  ['volumes.mount', 'volumes.unmount'],
  ['logs.open', undefined],
  ['runtime.create', 'process.delete'],
  ['process.start', undefined],
];

describe('a start', () => {
  test('asks every room in turn and leaves the container running', async () => {
    const container = await prepare();
    expect(await start(container)).toBe('done');
    expect(steps()).toEqual([...story.map(([step]) => step), 'logs.rotate']);
    expect(container.state).toMatchObject({ Status: 'running', Running: true, Pid: 1000, ExitCode: 0, Error: '' });
    expect(container.process?.pid).toBe(1000);
    expect(own.events().slice(-4)).toEqual(['network connect', 'volume mount', 'volume mount', 'container start']);
    expect(own.engine.networks.endpoint(container.id)?.ports).toMatchObject([{ containerPort: 80, hostPort: 8080 }]);
    expect(readFileSync(container.file('hostname'), 'utf8')).toBe(`${container.id.slice(0, 12)}\n`);
  });

  test('of what runs already is not-modified and changes nothing', async () => {
    const { container } = await own.run();
    expect(await start(container)).toBe(`not-modified: container ${container.id} is already running`);
    expect(own.runtime.processes).toHaveLength(1);
  });

  test('keeps a bind source that is there, makes one of -v, refuses a missing one of --mount', async () => {
    const made = join(own.root, 'made');
    const { container } = await own.run({ HostConfig: { Binds: [`${made}:/data`] } });
    expect(existsSync(made)).toBe(true);
    expect(container.state.Running).toBe(true);
    const Source = join(own.root, 'gone');
    const create = () => own.create({ HostConfig: { Mounts: [{ Type: 'bind', Source, Target: '/x' }] } });
    const missing = `invalid: invalid mount config for type "bind": bind source path does not exist: ${Source}`;
    expect(await outcome(create)).toBe(missing);
    mkdirSync(Source);
    const other = await create();
    rmdirSync(Source);
    expect(await start(other)).toBe(missing);
  });
});

describe('a failing step undoes the earlier ones in reverse order', () => {
  const failing = [
    'images.mountRootfs',
    'networks.createSandbox',
    'networks.attach',
    'volumes.mount',
    'volumes.copyUp',
    'logs.open',
    'host.resolveUser',
    'runtime.create',
    'process.start',
  ];

  for (const step of failing) {
    test(step, async () => {
      const container = await prepare();
      own.log.fail(step, systemError('it broke'));
      expect(await start(container)).toMatch(/^system: .*it broke$/);

      const reached = step === 'host.resolveUser' ? 'runtime.create' : step;
      const position = story.findIndex(([name]) => name === reached);
      const done = story.slice(0, position);
      const tried = step === 'host.resolveUser' ? [] : [reached];
      const undone = done.flatMap(([, undo]) => undo ?? []).reverse();
      expect(steps()).toEqual([...done.map(([name]) => name), ...tried, ...undone]);
      expect(container.process).toBeUndefined();
      expect(container.state).toMatchObject({ Status: 'created', Running: false, Pid: 0, ExitCode: 128 });
      expect(container.state.Error).toMatch(/it broke$/);
      expect(own.images.mounted.size).toBe(0);
      expect(own.engine.networks.endpoints()).toEqual([]);
      expect(own.engine.volumes.users('one')).toEqual([]);
    });
  }

  test('and the container can be started afterwards, on the same port', async () => {
    const container = await prepare();
    own.log.fail('process.start');
    await start(container);
    expect(await start(container)).toBe('done');
    expect(container.state).toMatchObject({ Running: true, Error: '', ExitCode: 0 });
  });

  test('an undo step that fails does not keep the others from running', async () => {
    const container = await prepare();
    own.log.fail('process.start');
    own.log.fail('volumes.unmount');
    await start(container);
    expect(own.images.mounted.size).toBe(0);
    expect(own.engine.networks.endpoints()).toEqual([]);
  });

  test('tells of what was undone: every connect has its disconnect, every mount its unmount', async () => {
    const container = await prepare();
    own.log.fail('process.start');
    await start(container);
    const told = own.events().filter(event => !event.endsWith('create'));
    expect(told).toEqual([
      'network connect',
      'volume mount',
      'volume mount',
      'volume unmount',
      'volume unmount',
      'network disconnect',
    ]);
  });
});

describe('a failed start', () => {
  const codes: [message: string, code: number][] = [
    ['exec: "nope": executable file not found in $PATH', 127],
    ['exec: "/nope": stat /nope: no such file or directory', 127],
    ['exec: "/etc": permission denied', 126],
    ['exec: "/etc": is a directory', 126],
    ['anything else', 128],
  ];
  for (const [message, code] of codes) {
    test(`leaves exit code ${code} for: ${message}`, async () => {
      const container = await prepare();
      own.log.fail('runtime.create', invalid(message));
      expect(await start(container)).toBe(`invalid: ${message}`);
      expect(container.state).toMatchObject({ ExitCode: code, Error: message, Status: 'created' });
    });
  }

  test('of a container that ran before leaves it exited', async () => {
    const { container } = await own.run();
    await own.exit(container, 0);
    own.log.fail('runtime.create');
    await start(container);
    expect(container.state).toMatchObject({ Status: 'exited', Running: false, ExitCode: 128 });
  });

  test('takes an auto-remove container with it, with its anonymous volumes', async () => {
    const container = await own.create({ Volumes: { '/data': {} }, HostConfig: { AutoRemove: true } });
    own.log.fail('process.start');
    await start(container);
    expect(own.engine.containers.find(container.id)).toBeUndefined();
    expect(own.engine.volumes.list()).toEqual([]);
    expect(own.images.layers.size).toBe(0);
    expect(existsSync(container.directory)).toBe(false);
    expect(own.events().at(-1)).toBe('container destroy');
  });

  for (const step of ['images.mountRootfs', 'process.attach', 'process.start']) {
    test(`at ${step} ends the attaches that waited for it`, async () => {
      const container = await prepare();
      const connections = [new PassThrough(), new PassThrough()];
      const served = connections.map(connection =>
        attachContainer(own.engine, container.id, { stream: true, stdout: true }, () => connection),
      );
      await until(() => container.pendingAttaches.size === 2);
      own.log.fail(step);
      expect(await start(container)).toMatch(/failed$/);
      for (const connection of connections) connection.resume();
      await Promise.all(served);
      expect(container.pendingAttaches.size).toBe(0);
    });
  }
});
