// Facts about a machine that is not there.

import type { Host } from '../host/host.ts';
import type { FakeState } from './fake-kernel.ts';

type HostState = Pick<FakeState, 'sysctls' | 'hardLimits' | 'capabilities'>;

export class FakeHost implements Host {
  readonly #state: HostState;

  constructor(state: HostState) {
    this.#state = state;
  }

  memoryTotal(): number {
    return 8 * 2 ** 30;
  }

  cpus(): number {
    return 2;
  }

  memoryNodes(): string {
    return '0';
  }

  cpuTime(): { total: number; online: number } {
    return { total: 1_000_000_000, online: 2 };
  }

  kernelVersion(): string {
    return '6.1.0-fake';
  }

  operatingSystem(): string {
    return 'Debian GNU/Linux 12 (bookworm)';
  }

  operatingSystemVersion(): string {
    return '12';
  }

  machine(): string {
    return 'x86_64';
  }

  processorLevel(): string | undefined {
    return undefined;
  }

  bootId(): string {
    return 'fake-boot';
  }

  hostname(): string {
    return 'fake-host';
  }

  hardLimit(resource: string): number | undefined {
    return this.#state.hardLimits.get(resource.toUpperCase().replace(/^(RLIMIT_)?/, 'RLIMIT_'));
  }

  capabilities(): string[] {
    return [...this.#state.capabilities];
  }

  seccomp(): boolean {
    return true;
  }

  apparmor(): boolean {
    return false;
  }

  sysctl(name: string): string | undefined {
    return this.#state.sysctls.get(name);
  }

  setSysctl(name: string, value: string): void {
    this.#state.sysctls.set(name, value);
  }
}
