// Exec: refusals, streams, exit codes, and what is kept afterwards.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { ExecConfig, ExecStartConfig } from '../../api/types/exec.ts';
import { invalid } from '../../lib/errors.ts';
import { pauseContainer } from '../containers/lifecycle/pause.ts';
import { FakeClient } from '../testing/fake-client.ts';
import { FakeProcess } from '../testing/fake-process.ts';
import { createTestEngine, outcome, type TestEngine, until } from '../testing/test-engine.ts';
import { adoptExecs } from './adopt-execs.ts';
import { createExec, inspectExec, resizeExec, startExec } from './exec.ts';
import { ExecRegistry } from './exec-registry.ts';

let own: TestEngine;
beforeEach(async () => {
  own = await createTestEngine();
});
afterEach(() => own.close());

async function begin(config: ExecConfig, client = new FakeClient(), Tty = config.Tty) {
  const { container } = await own.run({ Env: ['A=1'], HostConfig: { CapAdd: ['NET_ADMIN'] } }, 'web');
  const { Id } = createExec(own.engine, 'web', { Cmd: ['sh'], ...config });
  const served = startExec(own.engine, Id, { Tty }, () => client);
  await until(() => own.runtime.last.started);
  return { container, id: Id, client, served, process: own.runtime.last };
}

test('runs, shows its output, and knows its exit code when the connection closes', async () => {
  const { container, id, client, served, process } = await begin({ Tty: true, AttachStdout: true });
  expect(inspectExec(own.engine, id)).toMatchObject({ Running: true, ExitCode: null, Pid: process.pid });
  expect([...container.execIds]).toEqual([id]);
  process.sessions[0]!.say('hello');
  process.exit(3);
  await served;
  expect(client.text).toBe('hello');
  expect(inspectExec(own.engine, id)).toMatchObject({ Running: false, ExitCode: 3, Pid: process.pid, CanRemove: true });
  expect(container.execIds.size).toBe(0);
  expect(process.deleted).toBe(true);
  expect(own.events().slice(-3)).toEqual([
    'container exec_create: sh',
    'container exec_start: sh',
    'container exec_die',
  ]);
});

test("gets the container's environment, its own over it, and the container's capabilities", async () => {
  const { process } = await begin({ Env: ['A=2', 'B=3'], Tty: true, WorkingDir: '/tmp' });
  const options = own.runtime.execs[0]!;
  expect(options.process.env).toContain('A=2');
  expect(options.process.env).not.toContain('A=1');
  expect(options.process).toMatchObject({ cwd: '/tmp', args: ['sh'], terminal: true });
  expect(options.process.capabilities?.effective).toContain('CAP_NET_ADMIN');
  process.exit(0);
});

test('gains no privileges where the container gains none', async () => {
  const gained = async (...SecurityOpt: string[]) => {
    const { container } = await own.run({ HostConfig: { SecurityOpt } });
    await startExec(own.engine, createExec(own.engine, container.id, { Cmd: ['sh'] }).Id, { Detach: true }, () => {
      throw new Error('detached');
    });
    return own.runtime.execs.at(-1)?.process.noNewPrivileges === false;
  };
  expect(await gained()).toBe(true);
  expect(await gained('no-new-privileges')).toBe(false);
  expect(await gained('no-new-privileges=1')).toBe(false);
  own.engine.config.defaults.noNewPrivileges = true;
  expect(await gained()).toBe(false);
  expect(await gained('no-new-privileges=false')).toBe(true);
});

test('output comes as the start asked for it, whatever the process has', async () => {
  const framed = await begin({ Tty: true, AttachStdout: true }, new FakeClient(), false);
  framed.process.sessions[0]!.say('hello');
  framed.process.exit(0);
  await framed.served;
  expect(framed.client.text).toBe('\x01\0\0\0\0\0\0\x05hello');
});

test('the size of a terminal is that of the start, if that knows of a terminal, or that of its creation', async () => {
  await own.run({}, 'web');
  const sizeFor = async (start: ExecStartConfig) => {
    const { Id } = createExec(own.engine, 'web', { Cmd: ['sh'], Tty: true, ConsoleSize: [57, 123] });
    await startExec(own.engine, Id, { Detach: true, ...start }, () => new FakeClient());
    return own.runtime.execs.at(-1)!.process.consoleSize;
  };
  expect(await sizeFor({})).toEqual({ height: 57, width: 123 });
  expect(await sizeFor({ Tty: true, ConsoleSize: [1, 2] })).toEqual({ height: 1, width: 2 });
  expect(await sizeFor({ ConsoleSize: [1, 2] })).toEqual({ height: 57, width: 123 });
});

test('ends with its detach keys and goes on running', async () => {
  const { id, client, served, process } = await begin({ AttachStdin: true, Tty: true, DetachKeys: 'ctrl-x' });
  client.type('ls\x18more');
  await served;
  expect(process.sessions[0]!.input).toBe('ls');
  expect(inspectExec(own.engine, id).Running).toBe(true);
  expect(own.events().at(-1)).toBe('container exec_detach');
});

test('can be resized while it runs, and afterwards without harm', async () => {
  const { container, id, process, served } = await begin({ Tty: true });
  resizeExec(own.engine, id, 80, 24);
  expect(process.size).toEqual([80, 24]);
  process.exit(0);
  await served;
  resizeExec(own.engine, id, 1, 1);
  expect(process.size).toEqual([80, 24]);
  await own.exit(container, 0);
  expect(await outcome(() => resizeExec(own.engine, id, 1, 1))).toBe(
    `conflict: container ${container.id} is not running`,
  );
});

