import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configurationReader, parsePlace } from './configuration.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-registry-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const read = async (text: string, flags: Record<string, unknown> = {}) => {
  const config = join(folder, 'config.yml');
  writeFileSync(config, text);
  return (await configurationReader({ config, ...flags }, true))();
};

test('nothing said is an open registry on loopback', async () => {
  const { options, listen, tls } = (await configurationReader({}, true))();
  expect(options).toMatchObject({ root: '/var/lib/berth-registry', readOnly: false, deletion: true, upstreams: [] });
  expect(options.access).toBeUndefined();
  expect(listen).toEqual([{ host: '127.0.0.1', port: 5000 }]);
  expect(tls).toBeUndefined();
});

test('flags count more than the file', async () => {
  const file =
    'root: /a\nlisten: ":1"\nupstreams: [{prefix: hub, registry: docker.io}]\ngc: {interval: 2h, untagged: 7d}';
  const flags = { root: '/b', listen: ['[::1]:2', 'unix:///s'], upstream: { hub: 'mirror:5000' }, 'gc-interval': '0' };
  const { options, listen } = await read(file, flags);
  expect(options).toMatchObject({
    root: '/b',
    upstreams: [{ prefix: 'hub', domain: 'mirror:5000' }],
    collection: { interval: 0, untagged: 7 * 86_400_000 },
  });
  expect(listen).toEqual([{ host: '::1', port: 2 }, { path: '/s' }]);
});

test('users without rules may do everything, others nothing', async () => {
  const { access } = (await read('{"auth": {"htpasswd": "/u", "tokens": true}}')).options;
  expect(access?.rules).toEqual([
    { repositories: ['**'], users: ['*'], actions: ['pull', 'push', 'delete', 'catalog'] },
  ]);
  expect(access?.tokens).toMatchObject({ lifetime: 300_000 });
  expect((await read('auth: {htpasswd: /u, tokens: {lifetime: 1m}}')).options.access?.tokens?.lifetime).toBe(60_000);
  expect((await read('auth: {htpasswd: /u}')).options.access?.tokens).toBeUndefined();
});

test('what is wrong is named', async () => {
  const wrong: Record<string, string> = {
    'gc: {intervall: 1h}': 'unknown key: gc.intervall (did you mean interval?)',
    'tls: {cert: /c, key: /k, ciphers: x}': 'unknown key: tls.ciphers: expected cert, client-ca, key',
    'auth: {htpasswd: /u, rules: [{users: x, actions: pull, repository: x}]}': 'auth.rules[0].repositories: is missing',
    'auth: {htpasswd: /u, rules: [{users: x, actions: pull, repositoris: x}]}':
      'auth.rules[0].repositories: is missing (there is auth.rules[0].repositoris)',
    'auth: {htpasswd: /u, rules: [{users: [], actions: pull, repositories: x}]}': 'auth.rules[0].users: is empty',
    'auth: {htpasswd: /u, rules: [{users: x, actions: [], repositories: x}]}':
      'auth.rules[0].actions: expected at least one of',
    'auth: {htpasswd: /u, tokens: {lifetime: 0s}}': 'auth.tokens.lifetime: at least one second',
    'listen: 5000': 'listen: 5000 is a number: write "5000"',
    'root: ""': 'root: is empty',
    'log: {level: loud}': 'log.level: "loud" is none of',
    'upstreams: [{prefix: "A b", registry: b}]': 'upstreams[0].prefix: "A b" cannot begin',
    'webhooks: [{url: "http://h/a", name: x}, {url: "http://h/b", name: x}]': 'webhooks[1].name: "x" is another',
    'gc: {interval: soon}': 'gc.interval',
    'gc: {interval: -1h}': 'gc.interval: -1h is before now',
    'upstreams: [{prefix: a, registry: "http://b/c"}]': 'upstreams[0].registry: "http://b/c" is no registry',
    'upstreams: [{prefix: a, registry: b, username: me}]': 'upstreams[0].username: goes with a password-file',
    'gc: {grace: 1s}': 'gc.grace: at least one minute',
    'gc: {retention: [{tags: x}]}': 'gc.retention[0].keep-last: is missing, and so is max-age',
    'auth: {htpasswd: /u, rules: [{users: "@dev", actions: pull, repositories: x}]}': 'no group "dev"',
    'auth: {htpasswd: /u, rules: [{users: x, actions: fly, repositories: x}]}':
      'auth.rules[0].actions: "fly" is none of',
    'auth: {rules: [{users: x, actions: pull, repositories: x}]}': 'need auth.htpasswd',
    'tls: {cert: /c}': 'both a certificate and its key',
    'listen: nowhere': 'invalid address "nowhere"',
    'upstreams: [{prefix: a, registry: b}, {prefix: a, registry: c}]': 'prefix "a" is there twice',
    'webhooks: [{url: "ftp://x"}]': 'webhooks[0].url: "ftp://x" is no http or https URL',
    'read-only: maybe': 'read-only: expected true or false',
    '[]': 'expected a mapping',
    '{': 'configuration file',
  };
  for (const [text, message] of Object.entries(wrong)) {
    expect(await read(text).catch((error: unknown) => String(error))).toContain(message);
  }
});

test('webhooks on one host are told apart', async () => {
  const { webhooks } = (await read('webhooks: [{url: "http://h/a"}, {url: "http://h/b"}]')).options;
  expect(webhooks.map(({ name }) => name)).toEqual(['h', 'h/b']);
});

test('a flag that is wrong is named', async () => {
  const refused = (flags: Record<string, unknown>) => configurationReader(flags, true);
  expect(await refused({ 'gc-interval': 'soon' })).toThrow(
    'invalid argument "soon" for "--gc-interval": time: invalid',
  );
  expect(await refused({ upstream: { hub: '' } })).toThrow(
    'invalid argument "hub=" for "--upstream": "" is no registry',
  );
});

test('places to listen at', () => {
  expect(parsePlace('5000')).toEqual({ host: '0.0.0.0', port: 5000 });
  expect(parsePlace('localhost:5000')).toEqual({ host: 'localhost', port: 5000 });
  expect(() => parsePlace('a:b:1')).toThrow('invalid address');
  expect(() => parsePlace('a:99999')).toThrow('invalid address');
});
