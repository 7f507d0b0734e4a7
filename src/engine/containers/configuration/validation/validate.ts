// What a container may not be: each refusal names what was wrong, in Docker's words.

import type { ContainerConfig, HostConfig, RestartPolicy } from '../../../../api/types/container-config.ts';
import { invalid, notImplemented } from '../../../../lib/errors.ts';
import { parseSignal } from '../../../../lib/signals.ts';
import { resolveCapabilities } from '../../../../runtime/index.ts';
import { validateHealth } from '../../health/health-plan.ts';
import { validateCpuset } from '../limits/cpuset.ts';
import { validateNetwork } from './validate-network.ts';
import { validateSecurityOptions } from './validate-security.ts';

const mebibyte = 1024 * 1024;
const policies = ['', 'no', 'always', 'on-failure', 'unless-stopped'];

/** Facts of the machine that limits are held against. */
interface Limits {
  cpus: number;
  /** `0-1`. */
  memoryNodes: string;
  runtimes: string[];
}

/** Throws `invalid` for the first thing that cannot be. */
export function validateConfiguration(config: ContainerConfig, host: HostConfig, limits: Limits): void {
  validateProcess(config);
  validateRestartPolicy(host);
  validateLimits(host, limits);
  validateModes(config, host);
  validateNetwork(config, host);
  validateSecurityOptions(host.SecurityOpt ?? []);
  resolveCapabilities({ add: host.CapAdd ?? [], drop: host.CapDrop ?? [], privileged: false });
  if (host.Runtime && !limits.runtimes.includes(host.Runtime)) {
    throw invalid(`unknown or invalid runtime name: ${host.Runtime}`);
  }
  refuseStorageOptions(host.StorageOpt ?? {});
  if (host.Annotations && '' in host.Annotations) {
    throw invalid('invalid Annotations: the empty string is not permitted as an annotation key');
  }
  for (const port of Object.keys(host.PortBindings ?? {})) requirePort(port);
  for (const port of Object.keys(config.ExposedPorts ?? {})) requirePort(port);
}

/** Throws `invalid`. An `update` may name a limit of swap alone: that of memory is set already. */
export function validateLimits(host: HostConfig, options: Omit<Limits, 'runtimes'> & { update?: boolean }): void {
  validateMemory(host, options.update === true);
  validateCpu(host, options.cpus);
  validateCpuset(host, options);
}

/** `80/tcp` or `80`; throws `invalid`. */
export function requirePort(text: string): { port: number; protocol: 'tcp' | 'udp' | 'sctp' } {
  const match = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/i.exec(text);
  const port = Number(match?.[1]);
  if (!match || port > 65535 || port === 0) {
    throw invalid(`invalid port specification: "${match ? match[1] : text}"`);
  }
  return { port, protocol: (match[2]?.toLowerCase() ?? 'tcp') as 'tcp' | 'udp' | 'sctp' };
}

function validateProcess(config: ContainerConfig): void {
  if (config.WorkingDir && !config.WorkingDir.startsWith('/')) {
    throw invalid(`the working directory '${config.WorkingDir}' is invalid, it needs to be an absolute path`);
  }
  for (const variable of config.Env ?? []) {
    if (variable === '' || variable.startsWith('=')) throw invalid(`invalid environment variable: ${variable}`);
  }
  if (config.StopSignal) parseSignal(config.StopSignal);
  validateHealth(config.Healthcheck);
  if (config.Hostname && config.Hostname.length > 63) {
    throw invalid(`invalid hostname: ${config.Hostname}: longer than 63 characters`);
  }
}

/** Throws `invalid` for a policy there is not, or one that does not go with `AutoRemove`. */
export function validateRestartPolicy(host: { RestartPolicy?: RestartPolicy | null; AutoRemove?: boolean }): void {
  const { Name: name = '', MaximumRetryCount: retries = 0 } = host.RestartPolicy ?? {};
  if (!policies.includes(name)) {
    throw invalid(
      `invalid restart policy: unknown policy '${name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`,
    );
  }
  if (name !== 'on-failure' && retries !== 0) {
    throw invalid(
      `invalid restart policy: maximum retry count can only be used with 'on-failure'${retries < 0 ? ' and cannot be negative' : ''}`,
    );
  }
  if (retries < 0) throw invalid('invalid restart policy: maximum retry count cannot be negative');
  if (host.AutoRemove && name !== '' && name !== 'no') {
    throw invalid("can't create 'AutoRemove' container with restart policy");
  }
}

