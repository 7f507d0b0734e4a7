import { describe, expect, test } from 'bun:test';
import { type SolveRequest, solveRequest } from '../../../../api/buildkit/control.ts';
import { decode, encode } from '../../../../api/buildkit/message.ts';
import type { BlobStore, BuildSource } from '../../../../builder/index.ts';
import type { Attributes } from './attributes.ts';
import { cachesOf } from './cache-options.ts';
import { exportRequest } from './export-requests.ts';
import { frontendRequest } from './frontend-request.ts';
import { type RequestParts, solveToRequest } from './solve-request.ts';

const source = (key: string) => ({ key }) as BuildSource;
const directory = (path: string) => ({ kind: 'directory', path }) as const;
const options = {
  sources: {
    local: (name: string) => source(`local ${name}`),
    remote: (address: string) => source(address),
    defined: ({ identifier }: { identifier: string }) => source(`defined ${identifier}`),
  },
  parsePlatform: (text: string) => {
    const [os = '', architecture = ''] = text.split('/');
    return { os, architecture };
  },
  blobs: (id: string) => ({ id }) as unknown as BlobStore,
};
const parts = {
  ...options,
  sinks: {
    file: () => Promise.reject(new Error('not now')),
    tree: (exporter: number) => directory(`tree ${exporter}`),
    layout: (exporter: number) => directory(`layout ${exporter}`),
  },
  callbacks: {},
  credentials: () => Promise.resolve(undefined),
  deliver: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
} satisfies RequestParts;

const frontend = (attributes: Attributes) => frontendRequest(attributes, options);
const solve = (request: Partial<SolveRequest>) => {
  // Through the wire, as it comes.
  const whole = decode(solveRequest, encode(solveRequest, request));
  return solveToRequest(whole, { attributes: whole.frontendAttrs, inputs: {} }, parts);
};

