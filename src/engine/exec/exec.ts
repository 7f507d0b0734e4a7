// `docker exec`: another process in a running container.

import type { Duplex } from 'node:stream';
import type { ExecConfig, ExecInspectResponse, ExecStartConfig } from '../../api/types/exec.ts';
import { conflict, errorMessage, invalid } from '../../lib/errors.ts';
import { encodeFrame } from '../../lib/streams/frames.ts';
import type { OciProcess } from '../../oci/runtime-spec.ts';
import { type Process, resolveCapabilities } from '../../runtime/index.ts';
import { publishContainerEvent } from '../containers/container-events.ts';
import { describeSecurity } from '../containers/launch/describe-security.ts';
import { environment } from '../containers/launch/describe-spec.ts';
import { linkVariables } from '../containers/links/links.ts';
import type { Container } from '../containers/state/container.ts';
import { readDetachKeys } from '../containers/streams/detach-keys.ts';
import { pump } from '../containers/streams/pump.ts';
import type { Engine } from '../engine.ts';
import type { ExecNote } from './exec-note.ts';
import type { Exec } from './exec-registry.ts';

/** Records what is to run; throws not-found, `conflict` for a container that is not running, `invalid`, for a user too. */
export function createExec(engine: Engine, reference: string, config: ExecConfig): { Id: string } {
  const container = requireRunning(engine, reference);
  if (!config.Cmd?.length) throw invalid('No exec command specified');
  readDetachKeys(config.DetachKeys, 'escape');
  if (config.User) userOf(engine, container, config.User);
  engine.host.anticipateStart();
  const exec = engine.execs.add(container.id, config);
  container.execIds.add(exec.id);
  publishContainerEvent(engine, container, `exec_create: ${config.Cmd.join(' ')}`, { execID: exec.id });
  return { Id: exec.id };
}

/**
 * Starts it. Attached (not `Detach`): `open` takes the connection over once the program is known to run or to fail;
 * returns when the client is served. Whether output comes in frames is for `options.Tty` alone to say, whatever the
 * process has: clients read by what they sent. Throws `conflict` for a second start.
 */
export async function startExec(
  engine: Engine,
  id: string,
  options: ExecStartConfig,
  open: (options: { multiplexed: boolean }) => Duplex,
): Promise<void> {
  const exec = engine.execs.get(id);
  const container = requireRunning(engine, exec.containerId);
  if (exec.started)
    throw conflict(`exec command ${id} ${exec.exitCode === null ? 'is already running' : 'has already run'}`);
  exec.started = true;
  const detachKeys = readDetachKeys(exec.config.DetachKeys, 'escape');
  const { process, ended } = await launchExec(engine, container, exec, options);
  if (options.Detach) return process.start();
  const tty = exec.config.Tty === true;
  const session = await process.attach({ stdin: exec.config.AttachStdin === true }).catch(async error => {
    recordFailure(engine, container, exec, error);
    await process.delete();
    throw error;
  });
  const multiplexed = options.Tty !== true;
  const connection = open({ multiplexed });
  const pumping = pump(connection, session, {
    multiplexed,
    stdin: exec.config.AttachStdin === true,
    stdout: exec.config.AttachStdout === true,
    // Bare bytes are those of standard output.
    stderr: exec.config.AttachStderr === true && (multiplexed || tty),
    detachKeys,
    lastWord: ended,
  });
  await process.start().catch(error => {
    recordFailure(engine, container, exec, error);
    // Too late for an HTTP error: Docker tells it as output.
    const text = Buffer.from(`${errorMessage(error)}\r\n`);
    connection.write(multiplexed ? encodeFrame('stdout', text) : text);
  });
  const end = await pumping;
  if (end === 'detached') publishContainerEvent(engine, container, 'exec_detach', { execID: id });
}

/** Prepares the process of a recorded exec; `start()` lets it run. `ended` settles when the exit code is recorded. */
export async function launchExec(
  engine: Engine,
  container: Container,
  exec: Exec,
  options: ExecStartConfig & { probe?: boolean },
): Promise<{ process: Process; ended: Promise<void> }> {
  const { config } = exec;
  publishContainerEvent(engine, container, `exec_start: ${(config.Cmd ?? []).join(' ')}`, { execID: exec.id });
  try {
    const process = await engine.runtime.exec({
      containerId: container.id,
      execId: exec.id,
      process: describeProcess(engine, container, config, options),
      tty: config.Tty === true,
      stdin: config.AttachStdin === true,
      note: { config, probe: options.probe === true } satisfies ExecNote,
    });
    return { process, ended: watchExec(engine, container, exec, process) };
  } catch (error) {
    recordFailure(engine, container, exec, error);
    throw error;
  }
}

