// Docker's arithmetic on capabilities.

import { describe, expect, test } from 'bun:test';
import { allCapabilities, defaultCapabilities, resolveCapabilities } from './capabilities.ts';

const resolve = (o: Partial<Parameters<typeof resolveCapabilities>[0]>) =>
  resolveCapabilities({ add: [], drop: [], privileged: false, ...o });

describe('capabilities', () => {
  test('14 by default, in Docker’s order', () => {
    expect(resolve({})).toEqual([...defaultCapabilities]);
    expect(defaultCapabilities).toHaveLength(14);
    expect(allCapabilities.indexOf('CAP_CHECKPOINT_RESTORE')).toBe(40);
  });

  test('adding and dropping, with or without prefix, in any case', () => {
    expect(resolve({ drop: ['ALL'], add: ['NET_BIND_SERVICE'] })).toEqual(['CAP_NET_BIND_SERVICE']);
    expect(resolve({ drop: ['cap_chown', 'Kill'] })).toEqual(
      defaultCapabilities.filter(name => name !== 'CAP_CHOWN' && name !== 'CAP_KILL'),
    );
    expect(resolve({ add: ['net_admin', 'CAP_CHOWN'] })).toEqual([...defaultCapabilities, 'CAP_NET_ADMIN']);
    expect(resolve({ add: ['ALL'], drop: ['SYS_ADMIN'] })).toEqual(
      allCapabilities.filter(name => name !== 'CAP_SYS_ADMIN'),
    );
    expect(resolve({ add: ['ALL'], drop: ['ALL'] })).toEqual([...allCapabilities]);
  });

  test('ALL and privileged give what the daemon has', () => {
    const available = ['CAP_CHOWN', 'CAP_SYS_ADMIN'];
    expect(resolve({ add: ['ALL'], available })).toEqual(available);
    expect(resolve({ privileged: true, drop: ['ALL'], available })).toEqual(available);
  });

  test('an unknown name is refused as Docker does', () => {
    expect(() => resolve({ add: ['FOO'] })).toThrow('invalid CapAdd: unknown capability: "CAP_FOO"');
    expect(() => resolve({ drop: ['foo'] })).toThrow('invalid CapDrop: unknown capability: "CAP_FOO"');
  });
});
