// The next daemon takes over: what runs, what ended unseen, what was half made.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerCreateRequest } from '../../../api/types/containers.ts';
import type { EndedProcess, ExitStatus } from '../../../runtime/index.ts';
import { FakeProcess } from '../../testing/fake-process.ts';
import { createTestEngine, type TestEngine, until } from '../../testing/test-engine.ts';
import type { Container } from '../state/container.ts';
import { restoreContainers, surveyContainers } from './restore.ts';
import { stopContainer } from './stop.ts';

let own: TestEngine;
beforeEach(async () => {
  own = await createTestEngine();
});
afterEach(() => own.close());

const always: ContainerCreateRequest = { HostConfig: { RestartPolicy: { Name: 'always' } } };

/** A new daemon on the same records; returns the container as it sees it. */
async function nextDaemon(id: string, found?: FakeProcess | EndedProcess): Promise<Container> {
  await own.reboot();
  if (found) own.runtime.found.set(id, found);
  const container = own.engine.containers.get(id);
  await restoreContainers(own.engine, await surveyContainers(own.engine));
  return container;
}

function ended(status: Partial<ExitStatus> = {}): EndedProcess & { deleted: boolean } {
  return {
    exited: { code: 3, at: new Date(), oomKilled: false, ...status },
    deleted: false,
    async delete() {
      this.deleted = true;
    },
  };
}

describe('a container that runs', () => {
  test('is taken over, and its exit is handled', async () => {
    const { container } = await own.run();
    const startedAt = container.state.StartedAt;
    const process = new FakeProcess(container.id, 77, own.log);
    const adopted = await nextDaemon(container.id, process);
    expect(adopted.state).toMatchObject({ Status: 'running', Running: true, Pid: 77, StartedAt: startedAt });
    expect(adopted.process).toBe(process);
    await own.exit(adopted, 9);
    expect(adopted.state).toMatchObject({ Status: 'exited', ExitCode: 9 });
    expect(process.deleted).toBe(true);
  });

  for (const [paused, Status] of [
    [true, 'paused'],
    [false, 'running'],
  ] as const) {
    test(`is ${Status} if it really is, whatever is on record`, async () => {
      const { container } = await own.run();
      container.record.state.Paused = !paused;
      own.engine.containers.save(container);
      const process = new FakeProcess(container.id, 77, own.log);
      process.paused = paused;
      const adopted = await nextDaemon(container.id, process);
      expect(adopted.state).toMatchObject({ Status, Paused: paused, Running: true });
    });
  }

  test('though the crash came before its start was recorded, gets its start time', async () => {
    const container = await own.create();
    const process = new FakeProcess(container.id, 77, own.log);
    const adopted = await nextDaemon(container.id, process);
    expect(adopted.state).toMatchObject({ Running: true, StartedAt: process.startedAt.toISOString() });
  });
});

describe('a container that ended unseen', () => {
  test('gets its exit, with the time it had', async () => {
    const { container } = await own.run();
    const at = new Date(Date.now() - 60_000);
    const rest = ended({ at, oomKilled: true });
    const seen = await nextDaemon(container.id, rest);
    expect(seen.state).toMatchObject({ Status: 'exited', ExitCode: 3, OOMKilled: true, FinishedAt: at.toISOString() });
    expect(rest.deleted).toBe(true);
    expect(own.events()).toContain('container die');
  });

  test('without a trace ended with 255', async () => {
    const { container } = await own.run();
    expect((await nextDaemon(container.id)).state).toMatchObject({ Status: 'exited', ExitCode: 255, Running: false });
  });

  test('whose exit is on record already is not told of twice', async () => {
    const { container } = await own.run();
    const at = new Date();
    await own.exit(container, 3, { at });
    const rest = ended({ at });
    await nextDaemon(container.id, rest);
    expect(rest.deleted).toBe(true);
    expect(own.events()).toEqual([]);
  });

  test('is restarted by its policy', async () => {
    const { container } = await own.run(always);
    const seen = await nextDaemon(container.id, ended());
    expect(seen.state.Status).toBe('restarting');
    await until(() => seen.state.Status === 'running');
  });

  test('and was to be removed goes', async () => {
    const { container } = await own.run({ Volumes: { '/own': {} }, HostConfig: { AutoRemove: true } });
    await own.reboot();
    own.runtime.found.set(container.id, ended());
    await restoreContainers(own.engine, await surveyContainers(own.engine));
    expect(own.engine.containers.size).toBe(0);
    expect(own.engine.volumes.list()).toEqual([]);
  });
});

