import { expect, test } from 'bun:test';
import { sha256 } from '../../../oci/digest.ts';
import { createNode } from '../../graph/node.ts';
import type { CopyOperation, RunOperation } from '../../graph/operation.ts';
import { buildConfig, stepLayers, stepLocations } from './build-config.ts';

const platform = { os: 'linux', architecture: 'amd64' };
const lines = { start: 3, end: 4 };
const chain = sha256('chain');
const name = 'docker.io/library/busybox:latest';
const bases = [{ name, digest: sha256('manifest'), platform }];
const image = createNode({ op: { kind: 'image', chain }, name: `[1/3] FROM ${name}` });
const source = { key: 'k', label: 'local source', local: 'context', open: () => Promise.reject(new Error('never')) };
const files = createNode({ op: { kind: 'source', source, filter: { follow: ['f'] } }, name: 'context' });
const copy: CopyOperation = {
  ...{ kind: 'copy', destination: '/d/', chown: '7:name', chmod: { kind: 'octal', mode: 0o600 }, parents: false },
  ...{ exclude: [], parts: [{ input: 1, sources: ['f', '/g'], unpack: false }] },
};
const copied = createNode({ op: copy, inputs: [image, files], name: 'copy', lines });
const run: RunOperation = {
  ...{ kind: 'run', args: ['sh'], env: ['A=b'], proxyEnv: ['http_proxy=http://user:secret@p'], cwd: '/', user: '' },
  ...{ network: 'none', insecure: false, hostname: 'buildkitsandbox', extraHosts: ['h:1.2.3.4'] },
  mounts: [
    {
      type: 'cache',
      target: '/c',
      id: 'c',
      input: undefined,
      source: '/',
      readonly: false,
      sharing: 'locked',
      mode: 0o755,
      uid: 0,
      gid: 0,
    },
    { type: 'bind', target: '/b', input: 1, source: '/sub', readonly: true },
  ],
};
const result = createNode({ op: run, inputs: [copied, files], name: 'run', lines: { start: 5, end: 5 } });

test('steps are told in the words of BuildKit, each behind what it works on', () => {
  const { llbDefinition, digestMapping } = buildConfig(result, { platform, bases });
  expect(llbDefinition.map(({ id, inputs = [] }) => `${id} ${inputs}`)).toEqual([
    ...['step0 ', 'step1 ', 'step2 step0:0,step1:0', 'step3 step2:0,step1:0', 'step4 step3:0'],
  ]);
  expect(llbDefinition[0]?.op).toEqual({
    Op: { source: { identifier: `docker-image://${name}@${sha256('manifest')}` } },
    platform: { Architecture: 'amd64', OS: 'linux' },
    constraints: {},
  });
  expect(llbDefinition[1]?.op).toMatchObject({
    Op: { source: { identifier: 'local://context', attrs: { 'local.followpaths': '["f"]' } } },
  });
  const owner = { user: { User: { byID: 7 } }, group: { User: { byName: { name: 'name' } } } };
  expect(llbDefinition[2]?.op).toMatchObject({
    Op: {
      file: {
        actions: [
          { input: 0, secondaryInput: 1, Action: { copy: { src: '/f', dest: '/d/', mode: 0o600, owner } } },
          { input: 2, secondaryInput: 1, Action: { copy: { src: '/g', dest: '/d/', mode: 0o600, owner } } },
        ],
      },
    },
  });
  expect(llbDefinition[3]?.op.Op).toEqual({
    exec: {
      meta: {
        ...{ args: ['sh'], env: ['A=b'], cwd: '/', extraHosts: [{ Host: 'h', IP: '1.2.3.4' }] },
        removeMountStubsRecursive: true,
      },
      mounts: [
        { dest: '/' },
        { input: -1, dest: '/c', output: -1, mountType: 3, cacheOpt: { ID: 'c', sharing: 2 } },
        { input: 1, selector: '/sub', dest: '/b', output: -1, readonly: true },
      ],
      network: 2,
    },
  });
  expect(Object.values(digestMapping).sort()).toEqual(['step0', 'step1', 'step2', 'step3', 'step4']);
  expect(digestMapping[result.vertex.digest]).toBe('step3');
  // Proxies may have passwords in them.
  expect(JSON.stringify(llbDefinition)).not.toContain('secret');
});

test('steps are at their lines, and in the layers of the manifest', () => {
  expect(stepLocations(result)).toMatchObject({
    step2: { locations: [{ ranges: [{ start: { line: 3 }, end: { line: 4 } }] }] },
  });
  const layers = [1, 2, 3].map(size => ({ mediaType: 'm', digest: sha256(`${size}`), size, annotations: { a: 'b' } }));
  const told = layers.map(({ annotations: _, ...layer }) => layer);
  expect(stepLayers(result, { layers, chainIds: [chain, sha256('2'), sha256('3')] })).toEqual({
    'step0:0': [told.slice(0, 1)],
    'step3:0': [told],
  });
  expect(stepLayers(result, {})).toEqual({});
});

test('upon nothing, the first input is none', () => {
  const empty = createNode({ op: { kind: 'scratch' }, name: '[internal] empty' });
  const inline = createNode({ op: { kind: 'inline', files: [{ path: 'x', content: 'text' }] }, name: 'inline' });
  const onto = createNode({ op: { ...copy, chown: undefined }, inputs: [empty, inline], name: 'copy' });
  const { llbDefinition } = buildConfig(onto, { platform, bases });
  expect(llbDefinition[0]?.op).toMatchObject({
    Op: {
      file: { actions: [{ input: -1, secondaryInput: -1, Action: { mkfile: { path: '/x', data: 'dGV4dA==' } } }] },
    },
  });
  expect(llbDefinition[1]).toMatchObject({ inputs: ['step0:0'] });
  expect(llbDefinition[1]?.op).toMatchObject({
    Op: {
      file: {
        actions: [
          { input: -1, secondaryInput: 0 },
          { input: 1, secondaryInput: 0 },
        ],
      },
    },
  });
});
