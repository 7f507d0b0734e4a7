// The monitor of an exec that an earlier daemon started: its pipes went with that daemon, its exit file comes as ever.

import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { type Bundle, readText } from './bundle.ts';
import type { Monitor, MonitorReport } from './conmon.ts';
import type { LostMonitors } from './lost-monitors.ts';

/**
 * Reports the exit code, once, when conmon has written it; undefined when it was killed before. `containerId` is what
 * conmon calls the file.
 */
export class AdoptedMonitor implements Monitor {
  readonly #path: string;
  readonly #exit = Promise.withResolvers<MonitorReport | undefined>();
  readonly #watcher: FSWatcher;
  readonly #unwatch: () => void;

  constructor(bundle: Bundle, containerId: string, monitors: LostMonitors) {
    this.#path = join(bundle.directory, containerId);
    this.#watcher = watch(bundle.directory, { persistent: false }, () => this.#check());
    this.#unwatch = monitors.watch(bundle, containerId, () => this.#lost());
    this.#check();
  }

  report(): Promise<MonitorReport | undefined> {
    return this.#exit.promise;
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  go(): void {}

  release(): void {
    this.#watcher.close();
    this.#unwatch();
    this.#exit.resolve(undefined);
  }

  #lost(): void {
    this.#check();
    this.#exit.resolve(undefined);
  }

  #check(): void {
    const code = readExecExit(this.#path);
    if (code !== undefined) this.#exit.resolve({ data: code });
  }
}

/** What an exit file says; undefined while there is none. */
export function readExecExit(path: string): number | undefined {
  const text = readText(path);
  return text ? Number(text) : undefined;
}
