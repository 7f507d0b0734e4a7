// A commit of a repository as plain files, by the program git.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BerthError, invalid, notFound } from '../../../lib/errors.ts';
import { withoutCredentials } from '../../../lib/without-credentials.ts';
import { resolveInRoot } from '../copy/resolve-in-root.ts';
import type { Filled } from './filled-source.ts';
import type { GitReference } from './git-reference.ts';

export interface GitOptions {
  readonly signal: AbortSignal;
  /** Keep `.git` of the repository and its submodules. */
  readonly keepGitDir?: boolean;
  /** Socket of an SSH agent for ssh remotes. */
  readonly sshAuthSock?: string;
  /** `http_proxy` and its like. */
  readonly proxies?: Readonly<Record<string, string>>;
}

const commitPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Nothing of the machine's configuration counts, no question is asked, and only these protocols are spoken. */
const safeEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/dev/null',
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_ALLOW_PROTOCOL: 'http:https:ssh:git',
  GIT_SSH_COMMAND:
    'ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=/dev/null',
};

/**
 * Fills an empty directory with the files of a repository at its ref, submodules too. Only what is needed is fetched
 * where the server allows it. Throws `not-found` for a ref that is not there, `invalid` for a directory that is not, for a
 * commit that is not the expected one and with git's words for everything else, `cancelled`.
 */
export async function checkOut(reference: GitReference, directory: string, options: GitOptions): Promise<Filled> {
  const git = new Git(directory, options);
  await git.run('init', '--quiet', '--initial-branch=build');
  await git.run('remote', 'add', 'origin', reference.remote);
  const commit = await fetchCommit(git, reference);
  checkCommit(reference, commit);
  await git.run('checkout', '--quiet', '--detach', commit);
  if (reference.submodules !== false && existsSync(join(directory, '.gitmodules'))) {
    await git.run('submodule', 'update', '--init', '--recursive', '--depth=1');
  }
  if (!(reference.keepGitDir ?? options.keepGitDir)) removeGitDirectories(directory);
  const uri = `${withoutCredentials(reference.remote)}${reference.ref === undefined ? '' : `#${reference.ref}`}`;
  const digest = { [commit.length === 40 ? 'sha1' : 'sha256']: commit };
  return { below: findSubdir(directory, reference.subdir ?? ''), origin: { uri, digest } };
}

async function fetchCommit(git: Git, { ref, remote }: GitReference): Promise<string> {
  // git would take it for an option.
  if (ref?.startsWith('-')) throw invalid(`invalid git ref ${JSON.stringify(ref)}`);
  if (ref !== undefined && commitPattern.test(ref)) {
    await git.fetch(ref);
    return ref;
  }
  const full = ref === undefined ? await git.defaultBranch(remote) : await git.findRef(ref);
  if (full !== undefined) {
    await git.fetch(full);
    return git.resolve('FETCH_HEAD');
  }
  // A short commit can only be found among all of them.
  await git.run('fetch', '--quiet', '--tags', 'origin', '+refs/heads/*:refs/remotes/origin/*');
  const commit = await git.tryResolve(ref!);
  if (commit === undefined) throw notFound(`repository does not contain ref ${ref}, output: ""`);
  return commit;
}

function checkCommit({ checksum }: GitReference, commit: string): void {
  if (checksum === undefined || commit.startsWith(checksum.toLowerCase())) return;
  throw invalid(`expected checksum to match ${checksum}, got ${commit}`);
}

function removeGitDirectories(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.name === '.git') rmSync(path, { recursive: true, force: true });
    else if (entry.isDirectory()) removeGitDirectories(path);
  }
}

/** The directory without links on its way; one that leads out of the repository is not there. */
function findSubdir(directory: string, subdir: string): string {
  const place = resolveInRoot(directory, subdir);
  if (!place?.stats.isDirectory()) throw invalid(`invalid subdir ${subdir}: no such directory`);
  return place.path;
}

class Git {
  readonly #directory: string;
  readonly #options: GitOptions;

  constructor(directory: string, options: GitOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  /** Standard output of `git …`; throws `invalid` with what it complained about. */
  async run(...args: string[]): Promise<string> {
    const { code, stderr, stdout } = await this.#spawn(args);
    if (code !== 0) throw invalid(`git ${args[0]} failed: git stderr:\n${stderr.trim()}`);
    return stdout;
  }

  /** Only the commit when the server gives it out alone, else everything up to it. */
  async fetch(ref: string): Promise<void> {
    const shallow = await this.#spawn(['fetch', '--quiet', '--depth=1', '--no-tags', 'origin', ref]);
    if (shallow.code === 0) return;
    if (!commitPattern.test(ref)) throw invalid(`failed to fetch remote: git stderr:\n${shallow.stderr.trim()}`);
    await this.run('fetch', '--quiet', '--tags', 'origin', '+refs/heads/*:refs/remotes/origin/*');
  }

  /** The ref HEAD stands for. */
  async defaultBranch(remote: string): Promise<string> {
    const { code, stderr, stdout } = await this.#spawn(['ls-remote', '--symref', 'origin', 'HEAD']);
    if (code !== 0) {
      throw new BerthError(
        'unavailable',
        `error fetching default branch for repository ${remote}: git stderr:\n${stderr.trim()}`,
      );
    }
    return /^ref: (refs\/\S+)\tHEAD$/m.exec(stdout)?.[1] ?? 'HEAD';
  }

  /** The full name of a ref, a branch before a tag; undefined when the repository has none of that name. */
  async findRef(ref: string): Promise<string | undefined> {
    const listed = await this.run('ls-remote', 'origin', ref);
    const names = listed.split('\n').flatMap(line => line.split('\t')[1] ?? []);
    const wanted = [ref, `refs/${ref}`, `refs/heads/${ref}`, `refs/tags/${ref}`];
    return wanted.find(name => names.includes(name));
  }

  resolve(ref: string): Promise<string> {
    return this.run('rev-parse', '--verify', `${ref}^{commit}`).then(output => output.trim());
  }

  async tryResolve(ref: string): Promise<string | undefined> {
    const { code, stdout } = await this.#spawn([
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${ref}^{commit}`,
    ]);
    return code === 0 ? stdout.trim() : undefined;
  }

  #spawn(args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const { proxies, signal, sshAuthSock } = this.#options;
    const env = {
      ...safeEnvironment,
      ...proxies,
      ...(sshAuthSock === undefined ? {} : { SSH_AUTH_SOCK: sshAuthSock }),
    };
    // Modes of files come from the repository and this mask, not from the daemon's.
    const command =
      'umask 022; exec git -c credential.helper= -c core.hooksPath=/dev/null -c advice.detachedHead=false "$@"';
    const child = spawn('/bin/sh', ['-c', command, 'git', ...args], {
      cwd: this.#directory,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    return new Promise((resolve, reject) => {
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      // git starts programs of its own (ssh, remote helpers): the whole group goes.
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
