// Which engines a run measures: Berth always; dockerd and podman where the environment names them.

import { berthCommand, type TestDaemon } from '../test/support/daemons/daemon.ts';
import { dockerProgram } from '../test/support/docker-program.ts';
import { findDockerd, findProcesses } from './processes.ts';
import type { Subject } from './subject.ts';

/** Berth by its own command line comes first: the others are compared with it. */
export function findSubjects(daemon: TestDaemon, env: Record<string, string | undefined>): Subject[] {
  const docker = dockerProgram();
  const subjects: Subject[] = [
    {
      name: 'berth',
      command: [...berthCommand(), '-H', daemon.host],
      forcedRemoval: ['rm', '-f'],
      processes: { daemons: () => [daemon.pid], monitors: () => findProcesses(['conmon'], daemon.places.root) },
    },
  ];
  if (docker) {
    subjects.push({
      name: 'berth, docker CLI',
      command: [docker, '-H', daemon.host],
      sameEngineAs: 'berth',
      forcedRemoval: ['rm', '-f'],
    });
  }
  const host = env.BENCH_DOCKER_HOST;
  if (docker && host) {
    subjects.push({
      name: 'dockerd',
      command: [docker, '-H', host],
      forcedRemoval: ['rm', '-f'],
      processes: {
        daemons: () => findDockerd(host),
        monitors: () => findProcesses(['containerd-shim-runc-v2']),
      },
    });
  }
  if (env.BENCH_PODMAN) {
    subjects.push({
      name: 'podman',
      command: env.BENCH_PODMAN.split(/\s+/).filter(Boolean),
      forcedRemoval: ['rm', '-f', '-t', '0'],
      plainRegistry: ['--tls-verify=false'],
      processes: { daemons: () => [], monitors: () => findProcesses(['conmon'], '/containers/storage') },
    });
  }
  return subjects;
}