describe('refusals', () => {
  const create = (config: ExecConfig) => outcome(() => createExec(own.engine, 'web', config));

  test('of what cannot be run', async () => {
    const { container } = await own.run({ HostConfig: { RestartPolicy: { Name: 'always' } } }, 'web');
    expect(await create({})).toBe('invalid: No exec command specified');
    expect(await create({ Cmd: ['sh'], DetachKeys: 'foo' })).toMatch(/^invalid: /);
    await pauseContainer(own.engine, 'web');
    expect(await create({ Cmd: ['sh'] })).toBe('conflict: Container web is paused, unpause the container before exec');
    container.record.state.Paused = false;
    await own.exit(container, 1);
    expect(await create({ Cmd: ['sh'] })).toBe(
      `conflict: Container ${container.id} is restarting, wait until the container is running`,
    );
  });

  test('of a container that does not run, and of an exec nobody knows', async () => {
    const container = await own.create({}, 'web');
    expect(await create({ Cmd: ['sh'] })).toBe(`conflict: container ${container.id} is not running`);
    expect(await outcome(() => inspectExec(own.engine, 'nope'))).toBe('not-found: No such exec instance: nope');
  });

  test('of a second start', async () => {
    const { id, process, served } = await begin({});
    const again = () => outcome(() => startExec(own.engine, id, {}, () => new FakeClient()));
    expect(await again()).toBe(`conflict: exec command ${id} is already running`);
    process.exit(0);
    await served;
    expect(await again()).toBe(`conflict: exec command ${id} has already run`);
  });
});

describe('a failed start', () => {
  for (const [message, code] of [
    ['exec: "x": executable file not found in $PATH', 127],
    ['exec: "x": permission denied', 126],
  ] as const) {
    test(`has exit code ${code} for: ${message}`, async () => {
      const { container } = await own.run();
      const { Id } = createExec(own.engine, container.id, { Cmd: ['x'] });
      own.log.fail('runtime.exec', invalid(message));
      expect(await outcome(() => startExec(own.engine, Id, {}, () => new FakeClient()))).toBe(`invalid: ${message}`);
      expect(inspectExec(own.engine, Id)).toMatchObject({ ExitCode: code, Running: false });
      expect(container.execIds.size).toBe(0);
    });
  }

  test('after the connection was taken over is told as output', async () => {
    const { container } = await own.run();
    const { Id } = createExec(own.engine, container.id, { Cmd: ['x'], Tty: true, AttachStdout: true });
    own.log.fail('process.start', invalid('no such program'));
    const client = new FakeClient();
    const served = startExec(own.engine, Id, { Tty: true }, () => client);
    await until(() => client.text !== '');
    expect(client.text).toBe('no such program\r\n');
    own.runtime.last.exit(127);
    await served;
  });

  test('at the attach leaves no process', async () => {
    const { container } = await own.run();
    const { Id } = createExec(own.engine, container.id, { Cmd: ['x'] });
    own.log.fail('process.attach');
    expect(await outcome(() => startExec(own.engine, Id, {}, () => new FakeClient()))).toMatch(/failed$/);
    expect(own.runtime.last.deleted).toBe(true);
    expect(inspectExec(own.engine, Id).Running).toBe(false);
  });
});

test('goes with its container', async () => {
  const { container, id, process, served } = await begin({});
  process.exit(0);
  await served;
  own.engine.execs.deleteOf('other');
  expect(inspectExec(own.engine, id).ID).toBe(id);
  own.engine.execs.deleteOf(container.id);
  expect(await outcome(() => inspectExec(own.engine, id))).toBe(`not-found: No such exec instance: ${id}`);
});

describe('what is kept', () => {
  test('an exec that ends with its container can still be asked for its code; one never started is gone', async () => {
    const { container, id, process, served } = await begin({});
    const { Id: idle } = createExec(own.engine, 'web', { Cmd: ['sh'] });
    await own.exit(container, 0);
    expect(own.engine.execs.find(idle)).toBeUndefined();
    process.exit(137);
    await served;
    expect(inspectExec(own.engine, id).ExitCode).toBe(137);
  });

  test('ended ones are forgotten after five minutes, whatever still runs beside them', () => {
    const execs = new ExecRegistry();
    const running = execs.add('c', {});
    const [old, young] = [execs.add('c', {}), execs.add('c', {})];
    execs.end(old, 0, Date.now() - 6 * 60_000);
    execs.end(young, 0);
    execs.add('c', {});
    expect([running, old, young].map(exec => execs.find(exec.id) !== undefined)).toEqual([true, false, true]);
  });
});

describe('execs of the daemon before', () => {
  test('run on, or have ended, and probes are ended', async () => {
    const { container } = await own.run({}, 'web');
    const [process, probe] = [new FakeProcess('running', 71, own.log), new FakeProcess('probe', 72, own.log)];
    const note = (isProbe: boolean) => ({ config: { Cmd: ['sh'] }, probe: isProbe });
    own.runtime.foundExecs.set(container.id, [
      { id: 'running', note: note(false), state: { process } },
      { id: 'probe', note: note(true), state: { process: probe } },
      { id: 'over', note: note(false), state: { exitCode: 4 } },
    ]);
    adoptExecs(own.engine, container);
    expect(inspectExec(own.engine, 'running')).toMatchObject({ Running: true, ExitCode: null, Pid: process.pid });
    expect(inspectExec(own.engine, 'over')).toMatchObject({ Running: false, ExitCode: 4 });
    expect(probe.deleted).toBe(true);
    expect([...container.execIds]).toEqual(['running']);
    process.exit(3);
    await until(() => container.execIds.size === 0);
    expect(inspectExec(own.engine, 'running')).toMatchObject({ Running: false, ExitCode: 3 });
    expect(own.events().filter(event => event === 'container exec_die')).toHaveLength(2);
  });
});
