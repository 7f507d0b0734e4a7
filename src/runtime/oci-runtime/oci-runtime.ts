// What Berth must know of an OCI runtime: its arguments, where it keeps state, how a created container is let run.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode, systemError } from '../../lib/errors.ts';
import { ifThere, namesIfThere } from '../../lib/files/if-there.ts';
import type { OciProcess, OciResources, OciSpec } from '../../oci/runtime-spec.ts';
import { removeFolder } from '../monitor/bundle.ts';
import { SeccompCache } from './seccomp-cache.ts';

/** Milliseconds. */
const freezePatience = 5000;

/** One configured runtime, with a root directory of its own. */
export class OciRuntime {
  readonly name: string;
  readonly path: string;
  readonly globalArguments: readonly string[];
  readonly #root: string;
  readonly #isCrun: boolean;
  readonly #filters = new SeccompCache();

  constructor(options: { name: string; path: string; args: readonly string[]; root: string }) {
    this.name = options.name;
    this.path = options.path;
    this.#root = options.root;
    this.#isCrun = basename(options.path) === 'crun';
    const cgroups = this.#isCrun ? ['--cgroup-manager=cgroupfs'] : [];
    this.globalArguments = [...cgroups, '--root', options.root, ...options.args];
  }

  /** What to put into the bundle instead of `spec`, and what to call once the container is created. */
  prepare(spec: OciSpec): { spec: OciSpec; created: (id: string) => void } {
    if (!this.#isCrun) return { spec, created: () => {} };
    const { spec: prepared, key } = this.#filters.apply(spec);
    const created = (id: string) => {
      const program = key && this.#compiledFilter(id);
      if (program) this.#filters.learn(key, program);
    };
    return { spec: prepared, created };
  }

  /**
   * Whether the runtime makes its own standard streams the property of the process's user: crun does in user namespaces,
   * and for every exec that is not root's. /dev/null, which is stdin otherwise, is the whole host's and must not be
   * given away.
   */
  givesStreamsAway(process: { mapped: boolean; exec?: Pick<OciProcess['user'], 'uid' | 'gid'> }): boolean {
    const { mapped, exec } = process;
    return this.#isCrun && (mapped || (exec !== undefined && (exec.uid !== 0 || exec.gid !== 0)));
  }

  /**
   * Lets a created container run. Throws `system` when it is gone or the runtime says no. crun waits for a byte in a
   * fifo, so writing it is all that `crun start` would do; others have ways of their own. `isOver` tells when waiting
   * for it to come to the fifo is in vain.
   */
  async start(id: string, isOver: () => boolean): Promise<void> {
    if (!this.#isCrun) {
      await this.run('start', id);
      return;
    }
    const fifo = this.#fifo(id);
    const deadline = Date.now() + 2000;
    for (;;) {
      const fd = openForWriting(fifo);
      if (fd !== undefined) {
        try {
          writeSync(fd, '0');
        } finally {
          closeSync(fd);
        }
        unlinkSync(fifo);
        return;
      }
      // Its reader may not have got to the fifo yet, or died.
      if (isOver() || Date.now() > deadline) throw systemError(`container ${id} is not waiting to be started`);
      await delay(1);
    }
  }

  /** Whether the container was created and not started yet. */
  isWaiting(id: string): boolean {
    return existsSync(this.#fifo(id));
  }

  /** Freezes a container. Resolves when it is frozen: crun says so as soon as the kernel has begun. */
  async pause(id: string): Promise<void> {
    await this.run('pause', id);
    const deadline = Date.now() + freezePatience;
    while (this.#isCrun && JSON.parse(await this.run('state', id)).status !== 'paused') {
      if (Date.now() > deadline) throw systemError(`container ${id} does not freeze`);
      await delay(2);
    }
  }

  /** Changes the limits of a container that runs; `directory` may hold a file for the while. As `run` otherwise. */
  async update(id: string, resources: OciResources, directory: string): Promise<void> {
    const file = join(directory, `resources-${randomUUID()}.json`);
    writeFileSync(file, JSON.stringify(resources), { mode: 0o600 });
    try {
      await this.run('update', '--resources', file, id);
    } finally {
      unlinkSync(file);
    }
  }

  /** Runs `<runtime> <command> <arguments>`, gives what it printed; throws `system` with its complaint if it fails. */
  async run(...args: string[]): Promise<string> {
    const child = spawn(this.path, [...this.globalArguments, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: {} });
    const { code, output, errors } = await finished(child);
    if (code !== 0) throw systemError(errors.trim() || `${this.name} ${args[0]} failed with status ${code}`);
    return output;
  }

  /** Ids with state, whoever made them. */
  list(): string[] {
    return namesIfThere(this.#root).filter(name => !name.startsWith('.'));
  }

  /** Forgets a container whose processes and cgroup are gone; what `delete` would do beyond that is hooks. */
  removeState(id: string): void {
    removeFolder(join(this.#root, id));
  }

  #compiledFilter(id: string): Buffer | undefined {
    return ifThere(() => readFileSync(join(this.#root, id, 'seccomp.bpf')));
  }

  #fifo(id: string): string {
    return join(this.#root, id, 'exec.fifo');
  }
}

/** Undefined when nobody reads the fifo. */
function openForWriting(path: string): number | undefined {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (errorCode(error) === 'ENXIO') return undefined;
    if (errorCode(error) === 'ENOENT') throw systemError('the container is gone or was started before', error);
    throw error;
  }
}

function finished(child: ChildProcess): Promise<{ code: number; output: string; errors: string }> {
  const text = { output: '', errors: '' };
  child.stdout?.on('data', (data: Buffer) => {
    text.output += data;
  });
  child.stderr?.on('data', (data: Buffer) => {
    text.errors += data;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => resolve({ code: code ?? -1, ...text }));
  });
}
