// From flags' texts to BuildKit's request.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeIo } from '../testing/fake-io.ts';
import { type BuildOptions, defaultBuildOptions } from './build-options.ts';
import { planBuild } from './plan-build.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-plan-'));
  writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function plan(options: Partial<BuildOptions>) {
  const io = fakeIo({ environment: { FROM_OUTSIDE: 'yes' } });
  await using made = await planBuild({ ...defaultBuildOptions, context: folder, ...options }, io);
  return { ...made, attributes: made.attributes };
}

const failure = (options: Partial<BuildOptions>) =>
  plan(options).then(
    () => 'no error',
    (error: Error) => error.message,
  );

describe('attributes', () => {
  test('of arguments, labels, platforms and hosts', async () => {
    const { attributes } = await plan({
      args: ['A=1', 'FROM_OUTSIDE', 'NOT_THERE'],
      labels: ['l=v', 'empty'],
      platforms: ['linux/arm64,amd64'],
      extraHosts: ['a:1.2.3.4', 'b=[::1]'],
      noCacheFilter: ['one', 'two'],
      cacheFrom: ['user/app:cache', 'type=local,src=/x,digest=sha256:0123'],
      attests: ['type=provenance,mode=max', 'type=sbom,disabled=false'],
    });
    expect(attributes).toMatchObject({
      'build-arg:A': '1',
      'build-arg:FROM_OUTSIDE': 'yes',
      'label:l': 'v',
      'label:empty': '',
      platform: 'linux/arm64,linux/amd64',
      'add-hosts': 'a=1.2.3.4,b=::1',
      'no-cache': 'one,two',
      'attest:provenance': 'mode=max',
      'attest:sbom': '',
      filename: 'Dockerfile',
    });
    expect('build-arg:NOT_THERE' in attributes).toBe(false);
    expect(JSON.parse(attributes['cache-imports'] ?? '')).toEqual([
      { Type: 'registry', Attrs: { ref: 'user/app:cache' } },
      { Type: 'local', Attrs: { src: '/x', digest: 'sha256:0123' } },
    ]);
  });
});

describe('results', () => {
  test('go to the images of the daemon with their full names', async () => {
    const { request } = await plan({ tags: ['a', 'registry.example:5000/b:1'] });
    expect(request.exporters).toEqual([
      { type: 'moby', attrs: { name: 'docker.io/library/a:latest,registry.example:5000/b:1' } },
    ]);
  });

  test('go where outputs say', async () => {
    const { request, session } = await plan({ outputs: [join(folder, 'out'), `type=tar,dest=${folder}/x.tar`] });
    expect(request.exporters?.map(({ type }) => type)).toEqual(['local', 'tar']);
    expect(session.outputs?.map(output => output?.kind)).toEqual(['directory', 'file']);
  });

  test('are a directory whose name has an equals sign, and nothing for nothing', async () => {
    const { request } = await plan({ outputs: [`${folder}/a=b`, ''] });
    expect(request.exporters?.map(({ type }) => type)).toEqual(['local']);
  });

  test('have an index where an annotation is one of it', async () => {
    expect((await plan({ annotations: ['manifest,index:a=b'] })).attributes['multi-platform']).toBe('true');
    expect((await plan({ annotations: ['manifest:index=b'] })).attributes['multi-platform']).toBeUndefined();
  });

  test('are pushed with annotations', async () => {
    const { request } = await plan({ push: true, tags: ['a'], annotations: ['k=v', 'index,manifest:m=n'] });
    expect(request.exporters?.[0]?.attrs).toEqual({
      push: 'true',
      name: 'docker.io/library/a:latest',
      'annotation.k': 'v',
      'annotation-index.m': 'n',
      'annotation-manifest.m': 'n',
    });
  });
});

test('mistakes are told in the words of buildx', async () => {
  expect(await failure({ context: '/nope' })).toBe('unable to prepare context: path "/nope" not found');
  expect(await failure({ tags: ['A:B'] })).toContain('invalid tag "A:B": ');
  expect(await failure({ annotations: ['foo:a=b'] })).toBe('parse annotations: unknown annotation type "foo"');
  expect(await failure({ args: ['=x'] })).toBe('invalid key-value pair "=x": empty key');
  expect(await failure({ push: true })).toBe('tag is needed when pushing to registry');
  expect(await failure({ secrets: ['id=a,src=/nope'] })).toBe(
    'failed to stat /nope: stat /nope: no such file or directory',
  );
  expect(await failure({ ssh: ['default'] })).toContain('make sure SSH_AUTH_SOCK is set');
  expect(await failure({ context: '-', file: '-' })).toContain("can't use stdin for both");
  expect(await failure({ secrets: ['foo'] })).toBe("invalid field 'foo' must be a key=value pair");
  for (const host of ['foo', 'foo:bar', 'foo=', '=1.2.3.4']) {
    expect(await failure({ extraHosts: [host] })).toBe(`invalid host ${host}`);
  }
});

test('places that results cannot go to are refused before anything is built', async () => {
  const file = join(folder, 'Dockerfile');
  expect(await failure({ outputs: [`type=local,dest=${file}`] })).toBe(`destination directory ${file} is a file`);
  expect(await failure({ outputs: [`type=oci,dest=${folder}`] })).toBe(`destination file ${folder} is a directory`);
  expect(await failure({ outputs: [`type=tar,dest=${folder}/no/x`] })).toBe(
    `failed to open open ${folder}/no/x: no such file or directory`,
  );
  expect(readFileSync(file, 'utf8')).toBe('FROM scratch\n');
});

describe('keys for an agent', () => {
  const key = (name: string, passphrase: string) => {
    const path = join(folder, name);
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', path]);
    return path;
  };

  test('may be readable by others', async () => {
    const path = key('open', '');
    spawnSync('chmod', ['644', path]);
    const { session } = await plan({ ssh: [`default=${path}`] });
    expect(Object.keys(session.agents ?? {})).toEqual(['default']);
  });

  test('must be keys, without a passphrase', async () => {
    const file = join(folder, 'Dockerfile');
    expect(await failure({ ssh: [`default=${file}`] })).toBe(`failed to parse ${file}: ssh: no key found`);
    const path = key('locked', 'secret');
    expect(await failure({ ssh: [`default=${path}`] })).toBe(
      `failed to parse ${path}: ssh: this private key is passphrase protected`,
    );
  });
});