describe('attributes of the frontend', () => {
  test('name files, targets and arguments', () => {
    expect(
      frontend({
        filename: 'D',
        target: 't',
        'build-arg:A': '1',
        'build-arg:SOURCE_DATE_EPOCH': '7',
        'label:l': 'v',
        platform: 'linux/arm64,linux/amd64',
        'no-cache': 'one,two',
        'image-resolve-mode': 'pull',
        'add-hosts': 'a=1.2.3.4,b=::1',
        'shm-size': '1024',
        ulimit: 'nofile=1:2,nproc=3',
      }),
    ).toMatchObject({
      dockerfile: { kind: 'file', name: 'D', source: { key: 'local dockerfile' } },
      context: { key: 'local context' },
      target: 't',
      buildArgs: { A: '1', SOURCE_DATE_EPOCH: '7' },
      sourceDateEpoch: 7,
      labels: { l: 'v' },
      platforms: [{ architecture: 'arm64' }, { architecture: 'amd64' }],
      multiPlatform: true,
      noCache: ['one', 'two'],
      pull: true,
      extraHosts: ['a:1.2.3.4', 'b:::1'],
      shmSize: 1024,
      ulimits: [
        { name: 'nofile', soft: 1, hard: 2 },
        { name: 'nproc', soft: 3, hard: 3 },
      ],
    });
    expect(frontend({ 'no-cache': '' }).noCache).toBe(true);
    expect(frontend({}).noCache).toBeUndefined();
  });

  test('name contexts of every kind', () => {
    expect(frontend({ context: 'https://example.com/r.git#b' })).toMatchObject({
      context: { key: 'https://example.com/r.git#b' },
      dockerfile: { source: { key: 'https://example.com/r.git#b' } },
    });
    expect(frontend({ context: 'https://example.com/c.tar', dockerfilekey: 'mine' })).toMatchObject({
      dockerfile: { source: { key: 'local mine' } },
    });
    expect(
      frontend({ 'context:i': 'docker-image://x:1', 'context:d': 'local:d', 'context:g': 'git://h/r' }).namedContexts,
    ).toEqual({
      i: { kind: 'image', reference: 'x:1' },
      d: { kind: 'source', source: source('local d') },
      g: { kind: 'source', source: source('git://h/r') },
    });
    expect(() => frontend({ 'context:x': 'oci-layout://x' })).toThrow('must have a digest');
    expect(() => frontend({ 'context:x': 'input:y' })).toThrow('there is no input y');
    expect(frontend({ 'context:x': 'what:x' }).namedContexts).toEqual({
      x: { kind: 'unsupported', message: 'unsupported context source what for x' },
    });
  });

  test('name caches and attestations', () => {
    const imports = JSON.stringify([
      { Type: 'registry', Attrs: { ref: 'r' } },
      { Type: 'local', Attrs: { src: '/c', digest: 'd' } },
    ]);
    expect(frontend({ 'cache-imports': imports }).cacheFrom).toMatchObject([
      { type: 'registry', attributes: { ref: 'r' } },
      { type: 'local', attributes: { digest: 'd' }, blobs: { id: 'local:/c' } },
    ]);
    expect(frontend({ 'cache-from': 'a,b' }).cacheFrom).toHaveLength(2);
    expect(frontend({ 'attest:provenance': 'mode=max', 'attest:sbom': '' }).attestations).toEqual({
      provenance: { mode: 'max', version: 'v0.2' },
      sbom: { parameters: {} },
    });
    const full = 'version=v1,builder-id=https://b/?a=b,reproducible=true,inline-only=true';
    expect(frontend({ 'attest:provenance': full }).attestations).toEqual({
      provenance: { mode: 'max', version: 'v1', builderId: 'https://b/?a=b', reproducible: true, inlineOnly: true },
    });
    expect(frontend({ 'attest:provenance': 'mode=full,filename=p.json' }).attestations).toEqual({
      provenance: { mode: 'max', version: 'v0.2', filename: 'p.json' },
    });
    expect(frontend({ 'attest:provenance': 'disabled=true' }).attestations).toBeUndefined();
  });

  test('that make no sense are named', () => {
    expect(() => frontend({ 'cache-imports': '{' })).toThrow('cache-imports');
    expect(frontend({ 'cache-imports': '[{"Type":"gha"}]' }).cacheFrom).toEqual([{ type: 'gha', attributes: {} }]);
    expect(() => frontend({ 'attest:foo': '' })).toThrow('unknown attestation type "foo"');
    expect(() => frontend({ 'attest:provenance': 'mode=foo' })).toThrow('invalid mode "foo"');
    expect(() => frontend({ 'attest:provenance': 'filename=../p' })).toThrow('invalid filename "../p"');
    expect(() => frontend({ 'attest:provenance': 'version=2' })).toThrow('invalid provenance SLSA version: 2');
    expect(() => frontend({ 'attest:provenance': 'reproducible=x' })).toThrow('failed to parse reproducible flag "x"');
    expect(frontend({ 'attest:sbom': 'generator=mine,extra_scanners=x' }).attestations).toEqual({
      sbom: { generator: 'mine', parameters: { EXTRA_SCANNERS: 'x' } },
    });
    expect(() => frontend({ 'shm-size': 'big' })).toThrow('shm-size');
    expect(() => frontend({ ulimit: 'nofile' })).toThrow('invalid ulimit "nofile"');
    expect(() => frontend({ 'force-network-mode': 'mine' })).toThrow('unsupported network mode "mine"');
  });
});

