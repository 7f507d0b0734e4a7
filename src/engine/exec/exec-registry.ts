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
  /** What the process had for a number, once it has ended; 0 when it never ran. */
  endedPid: number;
}

export class ExecRegistry {
  readonly #byId = new Map<string, Exec>();
  readonly #byContainer = new Map<string, Set<Exec>>();
  /** The first to end first. */
  readonly #ended = new Set<Exec>();

  add(containerId: string, config: ExecConfig): Exec {
    this.#forgetOld();
    return this.#put({ id: randomBytes(32).toString('hex'), containerId, config, started: false });
  }

  /** One that an earlier daemon has started. */
  adopt(id: string, containerId: string, config: ExecConfig): Exec {
    return this.#put({ id, containerId, config, started: true });
  }

  find(id: string): Exec | undefined {
    return this.#byId.get(id);
  }

  /** Throws not-found with Docker's wording. */
  get(id: string): Exec {
    const exec = this.find(id);
    if (!exec) throw notFound(`No such exec instance: ${id}`);
    return exec;
  }

  /** Notes its exit code, which can be asked for a while longer. */
  end(exec: Exec, exitCode: number, now: number = Date.now()): void {
    Object.assign(exec, { exitCode, endedAt: now, endedPid: exec.process?.pid ?? 0, process: undefined });
    if (this.#byId.has(exec.id)) this.#ended.add(exec);
  }

  /** Forgets all of a container that goes. */
  deleteOf(containerId: string): void {
    for (const exec of this.#byContainer.get(containerId) ?? []) this.delete(exec.id);
  }

  delete(id: string): void {
    const exec = this.#byId.get(id);
    if (!exec) return;
    this.#byId.delete(id);
    this.#ended.delete(exec);
    const siblings = this.#byContainer.get(exec.containerId);
    siblings?.delete(exec);
    if (siblings?.size === 0) this.#byContainer.delete(exec.containerId);
  }

  #put(facts: Pick<Exec, 'id' | 'containerId' | 'config' | 'started'>): Exec {
    const exec: Exec = { ...facts, process: undefined, exitCode: null, endedAt: undefined, endedPid: 0 };
    this.#byId.set(exec.id, exec);
    const siblings = this.#byContainer.get(exec.containerId) ?? new Set();
    this.#byContainer.set(exec.containerId, siblings.add(exec));
    return exec;
  }

  /** Stops at the first one that may stay: those behind it ended later. */
  #forgetOld(now: number = Date.now()): void {
    for (const exec of this.#ended) {
      if (now - (exec.endedAt ?? now) < keptAfterEnd) return;
      this.delete(exec.id);
    }
  }
}
