// What is remembered of real builds when they are over: lists, logs, facts, across restarts of the daemon.
import { expect } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Buildx } from '../../support/builds/buildx.ts';
import { buildxScenarios, sinceBuildx } from '../../support/builds/buildx-scenarios.ts';
import { berthCommand } from '../../support/daemons/daemon.ts';
import { run } from '../../support/run.ts';

interface Listed {
  readonly ref: string;
  readonly status: string;
  readonly total_steps: number;
}

/** The builds as `history ls` has them, newest first. */
async function list(buildx: Buildx, ...args: string[]): Promise<Listed[]> {
  const text = await buildx.ok(['buildx', 'history', 'ls', '--format', 'json', ...args]);
  return text
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line));
}

/** The lines of plain progress without the order of steps that ended together, which buildx leaves to chance. */
function withoutOrder(logs: string): string {
  const lines = logs.split('\n').map(line => line.replace(/^#\d+ /, ''));
  return lines.sort().join('\n');
}

async function metadata(buildx: Buildx, args: readonly string[], env: Record<string, string> = {}) {
  const file = join(buildx.folder, 'metadata.json');
  await buildx.build(['--metadata-file', file, ...args], { env });
  return JSON.parse(readFileSync(file, 'utf8'));
}

buildxScenarios(['busybox'], {
  'builds must be listed with their outcome, logs and errors, after a restart too': sinceBuildx(29, async buildx => {
    await buildx.build(['--label', 'of=history', buildx.context({ Dockerfile: 'FROM busybox\nRUN echo went-well\n' })]);
    await buildx.failure([buildx.context({ Dockerfile: 'FROM busybox\nRUN echo went-wrong; exit 9\n' })]);
    const look = async () => {
      const builds = await list(buildx);
      const history = (...args: string[]) => buildx.run(['buildx', 'history', ...args]);
      const logs = await Promise.all(
        builds.map(async (_, at) => withoutOrder((await history('logs', `^${at}`)).stderr)),
      );
      const inspected = await history('inspect');
      const first = await history('inspect', '--format', 'json', '^1');
      return { builds, logs, inspected: inspected.stdout, labels: JSON.parse(first.stdout).Labels };
    };
    const before = await look();
    expect(before.builds.map(({ status }) => status)).toEqual(['Error', 'Completed']);
    expect(before.builds[1]?.total_steps).toBeGreaterThan(2);
    expect(before.logs[0]).toMatch(/ went-wrong$/m);
    expect(before.logs[1]).toMatch(/ went-well$/m);
    expect(before.inspected).toContain('>>> RUN echo went-wrong; exit 9');
    expect(before.inspected).toMatch(/Logs:\n> => \[2\/2\] RUN echo went-wrong; exit 9:\n> went-wrong\n/);
    expect(before.labels).toEqual([{ Name: 'of', Value: 'history' }]);
    await buildx.daemon.stop();
    await buildx.daemon.start();
    const after = await look();
    expect({ ...after, inspected: '' }).toEqual({ ...before, inspected: '' });
    expect(after.inspected).toContain('>>> RUN echo went-wrong; exit 9');
    expect((await list(buildx, '--filter', 'status=error')).map(({ status }) => status)).toEqual(['Error']);
  }),

  'builds must be removed, one and all': sinceBuildx(29, async buildx => {
    const folder = buildx.context({ Dockerfile: 'FROM busybox\n' });
    for (let at = 0; at < 2; at++) await buildx.build([folder]);
    const builds = await list(buildx);
    const [first] = builds;
    await buildx.ok(['buildx', 'history', 'rm', first?.ref.split('/').at(-1) ?? '']);
    expect((await list(buildx)).map(({ ref }) => ref)).toEqual(builds.slice(1).map(({ ref }) => ref));
    await buildx.ok(['buildx', 'history', 'rm', '--all']);
    expect(await list(buildx)).toEqual([]);
    expect(readdirSync(join(buildx.daemon.places.dataRoot, 'builder', 'history'))).toEqual([]);
    expect((await buildx.run(['buildx', 'history', 'rm', 'nothing'])).code).not.toBe(0);
  }),

  'facts must tell how it was made, as much as is asked for': sinceBuildx(29, async buildx => {
    const folder = buildx.context({ Dockerfile: 'FROM busybox\nARG A\nENV b c\n' });
    const args = ['--build-arg', 'A=1', '-t', 'e2e-told', folder];
    const min = await metadata(buildx, args);
    expect(min['buildx.build.ref']).toMatch(/^default\/default\/\w+$/);
    expect(min['buildx.build.provenance']).toMatchObject({
      buildType: 'https://mobyproject.org/buildkit@v1',
      materials: [{ uri: 'pkg:docker/busybox@latest?platform=linux%2Famd64' }],
      invocation: { parameters: { args: { 'build-arg:A': '1' } } },
    });
    expect(min['buildx.build.provenance'].metadata).toBeUndefined();
    expect(min['buildx.build.warnings']).toBeUndefined();
    const max = await metadata(buildx, args, {
      BUILDX_METADATA_PROVENANCE: 'max',
      BUILDX_METADATA_WARNINGS: '1',
    });
    expect(max['buildx.build.provenance'].metadata.completeness).toMatchObject({ parameters: true });
    expect(max['buildx.build.warnings']).toMatchObject([{ range: [{ start: { line: 3 } }] }]);
    const none = await metadata(buildx, args, { BUILDX_METADATA_PROVENANCE: 'disabled' });
    expect(none['buildx.build.provenance']).toBeUndefined();
    const two = await metadata(buildx, [
      '--platform',
      'linux/amd64,linux/arm64',
      buildx.context({ Dockerfile: 'FROM scratch\nLABEL a=b\n' }),
    ]);
    expect(
      Object.keys(two)
        .filter(key => key.startsWith('buildx.build.provenance'))
        .sort(),
    ).toEqual(['buildx.build.provenance/linux/amd64', 'buildx.build.provenance/linux/arm64']);
  }),

  'several results at once must all be had': async buildx => {
    const folder = buildx.context({ Dockerfile: 'FROM scratch\nCOPY f /f\n', f: 'x' });
    const out = join(buildx.folder, 'several');
    await buildx.build([
      '-t',
      'e2e-several',
      '-o',
      'type=image',
      '-o',
      `type=local,dest=${out}`,
      '-o',
      `type=tar,dest=${out}.tar`,
      folder,
    ]);
    expect(readFileSync(join(out, 'f'), 'utf8')).toBe('x');
    expect(readFileSync(`${out}.tar`).length).toBeGreaterThan(512);
    expect(await buildx.ok(['inspect', '-f', '{{len .RootFS.Layers}}', 'e2e-several'])).toBe('1');
    const archive = ['-o', `type=oci,dest=${out}.oci.tar`];
    await buildx.build([
      '-t',
      'e2e-later',
      ...archive,
      '-o',
      'type=image',
      ...archive.map(text => text.replace('.oci', '.two')),
      folder,
    ]);
    expect(await buildx.ok(['inspect', '-f', '{{len .RootFS.Layers}}', 'e2e-later'])).toBe('1');
    expect(readFileSync(`${out}.two.tar`).length).toBeGreaterThan(512);
  },

  'berth must list, show and forget the same builds': sinceBuildx(29, async buildx => {
    const { env } = buildx.command([]);
    const berth = (...args: string[]) =>
      run([...berthCommand(), '-H', buildx.daemon.host, 'buildx', 'history', ...args], { env });
    await buildx.failure([
      '--target',
      'it',
      buildx.context({ Dockerfile: 'FROM busybox AS it\nRUN echo said; exit 2\n' }),
    ]);
    const [newest] = await list(buildx);
    const own = JSON.parse((await berth('ls', '--format', 'json')).stdout.split('\n')[0] ?? '');
    expect(own).toMatchObject({ ref: newest?.ref, status: 'Error', total_steps: newest?.total_steps, name: '(it)' });
    expect((await berth('logs')).stderr).toContain(' said\n');
    expect((await berth('ls', '--filter', 'status=completed')).stdout).not.toContain('Error');
    const ref = newest?.ref.split('/').at(-1) ?? '';
    expect(await berth('rm', ref.slice(0, 12))).toMatchObject({ code: 0 });
    expect((await list(buildx)).map(one => one.ref)).not.toContain(newest?.ref);
    expect((await berth('rm', '--all')).code).toBe(0);
    expect(await list(buildx)).toEqual([]);
  }),
});
