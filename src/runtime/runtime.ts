// The runtime room's front: creates, adopts, lists and sweeps monitored processes.

import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Kernel } from '../kernel/index.ts';
import { CleanupStack } from '../lib/cleanup-stack.ts';
import { invalid, notFound } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { OciProcess, OciSpec } from '../oci/runtime-spec.ts';
import {
  type Bundle,
  type BundleRecord,
  bundleAt,
  readRecord,
  writeBundle,
  writeExecBundle,
} from './monitor/bundle.ts';
import { startMonitor } from './monitor/conmon.ts';
import { Exits } from './monitor/exits.ts';
import { LostMonitors } from './monitor/lost-monitors.ts';
import { OciRuntime } from './oci-runtime/oci-runtime.ts';
import { runtimeError } from './oci-runtime/runtime-error.ts';
import type { EndedProcess, Process } from './process.ts';
import { type AdoptedExec, adoptExecs } from './processes/adopt-execs.ts';
import { adoptProcess } from './processes/adopt-process.ts';
import { ContainerProcess, type ProcessDeps } from './processes/container-process.ts';
import { ExecProcess } from './processes/exec-process.ts';
import { identify } from './processes/process-identity.ts';
import { removeLeftovers } from './processes/remove-leftovers.ts';
import { type ResourceUsage, readUsage } from './processes/resource-usage.ts';
import type { ResourceLimits } from './spec/input.ts';
import { splitLifted } from './spec/lifted-limits.ts';
import { buildLimits } from './spec/resources.ts';

interface RuntimeOptions {
  execRoot: string;
  /** OCI runtimes by name. */
  runtimes: Record<string, { path: string; args?: string[] }>;
  defaultRuntime: string;
  /** Default: `conmon` on the usual path. */
  conmon?: string;
  /** How often monitors are looked after, in ms; default 5000. */
  monitorInterval?: number;
}

export interface CreateOptions {
  id: string;
  spec: OciSpec;
  /** Name in `runtimes`; default `defaultRuntime`. */
  runtime?: string;
  tty: boolean;
  stdin: boolean;
  /** Close the process's stdin when the first attached session ends its own. */
  stdinOnce: boolean;
  /** Undefined, or format `none`, keeps nothing. */
  log: { path: string | undefined; format: 'k8s-file' | 'none' } | undefined;
}

export interface ExecOptions {
  containerId: string;
  execId: string;
  process: OciProcess;
  tty: boolean;
  stdin: boolean;
  /** JSON that a later daemon gets back from `adoptExecs`. */
  note?: unknown;
}

/** Everything of it lives below `execRoot`; nothing there is needed after a reboot. */
export class Runtime {
  readonly #containers: string;
  readonly #execRoot: string;
  readonly #runtimes = new Map<string, OciRuntime>();
  #defaultRuntime: string;
  readonly #conmon: string;
  readonly #deps: ProcessDeps;

