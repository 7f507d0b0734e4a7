// The program git, cut off from this machine's configuration and its user.
import { spawn } from 'node:child_process';
import { BerthError, invalid } from '../../../../lib/errors.ts';
import { usualSearchPath } from '../../../../lib/files/find-program.ts';

export interface GitOptions {
  readonly signal: AbortSignal;
  /** Socket of an SSH agent for ssh remotes. */
  readonly sshAuthSock?: string;
  /** `http_proxy` and its like. */
  readonly proxies?: Readonly<Record<string, string>>;
}

/** What a run came to. */
interface GitOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Nothing of the machine's configuration counts, no question is asked, and only these protocols are spoken. */
const safeEnvironment = {
  PATH: usualSearchPath,
  HOME: '/dev/null',
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_ALLOW_PROTOCOL: 'http:https:ssh:git',
  GIT_SSH_COMMAND:
    'ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=/dev/null',
};

/**
 * Modes of files come from the repository and this mask, not from the daemon's. A second process waits for the end of standard
 * input, which is the end of the run or of the daemon, and takes the whole group with it: git starts programs of its own.
 */
const script = [
  'umask 022; exec 3<&0 </dev/null',
  '{ cat <&3; kill -KILL 0; } >/dev/null 2>&1 &',
  'exec 3<&-; exec git -c credential.helper= -c core.hooksPath=/dev/null -c advice.detachedHead=false "$@"',
].join('\n');

/** Runs in one directory. */
export class Git {
  readonly #directory: string;
  readonly #options: GitOptions;

  constructor(directory: string, options: GitOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  /** Standard output of `git …`; throws `invalid` with what it complained about. */
  async run(...args: string[]): Promise<string> {
    const { code, stderr, stdout } = await this.try(args);
    if (code !== 0) throw invalid(`git ${args[0]} failed: git stderr:\n${stderr.trim()}`);
    return stdout;
  }

  /** The commit a name stands for; undefined when it is not here. */
  async commit(name: string): Promise<string | undefined> {
    const { code, stdout } = await this.try([
      ...['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`],
    ]);
    return code === 0 ? stdout.trim() : undefined;
  }

  /** `local`: from a repository of this machine, and from nowhere else. Throws `cancelled` alone. */
  try(args: readonly string[], { local = false }: { local?: boolean } = {}): Promise<GitOutcome> {
    const { proxies, signal, sshAuthSock } = this.#options;
    const env = {
      ...safeEnvironment,
      ...proxies,
      ...(local && { GIT_ALLOW_PROTOCOL: 'file' }),
      ...(sshAuthSock === undefined ? {} : { SSH_AUTH_SOCK: sshAuthSock }),
    };
    const child = spawn('/bin/sh', ['-c', script, 'git', ...args], {
      ...{ cwd: this.#directory, env, detached: true },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.on('error', () => {});
    child.once('exit', () => child.stdin.end());
    return new Promise((resolve, reject) => {
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      const stop = () => child.pid !== undefined && tryKill(-child.pid);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      child.once('error', reject);
      child.once('close', code => {
        signal.removeEventListener('abort', stop);
        if (signal.aborted) reject(new BerthError('cancelled', 'the checkout was cancelled'));
        else resolve({ code, stdout, stderr });
      });
    });
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}
