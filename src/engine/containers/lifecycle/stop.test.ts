// Stop, kill, restart, pause, rename and removal: words, kinds, and what happens when they meet.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { createTestEngine, outcome, type TestEngine, until } from '../../testing/test-engine.ts';
import { renameContainer } from '../configuration/rename.ts';
import { pauseContainer, unpauseContainer } from './pause.ts';
import { pruneContainers, removeContainer } from './remove.ts';
import { startContainer } from './start.ts';
import { killContainer, restartContainer, stopContainer } from './stop.ts';
import { waitContainer } from './wait.ts';

let own: TestEngine;
beforeEach(async () => {
  own = await createTestEngine();
});
afterEach(() => own.close());

const always = { HostConfig: { RestartPolicy: { Name: 'always' as const } } };
const gentle = { force: false, volumes: false };
const forced = { force: true, volumes: true };

describe('stop', () => {
  test('asks with the stop signal and returns when the exit was handled', async () => {
    const { container, process } = await own.run();
    await stopContainer(own.engine, container.id, {});
    expect(process.signals).toEqual([15]);
    expect(container.state).toMatchObject({ Status: 'exited', ExitCode: 143 });
    expect(own.events().slice(-4)).toEqual(['container kill', 'network disconnect', 'container die', 'container stop']);
  });

  test("uses the container's own signal, or the caller's", async () => {
    const { container, process } = await own.run({ StopSignal: 'SIGUSR1' });
    process.mortal.add(10);
    await stopContainer(own.engine, container.id, {});
    expect(process.signals).toEqual([10]);
    const other = await own.run();
    await stopContainer(own.engine, other.container.id, { signal: 'KILL' });
    expect(other.process.signals).toEqual([9]);
  });

  test('loses its patience after the timeout', async () => {
    const { container, process } = await own.run();
    process.mortal.delete(15);
    await stopContainer(own.engine, container.id, { timeout: 0.01 });
    expect(process.signals).toEqual([15, 9]);
    expect(container.state.ExitCode).toBe(137);
  });

  test('waits for as long as it is told to, be it longer than a timer can', async () => {
    const { container, process } = await own.run();
    process.mortal.delete(15);
    const stopped = stopContainer(own.engine, container.id, { timeout: 9_999_999 });
    await Bun.sleep(20);
    expect(process.signals).toEqual([15]);
    await killContainer(own.engine, container.id, 'KILL');
    await stopped;
  });

  test('with timeout 0 kills at once', async () => {
    const { container, process } = await own.run();
    await stopContainer(own.engine, container.id, { timeout: 0 });
    expect(process.signals).toEqual([9]);
  });

  test('thaws a paused container, so that it hears the signal', async () => {
    const { container, process } = await own.run();
    await pauseContainer(own.engine, container.id);
    await stopContainer(own.engine, container.id, {});
    expect(process.signals).toEqual([15]);
    expect(container.state).toMatchObject({ Status: 'exited', Paused: false });
    expect(own.events()).toContain('container unpause');
  });

  test('of what does not run is not-modified; a bad signal is invalid', async () => {
    const container = await own.create();
    const stop = (options: { signal?: string }) => outcome(() => stopContainer(own.engine, container.id, options));
    expect(await stop({})).toBe(`not-modified: container ${container.id} is already stopped`);
    expect(await stop({ signal: 'NOPE' })).toBe(
      `invalid: cannot stop container: ${container.id}: invalid signal: NOPE`,
    );
  });

  test('of a container that waits for its restart ends the waiting and tells who waits', async () => {
    const { container } = await own.run(always);
    await own.exit(container, 5);
    const waiting = waitContainer(own.engine, container.id, { signal: new AbortController().signal });
    await stopContainer(own.engine, container.id, {});
    expect(container.state).toMatchObject({ Status: 'exited', Running: false, Restarting: false });
    expect(await waiting).toEqual({ StatusCode: 5 });
  });
});

describe('kill', () => {
  test('refuses in words', async () => {
    const container = await own.create({}, 'web');
    const kill = (signal: string) => outcome(() => killContainer(own.engine, 'web', signal));
    expect(await kill('KILL')).toBe(`conflict: cannot kill container: web: container ${container.id} is not running`);
    expect(await kill('NOPE')).toBe('invalid: cannot kill container: web: invalid signal: NOPE');
    expect(await kill('65')).toBe('invalid: cannot kill container: web: invalid signal: 65');
  });

  test('of a container that waits for its restart calls that off', async () => {
    const { container } = await own.run(always, 'web');
    await own.exit(container, 1);
    await killContainer(own.engine, 'web', undefined);
    expect(container.state).toMatchObject({ Status: 'exited', Running: false, Restarting: false, ExitCode: 1 });
  });

  test('with another signal than its own leaves a restart as it is', async () => {
    const { container } = await own.run({ ...always, StopSignal: 'SIGUSR1' }, 'web');
    await own.exit(container, 1);
    await killContainer(own.engine, 'web', 'SIGHUP');
    expect(container.state.Status).toBe('restarting');
  });

  test('sends SIGKILL without a name and thaws a frozen process for it', async () => {
    const { container, process } = await own.run();
    await pauseContainer(own.engine, container.id);
    await killContainer(own.engine, container.id, undefined);
    expect(process.signals).toEqual([9]);
    await until(() => container.state.Status === 'exited');
  });
});

