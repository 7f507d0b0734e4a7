// Keeping one log within its limits while it is being written.
//
// The files are renamed first, then the writer is asked to go on in a new one, so no record is torn, lost or doubled:
// until the new file is there, it writes to the old one under its new name. The daemon may die at any step.

import { statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { LogWriter, Rotation } from '../driver.ts';
import { ChangeSignal } from '../k8s-file/change-signal.ts';
import { compressFile } from '../k8s-file/compression.ts';
import type { Followers } from '../k8s-file/followers.ts';
import { closeLogFile, inodeOf, type LogFile, openLogFile } from '../k8s-file/log-files.ts';
import { readUnended, writeHead } from '../k8s-file/log-head.ts';
import { listRotated, shiftRotated } from '../k8s-file/rotated-files.ts';
import type { LogLimits } from './limits.ts';

/** Milliseconds a writer may take over a wish of the daemon before this one, before it is taken for unheard. */
const patience = 1000;
/** Milliseconds until the next try after a failure. */
const retry = 5000;
/** Milliseconds between two looks at a log that grows. */
const shortestWait = 2;
const longestWait = 50;

/**
 * A log nobody writes to is watched, not looked at; one that grows is looked at as often as its growth demands. So a
 * file ends up somewhat larger than its limit.
 */
export class LogRotation implements Rotation {
  readonly #path: string;
  readonly #limits: LogLimits;
  readonly #deps: { writer: LogWriter; followers: Followers };
  readonly #stopping = new AbortController();
  readonly #over: Promise<void>;
  #wake: () => void = () => {};

  constructor(path: string, limits: LogLimits, deps: { writer: LogWriter; followers: Followers }) {
    this.#path = path;
    this.#limits = limits;
    this.#deps = deps;
    this.#over = this.#run();
  }

  stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    return this.#over;
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(): Promise<void> {
    let first = true;
    while (!this.#stopped) {
      try {
        if (first) await this.#finish();
        first = false;
        await this.#untilFull();
        if (!this.#stopped) await this.#rotate();
      } catch (error) {
        if (this.#stopped) return;
        this.#deps.writer.onError(error);
        await this.#pause(retry);
      }
    }
  }

  /** What a daemon killed in the middle of a rotation left to do. */
  async #finish(): Promise<void> {
    if (inodeOf(this.#path) === undefined && listRotated(this.#path).length > 0) {
      // Its wish may still be on the way, and a second one would cost what is written in between.
      await this.#until(() => this.#isReplaced(undefined), patience);
      if (!this.#isReplaced(undefined) && !this.#stopped) await this.#reopen(undefined);
    }
    await this.#compress();
  }

  async #untilFull(): Promise<void> {
    let size = this.#size();
    let wait = shortestWait;
    while (!this.#stopped && size < this.#limits.maxBytes) {
      const before = performance.now();
      await this.#pause(wait);
      const grown = this.#size() - size;
      size += grown;
      if (grown === 0) {
        await this.#until(() => this.#size() !== size);
        wait = shortestWait;
      } else {
        // Half the time in which it is full if it grows on like this, but a burst after a calm must not go unseen.
        const left = ((this.#limits.maxBytes - size) * (performance.now() - before)) / grown;
        wait = Math.max(shortestWait, Math.min(left / 2, wait * 2, longestWait));
      }
    }
  }

  async #rotate(): Promise<void> {
    const { followers } = this.#deps;
    const keep = this.#limits.maxFiles - 1;
    const inode = inodeOf(this.#path);
    using leaving = this.#openLeaving(keep);
    if (keep > 0) {
      const head = leaving && (await readUnended(this.#path, leaving.file));
      followers.capture(this.#path);
      shiftRotated(this.#path, keep);
      if (head) writeHead(this.#path, head);
    }
    await this.#reopen(inode);
    // From here on followers know the files by the new one.
    followers.capture(this.#path);
    if (keep === 0 && leaving) writeHead(this.#path, await readUnended(this.#path, leaving.file));
    await this.#compress();
  }

  /** The youngest of the files that this rotation removes. */
  #openLeaving(keep: number): (Disposable & { file: LogFile }) | undefined {
    const live = { path: this.#path, compressed: false };
    const name = keep === 0 ? live : listRotated(this.#path).find(({ number }) => number >= keep);
    const file = name && openLogFile(name.path, name.compressed);
    return file && { file, [Symbol.dispose]: () => closeLogFile(file) };
  }

  /** Asks once, and waits until the writer has taken the new file: only then is there anything to rotate again. */
  async #reopen(inode: number | undefined): Promise<void> {
    if (this.#deps.writer.reopen()) await this.#until(() => this.#isReplaced(inode));
    // It has ended; who watches it will say so.
    else await this.#pause(retry);
  }

  #isReplaced(inode: number | undefined): boolean {
    const now = inodeOf(this.#path);
    return now !== undefined && now !== inode;
  }

  /** What cannot be done in time is done after a later rotation: limits come before compression. */
  async #compress(): Promise<void> {
    const { compress, maxBytes } = this.#limits;
    if (!compress || inodeOf(this.#path) === undefined) return;
    const tooSlow = new AbortController();
    const timer = setInterval(() => this.#size() >= 2 * maxBytes && tooSlow.abort(), longestWait);
    try {
      for (const file of listRotated(this.#path)) {
        if (file.compressed) continue;
        if (this.#size() >= maxBytes) return;
        await compressFile(file.path, AbortSignal.any([this.#stopping.signal, tooSlow.signal]));
      }
    } catch (error) {
      if (!tooSlow.signal.aborted) throw error;
    } finally {
      clearInterval(timer);
    }
  }

  /** 0 for a file that is not there. */
  #size(): number {
    return statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Until something about the log's file is so, or this ends, or the time (milliseconds) is up. */
  async #until(condition: () => boolean, timeout?: number): Promise<void> {
    using signal = new ChangeSignal(this.#path);
    this.#wake = () => signal.raise();
    let late = false;
    const giveUp = () => {
      late = true;
      signal.raise();
    };
    const timer = timeout === undefined ? undefined : setTimeout(giveUp, timeout);
    while (!condition() && !this.#stopped && !late) await signal.wait();
    clearTimeout(timer);
  }

  async #pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => {
      // Stopped.
    });
  }
}
