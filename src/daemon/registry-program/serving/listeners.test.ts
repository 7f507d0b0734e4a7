import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../../test/support/free-port.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { Listeners } from './listeners.ts';

let folder: string;
let listeners: Listeners;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-listeners-'));
  listeners = new Listeners(async exchange => exchange.send(200, {}, 'here'), { logger: silentLogger });
});
afterEach(async () => {
  await listeners.close();
  rmSync(folder, { recursive: true });
});

const ask = (host: string, port: number) =>
  fetch(`http://${host}:${port}/`, { keepalive: false }).then(
    answer => answer.text(),
    () => 'nobody',
  );
const askSocket = (unix: string) => fetch('http://registry/', { unix, keepalive: false }).then(answer => answer.text());

test('it listens where it is told, and no longer where it is not', async () => {
  const [first, second] = [await freePort(), await freePort()];
  const path = join(folder, 's');
  await listeners.follow([{ host: '127.0.0.1', port: first }, { path }], undefined);
  expect(await ask('127.0.0.1', first)).toBe('here');
  expect(await askSocket(path)).toBe('here');
  await listeners.follow([{ host: '127.0.0.1', port: second }], undefined);
  expect(await ask('127.0.0.1', first)).toBe('nobody');
  expect(await ask('127.0.0.1', second)).toBe('here');
  expect(existsSync(path)).toBe(false);
});

test('an address may grow to all addresses of its port', async () => {
  const port = await freePort();
  await listeners.follow([{ host: '127.0.0.1', port }], undefined);
  await listeners.follow([{ host: '0.0.0.0', port }], undefined);
  expect(await ask('127.0.0.2', port)).toBe('here');
});

test('where one place is taken it listens as before', async () => {
  const [port, other] = [await freePort(), await freePort()];
  const taken = join(folder, 'file');
  writeFileSync(taken, '');
  await listeners.follow([{ host: '127.0.0.1', port }], undefined);
  const refused = await listeners
    .follow([{ host: '127.0.0.1', port: other }, { path: taken }], undefined)
    .catch((error: Error) => error.message);
  expect(refused).toContain('no socket');
  expect(await ask('127.0.0.1', port)).toBe('here');
  expect(await ask('127.0.0.1', other)).toBe('nobody');
  expect(existsSync(taken)).toBe(true);
});
