// The server's half of `info`, line by line as Docker prints it.

import type { SystemInfo } from '../../api/types/system.ts';
import { bytesSize } from '../../lib/text/units.ts';

/** The lines, each with its indentation. */
export function serverInfoLines(info: SystemInfo): string[] {
  return [
    ` Containers: ${info.Containers}`,
    `  Running: ${info.ContainersRunning}`,
    `  Paused: ${info.ContainersPaused}`,
    `  Stopped: ${info.ContainersStopped}`,
    ` Images: ${info.Images}`,
    ...named('Server Version', info.ServerVersion),
    ` Storage Driver: ${info.Driver}`,
    ...(info.DriverStatus ?? []).map(([name, value]) => `  ${name}: ${value}`),
    ...named('Logging Driver', info.LoggingDriver),
    ...named('Cgroup Driver', info.CgroupDriver),
    ...named('Cgroup Version', info.CgroupVersion),
    ...pluginLines(info),
    ...listLines('CDI spec directories', info.CDISpecDirs),
    ` Swarm: ${info.Swarm?.LocalNodeState ?? 'inactive'}`,
    ...runtimeLines(info),
    ...securityLines(info),
    ...machineLines(info),
    ...settingLines(info),
  ];
}

function pluginLines({ Plugins }: SystemInfo): string[] {
  const joined = (names: string[] | null | undefined) => [...(names ?? [])].join(' ');
  const lines = [' Plugins:', `  Volume: ${joined(Plugins?.Volume)}`, `  Network: ${joined(Plugins?.Network)}`];
  if (Plugins?.Authorization?.length) lines.push(`  Authorization: ${joined(Plugins.Authorization)}`);
  return [...lines, `  Log: ${joined(Plugins?.Log)}`];
}

function runtimeLines(info: SystemInfo): string[] {
  const names = Object.keys(info.Runtimes ?? {}).sort();
  if (names.length === 0) return [];
  const commit = (label: string, value: { ID: string } | undefined) => ` ${label} version: ${value?.ID ?? ''}`;
  return [
    ` Runtimes: ${names.join(' ')}`,
    ` Default Runtime: ${info.DefaultRuntime}`,
    ` Init Binary: ${info.InitBinary}`,
    commit('containerd', info.ContainerdCommit),
    commit('runc', info.RuncCommit),
    commit('init', info.InitCommit),
  ];
}

/** `name=seccomp,profile=builtin` becomes a name with its options below. */
function securityLines({ SecurityOptions }: SystemInfo): string[] {
  if (!SecurityOptions?.length) return [];
  const lines = [' Security Options:'];
  for (const option of SecurityOptions) {
    for (const pair of option.split(',')) {
      const equals = pair.indexOf('=');
      const [key, value] = [pair.slice(0, equals), pair.slice(equals + 1)];
      lines.push(key === 'name' ? `  ${value}` : `   ${key[0]!.toUpperCase()}${key.slice(1)}: ${value}`);
    }
  }
  return lines;
}

function machineLines(info: SystemInfo): string[] {
  return [
    ...named('Kernel Version', info.KernelVersion),
    ...named('Operating System', info.OperatingSystem),
    ...named('OSType', info.OSType),
    ...named('Architecture', info.Architecture),
    ` CPUs: ${info.NCPU}`,
    ` Total Memory: ${bytesSize(info.MemTotal)}`,
    ...named('Name', info.Name),
    ...named('ID', info.ID),
    ` Docker Root Dir: ${info.DockerRootDir}`,
    ` Debug Mode: ${info.Debug}`,
    ...(info.Debug
      ? [
          `  File Descriptors: ${info.NFd}`,
          `  Goroutines: ${info.NGoroutines}`,
          `  System Time: ${info.SystemTime}`,
          `  EventsListeners: ${info.NEventsListener}`,
        ]
      : []),
  ];
}

function settingLines(info: SystemInfo): string[] {
  return [
    ...named('HTTP Proxy', info.HttpProxy),
    ...named('HTTPS Proxy', info.HttpsProxy),
    ...named('No Proxy', info.NoProxy),
    ...listLines('Labels', info.Labels),
    ` Experimental: ${info.ExperimentalBuild}`,
    ...listLines('Insecure Registries', info.RegistryConfig?.InsecureRegistryCIDRs),
    ...listLines('Registry Mirrors', info.RegistryConfig?.Mirrors),
    ` Live Restore Enabled: ${info.LiveRestoreEnabled}`,
    ...named('Product License', info.ProductLicense),
  ];
}

function named(label: string, value: string | undefined): string[] {
  return value ? [` ${label}: ${value}`] : [];
}

function listLines(label: string, values: readonly string[] | null | undefined): string[] {
  return values?.length ? [` ${label}:`, ...values.map(value => `  ${value}`)] : [];
}
