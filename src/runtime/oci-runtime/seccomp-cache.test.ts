// Compiled filters are used again for the same profile only.

import { describe, expect, test } from 'bun:test';
import type { OciSpec } from '../../oci/runtime-spec.ts';
import { SeccompCache } from './seccomp-cache.ts';

const annotation = 'run.oci.seccomp_bpf_data';

function specWith(name: string): OciSpec {
  return {
    ociVersion: '1.0.2',
    process: { args: ['true'], cwd: '/', env: [], user: { uid: 0, gid: 0 } },
    root: { path: '/' },
    mounts: [],
    linux: {
      namespaces: [],
      seccomp: { defaultAction: 'SCMP_ACT_ERRNO', syscalls: [{ names: [name], action: 'SCMP_ACT_ALLOW' }] },
    },
  };
}

describe('seccomp cache', () => {
  test('gives the program back, keeps the section, and does not mix profiles up', () => {
    const cache = new SeccompCache();
    const { key, spec } = cache.apply(specWith('read'));
    expect(spec.annotations).toBeUndefined();
    cache.learn(key!, Buffer.from('program'));
    const again = cache.apply(specWith('read'));
    expect(again.key).toBeUndefined();
    expect(again.spec.annotations).toEqual({ [annotation]: Buffer.from('program').toString('base64') });
    expect(again.spec.linux.seccomp).toEqual(specWith('read').linux.seccomp!);
    expect(cache.apply(specWith('write')).key).toBeDefined();
  });

  test('leaves alone what has no profile or a filter of its own', () => {
    const cache = new SeccompCache();
    const bare = { ...specWith('read'), linux: { namespaces: [] } };
    expect(cache.apply(bare)).toEqual({ spec: bare });
    const own = { ...specWith('read'), annotations: { [annotation]: 'x' } };
    expect(cache.apply(own)).toEqual({ spec: own });
  });

  test('forgets the oldest beyond its capacity', () => {
    const cache = new SeccompCache();
    for (let i = 0; i < 65; i++) cache.learn(cache.apply(specWith(`call${i}`)).key!, Buffer.from('p'));
    expect(cache.apply(specWith('call0')).key).toBeDefined();
    expect(cache.apply(specWith('call64')).key).toBeUndefined();
  });
});
