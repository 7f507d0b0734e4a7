// From a plain description of a container to the OCI specification that a runtime executes.

import type { IdRange } from '../../lib/id-map.ts';
import type {
  OciLinux,
  OciNamespace,
  OciNamespaceType,
  OciProcess,
  OciSeccomp,
  OciSpec,
} from '../../oci/runtime-spec.ts';
import { defaultProfile } from '../seccomp/default-profile.ts';
import { resolveProfile } from '../seccomp/resolve-profile.ts';
import { defaultDevices, defaultMaskedPaths, defaultReadonlyPaths } from './defaults.ts';
import type { NamespaceChoice, SeccompProfile, SpecHost, SpecInput } from './input.ts';
import { buildMounts, initDestination } from './mounts.ts';
import { buildResources, buildRlimits } from './resources.ts';

/** crun 1.8 refuses a newer version; nothing newer is used. */
const ociVersion = '1.0.2';

/**
 * Pure: everything it must know of the machine is in `host` (see `describeHost`). Throws `invalid` for a seccomp
 * profile that contradicts itself.
 */
export function buildSpec(input: SpecInput, host: SpecHost): OciSpec {
  return {
    ociVersion,
    process: buildProcess(input, host),
    root: { path: input.rootfs, ...(input.readonlyRootfs && { readonly: true }) },
    ...(input.namespaces.uts !== 'host' && input.hostname && { hostname: input.hostname }),
    ...(input.namespaces.uts !== 'host' && input.domainname && { domainname: input.domainname }),
    mounts: buildMounts(input, host),
    ...(input.hooks && { hooks: input.hooks }),
    ...(input.annotations && { annotations: input.annotations }),
    linux: buildLinux(input, host),
  };
}

/** The first process; an exec'd one is this with other args, env, cwd or user. */
function buildProcess(input: SpecInput, host: SpecHost): OciProcess {
  const capabilities = input.capabilities;
  const { uid, gid, additionalGids, umask } = input.user;
  return {
    ...(input.tty && { terminal: true }),
    ...(input.tty &&
      input.consoleSize && { consoleSize: { height: input.consoleSize.rows, width: input.consoleSize.columns } }),
    user: { uid, gid, ...(umask !== undefined && { umask }), ...(additionalGids?.length && { additionalGids }) },
    args: input.init ? [initDestination, '--', ...input.args] : input.args,
    env: input.env,
    cwd: input.cwd,
    capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
    rlimits: buildRlimits(input, host),
    noNewPrivileges: input.noNewPrivileges ?? false,
    ...(input.apparmorProfile && { apparmorProfile: input.apparmorProfile }),
    oomScoreAdj: input.oomScoreAdj ?? 0,
  };
}

function buildLinux(input: SpecInput, host: SpecHost): OciLinux {
  const devices = input.privileged ? host.hostDevices() : [...defaultDevices];
  const seccomp = buildSeccomp(input, host);
  const user = input.namespaces.user;
  const hidden = (asked: string[] | undefined, defaults: readonly string[]) =>
    asked ?? (input.privileged ? [] : [...defaults]);
  return {
    namespaces: buildNamespaces(input, host),
    ...(user && { uidMappings: idMappings(user.ids.uid), gidMappings: idMappings(user.ids.gid) }),
    devices: [...devices, ...(input.devices ?? [])],
    cgroupsPath: input.cgroupPath,
    resources: buildResources(input),
    sysctl: { ...networkSysctls(input), ...input.sysctls },
    ...(seccomp && { seccomp }),
    ...(input.rootfsPropagation && { rootfsPropagation: input.rootfsPropagation }),
    maskedPaths: hidden(input.maskedPaths, defaultMaskedPaths),
    readonlyPaths: hidden(input.readonlyPaths, defaultReadonlyPaths),
  };
}

function buildNamespaces({ namespaces }: SpecInput, host: SpecHost): OciNamespace[] {
  const cgroup = namespaces.cgroup ?? (host.cgroupVersion === 2 ? 'new' : 'host');
  const choices: [OciNamespaceType, NamespaceChoice][] = [
    ['network', namespaces.network],
    ['uts', namespaces.uts],
    ['pid', namespaces.pid],
    ['ipc', namespaces.ipc],
    ['cgroup', cgroup],
    ['user', namespaces.user ? (namespaces.user.path ?? 'new') : 'host'],
  ];
  const wanted = choices.filter(([, choice]) => choice !== 'host');
  return [{ type: 'mount' }, ...wanted.map(([type, choice]) => (choice === 'new' ? { type } : { type, path: choice }))];
}

const idMappings = (ranges: readonly IdRange[]) =>
  ranges.map(({ containerId, hostId, size }) => ({ containerID: containerId, hostID: hostId, size }));

/**
 * In a network namespace of its own any user may open low ports and send pings, as Docker has it. Where there are fewer
 * users than the range of groups speaks of, the kernel refuses pings.
 */
function networkSysctls({ namespaces }: SpecInput): Record<string, string> {
  if (namespaces.network === 'host') return {};
  if (namespaces.user) return { 'net.ipv4.ip_unprivileged_port_start': '0' };
  return { 'net.ipv4.ip_unprivileged_port_start': '0', 'net.ipv4.ping_group_range': '0 2147483647' };
}

function buildSeccomp(input: SpecInput, host: SpecHost): OciSeccomp | undefined {
  const choice = input.seccomp ?? 'default';
  if (choice === 'unconfined' || !host.seccomp || (choice === 'default' && input.privileged)) return undefined;
  const profile: SeccompProfile = choice === 'default' ? defaultProfile() : choice;
  return resolveProfile(profile, { ...host, capabilities: input.capabilities });
}
