// Network namespaces by unshare, setns and bind mounts.
import { closeSync, constants, mkdirSync, openSync, rmSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fromNodeError, SystemCallError, systemCallError } from '../libc/system-call-error.ts';
import type { Mounts } from '../mounts/mounts.ts';
import type { Links } from './links.ts';
import type { NetworkNamespaces } from './network-namespaces.ts';
import type { NetworkScope } from './network-scope.ts';

const NSFS_MAGIC = 0x6e736673;

export class LinuxNetworkNamespaces implements NetworkNamespaces {
  readonly #scope: NetworkScope;
  readonly #links: Pick<Links, 'setUp'>;
  readonly #mounts: Pick<Mounts, 'bind' | 'unmount'>;

  constructor(deps: { scope: NetworkScope; links: Pick<Links, 'setUp'>; mounts: Pick<Mounts, 'bind' | 'unmount'> }) {
    this.#scope = deps.scope;
    this.#links = deps.links;
    this.#mounts = deps.mounts;
  }

  create(path: string): void {
    this.#pin(path, () => this.#scope.create(path));
  }

  pin(path: string, pid: number): void {
    this.#pin(path, () => this.#mounts.bind(`/proc/${pid}/ns/net`, path));
  }

  #pin(path: string, mount: () => void): void {
    if (this.exists(path)) throw systemCallError('create network namespace', 'EEXIST', path);
    makeFile(path);
    try {
      mount();
      this.#scope.run(path, () => this.#links.setUp('lo'));
    } catch (error) {
      this.remove(path);
      throw error;
    }
  }

  remove(path: string): void {
    // A pin on a pin (two daemons that raced) goes too.
    while (this.exists(path) && this.#mounts.unmount(path, { lazy: true }));
    rmSync(path, { force: true });
  }

  exists(path: string): boolean {
    try {
      return statfsSync(path).type === NSFS_MAGIC;
    } catch (error) {
      const failure = fromNodeError(error);
      if (failure instanceof SystemCallError && ['ENOENT', 'ENOTDIR'].includes(failure.code)) return false;
      throw failure;
    }
  }

  run<T>(path: string, fn: () => T): T {
    // A plain file left by a reboot gets a clear answer here; setns would only say EINVAL.
    if (!this.exists(path)) throw systemCallError('enter network namespace', 'ENOENT', path);
    return this.#scope.run(path, () => {
      const result = fn();
      if (isThenable(result)) throw new TypeError('a function run in a network namespace must be synchronous');
      return result;
    });
  }
}

function makeFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(path, constants.O_RDONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o444));
  } catch (error) {
    throw fromNodeError(error);
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
