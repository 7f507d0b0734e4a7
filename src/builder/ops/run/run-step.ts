// RUN: a container of its own over the layers so far, of which only the changes stay.
import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkingLayer } from '../../../images/index.ts';
import { CleanupStack } from '../../../lib/cleanup-stack.ts';
import type { Limiter } from '../../../lib/concurrency/limiter.ts';
import { BerthError, errorMessage } from '../../../lib/errors.ts';
import { rootOutside } from '../../../lib/id-map.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { Networks } from '../../../networks/index.ts';
import {
  buildSpec,
  type Process,
  type ResolvedUser,
  type Runtime,
  resolveCapabilities,
  type SpecHost,
  type SpecInput,
} from '../../../runtime/index.ts';
import { StepError, StepStartError } from '../../errors/step-error.ts';
import type { Node } from '../../graph/node.ts';
import type { RunOperation } from '../../graph/operation.ts';
import type { BuildLimits, Ulimit } from '../../request.ts';
import type { WorkNews } from '../../solve/shared-work.ts';
import type { Snapshot } from '../../solve/snapshot.ts';
import type { WorkOptions } from '../../solve/solver.ts';
import { prepareStepMounts, type StepMountDeps } from './step-mounts.ts';
import { type NameServers, prepareStepNetwork } from './step-network.ts';
import { readOutput } from './step-output.ts';

const sigkill = 9;

/** What of a build concerns its containers and is no part of what they do. */
interface StepSettings {
  readonly cgroupParent: string;
  readonly limits: BuildLimits;
  readonly ulimits: readonly Ulimit[];
  readonly shmSize: number;
  readonly nameServers: NameServers;
  /** That a step may have when nothing else is said. */
  readonly processes: number;
}

export interface RunStepDeps extends StepMountDeps {
  readonly runtime: Runtime;
  readonly networks: Networks;
  readonly specHost: SpecHost;
  readonly resolveUser: (root: string, user: string) => ResolvedUser;
  /** A container will be started soon: the kernel may begin with what takes long. */
  readonly anticipateStart: () => void;
  readonly settings: StepSettings;
  /** In memory: what must not stay. */
  readonly execDirectory: string;
  /** For files of one build. */
  readonly scratch: string;
  readonly limiter: Limiter;
  readonly logger: Logger;
  /** Disposes of it when the build is over. */
  readonly own: (tree: AsyncDisposable) => void;
}

interface RunStepOptions extends WorkOptions {
  readonly working: WorkingLayer;
  readonly inputs: readonly Snapshot[];
}

/**
 * Throws a StepError when the command fails, a StepStartError when it cannot be started, `cancelled` by the signal; the
 * container is gone in any case.
 */
export async function runStep(node: Node<RunOperation>, o: RunStepOptions, deps: RunStepDeps): Promise<void> {
  using _slot = await deps.limiter.acquire(o.signal);
  const { signal, working, inputs } = o;
  const { op } = node;
  const id = randomBytes(32).toString('hex');
  deps.anticipateStart();
  await using undo = new CleanupStack((step, error) =>
    deps.logger.error(`undo failed: ${step}`, { error: errorMessage(error), step: id }),
  );
  const directory = join(deps.execDirectory, id);
  mkdirSync(deps.execDirectory, { recursive: true, mode: 0o711 });
  mkdirSync(directory, { mode: 0o710 });
  // Its root passes through to the files that are mounted.
  const root = deps.ids && rootOutside(deps.ids);
  if (root) chownSync(directory, 0, root.gid);
  undo.defer('files of the step', () => rmSync(directory, { recursive: true, force: true }));
  const mounts = await prepareStepMounts(op.mounts, { inputs, directory, undo, signal }, deps);
  const rootfs = working.mount(mounts.places, { forContainer: true });
  undo.defer('root file system', () => working.unmount());
  const { nameServers } = deps.settings;
  const network = prepareStepNetwork(op, { id, directory, nameServers, root, undo }, deps.networks);
  const prepared = {
    id,
    rootfs,
    env: mounts.env,
    mounts: [...network.mounts, ...mounts.mounts],
    sandbox: network.sandbox,
  };
  const process = await create(op, prepared, deps);
  undo.defer('process', () => process.delete());
  network.join?.(process.pid);
  await watch(node, process, { ...o, id });
}

