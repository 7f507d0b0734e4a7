import { afterEach, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { globalFlags } from '../global-flags.ts';
import { parseFlags } from '../grammar/parse-flags.ts';
import { fakeIo } from '../testing/fake-io.ts';
import { readClientConfig } from './client-config.ts';
import { resolveHost } from './resolve-host.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function resolve(argv: string[], environment: Record<string, string> = {}, program: 'berth' | 'docker' = 'berth') {
  const io = fakeIo({ program, environment });
  const options = parseFlags(argv, globalFlags(), { interspersed: false }).flags;
  return resolveHost({ options, io, config: readClientConfig(io, options) });
}

const farDigest = createHash('sha256').update('far').digest('hex');

function configFolder(host: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'berth-config-'));
  folders.push(folder);
  const meta = join(folder, 'contexts', 'meta', farDigest);
  mkdirSync(meta, { recursive: true });
  writeFileSync(join(meta, 'meta.json'), JSON.stringify({ Name: 'far', Endpoints: { docker: { Host: host } } }));
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ currentContext: 'far' }));
  return folder;
}

test('the flag comes first, then the variables, then the default socket', () => {
  const variables = { BERTH_HOST: 'unix:///b', DOCKER_HOST: 'unix:///d' };
  expect(resolve(['-H', 'tcp://h:1'], variables).host).toBe('tcp://h:1');
  expect(resolve([], variables).host).toBe('unix:///b');
  expect(resolve([], variables, 'docker').host).toBe('unix:///d');
  expect(resolve([]).host).toBe('unix:///run/berth/berth.sock');
  expect(resolve([], {}, 'docker').host).toBe('unix:///var/run/docker.sock');
});

test('addresses are completed', () => {
  expect(resolve(['-H', ':2375']).host).toBe('tcp://127.0.0.1:2375');
  expect(resolve(['-H', '/run/x.sock']).host).toBe('unix:///run/x.sock');
});

test('a context is used when it is named or current, and no variable overrides the current one', () => {
  const folder = configFolder('unix:///far');
  const environment = { DOCKER_CONFIG: folder };
  expect(resolve([], environment)).toEqual({ host: 'unix:///far', context: 'far', tls: undefined });
  expect(resolve(['-c', 'far'], environment).host).toBe('unix:///far');
  expect(resolve([], { ...environment, DOCKER_HOST: 'unix:///d' })).toMatchObject({
    ...{ host: 'unix:///d', context: 'default' },
  });
  expect(() => resolve(['-c', 'nope'], environment)).toThrow('context "nope": context not found');
});

test('contradictions are refused', () => {
  expect(() => resolve(['-H', 'a', '-H', 'b'])).toThrow('Specify only one -H');
  expect(() => resolve(['-H', 'a', '-c', 'b'])).toThrow(
    'conflicting options: cannot specify both --host and --context',
  );
});

test('TLS is on when it is asked for, with the files that are named or lie at the default place', () => {
  const folder = configFolder('tcp://far:1');
  const tls = (argv: string[], environment: Record<string, string> = {}) =>
    resolve(['-H', 'tcp://h', ...argv], { DOCKER_CERT_PATH: folder, ...environment }).tls;
  const none = { ca: join(folder, 'ca.pem'), cert: undefined, key: undefined };
  expect(tls([])).toBeUndefined();
  expect(tls(['--tls'])).toEqual({ ...none, verify: false });
  expect(tls(['--tlsverify'])).toEqual({ ...none, verify: true });
  expect(tls(['--tlsverify=false'], { DOCKER_TLS_VERIFY: '1' })).toEqual({ ...none, verify: false });
  for (const name of ['cert.pem', 'key.pem']) writeFileSync(join(folder, name), '');
  expect(tls([], { DOCKER_TLS_VERIFY: '1' })).toEqual({
    ...{ ca: join(folder, 'ca.pem'), cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem'), verify: true },
  });
  expect(tls(['--tls', '--tlscacert=/a', '--tlscert=/b', '--tlskey', '/c'])).toEqual({
    ...{ ca: '/a', cert: '/b', key: '/c', verify: false },
  });
  expect(resolve(['--tlsverify', '-H', 'unix:///x']).tls).toBeUndefined();
});

test('a context brings its own certificates', () => {
  const folder = configFolder('tcp://far:1');
  const pems = join(folder, 'contexts', 'tls', farDigest, 'docker');
  const tls = () => resolve(['--tlsverify'], { DOCKER_CONFIG: folder }).tls;
  expect(tls()).toBeUndefined();
  mkdirSync(pems, { recursive: true });
  writeFileSync(join(pems, 'ca.pem'), '');
  expect(tls()).toEqual({ ca: join(pems, 'ca.pem'), cert: undefined, key: undefined, verify: true });
});
