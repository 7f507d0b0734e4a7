// Processes in memory.
import { systemCallError } from '../libc/system-call-error.ts';
import type { Processes } from '../processes/processes.ts';
import type { FakeState } from './fake-kernel.ts';

const SIGKILL = 9;
const SIGTERM = 15;

export class FakeProcesses implements Processes {
  readonly #state: Pick<FakeState, 'processes' | 'signals'>;

  constructor(state: Pick<FakeState, 'processes' | 'signals'>) {
    this.#state = state;
  }

  startTime(pid: number): number | undefined {
    return this.#state.processes.get(pid)?.startTime;
  }

  kill(pid: number, signal: number): boolean {
    if (!Number.isInteger(pid) || pid <= 0) throw systemCallError('kill', 'EINVAL', String(pid));
    if (!this.#state.processes.has(pid)) return false;
    this.#state.signals.push([pid, signal]);
    if (signal === SIGKILL || signal === SIGTERM) this.#state.processes.delete(pid);
    return true;
  }

  isAlive(pid: number): boolean {
    return this.#state.processes.has(pid);
  }

  children(pid: number): number[] {
    return this.#state.processes.get(pid)?.children ?? [];
  }

  commandLine(pid: number): string[] {
    return this.#state.processes.get(pid)?.commandLine ?? [];
  }

  list(): number[] {
    return [...this.#state.processes.keys()];
  }
}
