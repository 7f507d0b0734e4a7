// Remapped users as somebody at a terminal meets them, by both command lines.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { berthCommand, TestDaemon } from '../support/daemons/daemon.ts';
import { type PrivateAccounts, privateAccounts } from '../support/daemons/private-accounts.ts';
import { dockerProgram } from '../support/docker-program.ts';
import { imageArchive } from '../support/images.ts';
import { run, runOk } from '../support/run.ts';

const root = 300_000;
let accounts: PrivateAccounts;
let daemon: TestDaemon;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-userns-'));
  accounts = await privateAccounts(`daemon:${root}:65536`);
  daemon = await TestDaemon.start({ 'userns-remap': 'daemon' }, accounts.prefix);
  await runOk([...berthCommand(), '-H', daemon.host, 'load', '-q', '-i', await imageArchive('busybox')]);
}, 60_000);
afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await accounts[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const docker = dockerProgram();
const commandLines = { berth: berthCommand(), ...(docker && { docker: [docker] }) };

for (const [name, program] of Object.entries(commandLines)) {
  describe(name, () => {
    const cli = (...args: string[]) => [...program, '-H', daemon.host, ...args];
    const container = `userns-${name}`;

    test('run, exec and cp must keep to the ids of the container', async () => {
      const data = join(folder, name);
      await runOk(cli('run', '-d', '--name', container, '-v', `${data}:/data`, 'busybox', 'sleep', '1000'));
      expect(await runOk(cli('exec', container, 'id', '-u'))).toBe('0');
      await runOk(cli('exec', '-u', '7:8', container, 'touch', '/tmp/seven'));
      await runOk(cli('exec', container, 'sh', '-c', 'touch /data/f; chown 5:6 /data/f; ln /tmp/seven /tmp/same'));
      const { uid, gid } = lstatSync(join(data, 'f'));
      expect([uid, gid]).toEqual([root + 5, root + 6]);
      writeFileSync(join(folder, 'new'), 'text');
      await runOk(cli('cp', join(folder, 'new'), `${container}:/tmp/new`));
      expect(await runOk(cli('exec', container, 'stat', '-c', '%u:%g', '/tmp/new', '/tmp/same'))).toBe('0:0\n7:8');
      const { stdout: archive } = await run(cli('cp', `${container}:/tmp/seven`, '-'));
      expect(await runOk(['tar', '-tv', '--numeric-owner'], { stdin: archive })).toContain(' 7/8 ');
      await runOk(cli('rm', '-f', container));
    });

    test('what a program says at once must not be lost, and it has no stdin', async () => {
      const program = ['run', '--rm', 'busybox', 'sh', '-c', 'cat; echo said'];
      for (let time = 0; time < 8; time++) expect(await runOk(cli(...program))).toBe('said');
      const { uid, gid } = lstatSync('/dev/null');
      expect([uid, gid]).toEqual([0, 0]);
    });

    test('--userns host must give the host’s users, and --privileged needs it', async () => {
      const map = ['busybox', 'cat', '/proc/self/uid_map'];
      expect((await runOk(cli('run', '--rm', ...map))).split(/\s+/)).toEqual(['0', String(root), '65536']);
      const whole = ['0', '0', '4294967295'];
      expect((await runOk(cli('run', '--rm', '--userns', 'host', ...map))).split(/\s+/)).toEqual(whole);
      const refused = await run(cli('run', '--rm', '--privileged', ...map));
      expect(refused.code).toBe(125);
      expect(refused.stderr).toContain('privileged mode is incompatible with user namespaces.');
      await runOk(cli('run', '--rm', '--privileged', '--userns', 'host', ...map));
    });
  });
}
