// The context commands in a folder of their own: what they print, what they write, what they refuse.

import { afterEach, beforeEach, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeTarMember, tarEnd } from '../../lib/tar/writer.ts';
import { runCli } from '../run-cli.ts';
import { fakeIo } from '../testing/fake-io.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-contexts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const config = () => join(folder, 'config');

async function call(argv: string[], environment: Record<string, string> = {}) {
  const io = fakeIo({ program: 'docker', environment: { DOCKER_CONFIG: config(), ...environment }, directory: folder });
  const code = await runCli(argv, io);
  return { code, out: io.out(), err: io.err() };
}
const context = (...words: string[]) => call(['context', ...words]);
const metaOf = (name: string) =>
  join(config(), 'contexts/meta', createHash('sha256').update(name).digest('hex'), 'meta.json');

test("a context is made, listed, used and removed, in Docker's words and files", async () => {
  expect(await context('create', 'far', '--description', 'over there', '--docker', 'host=tcp://h:2376')).toEqual({
    ...{ code: 0, out: 'far\n', err: 'Successfully created context "far"\n' },
  });
  expect(readFileSync(metaOf('far'), 'utf8')).toBe(
    '{"Name":"far","Metadata":{"Description":"over there"},"Endpoints":{"docker":{"Host":"tcp://h:2376","SkipTLSVerify":false}}}',
  );
  expect((await context('create', 'far', '--docker', 'host=tcp://x:1')).err).toBe('context "far" already exists\n');
  expect((await context('use', 'far')).err).toBe('Current context is now "far"\n');
  expect(JSON.parse(readFileSync(join(config(), 'config.json'), 'utf8'))).toEqual({ auths: {}, currentContext: 'far' });
  expect((await context('ls')).out.split('\n').map(line => line.trimEnd())).toEqual([
    'NAME      DESCRIPTION                               DOCKER ENDPOINT               ERROR',
    'default   Current DOCKER_HOST based configuration   unix:///var/run/docker.sock',
    'far *     over there                                tcp://h:2376',
    '',
  ]);
  expect((await context('rm', 'far')).err).toBe('context "far" is in use, set -f flag to force remove\n');
  expect(await context('rm', '-f', 'far', 'default', 'gone')).toEqual({
    ...{ code: 1, out: 'far\ngone\n', err: 'context "default" cannot be removed\n' },
  });
  expect((await context('show')).out).toBe('default\n');
  expect(existsSync(metaOf('far'))).toBe(false);
});

test('a variable that overrides the context is warned of, and the order is: flag, variable, current', async () => {
  for (const name of ['one', 'two']) await context('create', name, '--docker', `host=unix:///${name}`);
  await context('use', 'one');
  expect((await call(['context', 'show'], { DOCKER_CONTEXT: 'two' })).out).toBe('two\n');
  expect((await call(['context', 'show'], { DOCKER_CONTEXT: 'two', DOCKER_HOST: 'unix:///x' })).out).toBe('default\n');
  expect((await call(['-c', 'two', 'context', 'show'], { DOCKER_HOST: 'unix:///x' })).out).toBe('two\n');
  const warned = await call(['context', 'use', 'two'], { DOCKER_HOST: 'unix:///x' });
  expect(warned.err).toBe(
    'Current context is now "two"\nWarning: DOCKER_HOST environment variable overrides the active context. To use "two", either set the global --context flag, or unset DOCKER_HOST environment variable.\n',
  );
  const missing = await call(['context', 'ls', '--format', '{{.Name}} {{.Error}}'], { DOCKER_CONTEXT: 'nope' });
  expect(missing.out).toContain('nope context "nope": context not found: open ');
});

test('what cannot be is refused and leaves nothing', async () => {
  for (const [words, message] of [
    [['a', '--docker', 'host=tcp://x'], 'context name "a" is invalid, names are validated against regexp'],
    [['../x', '--docker', 'host=tcp://x'], 'context name "../x" is invalid'],
    [['default', '--docker', 'host=tcp://x'], '"default" is a reserved context name'],
    [['ab', '--docker', 'host=nope'], 'unable to parse docker host `nope`'],
    [['ab', '--docker', 'foo=bar'], 'unrecognized config key: foo'],
    [['ab', '--docker', 'ca=/nope'], 'unable to create docker endpoint config: open /nope: no such file or directory'],
    [['ab', '--docker', 'skip-tls-verify=x'], 'skip-tls-verify: parsing "x": invalid syntax'],
    [['ab', '--docker', 'host=tcp://x', '--from', 'y'], 'cannot use --docker flag when --from is set'],
    [['ab', '--from', 'nope'], 'context "nope": context not found: '],
  ] as const) {
    const { code, err } = await context('create', ...words);
    expect([code, err]).toEqual([1, expect.stringContaining(message)]);
  }
  expect(existsSync(join(config(), 'contexts'))).toBe(false);
});

