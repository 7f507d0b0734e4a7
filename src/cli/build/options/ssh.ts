// `--ssh id[=socket|key…]`: agents that steps may ask to sign, without the keys.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { systemMessage } from '../../container-config/env.ts';
import type { Io } from '../../io.ts';

const run = promisify(execFile);

/** Sockets by id. Disposing of it ends the agents that were started for keys. */
interface SshAgents extends AsyncDisposable {
  readonly sockets: Readonly<Record<string, string>>;
}

/** Throws a plain Error with BuildKit's wording. */
export async function openSshAgents(
  texts: readonly string[],
  io: Pick<Io, 'environment' | 'directory'>,
): Promise<SshAgents> {
  const started: Agent[] = [];
  const sockets: Record<string, string> = {};
  const dispose = async () => void (await Promise.all(started.map(agent => agent.end())));
  try {
    for (const text of texts) {
      const [id = '', places] = splitOnce(text);
      if (id in sockets) throw new Error(`invalid duplicate ID ${id}`);
      const paths = places?.split(',').map(path => resolve(io.directory, path)) ?? [];
      if (paths.length === 0) sockets[id] = ownAgent(io);
      else if (paths.every(isSocket)) sockets[id] = single(paths);
      else {
        const agent = await startAgent(paths, io);
        started.push(agent);
        sockets[id] = agent.socket;
      }
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  return { sockets, [Symbol.asyncDispose]: dispose };
}

function splitOnce(text: string): [string, string | undefined] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

function ownAgent({ environment }: Pick<Io, 'environment'>): string {
  const socket = environment.SSH_AUTH_SOCK;
  if (!socket) throw new Error('invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set');
  return socket;
}

function single(paths: readonly string[]): string {
  if (paths.length > 1) throw new Error('only single socket allowed');
  return paths[0]!;
}

function isSocket(path: string): boolean {
  try {
    return statSync(path).isSocket();
  } catch (error) {
    throw new Error(`failed to open ${path}: stat ${path}: ${systemMessage(error)}`, { cause: error });
  }
}

interface Agent {
  readonly socket: string;
  end(): Promise<void>;
}

/** An agent that knows these keys, by OpenSSH's own programs. */
async function startAgent(keys: readonly string[], { environment }: Pick<Io, 'environment'>): Promise<Agent> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-ssh-'));
  const socket = join(folder, 'agent');
  const { stdout } = await run('ssh-agent', ['-a', socket, '-s']);
  const env = { ...environment, SSH_AUTH_SOCK: socket, SSH_AGENT_PID: /SSH_AGENT_PID=(\d+)/.exec(stdout)?.[1] };
  const end = async () => {
    await run('ssh-agent', ['-k'], { env }).catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await run('ssh-add', ['-q', ...keys], { env });
  } catch (error) {
    await end();
    throw new Error(`failed to read ${keys.join(', ')}: ${(error as Error).message.trim()}`, { cause: error });
  }
  return { socket, end };
}
