// Control groups in memory.
import type { CgroupMode, CgroupStats, Cgroups } from '../cgroups/cgroups.ts';
import { systemCallError } from '../libc/system-call-error.ts';
import type { FakeState } from './fake-kernel.ts';

export class FakeCgroups implements Cgroups {
  readonly #state: Pick<FakeState, 'cgroupMode' | 'cgroups'>;

  constructor(state: Pick<FakeState, 'cgroupMode' | 'cgroups'>) {
    this.#state = state;
  }

  mode(): CgroupMode {
    return this.#state.cgroupMode;
  }

  version(): 1 | 2 {
    return this.#state.cgroupMode === 'v2' ? 2 : 1;
  }

  controllers(): string[] {
    return this.version() === 2
      ? ['cpuset', 'cpu', 'io', 'memory', 'pids']
      : ['cpuset', 'cpu', 'cpuacct', 'blkio', 'memory', 'devices', 'freezer', 'pids'];
  }

  stats(path: string): CgroupStats {
    const group = this.#state.cgroups.get(path);
    if (!group) throw systemCallError('read cgroup', 'ENOENT', path);
    return {
      memory: { usage: 0, maxUsage: undefined, limit: undefined, failures: undefined, oomKills: 0, stats: {} },
      cpu: { total: 0, user: 0, kernel: 0, perCpu: [], periods: 0, throttledPeriods: 0, throttledTime: 0 },
      pids: { current: group.processes.length, limit: undefined, refusals: 0 },
      blkio: { serviceBytes: [], serviced: [] },
      ...group.stats,
    };
  }

  blkioWeight(): boolean {
    return true;
  }

  swapAccounting(): boolean {
    return true;
  }

  async anticipateMove(): Promise<void> {}

  lift(path: string): void {
    if (!this.exists(path)) throw systemCallError('lift limit', 'ENOENT', path);
  }

  exists(path: string): boolean {
    return this.#treeOf(path).length > 0;
  }

  async remove(path: string): Promise<void> {
    if (this.processes(path).length > 0) throw systemCallError('remove cgroup', 'EBUSY', path);
    for (const name of this.#treeOf(path)) this.#state.cgroups.delete(name);
  }

  list(parent: string): string[] {
    const prefix = `${parent.replace(/\/$/, '')}/`;
    const below = this.#treeOf(parent).filter(name => name.startsWith(prefix));
    return [...new Set(below.map(name => name.slice(prefix.length).split('/')[0]!))];
  }

  processes(path: string): number[] {
    return this.#treeOf(path).flatMap(name => this.#state.cgroups.get(name)!.processes);
  }

  frozen(): boolean {
    return false;
  }

  #treeOf(path: string): string[] {
    const prefix = `${path.replace(/\/$/, '')}/`;
    return [...this.#state.cgroups.keys()].filter(name => name === path || name.startsWith(prefix));
  }
}
