// `--ssh id[=socket|key…]`: agents that steps may ask to sign, without the keys.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { splitOnce } from '../../../lib/text/split-once.ts';
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
      const [id, places] = splitOnce(text, '=');
      if (Object.hasOwn(sockets, id)) throw new Error(`invalid duplicate ID ${id}`);
      const paths = text === id ? [] : places.split(',').map(path => resolve(io.directory, path));
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
  const contents = keys.map(readKey);
  const folder = mkdtempSync(join(tmpdir(), 'berth-ssh-'));
  const socket = join(folder, 'agent');
  const env: Record<string, string | undefined> = { ...environment, SSH_AUTH_SOCK: socket, SSH_AGENT_PID: undefined };
  const end = async () => {
    if (env.SSH_AGENT_PID !== undefined) await run('ssh-agent', ['-k'], { env }).catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const { stdout } = await run('ssh-agent', ['-a', socket, '-s']);
    env.SSH_AGENT_PID = /SSH_AGENT_PID=(\d+)/.exec(stdout)?.[1];
    for (const [index, content] of contents.entries()) await addKey(content, { path: keys[index]!, env });
  } catch (error) {
    await end();
    throw error;
  }
  return { socket, end };
}

function readKey(path: string): Buffer {
  const content = readFileSync(path);
  if (!content.includes('PRIVATE KEY-----')) throw new Error(`failed to parse ${path}: ssh: no key found`);
  return content;
}

/** The key comes on standard input: ssh-add refuses files that others may read, of which buildx says nothing. */
async function addKey(
  content: Buffer,
  { path, env }: { path: string; env: Readonly<Record<string, string | undefined>> },
): Promise<void> {
  // Nobody is asked for a passphrase.
  const adding = run('ssh-add', ['-q', '-'], {
    env: { ...env, SSH_ASKPASS: '/bin/false', SSH_ASKPASS_REQUIRE: 'force' },
  });
  adding.child.stdin?.on('error', () => {});
  adding.child.stdin?.end(content);
  try {
    await adding;
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    // It says nothing where it is not told the passphrase it asked for.
    const why = stderr.trim() || 'ssh: this private key is passphrase protected';
    throw new Error(`failed to parse ${path}: ${why}`, { cause: error });
  }
}
