// Facts about the machine from /proc, /sys and os-release.
import { closeSync, constants, readFileSync, statSync, writeSync } from 'node:fs';
import { availableParallelism, hostname, machine, release } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '../../lib/errors.ts';
import { readIfThere } from '../files/read-if-there.ts';
import type { Libc } from '../libc/libc.ts';
import { fromNodeError, systemCallError } from '../libc/system-call-error.ts';
import type { NetworkScope } from '../network/network-scope.ts';
import { capabilitiesOf } from './capability-names.ts';
import type { Host } from './host.ts';
import { parseOsRelease } from './os-release.ts';
import { processorLevel } from './processor-level.ts';

/** By number, from include/uapi/asm-generic/resource.h. */
const resources = [
  ...['CPU', 'FSIZE', 'DATA', 'STACK', 'CORE', 'RSS', 'NPROC', 'NOFILE'],
  ...['MEMLOCK', 'AS', 'LOCKS', 'SIGPENDING', 'MSGQUEUE', 'NICE', 'RTPRIO', 'RTTIME'],
];
const RLIM_INFINITY = 0xffffffffffffffffn;
/** /proc/stat counts in hundredths of a second on every architecture (USER_HZ). */
const nanosecondsPerTick = 10_000_000;

export class LinuxHost implements Host {
  readonly #libc: Libc;
  readonly #scope: NetworkScope;
  readonly #proc: string;
  readonly #etc: string;

  constructor(o: { proc?: string; etc?: string }, deps: { libc: Libc; scope: NetworkScope }) {
    this.#libc = deps.libc;
    this.#scope = deps.scope;
    this.#proc = o.proc ?? '/proc';
    this.#etc = o.etc ?? '/etc';
  }

  memoryTotal(): number {
    return this.#memory('MemTotal');
  }

  cpus(): number {
    return availableParallelism();
  }

  memoryNodes(): string {
    // Kernels without NUMA have neither the file nor another node.
    return readIfThere('/sys/devices/system/node/has_memory')?.trim() || '0';
  }

  cpuTime(): { total: number; online: number } {
    const lines = readFileSync(join(this.#proc, 'stat'), 'utf8').split('\n');
    // user, nice, system, idle, iowait, irq, softirq: what Docker adds up.
    const ticks = lines[0]!.trim().split(/\s+/).slice(1, 8).map(Number);
    const total = ticks.reduce((sum, value) => sum + value, 0) * nanosecondsPerTick;
    return { total, online: lines.filter(line => /^cpu\d/.test(line)).length };
  }

  kernelVersion(): string {
    return release();
  }

  operatingSystem(): string {
    const facts = this.#osRelease();
    return facts.PRETTY_NAME || facts.NAME || 'Linux';
  }

  operatingSystemVersion(): string {
    return this.#osRelease().VERSION_ID ?? '';
  }

  machine(): string {
    return machine();
  }

  processorLevel(): string | undefined {
    return processorLevel(readIfThere(join(this.#proc, 'cpuinfo')) ?? '');
  }

  hostname(): string {
    return hostname();
  }

  bootId(): string {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  }

  hardLimit(resource: string): number | undefined {
    const number = resources.indexOf(resource.toUpperCase().replace(/^RLIMIT_/, ''));
    if (number < 0) return undefined;
    const limits = Buffer.alloc(16);
    this.#libc.check('prlimit', this.#libc.call.prlimit(0, number, null, limits), resource);
    const hard = limits.readBigUInt64LE(8);
    return hard === RLIM_INFINITY ? undefined : Number(hard);
  }

  capabilities(): string[] {
    const status = readFileSync(join(this.#proc, 'self/status'), 'utf8');
    return capabilitiesOf(/^CapEff:\s*(\w+)/m.exec(status)?.[1] ?? '0');
  }

  seccomp(): boolean {
    return isThere(join(this.#proc, 'sys/kernel/seccomp/actions_avail'));
  }

  apparmor(): boolean {
    const enabled = readIfThere('/sys/module/apparmor/parameters/enabled') ?? '';
    return enabled.startsWith('Y') && isThere('/sys/kernel/security/apparmor');
  }

  sysctl(name: string): string | undefined {
    let fd: number;
    try {
      fd = this.#scope.open(this.#sysctlPath(name), constants.O_RDONLY);
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
      throw error;
    }
    try {
      return readFileSync(fd, 'utf8').trimEnd();
    } catch (error) {
      throw fromNodeError(error);
    } finally {
      closeSync(fd);
    }
  }

  setSysctl(name: string, value: string): void {
    const path = this.#sysctlPath(name);
    const fd = this.#scope.open(path, constants.O_WRONLY);
    try {
      writeSync(fd, value);
    } catch (error) {
      throw fromNodeError(error);
    } finally {
      closeSync(fd);
    }
  }

  /** As sysctl(8): dots part components; in a name whose first separator is a slash, slashes do and dots stay. */
  #sysctlPath(name: string): string {
    const slashed = /^[^./]*\//.test(name);
    const path = slashed ? name : name.replace(/[./]/g, character => (character === '.' ? '/' : '.'));
    const components = path.split('/');
    if (components.some(part => part === '' || part === '.' || part === '..')) {
      throw systemCallError('sysctl', 'EINVAL', name);
    }
    return join(this.#proc, 'sys', ...components);
  }

  #memory(key: string): number {
    const text = readFileSync(join(this.#proc, 'meminfo'), 'utf8');
    return Number(new RegExp(`^${key}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? 0) * 1024;
  }

  #osRelease(): Record<string, string> {
    const own = readIfThere(join(this.#etc, 'os-release'));
    return parseOsRelease(own ?? readIfThere('/usr/lib/os-release') ?? '');
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
