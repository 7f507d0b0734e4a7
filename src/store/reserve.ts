// A little room on the disk of the store that is kept for removals: on a full disk nothing could be removed otherwise, for
// that is written down first.
import type { Database } from 'bun:sqlite';
import { closeSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '../lib/errors.ts';

/** Bytes: of the write-ahead log, which is emptied whenever that is used up. */
const size = 1024 * 1024;
/** So many times as much must be free before the room is taken again. */
const plenty = 16;
/** Milliseconds between two tries to take it again. */
const interval = 10_000;

/** A file beside the database. `close` at the end; the file stays. */
export class Reserve {
  readonly #path: string;
  readonly #database: Database;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(databasePath: string, database: Database) {
    this.#path = `${databasePath}-reserve`;
    this.#database = database;
    if (!this.#take()) this.#tryLater();
  }

  /** Runs what removes records; on a full disk again, in the room that was kept. */
  run<T>(removal: () => T): T {
    try {
      return removal();
    } catch (error) {
      if (!isFull(error)) throw error;
      rmSync(this.#path, { force: true });
      this.#tryLater();
      this.#database.run('PRAGMA wal_checkpoint(TRUNCATE)');
      return removal();
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tryLater(): void {
    this.#timer ??= setInterval(() => {
      if (!this.#take()) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    }, interval);
    this.#timer.unref();
  }

  /** False where there is not room enough. */
  #take(): boolean {
    try {
      if (statSync(this.#path, { throwIfNoEntry: false })?.size === size) return true;
      const { bavail, bsize } = statfsSync(dirname(this.#path));
      if (bavail * bsize < plenty * size) return false;
      const file = openSync(this.#path, 'w', 0o600);
      try {
        return writeSync(file, Buffer.alloc(size)) === size;
      } finally {
        closeSync(file);
      }
    } catch {
      return false;
    }
  }
}

/** The second is what SQLite says when the index of its log cannot grow. */
const isFull = (error: unknown) => /^SQLITE_(FULL|IOERR)/.test(errorCode(error) ?? '');
