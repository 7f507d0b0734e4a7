// One container: its record, which survives the daemon, and what is only known while the daemon runs.

import { join } from 'node:path';
import type { ContainerConfig, HostConfig } from '../../../api/types/container-config.ts';
import type { ContainerState } from '../../../api/types/containers.ts';
import type { EndpointSettings } from '../../../api/types/networks.ts';
import type { Rotation } from '../../../logs/index.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { ExitStatus, Process } from '../../../runtime/index.ts';
import type { ContainerMount } from './container-mount.ts';

/** What Docker writes for "never". */
export const zeroTime = '0001-01-01T00:00:00Z';

/** What the store keeps of a container. */
export interface ContainerRecord {
  id: string;
  /** Without the leading slash. */
  name: string;
  /** RFC 3339. */
  created: string;
  imageId: Digest;
  /** As the user named it. */
  imageName: string;
  path: string;
  args: string[];
  config: ContainerConfig;
  hostConfig: HostConfig;
  /** Requested settings by network name. */
  endpoints: Record<string, EndpointSettings>;
  mounts: ContainerMount[];
  state: ContainerState;
  restartCount: number;
  /** Stopped or killed by a person: `unless-stopped` and `always` must not bring it back by themselves. */
  manuallyStopped: boolean;
  /** Containers it is linked to, by an alias each; absent without any. */
  links?: { childId: string; childName: string; alias: string }[] | undefined;
  /** A commit under way has frozen it: a daemon that finds it so after a crash thaws it. */
  frozenForCommit?: boolean;
}

/** Somebody who waits for the output of a start that has not happened yet. */
export interface PendingAttach {
  connect(process: Process): Promise<void>;
  /** The start failed: there will be no output. */
  fail(): void;
}

/** A container with an identity and a lifetime; use-cases change it, the registry finds it. */
export class Container {
  readonly record: ContainerRecord;
  /** Where resolv.conf, hosts, hostname and the log live. */
  readonly directory: string;
  /** Present while a process exists: from creation by the runtime until its exit was handled. */
  process: Process | undefined;
  /** Removal has begun: nothing may start any more. */
  removing = false;
  /** A restart is under way: the exit in between does not remove an auto-remove container. */
  keptAfterExit = false;
  /** Next automatic start; cancelled by stop and removal. */
  restartTimer: ReturnType<typeof setTimeout> | undefined;
  /** Probes it while it runs; absent for a container without a health check. */
  healthMonitor: { stop(): void } | undefined;
  /** Keeps its log within limits while it runs; absent for a container whose log has none. */
  logRotation: Rotation | undefined;
  /** Milliseconds waited before the last automatic start. */
  restartDelay = 0;
  readonly pendingAttaches = new Set<PendingAttach>();
  readonly execIds = new Set<string>();
  readonly #exitWaiters = new Set<(status: ExitStatus) => void>();
  readonly #removalWaiters = new Set<() => void>();
  #removed = false;

  constructor(record: ContainerRecord, directory: string) {
    this.record = record;
    this.directory = directory;
  }

  get id(): string {
    return this.record.id;
  }

  get name(): string {
    return this.record.name;
  }

  get state(): ContainerState {
    return this.record.state;
  }

  /** A process exists; a container that waits for its automatic restart has none, though Docker calls it running. */
  get running(): boolean {
    return this.record.state.Running && !this.record.state.Restarting;
  }

  get tty(): boolean {
    return this.record.config.Tty === true;
  }

  get removed(): boolean {
    return this.#removed;
  }

  file(name: 'resolv.conf' | 'hostname' | 'hosts' | 'shm'): string {
    return join(this.directory, name);
  }

  /** Calls back at the next exit; the returned function takes the wish back. */
  onExit(callback: (status: ExitStatus) => void): () => void {
    this.#exitWaiters.add(callback);
    return () => this.#exitWaiters.delete(callback);
  }

  /** Calls back when the container is gone (at once when it is). */
  onRemoved(callback: () => void): () => void {
    if (this.#removed) callback();
    else this.#removalWaiters.add(callback);
    return () => this.#removalWaiters.delete(callback);
  }

  announceExit(status: ExitStatus): void {
    for (const waiter of [...this.#exitWaiters]) waiter(status);
    this.#exitWaiters.clear();
  }

  announceRemoval(): void {
    this.#removed = true;
    for (const waiter of [...this.#removalWaiters]) waiter();
    this.#removalWaiters.clear();
  }
}

/** What the images room keeps for it: its own layer first, then the views of the images it mounts. */
export function layersOf({ record }: Container): string[] {
  return [record.id, ...record.mounts.flatMap(({ image }) => image?.layer ?? [])];
}