/** Settles when the exit code is recorded. */
export async function watchExec(engine: Engine, container: Container, exec: Exec, process: Process): Promise<void> {
  exec.process = process;
  const { code } = await process.exited;
  concludeExec(engine, container, exec, code);
  void process.delete();
}

/** Notes the exit code and tells everybody. */
export function concludeExec(
  engine: Pick<Engine, 'execs' | 'events'>,
  container: Container,
  exec: Exec,
  exitCode: number,
): void {
  engine.execs.end(exec, exitCode);
  container.execIds.delete(exec.id);
  publishContainerEvent(engine, container, 'exec_die', { execID: exec.id, exitCode: String(exitCode) });
}

/** 126 for a program that may not be executed, 127 for one that is not there. */
function recordFailure(engine: Pick<Engine, 'execs'>, container: Container, exec: Exec, error: unknown): void {
  engine.execs.end(exec, /permission denied/.test(errorMessage(error)) ? 126 : 127);
  container.execIds.delete(exec.id);
}

function describeProcess(
  engine: Engine,
  container: Container,
  config: ExecConfig,
  options: ExecStartConfig,
): OciProcess {
  const host = container.record.hostConfig;
  const user = userOf(engine, container, config.User || container.record.config.User || '');
  const capabilities = resolveCapabilities({
    add: host.CapAdd ?? [],
    drop: host.CapDrop ?? [],
    privileged: config.Privileged === true || host.Privileged === true,
    available: engine.host.capabilities(),
  });
  const [rows = 0, columns = 0] = (options.Tty && options.ConsoleSize) || config.ConsoleSize || [];
  const own = config.Env ?? [];
  const links = linkVariables(engine, container);
  const base = environment(container, { tty: config.Tty === true, home: user.home, links }).filter(
    variable => !own.some(other => other.split('=', 1)[0] === variable.split('=', 1)[0]),
  );
  const bySystem = user.uid === 0 ? capabilities : [];
  return {
    terminal: config.Tty === true,
    ...(rows > 0 && columns > 0 ? { consoleSize: { height: rows, width: columns } } : {}),
    user: { uid: user.uid, gid: user.gid, additionalGids: user.additionalGids },
    args: config.Cmd ?? [],
    env: [...base, ...own],
    cwd: config.WorkingDir || container.record.config.WorkingDir || '/',
    capabilities: { bounding: capabilities, permitted: bySystem, effective: bySystem, inheritable: [] },
    noNewPrivileges: describeSecurity(host, engine.config.defaults, false).noNewPrivileges,
  };
}

/** Throws `invalid` for a name that is not listed in the container. */
function userOf(engine: Engine, container: Container, name: string): ReturnType<Engine['host']['resolveUser']> {
  const { merged = '/' } = engine.images.containerLayer(container.id) ?? {};
  return engine.host.resolveUser(merged, name, container.record.hostConfig.GroupAdd ?? []);
}

/** Ignored once the process has ended; throws not-found, `conflict` for a container that is not running. */
export function resizeExec(
  engine: Pick<Engine, 'execs' | 'containers'>,
  id: string,
  columns: number,
  rows: number,
): void {
  const exec = engine.execs.get(id);
  requireRunning(engine, exec.containerId);
  exec.process?.resize(columns, rows);
}

/** Of one that has ended, too, while it is kept. Throws not-found. */
export function inspectExec(engine: Pick<Engine, 'execs'>, id: string): ExecInspectResponse {
  const exec = engine.execs.get(id);
  const [entrypoint = '', ...args] = exec.config.Cmd ?? [];
  return {
    ID: exec.id,
    Running: exec.started && exec.exitCode === null,
    ExitCode: exec.exitCode,
    ProcessConfig: {
      tty: exec.config.Tty === true,
      entrypoint,
      arguments: args,
      privileged: exec.config.Privileged === true,
      ...(exec.config.User ? { user: exec.config.User } : {}),
    },
    OpenStdin: exec.config.AttachStdin === true,
    OpenStderr: exec.config.AttachStderr === true,
    OpenStdout: exec.config.AttachStdout === true,
    CanRemove: exec.exitCode !== null,
    ContainerID: exec.containerId,
    DetachKeys: exec.config.DetachKeys ?? '',
    Pid: exec.process?.pid ?? exec.endedPid,
  };
}

function requireRunning(engine: Pick<Engine, 'containers'>, reference: string): Container {
  const container = engine.containers.get(reference);
  if (container.state.Paused) throw conflict(`Container ${reference} is paused, unpause the container before exec`);
  if (container.state.Restarting)
    throw conflict(`Container ${container.id} is restarting, wait until the container is running`);
  if (!container.running) throw conflict(`container ${container.id} is not running`);
  return container;
}
