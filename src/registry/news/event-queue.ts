// Events on their way to one receiver, oldest first, each a file: those that wait survive the process.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '../../lib/errors.ts';
import { syncIfThere } from '../../lib/files/if-there.ts';
import type { Logger } from '../../lib/logger.ts';

interface Entry {
  readonly name: string;
  readonly body: string;
}

// A receiver that is down for days must not take the registry's memory.
const mostEvents = 10_000;
/** Milliseconds until an event goes to the disk: most are taken before that. */
const syncDelay = 50;
const fileName = /^\d{12}\.json$/;

export class EventQueue {
  readonly #folder: string;
  readonly #logger: Logger;
  readonly #entries: Entry[];
  #next: number;
  /** Names of files that a power cut might take. */
  readonly #unsynced = new Set<string>();
  #syncing: Promise<void> | undefined;

  /** Reads what `folder` (made when it is needed) has from before; what a crash has torn is dropped with a warning. */
  constructor(folder: string, logger: Logger) {
    this.#folder = folder;
    this.#logger = logger;
    this.#entries = this.#recall();
    this.#next = Number.parseInt(this.#entries.at(-1)?.name ?? '0', 10) + 1;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** The oldest. */
  get first(): string | undefined {
    return this.#entries[0]?.body;
  }

  /**
   * Adds one, and drops the oldest but one (that may be on its way) when there are too many; returns how many were
   * dropped. A killed process loses nothing of it; it is on disk a moment later. Where the disk takes nothing it is kept
   * in memory only.
   */
  push(body: string): number {
    const name = `${String(this.#next++).padStart(12, '0')}.json`;
    this.#write(name, body);
    this.#entries.push({ name, body });
    if (this.#entries.length <= mostEvents) return 0;
    for (const entry of this.#entries.splice(1, 1)) this.#remove(entry);
    return 1;
  }

  /** The oldest is done with. */
  shift(): void {
    const entry = this.#entries.shift();
    if (entry) this.#remove(entry);
  }

  /** Puts on disk what waits. */
  async settle(): Promise<void> {
    await this.#syncing;
    await this.#sync();
  }

  #recall(): Entry[] {
    return listFolder(this.#folder).flatMap(name => {
      const path = join(this.#folder, name);
      try {
        const body = readFileSync(path, 'utf8');
        JSON.parse(body);
        return [{ name, body }];
      } catch (error) {
        this.#logger.warn('an event could not be read', { path, error: errorMessage(error) });
        rmSync(path, { force: true });
        return [];
      }
    });
  }

  #write(name: string, body: string): void {
    const draft = join(this.#folder, 'draft');
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeFileSync(draft, body, { mode: 0o600 });
      renameSync(draft, join(this.#folder, name));
      this.#unsynced.add(name);
      this.#syncing ??= sleep(syncDelay, undefined, { ref: false }).then(() => this.#sync());
    } catch (error) {
      this.#logger.warn('an event will not survive a restart', { error: errorMessage(error) });
    }
  }

  async #sync(): Promise<void> {
    try {
      while (this.#unsynced.size > 0) {
        const names = [...this.#unsynced];
        this.#unsynced.clear();
        for (const name of names) await syncIfThere(join(this.#folder, name));
        for (const folder of [this.#folder, dirname(this.#folder)]) await syncIfThere(folder);
      }
    } catch (error) {
      this.#logger.warn('an event may not survive a power cut', { error: errorMessage(error) });
    }
    this.#syncing = undefined;
  }

  #remove({ name }: Entry): void {
    this.#unsynced.delete(name);
    try {
      rmSync(join(this.#folder, name), { force: true });
    } catch (error) {
      this.#logger.warn('an event will be told again after a restart', { error: errorMessage(error) });
    }
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(name => fileName.test(name))
      .sort();
  } catch {
    return [];
  }
}