describe('a container that did not run', () => {
  test('and was created only stays so', async () => {
    const container = await own.create(always);
    expect((await nextDaemon(container.id)).state.Status).toBe('created');
  });

  test('goes if it was to be removed: the crash came between its exit and its end', async () => {
    const { container } = await own.run({ HostConfig: { AutoRemove: true } });
    Object.assign(container.record.state, { Status: 'exited', Running: false });
    own.engine.containers.save(container);
    await own.reboot();
    await restoreContainers(own.engine, await surveyContainers(own.engine));
    expect(own.engine.containers.size).toBe(0);
  });

  for (const [Name, comesBack] of [
    ['no', false],
    ['unless-stopped', false],
    ['always', true],
  ] as const) {
    test(`because it was stopped ${comesBack ? 'comes back' : 'stays down'} with ${Name}`, async () => {
      const { container } = await own.run({ HostConfig: { RestartPolicy: { Name } } });
      await stopContainer(own.engine, container.id, {});
      const seen = await nextDaemon(container.id);
      if (comesBack) await until(() => seen.state.Running);
      await own.engine.locks.run(seen.id, () => {});
      expect(seen.state.Running).toBe(comesBack);
    });
  }

  test('because it waited for its restart is restarted', async () => {
    const { container } = await own.run(always);
    await own.exit(container, 1);
    clearTimeout(container.restartTimer);
    const seen = await nextDaemon(container.id);
    await until(() => seen.state.Status === 'running');
  });

  test('is given back what a half-made start had mounted', async () => {
    const container = await own.create();
    own.images.mounted.add(container.id);
    await nextDaemon(container.id);
    expect(own.images.mounted.size).toBe(0);
  });
});

test('directories of containers nobody knows go, the others stay', async () => {
  const container = await own.create();
  const orphan = join(own.root, 'containers', 'f'.repeat(64));
  mkdirSync(orphan);
  await nextDaemon(container.id);
  expect(existsSync(orphan)).toBe(false);
  expect(existsSync(container.directory)).toBe(true);
});

test('a container that cannot be looked at is left alone and keeps no other from being taken over', async () => {
  const ids = [(await own.run()).container.id, (await own.run()).container.id];
  await own.reboot();
  for (const id of ids) own.runtime.found.set(id, new FakeProcess(id, 78, own.log));
  own.log.fail('runtime.adopt');
  const survey = await surveyContainers(own.engine);
  expect(survey.running.size).toBe(1);
  const [unknown] = survey.unknown;
  await restoreContainers(own.engine, survey);
  for (const id of ids) expect(own.engine.containers.get(id).state).toMatchObject({ Status: 'running', Running: true });
  expect(unknown?.process).toBeUndefined();
  expect(own.images.mounted).toContain(unknown?.id ?? '');
});

test('a container that cannot be settled keeps no other from its end', async () => {
  const stuck = await own.create({ HostConfig: { AutoRemove: true } });
  const { container: over } = await own.run();
  await own.reboot();
  own.runtime.found.set(over.id, ended({ code: 5 }));
  own.log.fail('images.removeContainerLayer', new Error('no space left'));
  await restoreContainers(own.engine, await surveyContainers(own.engine));
  expect(own.engine.containers.get(over.id).state.ExitCode).toBe(5);
  expect(own.engine.containers.find(stuck.id)).toBeUndefined();
});
