// A container in the runtime's words: Docker's Config and HostConfig become a plain description of a process.

import { join } from 'node:path';
import type { HostConfig } from '../../../api/types/container-config.ts';
import { invalid, notFound, systemError } from '../../../lib/errors.ts';
import { usualSearchPath } from '../../../lib/files/find-program.ts';
import { type MountSpec, resolveCapabilities, type SpecInput } from '../../../runtime/index.ts';
import type { Engine, Ulimit } from '../../engine.ts';
import { containerIds } from '../configuration/user-namespace.ts';
import { linkVariables } from '../links/links.ts';
import type { Container } from '../state/container.ts';
import { describeDevices } from './describe-devices.ts';
import { describeResources } from './describe-resources.ts';
import { describeSecurity } from './describe-security.ts';
import { rootfsPropagation } from './mount-propagation.ts';
import { joinSharedMemory } from './shared-memory.ts';

/** Docker's PATH for images that set none. */
const defaultPath = `PATH=${usualSearchPath}`;

/** What the earlier steps of a start have made. */
interface Prepared {
  rootfs: string;
  mounts: MountSpec[];
  /** Network namespace path, `host`, or `new`. */
  sandbox: string;
}

/** The input of `buildSpec`. Throws `invalid` for a user, device or option that does not exist. */
export function describeSpec(engine: Engine, container: Container, prepared: Prepared): SpecInput {
  const { config, hostConfig: host, path, args } = container.record;
  const privileged = host.Privileged === true;
  const user = engine.host.resolveUser(prepared.rootfs, config.User ?? '', host.GroupAdd ?? []);
  const useInit = host.Init ?? engine.config.init;
  if (useInit && !engine.config.initPath) {
    throw invalid('the engine found no init to put in front of the process: install tini or set "init-path"');
  }
  return {
    rootfs: prepared.rootfs,
    readonlyRootfs: host.ReadonlyRootfs,
    args: [path, ...args],
    env: environment(container, { tty: container.tty, home: user.home, links: linkVariables(engine, container) }),
    cwd: config.WorkingDir || '/',
    user: { uid: user.uid, gid: user.gid, additionalGids: user.additionalGids },
    tty: container.tty,
    consoleSize: consoleSize(host),
    hostname: host.UTSMode === 'host' ? undefined : config.Hostname,
    domainname: host.UTSMode === 'host' ? undefined : config.Domainname || undefined,
    namespaces: namespaces(engine, container, prepared.sandbox),
    mounts: [...sharedShm(engine, container), ...prepared.mounts],
    maskedPaths: host.MaskedPaths ?? [],
    readonlyPaths: host.ReadonlyPaths ?? [],
    capabilities: resolveCapabilities({
      add: host.CapAdd ?? [],
      drop: host.CapDrop ?? [],
      privileged,
      available: engine.host.capabilities(),
    }),
    privileged,
    ...describeSecurity(host, engine.config.defaults, engine.host.apparmor()),
    ...describeDevices(host),
    sysctls: host.Sysctls ?? undefined,
    rlimits: withDefaultUlimits(host.Ulimits ?? [], engine.config.defaults.ulimits).map(limit => ({
      type: `RLIMIT_${(limit.Name ?? '').toUpperCase()}`,
      soft: limit.Soft ?? 0,
      hard: limit.Hard ?? 0,
    })),
    oomScoreAdj: host.OomScoreAdj,
    shmSize: host.IpcMode === 'none' ? 0 : host.ShmSize,
    rootfsPropagation: rootfsPropagation(prepared.mounts),
    cgroupPath: join('/', host.CgroupParent || engine.config.cgroupParent, container.id),
    resources: describeResources(host),
    annotations: host.Annotations ?? undefined,
    init: useInit ? engine.config.initPath : undefined,
  };
}

/** Those of the container, and the daemon's for what it does not name. */
function withDefaultUlimits(own: readonly Partial<Ulimit>[], defaults: readonly Ulimit[]): readonly Partial<Ulimit>[] {
  return [...own, ...defaults.filter(({ Name }) => !own.some(limit => limit.Name === Name))];
}