function validateMemory(host: HostConfig, update: boolean): void {
  const { Memory: memory = 0, MemorySwap: swap = 0, MemoryReservation: reservation = 0 } = host;
  if (memory !== 0 && memory < 6 * mebibyte) throw invalid('Minimum memory limit allowed is 6MB');
  if (memory > 0 && swap > 0 && swap < memory) {
    throw invalid('Minimum memoryswap limit should be larger than memory limit, see usage');
  }
  if (memory === 0 && swap > 0 && !update) {
    throw invalid('You should always set the Memory limit when using Memoryswap limit, see usage');
  }
  if (memory > 0 && reservation > 0 && memory < reservation) {
    throw invalid('Minimum memory limit can not be less than memory reservation limit, see usage');
  }
  if (reservation > 0 && reservation < 6 * mebibyte) throw invalid('Minimum memory reservation allowed is 6MB');
  const swappiness = host.MemorySwappiness;
  if (swappiness != null && swappiness !== -1 && (swappiness < 0 || swappiness > 100)) {
    throw invalid(`Invalid value: ${swappiness}, valid memory swappiness range is 0-100`);
  }
  if ((host.ShmSize ?? 0) < 0) throw invalid('SHM size can not be less than 0');
  const adjustment = host.OomScoreAdj ?? 0;
  if (adjustment < -1000 || adjustment > 1000) {
    throw invalid(`Invalid value ${adjustment}, range for oom score adj is [-1000, 1000]`);
  }
}

function validateCpu(host: HostConfig, cpus: number): void {
  const { NanoCpus: nano = 0, CpuPeriod: period = 0, CpuQuota: quota = 0 } = host;
  if (nano > 0 && period > 0) throw invalid('Conflicting options: Nano CPUs and CPU Period cannot both be set');
  if (nano > 0 && quota > 0) throw invalid('Conflicting options: Nano CPUs and CPU Quota cannot both be set');
  if ((host.CpuShares ?? 0) < 0) {
    throw invalid(`invalid CPU shares (${host.CpuShares}): value must be a positive integer`);
  }
  if (nano < 0 || nano > cpus * 1e9) {
    throw invalid(`range of CPUs is from 0.01 to ${cpus}.00, as there are only ${cpus} CPUs available`);
  }
  if (period !== 0 && (period < 1000 || period > 1_000_000)) {
    throw invalid('CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)');
  }
  if (quota > 0 && quota < 1000) throw invalid('CPU cfs quota can not be less than 1ms (i.e. 1000)');
  const weight = host.BlkioWeight ?? 0;
  if (weight > 0 && (weight < 10 || weight > 1000)) throw invalid('Range of blkio weight is from 10 to 1000');
}

function refuseStorageOptions(options: Record<string, string>): void {
  for (const name of Object.keys(options)) {
    if (name !== 'size') throw invalid(`Unknown option ${name}`);
    throw notImplemented('--storage-opt size is not implemented yet: the layer of a container has no quota of its own');
  }
}

function validateModes(config: ContainerConfig, host: HostConfig): void {
  if (host.UTSMode === 'host' && config.Hostname) {
    throw invalid('conflicting options: hostname and the UTS mode');
  }
  if (host.Isolation && host.Isolation !== 'default') {
    throw invalid(`invalid isolation (${host.Isolation}): linux only supports 'default'`);
  }
  requireMode('PID mode', host.PidMode, ['', 'host']);
  requireMode('IPC mode', host.IpcMode, ['', 'host', 'none', 'private', 'shareable']);
  if (!['', 'host'].includes(host.UTSMode ?? '')) throw invalid(`invalid UTS mode: ${host.UTSMode}`);
  if (!['', 'host', 'private'].includes(host.CgroupnsMode ?? '')) {
    throw invalid(`invalid cgroup namespace mode: ${host.CgroupnsMode}`);
  }
  if (!['', 'host'].includes(host.UsernsMode ?? '')) throw invalid(`invalid user namespace mode: ${host.UsernsMode}`);
}

function requireMode(what: string, mode: string | undefined, words: string[]): void {
  const text = mode ?? '';
  if (words.includes(text) || (text.startsWith('container:') && text.length > 'container:'.length)) return;
  throw invalid(`invalid ${what}: ${text}`);
}
