// SIGHUP of a registry: what of its configuration changes while it serves, and what it refuses.

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { makeCertificates, type Party } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { TestRegistry } from '../support/registries/registry.ts';

let certificates: string;
let parties: Party[];
beforeAll(async () => {
  certificates = mkdtempSync(join(tmpdir(), 'berth-registry-reload-'));
  const { server, stranger } = await makeCertificates(certificates);
  parties = [server, stranger];
});
afterAll(() => rmSync(certificates, { recursive: true }));

let registry: TestRegistry;
const file = (name: string) => join(registry.folder, name);
const tls = (folder: string) => ({ cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') });
/** `user` with the password `user`. */
const user = `user:${Bun.password.hashSync('user', { algorithm: 'bcrypt', cost: 4 })}\n`;

function usePair(folder: string, { cert, key }: Party): void {
  copyFileSync(cert, tls(folder).cert);
  copyFileSync(key, tls(folder).key);
}

beforeEach(async () => {
  registry = await TestRegistry.start({
    config: folder => {
      usePair(folder, parties[0] as Party);
      return { tls: tls(folder) };
    },
  });
});
afterEach(() => registry[Symbol.asyncDispose]());

/** Sends SIGHUP and waits for what it says then. */
async function reload(said: string): Promise<string> {
  const before = registry.log().length;
  process.kill(registry.pid, 'SIGHUP');
  return await eventually(said, () => {
    const log = registry.log().slice(before);
    return log.includes(said) ? log : undefined;
  });
}

function configure(configuration: Record<string, unknown>): void {
  writeFileSync(file('registry.json'), JSON.stringify({ tls: tls(registry.folder), ...configuration }));
}

function status(path: string, init: { method?: string; headers?: Record<string, string> } = {}): Promise<number> {
  const request = { ...init, tls: { rejectUnauthorized: false } };
  return fetch(`https://${registry.host}${path}`, { ...request, keepalive: false }).then(answer => answer.status);
}

/** The serial number of the certificate that is shown. */
function shown(): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: registry.port, rejectUnauthorized: false });
    socket.once('secureConnect', () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

test('certificates, users and rights are those of the files as they are now', async () => {
  const first = await shown();
  expect(await status('/v2/')).toBe(200);
  usePair(registry.folder, parties[1] as Party);
  writeFileSync(file('users'), user);
  const rules = [{ repositories: ['a/**'], users: ['*'], actions: ['pull'] }];
  configure({ auth: { htpasswd: file('users'), rules } });
  await reload('configuration reloaded');
  expect(await shown()).not.toBe(first);
  expect(await status('/v2/')).toBe(401);
  const headers = { Authorization: `Basic ${btoa('user:user')}` };
  expect(await status('/v2/', { headers })).toBe(200);
  expect(await status('/v2/a/b/blobs/uploads/', { method: 'POST', headers })).toBe(403);
  expect(await status('/v2/a/b/tags/list', { headers })).toBe(404);
  configure({ 'read-only': true });
  await reload('configuration reloaded');
  expect(await status('/v2/a/b/blobs/uploads/', { method: 'POST' })).toBe(405);
});

test('a configuration that cannot be changes nothing, and the log says why', async () => {
  const first = await shown();
  const wrong: [Record<string, unknown>, string][] = [
    [{ 'read-only': true, gc: { intervall: '1h' } }, 'unknown key: gc.intervall'],
    [{ 'read-only': true, auth: { htpasswd: file('nobody') } }, 'nobody'],
    [{ 'read-only': true, tls: { cert: file('registry.json'), key: file('registry.json') } }, 'X509 key pair'],
  ];
  for (const [configuration, why] of wrong) {
    configure(configuration);
    expect(await reload('configuration not reloaded')).toContain(why);
    expect(await status('/v2/a/blobs/uploads/', { method: 'POST' })).toBe(202);
    expect(await shown()).toBe(first);
  }
});

test('what others rely on stays until a restart, and is named', async () => {
  configure({ root: '/elsewhere', tls: undefined, log: { format: 'json' } });
  // The flag for the root counts more.
  expect(await reload('configuration reloaded')).toContain('keys="log.format, tls"');
  expect(await status('/v2/')).toBe(200);
});

test('upstreams come and go', async () => {
  const manifest = '/v2/cache/a/manifests/v';
  const push = (name: string) => status(`/v2/${name}/blobs/uploads/`, { method: 'POST' });
  expect(await status(manifest)).toBe(404);
  configure({ upstreams: [{ prefix: 'cache', registry: '127.0.0.1:1' }] });
  await reload('configuration reloaded');
  expect(await status(manifest)).toBe(503);
  expect(await push('cache/a')).toBe(405);
  configure({});
  await reload('configuration reloaded');
  expect(await status(manifest)).toBe(404);
  expect(await push('cache/a')).toBe(202);
});
