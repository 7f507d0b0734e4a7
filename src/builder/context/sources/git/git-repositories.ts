// Repositories that builds have come from, kept so that the next build fetches only what is new.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyedMutex } from '../../../../lib/concurrency/keyed-mutex.ts';
import { unlessAborted } from '../../../../lib/concurrency/unless-aborted.ts';
import { withoutCredentials } from '../../../../lib/text/without-credentials.ts';
import { sha256 } from '../../../../oci/digest.ts';
import { Git, type GitOptions } from './git-program.ts';

/** More than this many are not kept: the least recently used goes first. */
const mostKept = 20;

interface KeptRepository {
  readonly description: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly usageCount: number;
}

/** `name` is that of its directory. */
interface RepositoryUse extends KeptRepository {
  readonly name: string;
  readonly directory: string;
  readonly inUse: boolean;
}

/** `root` belongs to it alone. Each is used by one at a time. Call `restore` before the first use. */
export class GitRepositories {
  readonly #root: string;
  readonly #kept = new Map<string, KeptRepository>();
  readonly #using = new KeyedMutex();
  readonly #inUse = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  /** A bare repository for what comes from `remote`, while `work` goes on. One that `work` fails in is not kept. */
  async use<T>(remote: string, options: GitOptions, work: (git: Git, directory: string) => Promise<T>): Promise<T> {
    const { signal, sshAuthSock } = options;
    // Who reads by an agent's keys may see what others may not.
    const name = sha256(`${sshAuthSock === undefined ? '' : 'agent '}${remote}`)
      .slice('sha256:'.length)
      .slice(0, 25);
    const waiting = this.#using.acquire(name);
    using _lock = await unlessAborted(waiting, signal).catch((error: unknown) => {
      void waiting.then(lock => lock[Symbol.dispose]());
      throw error;
    });
    this.#inUse.add(name);
    try {
      return await this.#work(name, { remote, options, work });
    } finally {
      this.#inUse.delete(name);
      await this.#trim();
    }
  }

  /** Least recently used first. */
  list(): RepositoryUse[] {
    return [...this.#kept]
      .map(([name, kept]) => ({ ...kept, name, directory: join(this.#root, name), inUse: this.#inUse.has(name) }))
      .sort((a, b) => a.lastUsedAt - b.lastUsedAt);
  }

  /** Removes one that nobody uses; false when somebody does, or there is none of that name. */
  async remove(name: string): Promise<boolean> {
    if (this.#inUse.has(name) || !this.#kept.has(name)) return false;
    await this.#using.run(name, () => this.#forget(name));
    return true;
  }

  /** Takes over what is kept; what a crash left half done is removed. */
  async restore(): Promise<void> {
    const names = await readdir(this.#root).catch(() => [] as string[]);
    for (const name of names.filter(one => one.endsWith('.json'))) {
      const record = await readFile(join(this.#root, name), 'utf8')
        .then(JSON.parse)
        .catch(() => undefined);
      if (isRecord(record)) this.#kept.set(name.slice(0, -'.json'.length), record);
    }
    const known = [...this.#kept.keys()].flatMap(name => [name, `${name}.json`]);
    const unknown = names.filter(name => !known.includes(name));
    await Promise.all(unknown.map(name => rm(join(this.#root, name), { recursive: true, force: true })));
  }

  /** Without a record while something is written: git leaves locks behind when it is killed. */
  async #work<T>(
    name: string,
    o: { remote: string; options: GitOptions; work: (git: Git, directory: string) => Promise<T> },
  ): Promise<T> {
    const directory = join(this.#root, name);
    const before = this.#kept.get(name);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await rm(`${directory}.json`, { force: true });
    try {
      const git = new Git(directory, o.options);
      if (!before) await git.run('init', '--quiet', '--bare', '--initial-branch=build');
      const result = await o.work(git, directory);
      const now = Date.now();
      await this.#record(name, {
        description: `shared git repo for ${withoutCredentials(o.remote)}`,
        createdAt: before?.createdAt ?? now,
        lastUsedAt: now,
        usageCount: (before?.usageCount ?? 0) + 1,
      });
      return result;
    } catch (error) {
      await this.#forget(name);
      throw error;
    }
  }

  async #record(name: string, kept: KeptRepository): Promise<void> {
    const path = join(this.#root, `${name}.json`);
    await writeFile(`${path}.new`, JSON.stringify(kept));
    await rename(`${path}.new`, path);
    this.#kept.set(name, kept);
  }

  async #forget(name: string): Promise<void> {
    this.#kept.delete(name);
    await rm(join(this.#root, `${name}.json`), { force: true });
    await rm(join(this.#root, name), { recursive: true, force: true });
  }

  async #trim(): Promise<void> {
    for (const { name } of this.list().slice(0, Math.max(0, this.#kept.size - mostKept))) await this.remove(name);
  }
}

function isRecord(value: unknown): value is KeptRepository {
  if (typeof value !== 'object' || value === null) return false;
  const { description, createdAt, lastUsedAt, usageCount } = value as Record<string, unknown>;
  return typeof description === 'string' && [createdAt, lastUsedAt, usageCount].every(Number.isFinite);
}
