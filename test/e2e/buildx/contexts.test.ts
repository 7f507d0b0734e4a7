// Where real builds take their files from: folders, archives, Dockerfiles alone, repositories, contexts of a name.
import { expect } from 'bun:test';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Buildx } from '../../support/builds/buildx.ts';
import { buildxScenarios } from '../../support/builds/buildx-scenarios.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { run, runOk } from '../../support/run.ts';

/** Builds with a file as standard input, as shells redirect it. */
async function buildFrom(buildx: Buildx, file: string, args: readonly string[]): Promise<string> {
  const { words, env } = buildx.command(['buildx', 'build', ...args]);
  const { code, stderr } = await run(['sh', '-c', 'exec "$@" < "$INPUT"', 'sh', ...words], {
    env: { ...env, INPUT: file },
  });
  if (code !== 0) throw new Error(`the build failed with ${code}:\n${stderr}`);
  return stderr;
}

/** A git daemon with one repository, `/repo`, of one commit that is tagged `v1`; its address. */
async function withRepository(buildx: Buildx, play: (address: string) => Promise<void>): Promise<void> {
  const base = buildx.context({
    'repo/sub/Dockerfile': 'FROM busybox\nCOPY f /f\nRUN cat /f\n',
    'repo/sub/f': 'of git\n',
    'repo/docker-bake.json': JSON.stringify({ target: { default: { context: './sub', tags: ['e2e-baked-afar'] } } }),
  });
  const git = (...args: string[]) =>
    runOk(['git', '-C', join(base, 'repo'), '-c', 'user.name=n', '-c', 'user.email=n@example.com', ...args]);
  await git('init', '-q', '-b', 'main');
  await git('add', '.');
  await git('commit', '-qm', 'first');
  await git('tag', 'v1');
  const port = await freePort();
  const daemon = Bun.spawn(
    ['git', 'daemon', '--reuseaddr', `--base-path=${base}`, '--export-all', `--port=${port}`, '--listen=127.0.0.1'],
    { stdio: ['ignore', 'ignore', 'ignore'] },
  );
  const address = `git://127.0.0.1:${port}/repo`;
  try {
    await eventually('git answers', async () => (await run(['git', 'ls-remote', address])).code === 0);
    await play(address);
  } finally {
    daemon.kill();
    await daemon.exited;
  }
}

buildxScenarios(['busybox'], {
  'a Dockerfile on standard input must be built, alone and with a folder': async buildx => {
    const folder = buildx.context({ a: 'in the folder\n' });
    const alone = join(buildx.folder, 'alone');
    writeFileSync(alone, 'FROM busybox\nRUN echo alone\n');
    expect(await buildFrom(buildx, alone, ['--no-cache', '-'])).toMatch(/ alone\n/);
    writeFileSync(alone, 'FROM busybox\nCOPY a /a\nRUN cat /a\n');
    expect(await buildFrom(buildx, alone, ['--no-cache', '-f', '-', folder])).toContain(' in the folder\n');
  },

  'an archive on standard input must be the context': async buildx => {
    const folder = buildx.context({ Dockerfile: 'FROM busybox\nCOPY a /a\nRUN cat /a\n', a: 'in the archive\n' });
    const archive = join(buildx.folder, 'context.tar.gz');
    await runOk(['tar', '-C', folder, '-czf', archive, '.']);
    expect(await buildFrom(buildx, archive, ['--no-cache', '-'])).toContain(' in the archive\n');
  },

  'a repository must be the context, at a tag and in a folder': async buildx => {
    await withRepository(buildx, async address => {
      expect(await buildx.build(['--no-cache', `${address}#v1:sub`])).toContain(' of git\n');
      const folder = buildx.context({ Dockerfile: 'FROM busybox\nCOPY --from=code sub/f /f\nRUN cat /f\n' });
      const named = await buildx.build(['--no-cache', '--build-context', `code=${address}#main`, folder]);
      expect(named).toContain(' of git\n');
    });
  },

  'a bake file must be read from a repository, and build what is there': async buildx => {
    await withRepository(buildx, async address => {
      const { code, stderr } = await buildx.run(['buildx', 'bake', '--no-cache', `${address}#main`]);
      expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(' of git\n') });
      expect(await buildx.ok(['run', '--rm', 'e2e-baked-afar', 'cat', '/f'])).toBe('of git');
    });
  },

  'a Dockerfile must be read from the web': async buildx => {
    using server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: ({ url }) =>
        new Response(url.endsWith('/D') ? 'FROM busybox\nCOPY a /\nRUN cat /a\n' : '', { status: 200 }),
    });
    const folder = buildx.context({ a: 'beside the web\n' });
    expect(await buildx.build(['--no-cache', '-f', `${server.url}D`, folder])).toContain(' beside the web\n');
    expect(await buildx.failure(['-f', 'http://127.0.0.1:1/D', folder])).toContain('127.0.0.1:1');
  },

  'named contexts must be folders and images, and stand for stages': async buildx => {
    const folder = buildx.context({
      Dockerfile:
        'FROM nowhere:1 AS base\nRUN false\nFROM base\nCOPY --from=more n /n\nRUN --mount=from=more,target=/m cat /n /m/n\n',
      'more/n': 'of the name\n',
    });
    const contexts = ['--build-context', 'base=docker-image://busybox', '--build-context', `more=${folder}/more`];
    expect((await buildx.build(['--no-cache', ...contexts, folder])).match(/ of the name\n/g)).toHaveLength(2);
  },

  'an ignore file must leave out, and the one beside the Dockerfile come first': async buildx => {
    const folder = buildx.context({
      Dockerfile: 'FROM busybox\nCOPY . /all\nRUN ls -a /all | tr "\\n" " "\n',
      '.dockerignore': '*\n!kept\n',
      kept: 'k',
      dropped: 'd',
    });
    expect(await buildx.build(['--no-cache', folder])).toMatch(/ \. \.\. kept *\n/);
    writeFileSync(join(folder, 'Dockerfile.dockerignore'), 'kept\n.dockerignore\nDockerfile*\n');
    expect(await buildx.build(['--no-cache', folder])).toMatch(/ \. \.\. dropped *\n/);
  },

  'links that lead out of the context must not be followed': async buildx => {
    const folder = buildx.context({
      Dockerfile: 'FROM busybox\nCOPY dir/ /copied/\nRUN ls -l /copied\n',
      'dir/f': 'f',
    });
    symlinkSync('/etc/shadow', join(folder, 'dir/out'));
    symlinkSync('../../../../etc/shadow', join(folder, 'dir/up'));
    const progress = await buildx.build(['--no-cache', folder]);
    expect(progress).toContain('out -> /etc/shadow');
    expect(progress).toContain('up -> ../../../../etc/shadow');
    writeFileSync(join(folder, 'Dockerfile'), 'FROM busybox\nCOPY dir/out /out\n');
    expect(await buildx.failure([folder])).toContain('not found');
    mkdirSync(join(folder, 'away'));
    symlinkSync('/', join(folder, 'away/root'));
    writeFileSync(join(folder, 'Dockerfile'), 'FROM busybox\nCOPY away/root/etc/shadow /out\n');
    expect(await buildx.failure([folder])).toContain('not found');
  },
});