describe('exporters', () => {
  const one = (type: string, attrs: Attributes = {}) => exportRequest({ type, attrs }, 2, parts.sinks);

  test('become what a build does with its result', () => {
    expect(one('moby', { name: 'a,b:1', push: 'true', compression: 'zstd', 'annotation.k': 'v' })).toMatchObject({
      type: 'image',
      names: ['a', 'b:1'],
      push: true,
      store: true,
      compression: 'zstd',
      annotations: [{ level: 'manifest', key: 'k', value: 'v' }],
    });
    expect(one('image', { store: 'false', push: '' })).toMatchObject({ store: false, push: true });
    expect(one('oci')).toMatchObject({ type: 'oci', tar: true, target: { kind: 'tar' } });
    expect(one('oci', { tar: 'false' })).toMatchObject({ target: { path: 'layout 2' } });
    expect(one('local', { 'platform-split': 'false' })).toMatchObject({
      target: { path: 'tree 2' },
      platformSplit: false,
    });
    expect(one('tar')).toMatchObject({ type: 'tar', target: { kind: 'tar' } });
  });

  test('and attributes there are not are named', () => {
    expect(() => one('wax')).toThrow('exporter "wax" could not be found');
    expect(() => one('image', { push: 'maybe' })).toThrow('non-bool value "maybe" specified for push');
    expect(() => one('image', { compression: 'lzma' })).toThrow('unsupported layer compression type "lzma"');
    expect(() => one('image', { 'compression-level': 'x' })).toThrow('non-int value x specified for compression-level');
    expect(() => one('oci', { compression: 'gzip', 'compression-level': '10' })).toThrow('from 0 to 9: 10');
    expect(one('oci', { compression: 'zstd', 'compression-level': '19' })).toMatchObject({ compressionLevel: 19 });
  });
});

describe('solve requests', () => {
  test('of clients that know several exporters', () => {
    const { exports, id, entitlements } = solve({
      ref: 'r',
      exporters: [{ type: 'moby', attrs: { name: 'x' } }, { type: 'local' }],
      // Newer clients say it in the old way, too.
      exporterDeprecated: 'moby',
      entitlements: ['network.host'],
    });
    expect(id).toBe('r');
    expect(exports).toMatchObject([{ type: 'image' }, { type: 'local', target: { path: 'tree 1' } }]);
    expect(entitlements).toEqual(['network.host']);
    expect(() => solve({ entitlements: ['root'] })).toThrow('unknown entitlement root');
  });

  test('of docker before 23, which names the frontend and one exporter', () => {
    expect(
      solve({
        ref: 'old',
        frontend: 'dockerfile.v0',
        frontendAttrs: { filename: 'Dockerfile', 'build-arg:A': 'b' },
        exporterDeprecated: 'moby',
        exporterAttrsDeprecated: { name: 'docker.io/library/old' },
      }),
    ).toMatchObject({
      exports: [{ type: 'image', names: ['docker.io/library/old'] }],
      buildArgs: { A: 'b' },
      dockerfile: { name: 'Dockerfile' },
    });
    expect(solve({ ref: 'none' }).exports).toEqual([{ type: 'cacheonly' }]);
  });

  test('name caches in the old way and in the new one', () => {
    expect(
      cachesOf(
        { exportRefDeprecated: 'to', exportAttrsDeprecated: { mode: 'max' }, importRefsDeprecated: ['from'] },
        options.blobs,
      ),
    ).toEqual({
      cacheTo: [{ type: 'registry', attributes: { mode: 'max', ref: 'to' } }],
      cacheFrom: [{ type: 'registry', attributes: { ref: 'from' } }],
    });
    expect(
      cachesOf(
        {
          exports: [{ type: 'local', attrs: { dest: '/d' } }],
          imports: [{ type: 'inline' }],
          importRefsDeprecated: ['x'],
        },
        options.blobs,
      ),
    ).toMatchObject({ cacheTo: [{ type: 'local', blobs: { id: 'local:/d' } }], cacheFrom: [{ type: 'inline' }] });
    expect(cachesOf(undefined, options.blobs)).toEqual({ cacheTo: [], cacheFrom: [] });
  });
});

test('provenance tells what was asked for, but not for whom or where', () => {
  const { words } = frontend({
    ...{ filename: 'D', target: 't', 'build-arg:A': '1', 'vcs:revision': 'abc', 'attest:provenance': 'mode=max' },
    ...{ 'image-resolve-mode': 'local', 'local-sessionid:context': 's', 'berth:memory': '5' },
    'context:code': 'https://token@example.com/r.git',
  });
  expect(words).toEqual({
    frontend: 'dockerfile.v0',
    args: { target: 't', 'build-arg:A': '1', 'berth:memory': '5', 'context:code': 'https://xxxxx@example.com/r.git' },
    vcs: { revision: 'abc' },
  });
});