describe('restart', () => {
  test('stops and starts, or only starts', async () => {
    const { container } = await own.run();
    await restartContainer(own.engine, container.id, {});
    expect(container.state.Running).toBe(true);
    expect(own.runtime.processes.map(process => process.signals)).toEqual([[15], []]);
    expect(own.events().slice(-2)).toEqual(['container start', 'container restart']);
    await own.exit(container, 0);
    await restartContainer(own.engine, container.id, {});
    expect(container.state.Running).toBe(true);
  });

  test('keeps an auto-remove container, which goes at its next exit', async () => {
    const { container } = await own.run({ HostConfig: { AutoRemove: true } });
    await restartContainer(own.engine, container.id, {});
    expect(container.state.Running).toBe(true);
    expect(own.events()).not.toContain('container destroy');
    await own.exit(container, 0);
    expect(container.removed).toBe(true);
  });

  test('of a container that waits for its restart does not wait', async () => {
    const { container } = await own.run(always);
    await own.exit(container, 1);
    await restartContainer(own.engine, container.id, {});
    expect(container.state).toMatchObject({ Running: true, Restarting: false });
    await own.exit(container, 1);
    expect(container.state.Status).toBe('restarting');
  });
});

describe('pause', () => {
  test('of a process that ends just then is refused as of one that does not run', async () => {
    const { container, process } = await own.run();
    own.log.fail('process.pause', new Error('No such process'));
    const paused = outcome(() => pauseContainer(own.engine, container.id));
    process.exit(0);
    expect(await paused).toBe(`conflict: container ${container.id} is not running`);
  });

  test('and unpause, each only where it makes sense', async () => {
    const { container, process } = await own.run();
    const id = container.id;
    expect(await outcome(() => unpauseContainer(own.engine, id))).toBe(`conflict: Container ${id} is not paused`);
    await pauseContainer(own.engine, id);
    expect(container.state).toMatchObject({ Status: 'paused', Paused: true, Running: true });
    expect(process.paused).toBe(true);
    expect(await outcome(() => pauseContainer(own.engine, id))).toBe(`conflict: Container ${id} is already paused`);
    expect(await outcome(() => startContainer(own.engine, id))).toBe(
      'conflict: cannot start a paused container, try unpause instead',
    );
    await unpauseContainer(own.engine, id);
    expect(container.state).toMatchObject({ Status: 'running', Paused: false });
    await own.exit(container, 0);
    expect(await outcome(() => pauseContainer(own.engine, id))).toBe(`conflict: container ${id} is not running`);
  });

  test('that the kernel refuses changes nothing', async () => {
    const { container } = await own.run();
    own.log.fail('process.pause');
    await outcome(() => pauseContainer(own.engine, container.id));
    expect(container.state).toMatchObject({ Status: 'running', Paused: false });
  });
});

describe('rename', () => {
  test('gives the name free and takes the new one', async () => {
    const container = await own.create({}, 'old');
    renameContainer(own.engine, 'old', '/new');
    expect(own.engine.containers.find('old')).toBeUndefined();
    expect(own.engine.containers.get('new')).toBe(container);
    expect(own.events().at(-1)).toBe('container rename');
  });

  test('refuses a taken, an empty, a bad and the same name', async () => {
    const taken = await own.create({}, 'taken');
    await own.create({}, 'web');
    const rename = (to: string) => outcome(() => renameContainer(own.engine, 'web', to));
    expect(await rename('taken')).toBe(
      `conflict: Error when allocating new name: Conflict. The container name "/taken" is already in use by container "${taken.id}". ` +
        'You have to remove (or rename) that container to be able to reuse that name.',
    );
    expect(await rename('')).toBe('invalid: Neither old nor new names may be empty');
    expect(await rename('web')).toBe('invalid: Renaming a container with the same name as its current name');
    expect(await rename('b@d')).toMatch(
      /^invalid: Error when allocating new name: Invalid container name \(\/b@d\), only/,
    );
  });
});

