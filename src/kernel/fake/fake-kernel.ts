// What the recording double of the kernel offers to tests, besides the Kernel interface itself.
import type { Duplex } from 'node:stream';
import type { CgroupMode, CgroupStats } from '../cgroups/cgroups.ts';
import type { Kernel } from '../kernel.ts';

/** State that a test may set or read directly. */
export interface FakeState {
  /** Text given to `firewall.apply`, in order. */
  rulesets: string[];
  /** Pids that live, with start time, children and command line; `processes.kill` with 9 or 15 removes one. */
  processes: Map<number, { startTime: number; children: number[]; commandLine: string[] }>;
  /** Signals sent: `[pid, signal]`. */
  signals: [number, number][];
  cgroupMode: CgroupMode;
  /** Groups that exist, by path. */
  cgroups: Map<string, { processes: number[]; stats?: Partial<CgroupStats> }>;
  /** Device nodes and fifos made, by path. */
  nodes: Map<string, { mode: number; device: number }>;
  /** What was sent to unix sockets. */
  datagrams: { path: string; text: string }[];
  /** The far ends of `connectSeqpacket`, by path, last one made. */
  peers: Map<string, Duplex>;
  /** Ports held, as `tcp 0.0.0.0:80`; add one to make a port taken by a stranger. */
  ports: Set<string>;
  sysctls: Map<string, string>;
  hardLimits: Map<string, number>;
  capabilities: string[];
}

/**
 * An in-memory Kernel: nothing touches the machine except reading and writing below the paths of a test
 * (`files.openInRoot`, `files.diskUsage` look at real folders).
 */
export interface FakeKernel extends Kernel {
  /** Every call in order: `mounts.overlay /merged`, `links.addVeth v1 eth0`, `netns.run /ns/1`. */
  readonly calls: string[];
  readonly state: FakeState;
  /** Makes a call fail: `failOn('mounts.overlay', error)`; each time, or only the next `times`. */
  failOn(callName: string, error: Error, times?: number): void;
  /** Ends what `failOn` began. */
  heal(callName?: string): void;
}
