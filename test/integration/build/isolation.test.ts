// What a build is only lent (secrets, agents, passwords of registries) is for its steps alone: it is in no layer, no record, no
// cache, no attestation, no log and nowhere on disk, however the build ends.

import { beforeAll, expect, test } from 'bun:test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSite, everyLeaving } from '../../support/builds/build-site.ts';
import { eventually } from '../../support/eventually.ts';
import { FaultRegistry } from '../../support/registries/fault-registry.ts';
import { addImage, layerArchive } from '../../support/registries/remote-images.ts';
import { run, runOk } from '../../support/run.ts';

/** What no search may find. */
const secret = `lent-${crypto.randomUUID()}`;

const site = buildSite();
let secretFile: string;
beforeAll(() => {
  mkdirSync(join(site.folder, 'lent'));
  secretFile = join(site.folder, 'lent', 'secret');
  writeFileSync(secretFile, secret);
});

/** Looks through everything the daemon has written, and through what came out of it. */
async function expectNowhere(...folders: string[]): Promise<void> {
  const { dataRoot, execRoot, logFile } = site.daemon.places;
  const found = await run(['grep', '-rlaF', '--devices=skip', secret, dataRoot, execRoot, logFile, ...folders]);
  expect(found.stdout).toBe('');
}

/** A step that has it in a file and in its environment, and does with it what it may. */
const uses = (script: string) =>
  `RUN --mount=type=secret,id=lent,required=true --mount=type=secret,id=lent,env=LENT test "$(cat /run/secrets/lent)" = "$LENT" && ${script}`;
const lend = () => ['--secret', `id=lent,src=${secretFile}`];

test('a secret is nowhere once its build is done', async () => {
  const out = join(site.folder, 'out');
  mkdirSync(out);
  const context = site.context({
    Dockerfile: `FROM busybox\n${uses('echo "$LENT" | wc -c > /length')}\nRUN test ! -e /run/secrets\nCMD ["cat", "/length"]\n`,
  });
  const exports = [
    ...['-t', 'lent', '--cache-to', `type=local,mode=max,dest=${out}/cache`],
    ...['-o', `type=oci,dest=${out}/image.tar,compression=uncompressed`, '--attest', 'type=sbom'],
    ...['--provenance', 'mode=max', '--metadata-file', `${out}/metadata.json`],
  ];
  const progress = await site.build([...exports, ...lend(), context]);
  expect(progress).not.toContain(secret);
  await runOk(['tar', '-C', out, '-xf', `${out}/image.tar`]);
  await runOk([
    'sh',
    '-c',
    `for blob in ${out}/cache/blobs/sha256/*; do zcat < $blob > $blob.plain 2>/dev/null || true; done`,
  ]);
  await site.clean();
  await expectNowhere(out);
  expect(await site.build(['-t', 'lent', ...lend(), context])).toContain('CACHED');
  expect(await site.berth(['run', '--rm', '--network', 'none', 'lent'])).toBe(String(secret.length + 1));
  const told = [
    await site.berth(['history', '--no-trunc', 'lent']),
    await site.berth(['inspect', 'lent']),
    await site.berth(['builder', 'du', '--verbose']),
    JSON.stringify((await site.engine.client.call('SystemDataUsage', {})) ?? ''),
  ];
  for (const text of told) expect(text).not.toContain(secret);
  await expectNowhere(out);
});

test('nor when the step fails, or is left', async () => {
  const failing = site.context({ Dockerfile: `FROM busybox\n${uses('exit 7')}\n` });
  expect(await site.failure([...lend(), failing])).toContain('exit code: 7');
  await site.clean();
  await expectNowhere();
  for (const leaving of everyLeaving.filter(one => one === 'interrupt' || one === 'kill')) {
    const waiting = site.context({ Dockerfile: `FROM busybox\n${uses('echo has it; sleep 1000')}\n` });
    const building = site.begin(leaving, { context: waiting, args: ['--no-cache', ...lend()] });
    await eventually('the step has it', () => building.said().includes('has it\n'));
    await building.leave();
    await building.ended;
    await site.clean();
    await expectNowhere();
  }
}, 60_000);

test('nor when the daemon dies', async () => {
  const context = site.context({ Dockerfile: `FROM busybox\n${uses('echo has it; sleep 1000')}\n` });
  const building = site.begin('kill', { context, args: ['--no-cache', ...lend()] });
  await eventually('the step has it', () => building.said().includes('has it\n'));
  await site.daemon.kill();
  await building.ended;
  // It was in memory only.
  const found = await run(['grep', '-rlaF', '--devices=skip', secret, site.daemon.places.dataRoot]);
  expect(found.stdout).toBe('');
  await site.daemon.start();
  await site.clean();
  await expectNowhere();
}, 60_000);

test('a key that is lent as a file stays with the client', async () => {
  const key = join(site.folder, 'lent', 'key');
  await runOk(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'lent', '-f', key]);
  const parts = (await Bun.file(key).text()).split('\n').slice(1, -2);
  const context = site.context({
    Dockerfile: 'FROM busybox\nRUN --mount=type=ssh,required=true test -S "$SSH_AUTH_SOCK"\n',
  });
  await site.build(['--no-cache', '--ssh', `default=${key}`, context]);
  await site.clean();
  for (const part of parts) {
    const found = await run([
      'grep',
      '-rlaF',
      '--devices=skip',
      part,
      site.daemon.places.dataRoot,
      site.daemon.places.logFile,
    ]);
    expect(found.stdout).toBe('');
  }
});

test('the password of a registry is asked for, used and forgotten', async () => {
  await using registry = await FaultRegistry.start();
  registry.password = `user:${secret}`;
  registry.tokens = new Set();
  addImage(registry, { repository: 'base', tag: '1' }, [{ tar: layerArchive({ file: 'x' }) }]);
  const image = `${registry.host}/base:1`;
  const context = site.context({ Dockerfile: `FROM ${image}\nCOPY Dockerfile /\n` });
  expect((await site.post({ context })).error).toMatch(/unauthorized|authentication required|denied/);
  const auth = { [registry.host]: { username: 'user', password: secret } };
  const headers = { 'X-Registry-Config': Buffer.from(JSON.stringify(auth)).toString('base64url') };
  expect((await site.post({ context, headers })).error).toBeUndefined();
  await site.empty();
  const config = join(site.folder, 'lent', 'config');
  mkdirSync(config);
  const auths = { [registry.host]: { auth: Buffer.from(`user:${secret}`).toString('base64') } };
  writeFileSync(join(config, 'config.json'), JSON.stringify({ auths }));
  await site.build([context], { env: { DOCKER_CONFIG: config } });
  await site.clean();
  await expectNowhere();
});
