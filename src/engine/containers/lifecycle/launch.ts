// The work of a start: every room is asked in turn, each step leaves its undo behind, and success keeps what was made.

import { CleanupStack } from '../../../lib/cleanup-stack.ts';
import { BerthError, errorMessage } from '../../../lib/errors.ts';
import { buildSpec, type Process } from '../../../runtime/index.ts';
import type { Engine } from '../../engine.ts';
import { publishContainerEvent } from '../container-events.ts';
import { resetHealth } from '../health/health.ts';
import { describeSpec } from '../launch/describe-spec.ts';
import { prepareMounts } from '../launch/prepare-mounts.ts';
import { prepareNetwork } from '../launch/prepare-network.ts';
import { prepareSharedMemory } from '../launch/shared-memory.ts';
import { requireLinked } from '../links/links.ts';
import { logTarget } from '../log-target.ts';
import { type Container, zeroTime } from '../state/container.ts';

/**
 * Makes the container's process and lets it run. The caller holds the container's lock, has checked that it may start,
 * and looks after the exit.
 */
export async function launch(engine: Engine, container: Container): Promise<Process> {
  const onError = (step: string, error: unknown) =>
    engine.logger.error(`undo failed: ${step}`, { error: errorMessage(error), container: container.id });
  await using undo = new CleanupStack(onError);
  await using places = new CleanupStack(onError);
  try {
    requireLinked(engine, container);
    const rootfs = engine.images.mountRootfs(container.id);
    undo.defer('root file system', () => engine.images.unmountRootfs(container.id));
    const network = prepareNetwork(engine, container, undo);
    const shared = prepareSharedMemory(engine, container, undo);
    const mounts = [...shared, ...(await prepareMounts(engine, container, rootfs, { undo, places }))];
    const log = engine.logs.open(logTarget(container));
    const spec = buildSpec(
      describeSpec(engine, container, { rootfs, mounts, sandbox: network.sandbox }),
      engine.host.spec,
    );
    const { config, hostConfig } = container.record;
    const process = await engine.runtime.create({
      id: container.id,
      spec,
      runtime: hostConfig.Runtime ?? undefined,
      tty: container.tty,
      stdin: config.OpenStdin === true,
      stdinOnce: config.StdinOnce === true,
      log,
    });
    undo.defer('process', () => process.delete());
    network.join?.(process.pid);
    // From here on an attach goes to the process itself; those who came earlier are connected before it runs.
    container.process = process;
    undo.defer('process of the container', () => {
      container.process = undefined;
    });
    await Promise.all([...container.pendingAttaches].map(attach => attach.connect(process)));
    container.pendingAttaches.clear();
    await process.start();
    markRunning(engine, container, process.pid, process.startedAt);
    undo.move();
    return process;
  } catch (error) {
    for (const attach of container.pendingAttaches) attach.fail();
    markFailed(engine, container, error);
    throw error;
  }
}

function markRunning(engine: Engine, container: Container, pid: number, startedAt: Date): void {
  Object.assign(container.record.state, {
    Status: 'running',
    Running: true,
    Paused: false,
    Restarting: false,
    OOMKilled: false,
    Dead: false,
    Pid: pid,
    ExitCode: 0,
    Error: '',
    StartedAt: startedAt.toISOString(),
    FinishedAt: container.state.FinishedAt || zeroTime,
  });
  resetHealth(container);
  engine.containers.save(container);
  publishContainerEvent(engine, container, 'start');
}

/** Docker keeps the reason and the shell's exit code of a program that cannot be run. */
function markFailed(engine: Engine, container: Container, error: unknown): void {
  const message = errorMessage(error);
  const { state } = container.record;
  state.Error = message;
  state.Running = false;
  state.Restarting = false;
  state.Pid = 0;
  if (state.Status === 'running' || state.Status === 'restarting') state.Status = 'exited';
  state.ExitCode = launchExitCode(error);
  engine.containers.save(container);
}

/** 127 program not found, 126 not executable, 128 anything else: as dockerd decides on the runtime's words. */
function launchExitCode(error: unknown): number {
  if (!(error instanceof BerthError)) return 128;
  if (/executable file not found|no such file or directory/.test(error.message)) return 127;
  return /permission denied|is a directory/.test(error.message) ? 126 : 128;
}
