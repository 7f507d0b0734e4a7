// `docker version`, the server's half.

import type { SystemVersion } from '../../api/types/system.ts';
import { maximumVersion, minimumVersion } from '../../api/versions.ts';
import type { Engine } from '../engine.ts';

export function describeVersion(engine: Pick<Engine, 'config' | 'host'>): SystemVersion {
  const { version, commit, buildTime } = engine.config;
  const arch = engine.host.spec.architecture;
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
