// What follows an exit: records, events, restarts, removal, and whoever waited.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { RestartPolicy } from '../../../api/types/container-config.ts';
import type { ContainerCreateRequest } from '../../../api/types/containers.ts';
import { createTestEngine, outcome, type TestEngine, until } from '../../testing/test-engine.ts';
import { planRestart } from './restart-policy.ts';
import { startContainer } from './start.ts';
import { killContainer, stopContainer } from './stop.ts';
import { waitContainer } from './wait.ts';

let own: TestEngine;
beforeEach(async () => {
  own = await createTestEngine();
});
afterEach(() => own.close());

const withPolicy = (Name: RestartPolicy['Name'], MaximumRetryCount = 0): ContainerCreateRequest => ({
  HostConfig: { RestartPolicy: { Name, MaximumRetryCount } },
});

describe('an exit', () => {
  test('is recorded and told, and everything is given back', async () => {
    const { container, process } = await own.run({ HostConfig: { Binds: ['data:/data'] } });
    const before = own.events().length;
    await own.exit(container, 3);
    expect(container.state).toMatchObject({ Status: 'exited', Running: false, Pid: 0, ExitCode: 3, OOMKilled: false });
    expect(container.process).toBeUndefined();
    expect(process.deleted).toBe(true);
    expect(own.engine.networks.endpoints()).toEqual([]);
    expect(own.engine.volumes.users('data')).toEqual([]);
    expect(own.images.mounted.size).toBe(0);
    expect(own.events().slice(before)).toEqual(['network disconnect', 'container die', 'volume unmount']);
  });

  test('tells how long it ran and with which code', async () => {
    const { container } = await own.run();
    await own.exit(container, 137, { at: new Date(Date.parse(container.state.StartedAt) + 61_000) });
    const die = own.engine.events.between(0, Number.POSITIVE_INFINITY).find(event => event.Action === 'die');
    expect(die?.Actor.Attributes).toMatchObject({ exitCode: '137', execDuration: '61', name: container.name });
  });

  test('for want of memory is told before the end', async () => {
    const { container } = await own.run();
    await own.exit(container, 137, { oomKilled: true });
    expect(container.state.OOMKilled).toBe(true);
    expect(own.events().slice(-2)).toEqual(['container oom', 'container die']);
  });

  for (const step of ['networks.detach', 'process.delete', 'volumes.unmount', 'images.unmountRootfs']) {
    test(`is on record although ${step} fails`, async () => {
      const { container } = await own.run({ HostConfig: { Binds: ['data:/data'] } });
      own.log.fail(step);
      await own.exit(container, 1);
      expect(container.state).toMatchObject({ Status: 'exited', ExitCode: 1 });
      expect(own.events()).toContain('container die');
    });
  }

  test('takes an auto-remove container away with its anonymous volumes, the named ones stay', async () => {
    const { container } = await own.run({
      Volumes: { '/own': {} },
      HostConfig: { AutoRemove: true, Binds: ['named:/named'] },
    });
    expect(own.engine.volumes.list()).toHaveLength(2);
    await own.exit(container, 0);
    expect(container.removed).toBe(true);
    expect(own.engine.containers.size).toBe(0);
    expect(own.engine.volumes.list().map(volume => volume.name)).toEqual(['named']);
    expect(own.events().slice(-2)).toEqual(['volume destroy', 'container destroy']);
  });

  test('of a process whose container was started again meanwhile changes nothing', async () => {
    const { container, process } = await own.run();
    await own.exit(container, 0);
    process.exit(9);
    await Bun.sleep(0);
    expect(container.state.ExitCode).toBe(0);
  });
});