/**
 * Docker's order: PATH first when the image has none, then HOSTNAME, TERM on a terminal, those of `links`, the
 * container's own, HOME.
 */
export function environment(
  container: Container,
  { tty, home, links }: { tty: boolean; home: string; links: readonly string[] },
): string[] {
  const { config } = container.record;
  // Nobody's home is nowhere.
  const own = (config.Env ?? []).filter(variable => variable !== 'HOME' && variable !== 'HOME=');
  const nameOf = (variable: string) => variable.split('=', 1)[0] as string;
  const named = new Set(own.map(nameOf));
  const has = (name: string) => named.has(name);
  return [
    ...(has('PATH') ? [] : [defaultPath]),
    ...(has('HOSTNAME') ? [] : [`HOSTNAME=${config.Hostname ?? ''}`]),
    ...(tty && !has('TERM') ? ['TERM=xterm'] : []),
    ...links.filter(variable => !has(nameOf(variable))),
    // A variable without '=' asks for its removal, be it one of the above.
    ...own.filter(variable => variable.includes('=')),
    ...(has('HOME') ? [] : [`HOME=${home || '/'}`]),
  ];
}

function consoleSize(host: HostConfig): SpecInput['consoleSize'] {
  const [rows = 0, columns = 0] = host.ConsoleSize ?? [];
  return rows > 0 && columns > 0 ? { rows, columns } : undefined;
}

function namespaces(engine: Engine, container: Container, sandbox: string): SpecInput['namespaces'] {
  const { hostConfig: host } = container.record;
  return {
    user: userNamespace(engine, host),
    network: sandbox,
    pid: namespaceOf(engine, host.PidMode ?? '', 'pid'),
    ipc: namespaceOf(engine, host.IpcMode ?? '', 'ipc'),
    uts: host.UTSMode === 'host' ? 'host' : 'new',
    cgroup: host.CgroupnsMode === 'private' ? 'new' : 'host',
  };
}

/** A namespace of another container belongs to the other's user namespace, which then has to be joined, too. */
function userNamespace(
  engine: Pick<Engine, 'containers' | 'config'>,
  host: HostConfig,
): SpecInput['namespaces']['user'] {
  const ids = containerIds(engine, host);
  if (!ids) return undefined;
  const kinds = [
    ['network', host.NetworkMode],
    ['pid', host.PidMode],
    ['ipc', host.IpcMode],
  ] as const;
  const donors = kinds
    .filter(([, mode]) => mode?.startsWith('container:'))
    .map(([kind, mode]) => otherContainer(engine, mode ?? '', kind));
  if (donors.some(donor => !containerIds(engine, donor.record.hostConfig)) || new Set(donors).size > 1) {
    throw invalid('namespaces of several user namespaces cannot be joined: use --userns=host');
  }
  return { ids, path: donors[0] && `/proc/${donors[0].state.Pid}/ns/user` };
}

/** `host`, a fresh one, or that of another running container. */
function namespaceOf(engine: Pick<Engine, 'containers'>, mode: string, kind: 'pid' | 'ipc'): string {
  if (mode === 'host') return 'host';
  if (!mode.startsWith('container:')) return 'new';
  const other = otherContainer(engine, mode, kind);
  if (kind === 'ipc' && other.record.hostConfig.IpcMode !== 'shareable') {
    throw invalid(
      `can't join IPC of container ${other.id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`,
    );
  }
  return `/proc/${other.state.Pid}/ns/${kind}`;
}

function otherContainer(engine: Pick<Engine, 'containers'>, mode: string, kind: string): Container {
  const reference = mode.slice('container:'.length);
  const other = engine.containers.find(reference);
  if (!other) throw notFound(`No such container: ${reference}`);
  if (!other.running) {
    throw systemError(`failed to join ${kind.toUpperCase()} namespace: container ${other.id} is not running`);
  }
  return other;
}

/** Who joins another's IPC namespace sees the other's /dev/shm. */
function sharedShm(engine: Pick<Engine, 'containers'>, container: Container): MountSpec[] {
  const mode = container.record.hostConfig.IpcMode ?? '';
  if (!mode.startsWith('container:')) return [];
  const other = otherContainer(engine, mode, 'ipc');
  return joinSharedMemory(other);
}
