// Long files of a client on the same machine are handed over; those of a client that cannot, are sent. Nobody sees a difference.

import { afterAll, beforeAll, expect, test } from 'bun:test';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { buildSite } from '../../support/builds/build-site.ts';
import { berthCommand } from '../../support/daemons/daemon.ts';
import { runOk } from '../../support/run.ts';

const site = buildSite();
const megabyte = 1024 * 1024;
/** What clients said to the daemon, in bytes. */
let said = 0;
/** In memory: a file system that files are taken from, wherever temporary ones are. */
let context = '';
let relay: Server;
let address = '';

beforeAll(async () => {
  context = mkdtempSync('/dev/shm/berth-open-');
  address = join(site.folder, 'relay.sock');
  relay = createServer({ allowHalfOpen: true }, client => {
    const daemon = createConnection({ path: site.daemon.places.socket, allowHalfOpen: true });
    client.on('data', data => {
      said += data.length;
    });
    client.pipe(daemon).pipe(client);
    for (const end of [client, daemon]) end.on('error', () => {});
  });
  await new Promise<void>(resolve => relay.listen(address, resolve));
});
afterAll(() => {
  relay?.close();
  rmSync(address, { force: true });
  if (context !== '') rmSync(context, { recursive: true });
});

const Dockerfile = 'FROM busybox\nCOPY . /context\nRUN cd /context && sha256sum long longer short > /sums\n';

/** What the image says of the files, and how much was said to the daemon. */
async function built(prefix: readonly string[] = []): Promise<{ sums: string; said: number }> {
  const before = said;
  await runOk([...prefix, ...berthCommand(), '-H', `unix://${address}`, 'build', '-q', '-t', 'open', context]);
  const told = said - before;
  const sums = await site.berth(['run', '--rm', '--network', 'none', 'open', 'cat', '/sums']);
  return { sums, said: told };
}

const sumOf = (name: string, content: Buffer | undefined) =>
  `${createHash('sha256')
    .update(content ?? '')
    .digest('hex')}  ${name}`;

const sums = (files: Record<string, Buffer>) =>
  ['long', 'longer', 'short'].map(name => sumOf(name, files[name])).join('\n');

test('long files are handed over, also changed ones, and are sent from another network namespace', async () => {
  const files: Record<string, Buffer> = {
    long: randomBytes(megabyte),
    longer: randomBytes(5 * megabyte),
    short: randomBytes(1000),
  };
  writeFileSync(join(context, 'Dockerfile'), Dockerfile);
  const write = (name: string) => writeFileSync(join(context, name), files[name] ?? '');
  for (const name of Object.keys(files)) write(name);
  const first = await built();
  expect(first.sums).toBe(sums(files));
  expect(first.said).toBeLessThan(megabyte / 2);

  files.longer = randomBytes(3 * megabyte + 1);
  write('longer');
  const second = await built();
  expect(second.sums).toBe(sums(files));
  expect(second.said).toBeLessThan(megabyte / 2);

  files.longer = randomBytes(4 * megabyte);
  write('longer');
  const third = await built(['unshare', '--net']);
  expect(third.sums).toBe(sums(files));
  expect(third.said).toBeGreaterThan(4 * megabyte);
}, 60_000);
