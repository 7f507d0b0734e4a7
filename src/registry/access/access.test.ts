import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../oci/digest.ts';
import type { AccessOptions } from '../options.ts';
import { InProcessRegistry } from '../testing/test-registry.ts';
import { withPassword } from './htpasswd.ts';
import { NamePatterns } from './name-pattern.ts';

let folder: string;
let access: AccessOptions;
const tokens = { issuer: 'i', service: 's', lifetime: 60_000, refreshLifetime: 3_600_000 };
const writeUsers = async (passwords: Record<string, string>) => {
  let text = '';
  for (const [name, password] of Object.entries(passwords))
    text = await withPassword(text, { name, password, cost: 4 });
  writeFileSync(join(folder, 'users'), text);
};
const basic = (name: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-access-'));
  await writeUsers({ alice: 'wonder', bob: 'builder' });
  access = {
    ...{ htpasswd: join(folder, 'users'), realm: 'r', secure: false, groups: { dev: ['alice'] } },
    rules: [
      { repositories: ['public/**'], users: ['anonymous'], actions: ['pull', 'catalog'] },
      { repositories: ['**'], users: ['@dev'], actions: ['pull', 'push', 'delete', 'catalog'] },
      { repositories: ['users/{user}/*'], users: ['*'], actions: ['pull', 'push'] },
    ],
  };
});
afterAll(() => rmSync(folder, { recursive: true }));

test('patterns', () => {
  const matchesAny = (patterns: string[], name: string, user?: string) => new NamePatterns(patterns).match(name, user);
  expect(matchesAny(['a/*'], 'a/b')).toBe(true);
  expect(matchesAny(['a/*'], 'a/b/c')).toBe(false);
  expect(matchesAny(['a/**'], 'a/b/c')).toBe(true);
  expect(matchesAny(['users/{user}/*'], 'users/bob/x', 'bob')).toBe(true);
  expect(matchesAny(['users/{user}/*'], 'users/al.ce/x', 'al*ce')).toBe(false);
  expect(matchesAny(['users/{user}/*'], 'users//x', '')).toBe(false);
  const own = new NamePatterns(['users/{user}/*', 'all']);
  expect([own.match('users/a/x', 'a'), own.match('users/a/x', 'b'), own.match('all', 'b')]).toEqual([
    true,
    false,
    true,
  ]);
});

test('a password with every request: who signs in has the rights of the rules', async () => {
  await using registry = await InProcessRegistry.start({ access });
  const start = (name: string, headers: Record<string, string>) =>
    registry.fetch(`/v2/${name}/blobs/uploads/`, { method: 'POST', headers });
  const nobody = await registry.fetch('/v2/');
  expect(nobody.status).toBe(401);
  expect(nobody.headers.get('www-authenticate')).toBe('Basic realm="r"');
  expect(await InProcessRegistry.codes(nobody)).toEqual(['UNAUTHORIZED']);
  expect((await registry.fetch('/v2/', { headers: basic('alice', 'wonder') })).status).toBe(200);
  expect((await registry.fetch('/v2/', { headers: basic('alice', 'wrong') })).status).toBe(401);
  expect((await registry.fetch('/v2/', { headers: basic('carol', 'wonder') })).status).toBe(401);
  expect((await start('x/y', basic('alice', 'wonder'))).status).toBe(202);
  const denied = await start('x/y', basic('bob', 'builder'));
  expect(denied.status).toBe(403);
  expect(await InProcessRegistry.codes(denied)).toEqual(['DENIED']);
  expect((await start('users/bob/x', basic('bob', 'builder'))).status).toBe(202);
  expect((await start('users/alice/x', basic('bob', 'builder'))).status).toBe(403);
});

test('a password that changes counts at once', async () => {
  await using registry = await InProcessRegistry.start({ access });
  const status = async (password: string) =>
    (await registry.fetch('/v2/', { headers: basic('alice', password) })).status;
  expect(await status('wonder')).toBe(200);
  await writeUsers({ alice: 'other-word', bob: 'builder' });
  const { mtime } = statSync(access.htpasswd);
  utimesSync(access.htpasswd, mtime, new Date(mtime.getTime() + 2000));
  expect([await status('wonder'), await status('other-word')]).toEqual([401, 200]);
  await writeUsers({ alice: 'wonder', bob: 'builder' });
});

async function tokenOf(registry: InProcessRegistry, query: string, headers: Record<string, string> = {}) {
  const response = await registry.fetch(`/token?service=s&${query}`, { headers });
  return (await response.json()) as { token: string; refresh_token?: string; scope: string; expires_in: number };
}
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

test('tokens: the challenge says what to ask for, and the token carries no more than the rules give', async () => {
  await using registry = await InProcessRegistry.start({ access: { ...access, tokens } });
  const challenged = await registry.fetch('/v2/x/y/blobs/uploads/', { method: 'POST' });
  expect(challenged.headers.get('www-authenticate')).toBe(
    `Bearer realm="http://${registry.host}/token",service="s",scope="repository:x/y:pull,push"`,
  );
  const mine = await tokenOf(registry, 'scope=repository:x/y:pull,push', basic('alice', 'wonder'));
  expect(mine.scope).toBe('repository:x/y:pull,push');
  const endless = `repository:${'x/'.repeat(2_000)}y:pull`;
  expect((await tokenOf(registry, `scope=${endless}`, basic('alice', 'wonder'))).scope).toBe(
    endless.replace(/pull$/, ''),
  );
  const start = (token: string, name = 'x/y') =>
    registry.fetch(`/v2/${name}/blobs/uploads/`, { method: 'POST', headers: bearer(token) });
  expect((await start(mine.token)).status).toBe(202);
  // Another repository takes another token.
  const wider = await start(mine.token, 'x/z');
  expect(wider.status).toBe(401);
  expect(wider.headers.get('www-authenticate')).toContain('error="insufficient_scope"');
  const bobs = await tokenOf(registry, 'scope=repository:x/y:pull,push', basic('bob', 'builder'));
  expect(bobs.scope).toBe('repository:x/y:');
  expect((await start(bobs.token)).status).toBe(403);
  expect((await registry.fetch('/token', { headers: basic('bob', 'wrong') })).status).toBe(401);
});

