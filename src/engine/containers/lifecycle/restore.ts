// After a restart of the daemon: containers that run are taken over again, the others are given their end.

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage } from '../../../lib/errors.ts';
import type { EndedProcess, Process } from '../../../runtime/index.ts';
import type { Engine } from '../../engine.ts';
import { adoptExecs } from '../../exec/adopt-execs.ts';
import { sweepSubpaths } from '../launch/subpath.ts';
import type { Container } from '../state/container.ts';
import { destroy } from './destroy.ts';
import { markThawed } from './pause.ts';
import { releaseMounts, releaseProcess } from './release.ts';
import { startContainer } from './start.ts';
import { handleMissedExit, scheduleRestart, watchExit } from './supervise.ts';

/** What the daemon found: containers with a live process, and those whose process ended while nobody looked. */
interface Survey {
  running: Map<Container, Process>;
  ended: Map<Container, EndedProcess>;
  /** Could not be found out: they may run, so that everything they have stays, until a later daemon knows more. */
  unknown: Set<Container>;
}

/** Looking at a container mostly waits for files and runtimes; more at once than this only wait for one another. */
const lanes = 16;

/** First pass, before the rooms reconcile: finds out which containers still run. Never rejects. */
export async function surveyContainers(engine: Engine): Promise<Survey> {
  const survey: Survey = { running: new Map(), ended: new Map(), unknown: new Set() };
  // One iterator for all lanes: each takes the next container.
  const containers = [...engine.containers.all()].values();
  const lane = async () => {
    for (const container of containers) await surveyOne(engine, container, survey);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return survey;
}

async function surveyOne(engine: Engine, container: Container, survey: Survey): Promise<void> {
  try {
    const found = await engine.runtime.adopt(container.id);
    if (found && 'pid' in found) survey.running.set(container, found);
    else if (found) survey.ended.set(container, found);
    else if (container.running) survey.ended.set(container, lost());
  } catch (error) {
    survey.unknown.add(container);
    engine.logger.error('a container could not be taken over and is left alone', {
      container: container.id,
      error: errorMessage(error),
    });
  }
}

/** Second pass, after the rooms reconciled: states, exits and restarts as if the daemon had been there. */
export async function restoreContainers(engine: Engine, survey: Survey): Promise<void> {
  sweepSubpaths(engine);
  await removeOrphanDirectories(engine);
  for (const [container, process] of survey.running) resume(engine, container, process);
  for (const container of [...engine.containers.all()]) {
    if (survey.running.has(container) || survey.unknown.has(container)) continue;
    try {
      await restoreStopped(engine, container, survey.ended.get(container));
    } catch (error) {
      // The trouble of one container must not keep the daemon from all others.
      engine.logger.error('a container could not be restored', { container: container.id, error: errorMessage(error) });
    }
  }
}

async function restoreStopped(engine: Engine, container: Container, ended: EndedProcess | undefined): Promise<void> {
  if (ended && !isOnRecord(container, ended)) await handleMissedExit(engine, container, ended);
  else await settle(engine, container, ended);
}

function resume(engine: Engine, container: Container, process: Process): void {
  const { state } = container.record;
  // A daemon killed between a pause and the record of it leaves a record that is wrong.
  const paused = engine.runtime.isPaused(container.id);
  Object.assign(state, {
    Running: true,
    Paused: paused,
    Restarting: false,
    Dead: false,
    Pid: process.pid,
    Status: paused ? 'paused' : 'running',
  });
  // A daemon killed between the start and the record of it leaves no start time.
  if (Date.parse(state.StartedAt) < process.startedAt.getTime() - 1000)
    state.StartedAt = process.startedAt.toISOString();
  engine.containers.save(container);
  watchExit(engine, container, process);
  adoptExecs(engine, container);
  if (container.record.frozenForCommit) void thaw(engine, container, process);
}

/** The commit that froze it went with the daemon before this one. */
async function thaw(engine: Engine, container: Container, process: Process): Promise<void> {
  try {
    await process.resume();
  } catch (error) {
    engine.logger.warn('not thawed after a commit', { container: container.id, error: errorMessage(error) });
  }
  delete container.record.frozenForCommit;
  if (container.state.Paused) markThawed(engine, container);
  else engine.containers.save(container);
}

/** Whether the daemon before this one had come to note the exit. */
const isOnRecord = (container: Container, ended: EndedProcess) =>
  !container.running && container.state.FinishedAt === ended.exited.at.toISOString();

/** A container that did not run: leftovers of a half-made start go, and its policy may want it back. */
async function settle(engine: Engine, container: Container, ended: EndedProcess | undefined): Promise<void> {
  await releaseProcess(engine, container, ended);
  await releaseMounts(engine, container);
  const { hostConfig, manuallyStopped, state } = container.record;
  if (hostConfig.AutoRemove) return destroy(engine, container, { volumes: true });
  if (state.Restarting) return scheduleRestart(engine, container, container.restartDelay);
  const policy = hostConfig.RestartPolicy?.Name;
  const wanted = policy === 'always' || (policy === 'unless-stopped' && !manuallyStopped);
  if (!wanted || state.Status === 'created') return;
  void startContainer(engine, container.id).catch(error =>
    engine.logger.error('start by restart policy failed', { container: container.id, error: errorMessage(error) }),
  );
}

/** The process vanished without a word, most likely with the machine: Docker reports 255 then. */
const lost = (): EndedProcess => ({
  exited: { code: 255, at: new Date(), oomKilled: false },
  delete: () => Promise.resolve(),
});

async function removeOrphanDirectories(engine: Engine): Promise<void> {
  const folder = join(engine.config.dataRoot, 'containers');
  for (const name of await readdir(folder).catch(() => [])) {
    if (!engine.containers.find(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
