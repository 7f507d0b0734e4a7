// Processes through /proc and kill(2).
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere } from '../files/read-if-there.ts';
import type { Libc } from '../libc/libc.ts';
import { SystemCallError, systemCallError } from '../libc/system-call-error.ts';
import type { Processes } from './processes.ts';

export class LinuxProcesses implements Processes {
  readonly #libc: Libc;
  readonly #proc: string;

  /** `proc`: where procfs is mounted. */
  constructor(libc: Libc, options: { proc?: string } = {}) {
    this.#libc = libc;
    this.#proc = options.proc ?? '/proc';
  }

  startTime(pid: number): number | undefined {
    const value = this.#stat(pid)?.[19];
    return value === undefined ? undefined : Number(value);
  }

  kill(pid: number, signal: number): boolean {
    // 0, -1 and negative groups reach far more than one process.
    if (!Number.isInteger(pid) || pid <= 0) throw systemCallError('kill', 'EINVAL', String(pid));
    if (this.#libc.call.kill(pid, signal) >= 0) return true;
    const error = new SystemCallError('kill', this.#libc.errno(), String(pid));
    if (error.code === 'ESRCH') return false;
    throw error;
  }

  isAlive(pid: number): boolean {
    const state = this.#stat(pid)?.[0];
    return state !== undefined && state !== 'Z' && state !== 'X';
  }

  children(pid: number): number[] {
    const threads = join(this.#proc, String(pid), 'task');
    return namesIfThere(threads).flatMap(thread => {
      const text = readIfThere(join(threads, thread, 'children')) ?? '';
      return text.split(' ').filter(Boolean).map(Number);
    });
  }

  commandLine(pid: number): string[] {
    const text = readIfThere(join(this.#proc, String(pid), 'cmdline')) ?? '';
    return text === '' ? [] : text.replace(/\0$/, '').split('\0');
  }

  list(): number[] {
    return namesIfThere(this.#proc)
      .filter(name => /^\d+$/.test(name))
      .map(Number);
  }

  /** The fields of /proc/pid/stat from the third on: the second, the name, may hold anything. */
  #stat(pid: number): string[] | undefined {
    const text = readIfThere(join(this.#proc, String(pid), 'stat'));
    return text?.slice(text.lastIndexOf(')') + 2).split(' ');
  }
}

function namesIfThere(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
