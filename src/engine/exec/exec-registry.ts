// The processes people started in containers, kept a while after their end so that their exit code can be asked for.

import { randomBytes } from 'node:crypto';
import type { ExecConfig } from '../../api/types/exec.ts';
import { notFound } from '../../lib/errors.ts';
import type { Process } from '../../runtime/index.ts';

/** Docker forgets a finished exec after about as long. */
const keptAfterEnd = 5 * 60_000;

export interface Exec {
  readonly id: string;
  readonly containerId: string;
  readonly config: ExecConfig;
  process: Process | undefined;
  started: boolean;
  /** null until it has ended. */
  exitCode: number | null;
  endedAt: number | undefined;
}

export class ExecRegistry {
  readonly #byId = new Map<string, Exec>();

  add(containerId: string, config: ExecConfig): Exec {
    this.#forgetOld();
    const exec: Exec = {
      id: randomBytes(32).toString('hex'),
      containerId,
      config,
      process: undefined,
      started: false,
      exitCode: null,
      endedAt: undefined,
    };
    this.#byId.set(exec.id, exec);
    return exec;
  }

  /** Throws not-found with Docker's wording. */
  get(id: string): Exec {
    const exec = this.#byId.get(id);
    if (!exec) throw notFound(`No such exec instance: ${id}`);
    return exec;
  }

  delete(id: string): void {
    this.#byId.delete(id);
  }

  /** Insertion order is age: the walk stops at the first one that may stay. */
  #forgetOld(now: number = Date.now()): void {
    for (const exec of this.#byId.values()) {
      if (exec.endedAt === undefined || now - exec.endedAt < keptAfterEnd) return;
      this.#byId.delete(exec.id);
    }
  }
}
