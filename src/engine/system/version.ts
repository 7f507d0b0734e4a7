// `docker version`, the server's half.

import type { SystemVersion } from '../../api/types/system.ts';
import { maximumVersion, minimumVersion } from '../../api/versions.ts';
import type { Engine } from '../engine.ts';

const architectures: Record<string, string> = { x86_64: 'amd64', aarch64: 'arm64', riscv64: 'riscv64', s390x: 's390x' };

/** Go's name of the machine's architecture, which Docker uses everywhere. */
export const goArchitecture = (machine: string) => architectures[machine] ?? machine;

export function describeVersion(engine: Pick<Engine, 'config' | 'host'>): SystemVersion {
  const { version, commit, buildTime } = engine.config;
  const arch = goArchitecture(engine.host.machine());
  const kernel = engine.host.kernelVersion();
  return {
    Platform: { Name: 'Berth' },
    Components: [
      {
        Name: 'Engine',
        Version: version,
        Details: {
          ApiVersion: maximumVersion,
          Arch: arch,
          BuildTime: buildTime,
          Experimental: 'false',
          GitCommit: commit,
          KernelVersion: kernel,
          MinAPIVersion: minimumVersion,
          Os: 'linux',
        },
      },
    ],
    Version: version,
    ApiVersion: maximumVersion,
    MinAPIVersion: minimumVersion,
    GitCommit: commit,
    GoVersion: '',
    Os: 'linux',
    Arch: arch,
    KernelVersion: kernel,
    BuildTime: buildTime,
  };
}