/** Throws a StepStartError for a user or a program that is not there. */
async function create(op: RunOperation, prepared: PreparedStep, deps: RunStepDeps): Promise<Process> {
  const { id } = prepared;
  try {
    const spec = buildSpec(describeStep(op, prepared, deps), deps.specHost);
    return await deps.runtime.create({ id, spec, tty: false, stdin: false, stdinOnce: false, log: undefined });
  } catch (error) {
    throw new StepStartError(op.args.join(' '), error);
  }
}

/** Lets it run, hands its output on, and kills it when the build is given up. */
async function watch(node: Node<RunOperation>, process: Process, o: RunStepOptions & { id: string }): Promise<void> {
  const { signal, tell, id } = o;
  const kill = () => void process.signal(sigkill);
  signal.addEventListener('abort', kill, { once: true });
  try {
    const output = await process.attach({ stdin: false });
    const vertex = node.vertex.digest;
    const reading = readOutput(output.output, (stream, data) => {
      tell({ kind: 'log', vertex, stream, data, at: new Date(), run: id } satisfies WorkNews);
    });
    if (signal.aborted) throw cancelled(signal);
    tell({ kind: 'log', vertex, stream: 'stdout', data: new Uint8Array(), at: new Date(), run: id });
    await process.start();
    if (signal.aborted) kill();
    const [exit] = await Promise.all([process.exited, reading]);
    if (signal.aborted) throw cancelled(signal);
    if (exit.code === 0) return;
    const { name, digest } = node.vertex;
    const command = node.op.args.join(' ');
    const { code: exitCode, oomKilled, forksRefused = false } = exit;
    throw new StepError({ vertex: digest, name, command, exitCode, oomKilled, forksRefused });
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

const cancelled = (signal: AbortSignal) =>
  new BerthError('cancelled', 'the build was cancelled', { cause: signal.reason });

interface PreparedStep {
  readonly id: string;
  readonly rootfs: string;
  readonly env: readonly string[];
  readonly mounts: SpecInput['mounts'];
  readonly sandbox: string;
}

function describeStep(
  op: RunOperation,
  o: PreparedStep,
  { resolveUser, settings, specHost, ids }: RunStepDeps,
): SpecInput {
  const user = resolveUser(o.rootfs, op.user);
  const own = [...op.env, ...op.proxyEnv, ...o.env];
  const hasHome = own.some(variable => variable.startsWith('HOME='));
  return {
    rootfs: o.rootfs,
    args: [...op.args],
    env: hasHome ? own : [...own, `HOME=${user.home}`],
    cwd: op.cwd,
    user: { uid: user.uid, gid: user.gid, additionalGids: user.additionalGids },
    tty: false,
    ...(op.network === 'host' ? {} : { hostname: op.hostname }),
    namespaces: {
      ...{ network: o.sandbox, pid: 'new', ipc: 'new', uts: op.network === 'host' ? 'host' : 'new' },
      user: ids && { ids },
    },
    mounts: o.mounts,
    capabilities: resolveCapabilities({ add: [], drop: [], privileged: op.insecure, available: specHost.capabilities }),
    privileged: op.insecure,
    ...(op.insecure ? { seccomp: 'unconfined' as const, maskedPaths: [], readonlyPaths: [] } : {}),
    rlimits: settings.ulimits.map(({ name, soft, hard }) => ({ type: `RLIMIT_${name.toUpperCase()}`, soft, hard })),
    shmSize: settings.shmSize,
    cgroupPath: join('/', settings.cgroupParent, o.id),
    resources: resources(settings),
  };
}

function resources({ limits, ulimits, processes }: StepSettings): NonNullable<SpecInput['resources']> {
  const { memory, memorySwap, cpuShares, cpuPeriod, cpuQuota, cpusetCpus, cpusetMems } = limits;
  // The kernel holds root to no RLIMIT_NPROC: what is asked for with it is what a step shall have.
  const pidsLimit = ulimits.find(({ name }) => name === 'nproc')?.hard ?? processes;
  const all = { memory, memorySwap, cpuShares, cpuPeriod, cpuQuota, cpusetCpus, cpusetMems, pidsLimit };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => Boolean(value)));
}
