// News of exits: one watch on the folder into which every conmon writes its exit file.

import { type FSWatcher, mkdirSync, readdirSync, readFileSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../lib/errors.ts';
import { removeFile } from './bundle.ts';

export interface Exit {
  /** 128 + signal when a signal ended it. */
  code: number;
  at: Date;
}

/** Waits for exit files, each at the cost of one lookup. */
export class Exits {
  readonly directory: string;
  readonly #waiting = new Map<string, PromiseWithResolvers<Exit>>();
  readonly #watcher: FSWatcher;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.directory = directory;
    this.#watcher = watch(directory, { persistent: false }, (_event, name) => {
      if (name === null) this.#checkAll();
      else this.#check(name);
    });
  }

  /** Resolves with the exit of `id`, at once if it is over; never if `forget` is called before. */
  wait(id: string): Promise<Exit> {
    const waiting = this.#waiting.get(id) ?? Promise.withResolvers<Exit>();
    this.#waiting.set(id, waiting);
    this.#check(id);
    return waiting.promise;
  }

  /** Of a process that is over; undefined while it runs. */
  read(id: string): Exit | undefined {
    const path = join(this.directory, id);
    try {
      const text = readFileSync(path, 'utf8');
      return text === '' ? undefined : { code: Number(text), at: statSync(path).mtime };
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Names of all exit files, and of those that are being written (`<id>.<random>`). */
  list(): string[] {
    return readdirSync(this.directory);
  }

  /** Settles a wait whose exit file will never come, because the monitor was killed. */
  settle(id: string, exit: Exit): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.resolve(exit);
  }

  /** Stops waiting and removes the file. */
  forget(id: string): void {
    this.#waiting.delete(id);
    removeFile(join(this.directory, id));
  }

  close(): void {
    this.#watcher.close();
  }

  #check(id: string): void {
    if (!this.#waiting.has(id)) return;
    const exit = this.read(id);
    if (exit) this.settle(id, exit);
  }

  #checkAll(): void {
    for (const id of [...this.#waiting.keys()]) this.#check(id);
  }
}
