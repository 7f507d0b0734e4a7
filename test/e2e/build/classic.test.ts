// `docker build` without BuildKit, by the real docker CLI: where contexts come from, and what is said of those that fail.

import { describe, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSite } from '../../support/builds/build-site.ts';
import { dockerProgram } from '../../support/docker-program.ts';
import { type RunResult, run, runOk } from '../../support/run.ts';

const docker = dockerProgram();

describe.skipIf(docker === undefined)('docker build', () => {
  const site = buildSite();

  const words = (...args: string[]) => [docker ?? 'docker', '-H', site.daemon.host, 'build', ...args];
  const env = { DOCKER_BUILDKIT: '0' };
  const build = (...args: string[]) => run(words(...args), { env });
  /** With a file as standard input. */
  const buildFrom = (file: string, ...args: string[]) =>
    run(['sh', '-c', 'exec "$@" < "$INPUT"', 'sh', ...words(...args)], { env: { ...env, INPUT: file } });
  async function expectPrints(result: RunResult, printed: string): Promise<void> {
    expect(result.stderr.replace(/DEPRECATED: [\s\S]*?\n\n/, '')).toBe('');
    const [, id = ''] = /Successfully built ([0-9a-f]{12})\n/.exec(result.stdout) ?? [];
    expect(await site.berth(['run', '--rm', '--network', 'none', id])).toBe(printed);
  }
  const write = (text: string) => {
    const file = join(site.folder, 'input');
    writeFileSync(file, text);
    return file;
  };

  test('a Dockerfile on standard input is built alone', async () => {
    const file = write('FROM busybox\nRUN echo alone > /f\nCMD ["cat", "/f"]\n');
    await expectPrints(await buildFrom(file, '-'), 'alone');
  });

  test('and with a folder', async () => {
    const folder = site.context({ f: 'in the folder', Dockerfile: 'FROM nothing\n' });
    const file = write('FROM busybox\nCOPY f /f\nCMD ["cat", "/f"]\n');
    await expectPrints(await buildFrom(file, '-f', '-', folder), 'in the folder');
  });

  test('an archive on standard input is the context, whatever it is packed with', async () => {
    for (const packing of ['', '-z', '-j', '-J']) {
      const folder = site.context({
        Dockerfile: 'FROM busybox\nCOPY f /f\nCMD ["cat", "/f"]\n',
        f: `packed${packing}`,
      });
      const archive = join(site.folder, 'archive');
      await runOk(['tar', '-C', folder, '-c', ...(packing ? [packing] : []), '-f', archive, '.']);
      await expectPrints(await buildFrom(archive, '-'), `packed${packing}`);
    }
    const folder = site.context({ 'sub/other': 'FROM busybox\nCOPY sub/f /f\nCMD ["cat", "/f"]\n', 'sub/f': 'named' });
    const archive = join(site.folder, 'archive');
    await runOk(['tar', '-C', folder, '-cf', archive, '.']);
    await expectPrints(await buildFrom(archive, '-f', 'sub/other', '-'), 'named');
  }, 60_000);

  test('a quiet build says its id alone, and everything when it fails', async () => {
    const good = await build('-q', site.context({ Dockerfile: 'FROM busybox\nRUN echo heard\n' }));
    expect(good.stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/);
    const bad = await build('-q', site.context({ Dockerfile: 'FROM busybox\nRUN echo heard; exit 3\n' }));
    expect(bad.code).toBe(3);
    expect(bad.stderr).toMatch(/Step 1\/2 : FROM busybox\n[\s\S]*Step 2\/2 : RUN echo heard; exit 3\n[\s\S]*\nheard\n/);
    expect(bad.stderr.trimEnd()).toEndWith("The command '/bin/sh -c echo heard; exit 3' returned a non-zero code: 3");
  });

  test('arguments that no ARG declares are told of, with a value or without', async () => {
    const folder = site.context({ Dockerfile: 'FROM busybox\nARG USED\n' });
    const { stdout } = await build('--build-arg', 'USED', '--build-arg', 'NOT_SET', '--build-arg', 'TYPO=1', folder);
    expect(stdout).toContain('[Warning] One or more build-args [NOT_SET TYPO] were not consumed\n');
  });

  test('what fails early is told in its own words', async () => {
    const said = async (Dockerfile: string) => {
      const { stderr } = await build('-q', site.context({ Dockerfile }));
      return stderr.trimEnd().split('\n').at(-1);
    };
    expect(await said('')).toBe('Error response from daemon: the Dockerfile (Dockerfile) cannot be empty');
    expect(await said('# x\n')).toBe(
      'Error response from daemon: failed to parse Dockerfile: file with no instructions',
    );
    expect(await said('FROM busybox\nRUN <<EOF\n')).toBe(
      'Error response from daemon: failed to parse Dockerfile: unterminated heredoc',
    );
    expect(await said('FROM UPPER\n')).toBe(
      'invalid reference format: repository name (library/UPPER) must be lowercase',
    );
    expect(await said('FROM 127.0.0.1:1/none:1\n')).toBe(
      'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
    );
    expect(await said('FROM busybox\nRUX x\n')).toBe(
      'Error response from daemon: dockerfile parse error on line 2: unknown instruction: RUX (did you mean RUN?)',
    );
    expect(await said('FROM busybox\nCOPY none /x\n')).toBe(
      'COPY failed: file not found in build context or excluded by .dockerignore: stat none: file does not exist',
    );
  });
});
