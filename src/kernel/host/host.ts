// Facts about the machine.

export interface Host {
  /** Bytes. */
  memoryTotal(): number;
  /** Processors this process may use. */
  cpus(): number;
  /** Nodes with memory, as the kernel lists them: `0`, `0-1`. */
  memoryNodes(): string;
  /** Nanoseconds all processors together have spent, idle time included (`system_cpu_usage`), and how many are online. */
  cpuTime(): { total: number; online: number };
  /** `6.18.44-amd64`. */
  kernelVersion(): string;
  /** `Debian GNU/Linux 12 (bookworm)`. */
  operatingSystem(): string;
  /** VERSION_ID of os-release; empty if it has none. */
  operatingSystemVersion(): string;
  /** `x86_64`, `aarch64`. */
  machine(): string;
  /** Of an x86-64 processor the level of the psABI that images can be made for: `v2`, `v3`, `v4`; undefined for others. */
  processorLevel(): string | undefined;
  hostname(): string;
  /** Another one after each start of the kernel. */
  bootId(): string;
  /** Hard limit by name (`RLIMIT_NOFILE` or `nofile`); undefined = unlimited or unknown. */
  hardLimit(resource: string): number | undefined;
  /** The effective set of this process: `CAP_SYS_ADMIN`, ... */
  capabilities(): string[];
  /** Whether seccomp filters can be loaded. */
  seccomp(): boolean;
  apparmor(): boolean;
  /** `net.ipv4.ip_forward`, of the network namespace the thread is in; undefined if the kernel has no such key. */
  sysctl(name: string): string | undefined;
  setSysctl(name: string, value: string): void;
}
