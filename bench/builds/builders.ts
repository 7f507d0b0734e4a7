// Who builds in the benchmark: Berth, and those that the environment names.

import { dockerProgram } from '../../test/support/docker-program.ts';
import { peerFolder } from '../../test/support/peer-programs.ts';
import type { Subject } from '../subject.ts';

/** The words before the options of a build, which come before its context. */
export interface Builder {
  readonly subject: Subject;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The folder of contexts as this builder sees it. */
  readonly folder: string;
  /** What it adds for a build that keeps its cache, and takes no longer than it must to say what it does. */
  readonly options: readonly string[];
}

/** A folder which all see. The caller removes `here`. */
interface Shared {
  readonly here: string;
  readonly there: string;
}

export const sharedFolder: () => Shared = peerFolder;

/**
 * `BENCH_BERTH_BUILDX` are the words that start a buildx on this machine, `{host}` in them stands for Berth's daemon.
 * `BENCH_BUILDX` and `BENCH_BUILDAH` are the words that start a buildx of the docker at BENCH_DOCKER_HOST and a buildah; they
 * see files under BERTH_TEST_PEER_ROOT. The classic builder is that docker's, too. `BENCH_BUILDERS` has the names of those
 * that take part, if not all of them do.
 */
export function findBuilders(
  subjects: readonly Subject[],
  { here, there }: Shared,
  env: Readonly<Record<string, string | undefined>>,
): Builder[] {
  const docker = dockerProgram();
  const words = (name: string) => env[name]?.split(/\s+/).filter(Boolean);
  const berth = subjects.find(({ name }) => name === 'berth');
  const dockerd = subjects.find(({ name }) => name === 'dockerd');
  const column = (name: string, like?: Subject): Subject => ({ forcedRemoval: [], ...like, name, command: [] });
  const builders: Builder[] = [];
  if (berth) builders.push({ subject: berth, command: [...berth.command, 'build'], folder: here, options: ['-q'] });
  const ours = words('BENCH_BERTH_BUILDX');
  if (berth && ours) {
    const host = berth.command.at(-1) ?? '';
    const command = [...ours.map(word => word.replace('{host}', host)), 'build'];
    builders.push({ subject: column('berth by buildx', berth), command, folder: here, options: ['-q'] });
  }
  const buildx = words('BENCH_BUILDX');
  if (buildx) {
    const command = [...buildx, 'build'];
    builders.push({ subject: column('BuildKit', dockerd), command, folder: there, options: ['-q'] });
  }
  if (docker && env.BENCH_DOCKER_HOST) {
    const command = [docker, '-H', env.BENCH_DOCKER_HOST, 'build'];
    const environment = { DOCKER_BUILDKIT: '0' };
    builders.push({ subject: column('classic builder', dockerd), command, environment, folder: here, options: ['-q'] });
  }
  const buildah = words('BENCH_BUILDAH');
  if (buildah) {
    builders.push({
      subject: column('buildah'),
      command: [...buildah, 'build'],
      folder: there,
      options: ['-q', '--layers'],
    });
  }
  const chosen = env.BENCH_BUILDERS?.split(',');
  return chosen ? builders.filter(({ subject }) => chosen.includes(subject.name)) : builders;
}
