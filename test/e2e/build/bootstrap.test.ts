// `image bootstrap`: a base image from Debian's archive, by mmdebstrap, or by what stands in for it here.

import { expect, test } from 'bun:test';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSite } from '../../support/builds/build-site.ts';
import { eventually } from '../../support/eventually.ts';
import { run, runOk } from '../../support/run.ts';

const site = buildSite();

let programs = 0;

/** The environment in which `mmdebstrap` is this script. */
function standIn(script: string): Record<string, string> {
  const folder = join(site.folder, `programs-${++programs}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'mmdebstrap'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'mmdebstrap'), 0o755);
  return { PATH: `${folder}:${process.env.PATH}` };
}

const bootstrap = (args: readonly string[], env: Record<string, string> = {}) =>
  run(site.command('image', 'bootstrap', ...args), { env, timeoutMs: 120_000 });
const images = () => site.berth(['images', '-q']);

test('an image is made of packages, and runs', async () => {
  const mirrors = await runOk(['apt-get', 'indextargets', '--format', '$(SITE)', 'Created-By: Packages']);
  const mirror = mirrors.split('\n')[0] ?? '';
  const packages = ['--variant', 'extract', '--include', 'busybox-static,base-files'];
  const options = ['--mirror', mirror, '--aptopt', 'Acquire::Check-Valid-Until "false"'];
  expect(await bootstrap([...packages, ...options, 'tiny:1'])).toMatchObject({ code: 0, stderr: '' });
  const said = await site.berth(['run', '--rm', '--network', 'none', 'tiny:1', 'busybox', 'cat', '/etc/os-release']);
  expect(said).toContain('ID=debian');
  expect(await site.berth(['history', '--format', '{{.Comment}}', 'tiny:1'])).toContain('made by mmdebstrap');
  const unread = ['busybox', 'ls', '/usr/share/doc', '/usr/share/man'];
  expect((await run(site.command('run', '--rm', '--network', 'none', 'tiny:1', ...unread))).stdout).not.toContain(
    'copyright',
  );
  const upon = site.context({ Dockerfile: 'FROM tiny:1\nRUN ["busybox", "touch", "/made"]\n' });
  await site.build([upon]);
}, 180_000);

test('what is asked for is handed on, and the image is named after the suite', async () => {
  const words = join(site.folder, 'words');
  const env = standIn(`printf '%s\\n' "$@" > ${words}; tar -c -C / --no-recursion ./`);
  const asked = [
    '--suite',
    'trixie',
    '--include',
    'a,b',
    '--include',
    'c',
    '--mirror',
    'http://mirror',
    '--variant',
    'apt',
  ];
  expect((await bootstrap(asked, env)).code).toBe(0);
  const given = readFileSync(words, 'utf8').split('\n');
  expect(given).toEqual(expect.arrayContaining(['--variant=apt', '--include=a,b', '--include=c', '--format=tar']));
  expect(given.slice(-4)).toEqual(['trixie', '-', 'http://mirror', '']);
  expect(await site.berth(['inspect', '-f', '{{.Config.Cmd}}', 'debian:trixie'])).toBe('[bash]');
});

test('half a system is no image', async () => {
  const before = await images();
  const failing = standIn('tar -c -C / ./etc/passwd | head -c 700; echo no more >&2; exit 3');
  const { code, stderr } = await bootstrap(['half:1'], failing);
  expect(code).toBe(1);
  expect(stderr).toContain('no more\n');
  expect(stderr).toContain('mmdebstrap ended with exit code 3');
  expect(await images()).toBe(before);
  await site.clean();
});

test('without the program it is said what is missing', async () => {
  const { code, stderr } = await bootstrap([], { PATH: '/nonexistent' });
  expect(code).toBe(1);
  expect(stderr).toContain('mmdebstrap is not installed: apt-get install mmdebstrap');
});

test('an interrupt ends the program, too', async () => {
  const before = await images();
  const pid = join(site.folder, 'pid');
  const env = { ...process.env, ...standIn(`echo $$ > ${pid}; exec sleep 1000`) };
  const child = Bun.spawn(site.command('image', 'bootstrap', 'never:1'), {
    env,
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const program = await eventually('it runs', () => existsSync(pid) && readFileSync(pid, 'utf8').trim());
  child.kill('SIGINT');
  await child.exited;
  await eventually('it is gone', () => !existsSync(`/proc/${program}`));
  expect(await images()).toBe(before);
  await site.clean();
});
