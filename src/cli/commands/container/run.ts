// `run`: create, attach, wait, start, stream, and end with the container's exit code.

import type { Client } from '../../../client/index.ts';
import { parseDetachKeys } from '../../../lib/text/detach-keys.ts';
import { command } from '../../command.ts';
import { createFlags } from '../../container-config/create-flags.ts';
import { buildCreateRequest } from '../../container-config/create-request.ts';
import { type Context, describeFailure } from '../../context.ts';
import { ExitError } from '../../failure.ts';
import { atLeast } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { proxyVariables } from '../../host/proxy-variables.ts';
import { runSession, type SessionEnd } from '../../session/attach-session.ts';
import { attachStream } from '../../session/attach-stream.ts';
import { checkTerminal, followSize, proxySignals } from '../../session/signals.ts';
import { beginWait, type PendingExit } from '../../session/wait-exit.ts';
import { createContainer, failWithHelp, type NewContainer, tellSize } from './create.ts';

const runFlags = () => ({
  ...createFlags(),
  detach: bool('Run in the background and print the ID', { short: 'd' }),
  'detach-keys': string('Keys that leave the container running'),
  'sig-proxy': bool('Pass signals on to the process', { initial: true }),
});

export const run = command({
  usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  args: atLeast(1),
  flags: runFlags(),
  interspersed: false,
  async run(context, { flags, changed, args }) {
    const [image = '', ...words] = args;
    const { io } = context;
    const proxies = proxyVariables(context.config, { host: context.host, given: flags.env });
    const request = failWithHelp(context, () =>
      buildCreateRequest({
        flags,
        changed,
        image,
        command: words,
        environment: io.environment,
        directory: io.directory,
        proxies,
      }),
    );
    if (flags.detach) {
      if (flags.attach.length > 0) throw new Error('conflicting options: cannot specify both --attach and --detach');
      Object.assign(request, { AttachStdin: false, AttachStdout: false, AttachStderr: false, StdinOnce: false });
    } else {
      checkTerminal(io, { stdin: request.AttachStdin!, tty: flags.tty });
    }
    tellSize(context, request);
    const container = await createContainer(context, { request, flags, image }).catch(error => {
      throw asRunFailure(context, error);
    });
    const session = {
      container,
      request,
      flags,
      detachKeys: flags['detach-keys'] || (context.config.detachKeys ?? ''),
    };
    return flags.detach ? await startDetached(context, session) : await startAttached(context, session);
  },
});

interface RunSession {
  container: NewContainer;
  request: ReturnType<typeof buildCreateRequest>;
  flags: { tty: boolean; rm: boolean; 'sig-proxy': boolean };
  detachKeys: string;
}

async function startDetached(context: Context, { container }: RunSession): Promise<number> {
  await startContainer(context, container.id);
  await context.print(`${container.id}\n`);
  return 0;
}

async function startContainer(context: Context, id: string): Promise<void> {
  try {
    await context.client.call('ContainerStart', { path: { id } });
  } catch (error) {
    throw asRunFailure(context, error);
  }
}

async function startAttached(context: Context, session: RunSession): Promise<number> {
  const { io, client } = context;
  const { container, request, flags } = session;
  parseDetachKeys(session.detachKeys);
  // Not for a terminal: there the process gets its signals as keys.
  const stopSignals = flags['sig-proxy'] && !flags.tty ? proxySignals(io, client, container.id) : () => {};
  const wanted = request.AttachStdin || request.AttachStdout || request.AttachStderr;
  let exit: PendingExit | undefined;
  let stopSizes = () => {};
  try {
    const [attached, waiting] = await Promise.all([
      wanted ? attach(client, session) : undefined,
      beginWait(client, container.id, flags.rm ? 'removed' : 'next-exit'),
    ]);
    exit = waiting;
    const ended = attached && streamOf(context, session, attached);
    ended?.catch(() => {});
    try {
      await client.call('ContainerStart', { path: { id: container.id } });
    } catch (error) {
      attached?.socket.destroy();
      if (flags.rm) await exit.code.catch(() => {});
      throw asRunFailure(context, error);
    }
    if (flags.tty && wanted)
      stopSizes = followSize(io, query => client.call('ContainerResize', { path: { id: container.id }, query }));
    if ((await ended) === 'detached') return 0;
    return await exit.code;
  } finally {
    stopSignals();
    stopSizes();
    exit?.cancel();
  }
}

function attach(client: Client, { container, request, detachKeys }: RunSession) {
  const stdin = Boolean(request.AttachStdin);
  const stdout = Boolean(request.AttachStdout);
  const stderr = Boolean(request.AttachStderr);
  return attachStream(client, container.id, { stdin, stdout, stderr, detachKeys });
}

function streamOf(
  context: Context,
  session: RunSession,
  connection: Awaited<ReturnType<typeof attach>>,
): Promise<SessionEnd> {
  const { request, flags, detachKeys } = session;
  return runSession({
    io: context.io,
    connection,
    tty: flags.tty,
    stdin: Boolean(request.AttachStdin),
    detachKeys,
  });
}

/** Docker's exit codes for a container that could not be started: 127 not found, 126 not executable, 125 otherwise. */
function startFailureCode(message: string): number {
  if (/executable file not found|no such file or directory|system cannot find the file specified/.test(message))
    return 127;
  return /permission denied|is a directory/.test(message) ? 126 : 125;
}

function asRunFailure(context: Context, error: unknown): ExitError {
  if (error instanceof ExitError) return error;
  const { program } = context.io;
  const message = describeFailure(error);
  const help = `Run '${program} ${context.commandPath} --help' for more information`;
  return new ExitError(startFailureCode(message), `${program}: ${message}\n\n${help}`, { cause: error });
}
