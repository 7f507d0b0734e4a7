// What real builds are told of their Dockerfiles: errors at their lines, warnings, outlines.
import { expect } from 'bun:test';
import { stripVTControlCharacters } from 'node:util';
import { buildxScenarios, sinceBuildx } from '../../support/builds/buildx-scenarios.ts';

const documented = `# VER which one
ARG VER=latest
# base makes the base
FROM busybox:\${VER} AS base
# NAME who is greeted
ARG NAME=world
RUN --mount=type=secret,id=key,required=true true
FROM scratch
COPY --from=base /etc/passwd /
`;

buildxScenarios(['busybox'], {
  'a command that fails must be shown with its output and its lines': sinceBuildx(29, async buildx => {
    const folder = buildx.context({
      Dockerfile: 'FROM busybox\nRUN echo said && \\\n    exit 7\nCMD ["x"]\n',
    });
    const failure = await buildx.failure(['--no-cache', folder]);
    expect(failure).toMatch(/------\n > \[2\/2\] RUN echo said && {5}exit 7:\n\d+\.\d+ said\n------\n/);
    expect(failure).toContain(
      'Dockerfile:2\n--------------------\n   1 |     FROM busybox\n   2 | >>> RUN echo said && \\\n   3 | >>>     exit 7\n   4 |     CMD ["x"]\n',
    );
    expect(failure).toEndWith(
      'ERROR: failed to build: failed to solve: process "/bin/sh -c echo said &&     exit 7" did not complete successfully: exit code: 7\n',
    );
  }),

  'a file that is not there and an unknown word must be shown at their lines': async buildx => {
    const missing = await buildx.failure([buildx.context({ Dockerfile: 'FROM busybox\nCOPY nope /x\n' })]);
    expect(missing).toContain('   2 | >>> COPY nope /x\n');
    expect(missing).toMatch(
      /failed to solve: failed to compute cache key: failed to calculate checksum of .*"\/nope": not found/,
    );
    const unknown = await buildx.failure([buildx.context({ Dockerfile: 'FROM busybox\nRUX x\n' })]);
    expect(unknown).toContain('   2 | >>> RUX x\n');
    expect(unknown).toContain('dockerfile parse error on line 2: unknown instruction: RUX (did you mean RUN?)');
    expect(await buildx.failure([buildx.context({ x: '' })])).toContain('open Dockerfile: no such file or directory');
  },

  'warnings must be counted at the end, and explained to who asks': sinceBuildx(29, async buildx => {
    const folder = buildx.context({ Dockerfile: 'FROM busybox\nENV a b\n' });
    const short =
      'LegacyKeyValueFormat: "ENV key=value" should be used instead of legacy "ENV key value" format (line 2)';
    const progress = await buildx.build([folder]);
    expect(progress).toContain(`WARN: ${short}`);
    expect(stripVTControlCharacters(progress)).toContain(
      ` 1 warning found (use docker --debug to expand):\n - ${short}\n`,
    );
    const debug = await buildx.run(['--debug', 'buildx', 'build', folder]);
    expect(debug.stderr).toContain('More info: https://docs.docker.com/go/dockerfile/rule/legacy-key-value-format/');
    expect(debug.stderr).toContain('   2 | >>> ENV a b\n');
    const check = await buildx.run(['buildx', 'build', '--check', folder]);
    expect(check.code).toBe(1);
    expect(check.stdout).toStartWith(
      'Check complete, 1 warning has been found!\n\nWARNING: LegacyKeyValueFormat - https://docs.docker.com/go/dockerfile/rule/legacy-key-value-format/\n"ENV key=value" should be used',
    );
    const fine = await buildx.run(['buildx', 'build', '--check', buildx.context({ Dockerfile: 'FROM busybox\n' })]);
    expect(fine).toMatchObject({ code: 0, stdout: 'Check complete, no warnings found.\n' });
    const broken = await buildx.run([
      ...['buildx', 'build', '--call', 'check,format=json'],
      buildx.context({ Dockerfile: 'FROM busybox\nRUX x\n' }),
    ]);
    expect(JSON.parse(broken.stdout)).toMatchObject({
      warnings: null,
      buildError: { message: expect.stringContaining('RUX'), location: { ranges: [{ start: { line: 2 } }] } },
    });
  }),

  'outlines and targets must be told': sinceBuildx(29, async buildx => {
    const folder = buildx.context({ Dockerfile: documented });
    const ask = async (...args: string[]) => buildx.ok(['buildx', 'build', ...args, folder]);
    const lines = (text: string) => text.split('\n').map(line => line.trim().split(/ {2,}/));
    expect(lines(await ask('--call', 'outline', '--target', 'base'))).toEqual([
      ['TARGET:', 'base'],
      ['DESCRIPTION: makes the base'],
      [''],
      ['BUILD ARG', 'VALUE', 'DESCRIPTION'],
      ['VER', 'latest', 'which one'],
      ['NAME', 'world', 'who is greeted'],
      [''],
      ['SECRET', 'REQUIRED'],
      ['key', 'true'],
    ]);
    expect(lines(await ask('--call', 'targets'))).toEqual([
      ['TARGET', 'DESCRIPTION'],
      ['base', 'makes the base'],
      ['(default)'],
    ]);
    expect(JSON.parse(await ask('--call', 'outline,format=json', '--build-arg', 'NAME=me'))).toMatchObject({
      args: [{ name: 'VER' }, { name: 'NAME', value: 'me', location: { ranges: [{ start: { line: 6 } }] } }],
    });
    expect(await ask('--call', 'subrequests.describe')).toContain('outline');
  }),
});