describe('remove', () => {
  test('refuses what is alive, in words', async () => {
    const { container } = await own.run(always, 'web');
    const remove = () => outcome(() => removeContainer(own.engine, 'web', gentle));
    const refused = (why: string) => `conflict: cannot remove container "web": container is ${why}`;
    expect(await remove()).toBe(refused('running: stop the container before removing or force remove'));
    await pauseContainer(own.engine, 'web');
    expect(await remove()).toBe(refused('paused and must be unpaused first'));
    await unpauseContainer(own.engine, 'web');
    await own.exit(container, 1);
    expect(await remove()).toBe(refused('restarting: stop the container before removing or force remove'));
  });

  for (const how of ['running', 'paused', 'restarting'] as const) {
    test(`by force ends a ${how} one and leaves nothing`, async () => {
      const { container } = await own.run({ ...always, Volumes: { '/own': {} } });
      if (how === 'paused') await pauseContainer(own.engine, container.id);
      if (how === 'restarting') await own.exit(container, 1);
      await removeContainer(own.engine, container.id, forced);
      expect([own.engine.containers.size, own.images.layers.size, own.engine.volumes.list().length]).toEqual([0, 0, 0]);
      expect(own.engine.store.collection('containers').list()).toEqual([]);
      expect(own.events().at(-1)).toBe('container destroy');
    });
  }

  test('twice at once: the second is refused, and after the first the name is free', async () => {
    await own.create({}, 'web');
    const first = removeContainer(own.engine, 'web', gentle);
    expect(await outcome(() => removeContainer(own.engine, 'web', gentle))).toBe(
      'conflict: removal of container web is already in progress',
    );
    await first;
    await own.create({}, 'web');
  });

  test('that fails can be tried again', async () => {
    const { container } = await own.run();
    await own.exit(container, 0);
    container.record.hostConfig.AutoRemove = false;
    own.log.fail('containers.delete');
    expect(await outcome(() => removeContainer(own.engine, container.id, gentle))).toMatch(/failed$/);
    expect(await outcome(() => removeContainer(own.engine, container.id, gentle))).toBe('done');
  });

  test('prune takes what does not run and goes on when one cannot go', async () => {
    await own.run({}, 'running');
    const [one, two] = [await own.create({}, 'one'), await own.create({}, 'two')];
    own.log.fail('containers.delete');
    const { ContainersDeleted: first } = await pruneContainers(own.engine, () => true);
    expect(first).toHaveLength(1);
    const { ContainersDeleted: second } = await pruneContainers(own.engine, () => true);
    expect([...first!, ...second!].sort()).toEqual([one.id, two.id].sort());
    expect((await pruneContainers(own.engine, () => true)).ContainersDeleted).toBeNull();
    expect([...own.engine.containers.all()].map(container => container.name)).toEqual(['running']);
  });
});

describe('at the same time', () => {
  /** A start that waits in the runtime until the gate opens. */
  async function slowStart() {
    const container = await own.create({}, 'web');
    const gate = Promise.withResolvers<void>();
    own.runtime.gate = gate.promise;
    const starting = outcome(() => startContainer(own.engine, 'web'));
    await until(() => own.log.calls.includes('runtime.create'));
    return { container, starting, open: gate.resolve };
  }

  test('two starts: one process', async () => {
    const { container, starting, open } = await slowStart();
    const second = outcome(() => startContainer(own.engine, 'web'));
    open();
    expect(await starting).toBe('done');
    expect(await second).toBe(`not-modified: container ${container.id} is already running`);
    expect(own.runtime.processes).toHaveLength(1);
  });

  test('a removal while it starts is refused, and the container runs', async () => {
    const { container, starting, open } = await slowStart();
    const removing = outcome(() => removeContainer(own.engine, 'web', gentle));
    open();
    expect(await starting).toBe('done');
    expect(await removing).toMatch(/^conflict: cannot remove container "web": container is running/);
    expect(container.removing).toBe(false);
    expect(container.state.Running).toBe(true);
  });

  test('a forced removal while it starts ends the process', async () => {
    const { starting, open } = await slowStart();
    const removing = outcome(() => removeContainer(own.engine, 'web', forced));
    open();
    await starting;
    expect(await removing).toBe('done');
    expect(own.runtime.last.signals).toEqual([9]);
    expect(own.runtime.last.deleted).toBe(true);
    expect(own.engine.networks.endpoints()).toEqual([]);
    expect(own.engine.containers.size).toBe(0);
  });

  test('a start while it stops does not take the stop back', async () => {
    const { container, process } = await own.run(always);
    process.mortal.delete(15);
    const stopping = stopContainer(own.engine, container.id, { timeout: -1 });
    expect(await outcome(() => startContainer(own.engine, container.id))).toMatch(/^not-modified/);
    process.exit(0);
    await stopping;
    expect(container.state).toMatchObject({ Status: 'exited', Restarting: false });
  });

  test('a start after a removal has begun is refused', async () => {
    const container = await own.create({}, 'web');
    const removing = removeContainer(own.engine, 'web', gentle);
    expect(await outcome(() => startContainer(own.engine, container.id))).toBe(
      'conflict: container is marked for removal and cannot be started',
    );
    await removing;
  });

  test('a stop during an automatic start ends what was started', async () => {
    const { container } = await own.run(always);
    const gate = Promise.withResolvers<void>();
    own.runtime.gate = gate.promise;
    await own.exit(container, 1);
    const calls = own.log.calls.length;
    await until(() => own.log.calls.slice(calls).includes('runtime.create'));
    const stopping = stopContainer(own.engine, container.id, {});
    gate.resolve();
    await stopping;
    expect(own.runtime.last.signals).toEqual([15]);
    expect(container.state).toMatchObject({ Status: 'exited', Running: false, Restarting: false });
  });
});
