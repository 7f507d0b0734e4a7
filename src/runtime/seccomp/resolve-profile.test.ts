// The default profile comes out as Docker 28's does, and conditions decide as in Docker's generator.

import { describe, expect, test } from 'bun:test';
import type { OciSeccomp, SeccompRule } from '../../oci/runtime-spec.ts';
import { defaultCapabilities } from '../capabilities.ts';
import type { SeccompProfile } from '../spec/input.ts';
import { defaultProfile } from './default-profile.ts';
import { resolveProfile } from './resolve-profile.ts';

const conditions = { capabilities: [...defaultCapabilities], architecture: 'amd64', kernelVersion: '6.1.0-13-amd64' };
const resolve = (changes: Partial<typeof conditions> = {}) =>
  resolveProfile(defaultProfile(), { ...conditions, ...changes });

function rulesFor(seccomp: OciSeccomp, name: string): Omit<SeccompRule, 'names'>[] {
  return (seccomp.syscalls ?? []).filter(rule => rule.names.includes(name)).map(({ names: _, ...rule }) => rule);
}

describe('the default profile', () => {
  test('on amd64 with the default capabilities', () => {
    const seccomp = resolve();
    expect(seccomp).toMatchObject({ defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 1 });
    expect(seccomp.architectures).toEqual(['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32']);
    // 361 always, 3 since kernel 4.8, socket, 5 personalities, arch_prctl, modify_ldt, chroot, clone, clone3.
    expect(seccomp.syscalls?.flatMap(rule => rule.names)).toHaveLength(375);
    expect(rulesFor(seccomp, 'personality').map(rule => rule.args?.[0]?.value)).toEqual([
      0, 8, 0x20000, 0x20008, 0xffffffff,
    ]);
    expect(rulesFor(seccomp, 'clone')[0]?.args).toEqual([
      { index: 0, value: 2114060288, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' },
    ]);
    expect(rulesFor(seccomp, 'clone3')).toEqual([{ action: 'SCMP_ACT_ERRNO', errnoRet: 38 }]);
    expect(rulesFor(seccomp, 'socket')[0]?.args).toEqual([{ index: 0, value: 40, op: 'SCMP_CMP_NE' }]);
    for (const name of ['mount', 'bpf', 'reboot', 'io_uring_setup', 'keyctl', 'userfaultfd']) {
      expect(rulesFor(seccomp, name)).toEqual([]);
    }
  });

  test('capabilities open what they are for', () => {
    const admin = resolve({ capabilities: ['CAP_SYS_ADMIN'] });
    for (const name of ['clone', 'clone3', 'mount', 'setns', 'bpf'])
      expect(rulesFor(admin, name)).toEqual([{ action: 'SCMP_ACT_ALLOW' }]);
    expect(rulesFor(admin, 'chroot')).toEqual([]);
    expect(rulesFor(resolve({ capabilities: ['CAP_SYS_TIME'] }), 'clock_settime64')).toHaveLength(1);
    expect(rulesFor(resolve({ capabilities: ['CAP_BPF'] }), 'bpf')).toHaveLength(1);
  });

  test('architecture and kernel decide', () => {
    const arm = resolve({ architecture: 'arm64' });
    expect(arm.architectures).toEqual(['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM']);
    expect(rulesFor(arm, 'set_tls')).toHaveLength(1);
    expect(rulesFor(arm, 'arch_prctl')).toEqual([]);
    const s390 = resolve({ architecture: 's390x' });
    expect(rulesFor(s390, 'clone').map(rule => rule.args?.[0]?.index)).toEqual([1]);
    expect(resolve({ architecture: 'ppc64le' }).architectures).toBeUndefined();
    expect(rulesFor(resolve({ kernelVersion: '4.7.9' }), 'ptrace')).toEqual([]);
    expect(rulesFor(resolve({ kernelVersion: '4.8' }), 'ptrace')).toHaveLength(1);
  });
});

describe('a profile of one’s own', () => {
  const base: SeccompProfile = { defaultAction: 'SCMP_ACT_ALLOW' };

  test('keeps its parts and takes name or names', () => {
    const profile: SeccompProfile = {
      ...base,
      architectures: ['SCMP_ARCH_X86_64'],
      flags: ['SECCOMP_FILTER_FLAG_LOG'],
      syscalls: [{ name: 'mkdir', action: 'SCMP_ACT_ERRNO', args: [] }],
    };
    expect(resolveProfile(profile, conditions)).toEqual({
      ...base,
      architectures: ['SCMP_ARCH_X86_64'],
      flags: ['SECCOMP_FILTER_FLAG_LOG'],
      syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_ERRNO' }],
    });
  });

  test('excludes win over includes', () => {
    const rule = { names: ['mkdir'], action: 'SCMP_ACT_ERRNO' as const, includes: { arches: ['amd64'] } };
    const count = (excludes: object) =>
      resolveProfile({ ...base, syscalls: [{ ...rule, excludes }] }, conditions).syscalls?.length;
    expect(count({})).toBe(1);
    expect(count({ caps: ['CAP_CHOWN'] })).toBe(0);
    expect(count({ arches: ['amd64'] })).toBe(0);
    expect(count({ minKernel: '5.0' })).toBe(0);
  });

  test('contradictions are refused as Docker does', () => {
    const both = { architectures: ['SCMP_ARCH_X86'], archMap: [{ architecture: 'SCMP_ARCH_X86' }] };
    expect(() => resolveProfile({ ...base, ...both }, conditions)).toThrow(
      "both 'architectures' and 'archMap' are specified",
    );
    const names = { name: 'a', names: ['b'], action: 'SCMP_ACT_ALLOW' as const };
    expect(() => resolveProfile({ ...base, syscalls: [names] }, conditions)).toThrow(
      "both 'name' and 'names' are specified",
    );
  });
});