test('a context whose making was cut off stands in the way of nothing', async () => {
  mkdirSync(join(metaOf('cut'), '..'), { recursive: true });
  writeFileSync(`${metaOf('cut')}.123`, '{');
  expect((await context('ls', '-q')).out).toBe('default\n');
  expect((await context('create', 'cut', '--docker', 'host=tcp://h:2376')).code).toBe(0);
  expect((await context('ls', '-q')).out).toBe('cut\ndefault\n');
});

test('an exported context comes in under another name, with its certificates, from tar and zip', async () => {
  await context('create', 'far', '--docker', 'host=tcp://h:2376');
  const tls = join(config(), 'contexts/tls', createHash('sha256').update('far').digest('hex'), 'docker');
  mkdirSync(tls, { recursive: true });
  writeFileSync(join(tls, 'ca.pem'), 'certificate');
  expect((await context('export', 'far')).err).toBe('Written file "far.dockercontext"\n');
  expect(statSync(join(folder, 'far.dockercontext')).mode & 0o777).toBe(0o600);
  expect((await context('export', 'far')).err).toBe('open far.dockercontext: file exists\n');
  expect((await context('import', 'near', 'far.dockercontext')).out).toBe('near\n');
  const [near] = JSON.parse((await context('inspect', 'near')).out);
  expect(near).toMatchObject({ Name: 'near', TLSMaterial: { docker: ['ca.pem'] } });
  expect(readFileSync(join(near.Storage.TLSPath, 'docker/ca.pem'), 'utf8')).toBe('certificate');
  expect(statSync(near.Storage.TLSPath).mode & 0o777).toBe(0o700);
  // meta.json deflated, as Info-ZIP makes it.
  const zip = Buffer.from(zipOfMeta, 'base64');
  writeFileSync(join(folder, 'z.zip'), zip);
  expect((await context('import', 'zipped', 'z.zip')).code).toBe(0);
  expect((await context('inspect', '-f', '{{.Endpoints.docker.Host}}', 'zipped')).out).toBe('tcp://z:1\n');
  writeFileSync(join(folder, 'cut.zip'), zip.subarray(0, zip.length - 30));
  expect((await context('import', 'cut', 'cut.zip')).err).toBe('zip: not a valid zip file\n');
});

const zipOfMeta =
  'UEsDBBQAAAAIAAAAIVjhaHFtRAAAAEcAAAAJAAAAbWV0YS5qc29uq1byS8xNVbJSqkpV0lHyTS1JTEksSVSyqq7VUXLNSynIz8wrKQZylVLyk7NTi0Asj/ziEqCGkuQCK339KitDpdraWgBQSwECFAMUAAAACAAAACFY4WhxbUQAAABHAAAACQAAAAAAAAAAAAAAgAEAAAAAbWV0YS5qc29uUEsFBgAAAAABAAEANwAAAGsAAAAAAA==';

test('an archive writes nowhere but in its context', async () => {
  const meta = encodeTarMember({ type: 'file', name: 'meta.json' }, Buffer.from('{"Name":"x"}'));
  const names = ['evil', 'tls/../../../evil', 'tls/evil', 'tls/docker/deep/evil', '/tls/docker/evil', 'tls/./evil'];
  for (const name of names) {
    writeFileSync(
      join(folder, 'evil.tar'),
      Buffer.concat([meta, encodeTarMember({ type: 'file', name }, Buffer.from('x')), tarEnd()]),
    );
    expect((await context('import', 'ev', 'evil.tar')).code).toBe(1);
  }
  const link = encodeTarMember({ type: 'symlink', name: 'tls/docker/ca.pem', linkName: '/etc/passwd' });
  writeFileSync(join(folder, 'evil.tar'), Buffer.concat([meta, link, tarEnd()]));
  expect((await context('import', 'ev', 'evil.tar')).err).toBe('tls/docker/ca.pem: unexpected context file\n');
  writeFileSync(join(folder, 'evil.tar'), tarEnd());
  expect((await context('import', 'ev', 'evil.tar')).err).toBe('invalid context: no metadata found\n');
  expect(readdirSync(folder)).toEqual(['evil.tar']);
});
