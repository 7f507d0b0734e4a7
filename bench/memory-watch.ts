// The most memory that a process takes during a measurement.

import { readFileSync, writeFileSync } from 'node:fs';

const interval = 10;

/** In MB, from construction to `end`; the kernel keeps the peak of what is resident, the rest is looked at often. */
export class MemoryWatch {
  readonly #pid: number;
  readonly #timer: ReturnType<typeof setInterval>;
  #anonymous = 0;

  constructor(pid: number) {
    this.#pid = pid;
    // From here on: what starting took is over.
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    this.#timer = setInterval(() => this.#look(), interval);
    this.#look();
  }

  /** `anonymous`: without what is mapped from files, which other processes may share and the kernel can drop. */
  end(): { resident: number; anonymous: number } {
    clearInterval(this.#timer);
    this.#look();
    return { resident: this.#read('VmHWM'), anonymous: this.#anonymous };
  }

  #look(): void {
    this.#anonymous = Math.max(this.#anonymous, this.#read('RssAnon'));
  }

  #read(key: string): number {
    const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
    return Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024;
  }
}