describe('restart policies', () => {
  const table: [name: RestartPolicy['Name'], limit: number, code: number, restarts: boolean][] = [
    ['no', 0, 1, false],
    ['on-failure', 0, 0, false],
    ['on-failure', 0, 1, true],
    ['on-failure', 1, 1, true],
    ['always', 0, 0, true],
    ['always', 0, 1, true],
    ['unless-stopped', 0, 0, true],
  ];
  for (const [name, limit, code, restarts] of table) {
    test(`${name}${limit ? `:${limit}` : ''} after code ${code}: ${restarts ? 'again' : 'the end'}`, async () => {
      const { container } = await own.run(withPolicy(name, limit));
      await own.exit(container, code);
      expect(container.state).toMatchObject({
        Status: restarts ? 'restarting' : 'exited',
        Running: restarts,
        Restarting: restarts,
        ExitCode: code,
      });
      expect(container.record.restartCount).toBe(restarts ? 1 : 0);
      if (restarts) await until(() => container.state.Status === 'running');
      expect(own.runtime.processes).toHaveLength(restarts ? 2 : 1);
    });
  }

  test('on-failure gives up after its limit', async () => {
    const { container } = await own.run(withPolicy('on-failure', 1));
    await own.exit(container, 1);
    await until(() => container.state.Status === 'running');
    await own.exit(container, 1);
    expect(container.state).toMatchObject({ Status: 'exited', Restarting: false });
    // A person who starts it again begins anew.
    await startContainer(own.engine, container.id);
    expect(container.record.restartCount).toBe(0);
    await own.exit(container, 1);
    expect(container.state.Status).toBe('restarting');
  });

  for (const stop of [
    stopContainer,
    (...[engine, id]: Parameters<typeof stopContainer>) => killContainer(engine, id, 'KILL'),
  ]) {
    test('what a person ended stays ended', async () => {
      const { container } = await own.run(withPolicy('always'));
      await stop(own.engine, container.id, {});
      await own.engine.locks.run(container.id, () => {});
      expect(container.state).toMatchObject({ Status: 'exited', Restarting: false });
      expect(container.restartTimer).toBeUndefined();
    });
  }

  test('a signal from outside counts as a stop, unless the container has a stop signal and it is another', async () => {
    const after = async (policy: RestartPolicy['Name'], StopSignal?: string) => {
      const { container } = await own.run({ ...withPolicy(policy), StopSignal });
      await killContainer(own.engine, container.id, 'HUP');
      await own.exit(container, 1);
      return container.state.Status;
    };
    for (const policy of ['always', 'unless-stopped', 'on-failure'] as const) {
      expect(await after(policy)).toBe('exited');
      expect(await after(policy, 'SIGHUP')).toBe('exited');
      expect(await after(policy, 'SIGUSR1')).toBe(policy === 'unless-stopped' ? 'exited' : 'restarting');
    }
  });

  test('delays double from 100 ms to a minute and start over after ten healthy seconds', async () => {
    const { container } = await own.run(withPolicy('always'));
    const startedAt = Date.parse(container.state.StartedAt);
    const plan = (ran: number) => planRestart(container, { code: 1, at: new Date(startedAt + ran), oomKilled: false });
    expect(Array.from({ length: 12 }, () => plan(1000))).toEqual([
      100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000,
    ]);
    expect(plan(10_000)).toBe(100);
    expect(plan(9_999)).toBe(200);
  });

  test('an automatic start that fails is tried again, later each time, however long it ran before', async () => {
    const { container } = await own.run(withPolicy('always'));
    container.record.state.StartedAt = new Date(Date.now() - 3_600_000).toISOString();
    own.log.fail('process.start', new Error('no'), 2);
    await own.exit(container, 1);
    expect(container.restartDelay).toBe(100);
    await until(() => container.restartDelay === 400);
    expect(container.state).toMatchObject({ Restarting: true, Running: true, Status: 'restarting' });
    expect(container.record.restartCount).toBe(3);
  });

  test('an automatic start that fails for good tells who waits', async () => {
    const { container } = await own.run(withPolicy('on-failure', 1));
    await own.exit(container, 1);
    own.log.fail('process.start');
    const waiting = waitContainer(own.engine, container.id, { signal: new AbortController().signal });
    expect(await waiting).toEqual({ StatusCode: 128 });
    expect(container.state).toMatchObject({ Status: 'exited', Running: false });
  });
});

describe('wait', () => {
  const signal = new AbortController().signal;

  test('not-running answers at once for what does not run, and at the exit for what runs', async () => {
    const { container } = await own.run();
    const waiting = waitContainer(own.engine, container.id, { signal });
    await own.exit(container, 7);
    expect(await waiting).toEqual({ StatusCode: 7 });
    expect(await waitContainer(own.engine, container.id, { condition: '', signal })).toEqual({ StatusCode: 7 });
  });

  test('next-exit waits for the one to come', async () => {
    const { container } = await own.run();
    await own.exit(container, 1);
    const waiting = waitContainer(own.engine, container.id, { condition: 'next-exit', signal });
    const { startContainer } = await import('./start.ts');
    await startContainer(own.engine, container.id);
    await own.exit(container, 2);
    expect(await waiting).toEqual({ StatusCode: 2 });
  });

  test('removed waits until it is gone', async () => {
    const { container } = await own.run({ HostConfig: { AutoRemove: true } });
    const waiting = waitContainer(own.engine, container.id, { condition: 'removed', signal });
    await own.exit(container, 4);
    expect(await waiting).toEqual({ StatusCode: 4 });
    expect(own.engine.containers.size).toBe(0);
  });

  test('ends with its client', async () => {
    const { container } = await own.run();
    const client = new AbortController();
    const waiting = waitContainer(own.engine, container.id, { signal: client.signal });
    client.abort(new Error('gone'));
    expect(await outcome(() => waiting)).toBe('system: gone');
  });

  test('refuses what it does not know', async () => {
    const container = await own.create();
    expect(await outcome(() => waitContainer(own.engine, container.id, { condition: 'dead', signal }))).toBe(
      'invalid: invalid condition: "dead"',
    );
    expect(await outcome(() => waitContainer(own.engine, 'nobody', { signal }))).toBe(
      'not-found: No such container: nobody',
    );
  });
});