test('a forged, altered or expired token does not count', async () => {
  let now = Date.now();
  await using registry = await InProcessRegistry.start({ access: { ...access, tokens } }, { now: () => now });
  const { token } = await tokenOf(registry, '', basic('alice', 'wonder'));
  const status = async (text: string) => (await registry.fetch('/v2/', { headers: bearer(text) })).status;
  expect(await status(token)).toBe(200);
  const [head = '', body = '', signature = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
  const altered = Buffer.from(JSON.stringify({ ...claims, sub: 'bob' })).toString('base64url');
  const unsigned = Buffer.from('{"typ":"JWT","alg":"none"}').toString('base64url');
  expect(await status(`${head}.${altered}.${signature}`)).toBe(401);
  expect(await status(`${unsigned}.${body}.`)).toBe(401);
  expect(await status('x')).toBe(401);
  now += 61_000;
  expect(await status(token)).toBe(401);
});

test('a refresh token stands for the password until that changes, and is no access token', async () => {
  await using registry = await InProcessRegistry.start({ access: { ...access, tokens } });
  const { refresh_token: refresh = '' } = await tokenOf(registry, 'offline_token=true', basic('alice', 'wonder'));
  const exchange = () =>
    registry.fetch('/token', {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        service: 's',
        refresh_token: refresh,
        scope: 'repository:a:pull',
      }),
    });
  const response = await exchange();
  expect(await response.json()).toMatchObject({ scope: 'repository:a:pull' });
  expect((await registry.fetch('/v2/', { headers: bearer(refresh) })).status).toBe(401);
  const password = await registry.fetch('/token', {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'password', username: 'bob', password: 'builder', access_type: 'offline' }),
  });
  expect(await password.json()).toMatchObject({ refresh_token: expect.any(String) });
  await writeUsers({ alice: 'changed', bob: 'builder' });
  const { mtime } = statSync(access.htpasswd);
  utimesSync(access.htpasswd, mtime, new Date(mtime.getTime() + 4000));
  expect((await exchange()).status).toBe(401);
  await writeUsers({ alice: 'wonder', bob: 'builder' });
});

test('public repositories are pulled by everybody, the catalogue shows what one may see', async () => {
  await using registry = await InProcessRegistry.start({ access: { ...access, tokens } });
  const push = await tokenOf(
    registry,
    'scope=repository:public/a:pull,push&scope=repository:secret/b:pull,push',
    basic('alice', 'wonder'),
  );
  for (const name of ['public/a', 'secret/b']) {
    const put = await registry.fetch(`/v2/${name}/blobs/uploads/?digest=${sha256('x')}`, {
      ...{ method: 'POST', body: 'x', headers: bearer(push.token) },
    });
    expect(put.status).toBe(201);
  }
  const anybody = await tokenOf(
    registry,
    'scope=repository:public/a:pull&scope=repository:secret/b:pull&scope=registry:catalog:*',
  );
  const get = async (name: string) =>
    (await registry.fetch(`/v2/${name}/blobs/${sha256('x')}`, { headers: bearer(anybody.token) })).status;
  expect([await get('public/a'), await get('secret/b')]).toEqual([200, 401]);
  const catalog = await registry.fetch('/v2/_catalog', { headers: bearer(anybody.token) });
  expect(await catalog.json()).toEqual({ repositories: ['public/a'] });
  const all = await tokenOf(registry, 'scope=registry:catalog:*', basic('alice', 'wonder'));
  const whole = await registry.fetch('/v2/_catalog', { headers: bearer(all.token) });
  expect(await whole.json()).toEqual({ repositories: ['public/a', 'secret/b'] });
});

test('a blob is mounted only from where one may pull', async () => {
  await using registry = await InProcessRegistry.start({ access: { ...access, tokens } });
  const post = (path: string, token: string, body = '') =>
    registry.fetch(path, { method: 'POST', body, headers: bearer(token) });
  const alices = await tokenOf(registry, 'scope=repository:secret/b:pull,push', basic('alice', 'wonder'));
  await post(`/v2/secret/b/blobs/uploads/?digest=${sha256('x')}`, alices.token, 'x');
  const scopes = 'scope=repository:users/bob/x:pull,push&scope=repository:secret/b:pull';
  const bobs = await tokenOf(registry, scopes, basic('bob', 'builder'));
  for (const from of ['&from=secret/b', '']) {
    const mount = await post(`/v2/users/bob/x/blobs/uploads/?mount=${sha256('x')}${from}`, bobs.token);
    expect(mount.status).toBe(202);
  }
  // Who has the bytes may of course push them, and is held to them.
  const upload = `/v2/users/bob/x/blobs/uploads/?digest=${sha256('x')}`;
  expect((await post(upload, bobs.token, 'y')).status).toBe(400);
  expect((await post(upload, bobs.token, 'x')).status).toBe(201);
});
