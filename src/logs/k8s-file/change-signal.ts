// Waiting for a file to change, without polling and without missing a change.

import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { errorCode } from '../../lib/errors.ts';

/** Watches the folder, so that it also hears of the file being made, renamed and made again. */
export class ChangeSignal implements Disposable {
  readonly #watcher: FSWatcher | undefined;
  #changed = false;
  #wake: (() => void) | undefined;

  constructor(path: string) {
    const name = basename(path);
    try {
      this.#watcher = watch(dirname(path), { persistent: false }, (_event, changed) => {
        if (changed === null || changed === name) this.raise();
      });
    } catch (error) {
      // Where there is no folder there will be no log: only `raise` ends the wait.
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }

  /** Also from outside: something else worth waking up for has happened. */
  raise(): void {
    this.#changed = true;
    this.#wake?.();
  }

  /** Resolves when something has changed since the last wait began, at once if it already has. */
  async wait(): Promise<void> {
    if (!this.#changed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
      this.#wake = undefined;
    }
    this.#changed = false;
  }

  [Symbol.dispose](): void {
    this.#watcher?.close();
    this.#wake?.();
  }
}