  constructor(options: RuntimeOptions, deps: { kernel: Kernel; logger: Logger }) {
    const { execRoot } = options;
    this.#containers = join(execRoot, 'c');
    mkdirSync(this.#containers, { recursive: true, mode: 0o700 });
    this.#execRoot = execRoot;
    this.#defaultRuntime = options.defaultRuntime;
    this.useRuntimes(options);
    this.#conmon = options.conmon ?? 'conmon';
    const monitors = new LostMonitors(deps.kernel, options.monitorInterval);
    this.#deps = { ...deps, exits: new Exits(join(execRoot, 'exits')), monitors };
  }

  /** Takes these runtimes from now on; one that is no longer named stays for the containers that it runs. */
  useRuntimes(options: Pick<RuntimeOptions, 'runtimes' | 'defaultRuntime'>): void {
    for (const [name, { path, args = [] }] of Object.entries(options.runtimes)) {
      this.#runtimes.set(name, new OciRuntime({ name, path, args, root: join(this.#execRoot, 'runtime', name) }));
    }
    this.#defaultRuntime = options.defaultRuntime;
  }

  /**
   * Makes the process, stopped just before its program. Throws `invalid` or `system` in Docker's words when the
   * runtime refuses, and leaves nothing behind then.
   */
  async create(o: CreateOptions): Promise<Process> {
    const runtime = this.#runtime(o.runtime ?? this.#defaultRuntime);
    const bundle = this.#bundle(o.id);
    const mapped = (o.spec.linux.uidMappings?.length ?? 0) > 0;
    const emptyPipe = !o.stdin && !o.tty && runtime.givesStreamsAway({ mapped });
    const record: BundleRecord = {
      id: o.id,
      runtime: runtime.name,
      cgroupPath: o.spec.linux.cgroupsPath ?? '',
      tty: o.tty,
      stdin: o.stdin,
      stdinOnce: o.stdinOnce,
      emptyPipe,
      mapped,
      hooks: o.spec.hooks !== undefined,
      shared: sharedSettings(o.spec.process),
    };
    await using undo = new CleanupStack((step, error) => this.#deps.logger.warn(step, { container: o.id, error }));
    const { spec, created } = runtime.prepare(o.spec);
    writeBundle(bundle, spec, record);
    undo.defer('remove what was created', () => this.#removeLeftovers(o.id, runtime));
    const monitor = startMonitor({
      ...o,
      stdin: o.stdin || emptyPipe,
      conmon: this.#conmon,
      runtime,
      containerId: o.id,
      processId: o.id,
      bundle,
      exitDirectory: this.#deps.exits.directory,
      keepStdin: !emptyPipe && (o.tty || !o.stdinOnce),
    });
    undo.defer('release pipes', () => monitor.release());
    const report = await monitor.report();
    const identity = report && report.data > 0 ? identify(report.data, this.#deps.kernel) : undefined;
    if (!identity) throw this.#createError(o, runtime, report?.message ?? '');
    created(o.id);
    monitor.release();
    undo.move();
    return new ContainerProcess({ identity, bundle, record, runtime }, this.#deps);
  }

  /**
   * Takes over a process that an earlier daemon started: running, or how it ended. Undefined when there is none; one
   * that was created and never started is removed and counts as none.
   */
  adopt(id: string): Promise<Process | EndedProcess | undefined> {
    return adoptProcess(id, {
      bundle: this.#bundle(id),
      runtime: name => this.#runtime(name),
      remove: runtime => this.#removeLeftovers(id, runtime),
      deps: this.#deps,
    });
  }

  /** Ids that have a bundle. */
  list(): string[] {
    return readdirSync(this.#containers);
  }

  /**
   * Ends and removes every container that is not in `known`: processes, monitors, runtime state, cgroups, bundles. What
   * will not go is logged.
   */
  async sweep(known: Set<string>): Promise<void> {
    const found = new Map<string, OciRuntime | undefined>(this.list().map(id => [id, undefined]));
    for (const runtime of this.#runtimes.values()) {
      for (const id of runtime.list()) found.set(id, runtime);
    }
    const orphans = [...found].filter(([id]) => !known.has(id));
    await Promise.all(orphans.map(([id, runtime]) => this.#sweepOne(id, runtime)));
    // A daemon killed while it removed a container leaves the last thing to go, the news of its exit.
    for (const name of this.#deps.exits.list()) if (!known.has(ownerOf(name))) this.#deps.exits.forget(name);
  }

  async #sweepOne(id: string, runtime: OciRuntime | undefined): Promise<void> {
    this.#deps.logger.warn('removing a container that no record owns', { container: id });
    try {
      await this.#removeLeftovers(id, runtime ?? this.#recordedRuntime(id) ?? this.#runtime(this.#defaultRuntime));
    } catch (error) {
      this.#deps.logger.error('a container that no record owns could not be removed', { container: id, error });
    }
  }

  /**
   * Prepares a process in a running container; it runs from `start()` on. Limits it does not state are those of the
   * container's first process. Throws `not-found` without the container.
   */
  async exec(o: ExecOptions): Promise<Process> {
    const container = this.#bundle(o.containerId);
    const record = readRecord(container);
    if (!record) throw notFound(`No such container: ${o.containerId}`);
    const runtime = this.#runtime(record.runtime);
    const bundle = bundleAt(join(container.execs, o.execId));
    const streams = { mapped: record.mapped === true, exec: o.process.user };
    const emptyPipe = !o.stdin && !o.tty && runtime.givesStreamsAway(streams);
    const description = {
      ...{ id: o.execId, containerId: o.containerId, bundle, runtime: runtime.name, tty: o.tty, stdin: o.stdin },
      ...{ program: o.process.args[0] ?? '', cwd: o.process.cwd, emptyPipe },
    };
    const { id: _id, containerId: _containerId, bundle: _bundle, ...facts } = description;
    const specification = { ...record.shared, ...o.process, terminal: o.tty };
    const execProcess = writeExecBundle(bundle, specification, { ...facts, note: o.note });
    const monitor = startMonitor({
      ...o,
      stdin: o.stdin || emptyPipe,
      conmon: this.#conmon,
      runtime,
      processId: o.execId,
      bundle,
      exitDirectory: bundle.directory,
      keepStdin: o.tty,
      log: undefined,
      execProcess,
    });
    const process = new ExecProcess(description, monitor, this.#deps.kernel);
    try {
      await monitor.ready();
    } catch (error) {
      await process.delete();
      throw error;
    }
    return process;
  }

  /** Takes over the execs that an earlier daemon started in a container: each is told of once when it is over. */
  adoptExecs(containerId: string): AdoptedExec[] {
    return adoptExecs(containerId, this.#bundle(containerId), this.#deps);
  }

  /** The container's processes by their pids on the host, exec'd ones included; none when it is gone. */
  processes(id: string): number[] {
    const path = readRecord(this.#bundle(id))?.cgroupPath;
    return path ? this.#deps.kernel.cgroups.processes(path) : [];
  }

  /** Whether the container is paused, whatever became of the daemon that was about to pause or resume it. */
  isPaused(id: string): boolean {
    const path = readRecord(this.#bundle(id))?.cgroupPath;
    return path !== undefined && this.#deps.kernel.cgroups.frozen(path);
  }

  /** What the container uses; undefined when it is gone. */
  usage(id: string): ResourceUsage | undefined {
    const path = readRecord(this.#bundle(id))?.cgroupPath;
    return path ? readUsage(path, this.#deps.kernel) : undefined;
  }

  /**
   * Changes limits of a container that runs; those that are absent stay, -1 lifts. Throws not-found without the
   * container, `system` with what the runtime says when the kernel refuses.
   */
  async update(id: string, limits: ResourceLimits): Promise<void> {
    const bundle = this.#bundle(id);
    const record = readRecord(bundle);
    if (!record) throw notFound(`No such container: ${id}`);
    const { rest, lifted } = splitLifted(limits);
    const resources = buildLimits(rest);
    if (Object.keys(resources).length > 0) await this.#runtime(record.runtime).update(id, resources, bundle.directory);
    for (const limit of lifted) this.#deps.kernel.cgroups.lift(record.cgroupPath, limit);
  }

  /** Stops watching. Processes go on. */
  close(): void {
    this.#deps.exits.close();
    this.#deps.monitors.close();
  }

  #createError(o: CreateOptions, runtime: OciRuntime, output: string): Error {
    const { args, cwd } = o.spec.process;
    return runtimeError({ runtime: runtime.name, action: 'create', output, program: args[0] ?? '', cwd });
  }

  #removeLeftovers(id: string, runtime: OciRuntime): Promise<void> {
    return removeLeftovers(id, { bundle: this.#bundle(id), runtime, deps: this.#deps });
  }

  #recordedRuntime(id: string): OciRuntime | undefined {
    const record = readRecord(this.#bundle(id));
    return record && this.#runtimes.get(record.runtime);
  }

  #bundle(id: string): Bundle {
    return bundleAt(join(this.#containers, id));
  }

  #runtime(name: string): OciRuntime {
    const runtime = this.#runtimes.get(name);
    if (!runtime) throw invalid(`unknown or invalid runtime name: ${name}`);
    return runtime;
  }
}

/** The id of an exit file, or of one that conmon is about to give its name. */
const ownerOf = (exitFile: string) => exitFile.split('.', 1)[0] ?? '';

function sharedSettings({ rlimits, oomScoreAdj, apparmorProfile, selinuxLabel }: OciProcess): BundleRecord['shared'] {
  return { rlimits, oomScoreAdj, apparmorProfile, selinuxLabel };
}
