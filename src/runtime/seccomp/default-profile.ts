// Docker's default seccomp profile, put together from the name lists and the few calls that depend on arguments.

import type { SeccompArgument } from '../../oci/runtime-spec.ts';
import type { SeccompProfile, SeccompProfileRule } from '../spec/input.ts';
import { allowedByArchitecture, allowedByCapability, alwaysAllowed } from './system-calls.ts';

const enosys = 38;
const vsock = 40;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET: none may be set. */
const namespaceFlags = 0x7e020000;
/** PER_LINUX, PER_LINUX32, UNAME26, both, and the query 0xffffffff. */
const personalities = [0x0, 0x8, 0x20000, 0x20008, 0xffffffff];

/** In Docker's own form, so that it is resolved exactly as a profile given by a user. */
export function defaultProfile(): SeccompProfile {
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 1,
    archMap: architectures.map(([architecture, ...subArchitectures]) => ({
      architecture: `SCMP_ARCH_${architecture}`,
      subArchitectures: subArchitectures.map(name => `SCMP_ARCH_${name}`),
    })),
    syscalls: [
      allow([...alwaysAllowed]),
      { ...allow(['process_vm_readv', 'process_vm_writev', 'ptrace']), includes: { minKernel: '4.8' } },
      allow(['socket'], { index: 0, value: vsock, op: 'SCMP_CMP_NE' }),
      ...personalities.map(value => allow(['personality'], { index: 0, value, op: 'SCMP_CMP_EQ' })),
      ...allowedByArchitecture.map(([arches, calls]) => ({
        ...allow(calls.split(' ')),
        includes: { arches: arches.split(' ') },
      })),
      ...Object.entries(allowedByCapability).map(([name, calls]) => ({
        ...allow(calls.split(' ')),
        includes: { caps: [`CAP_${name}`] },
      })),
      ...withoutSysAdmin(),
    ],
  };
}

/** Each native architecture with those whose programs it runs too. */
const architectures: readonly (readonly [string, ...string[]])[] = [
  ['X86_64', 'X86', 'X32'],
  ['AARCH64', 'ARM'],
  ['MIPS64', 'MIPS', 'MIPS64N32'],
  ['MIPS64N32', 'MIPS', 'MIPS64'],
  ['MIPSEL64', 'MIPSEL', 'MIPSEL64N32'],
  ['MIPSEL64N32', 'MIPSEL', 'MIPSEL64'],
  ['S390X', 'S390'],
  ['RISCV64'],
  ['LOONGARCH64'],
];

/** clone without new namespaces; clone3 hides its flags from the filter, so libc is made to fall back to clone. */
function withoutSysAdmin(): SeccompProfileRule[] {
  const excluded = ['CAP_SYS_ADMIN'];
  const noNamespaces = { value: namespaceFlags, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' } as const;
  return [
    {
      ...allow(['clone'], { index: 0, ...noNamespaces }),
      excludes: { caps: excluded, arches: ['s390', 's390x'] },
    },
    {
      ...allow(['clone'], { index: 1, ...noNamespaces }),
      includes: { arches: ['s390', 's390x'] },
      excludes: { caps: excluded },
    },
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: enosys, excludes: { caps: excluded } },
  ];
}

function allow(names: string[], ...args: SeccompArgument[]): SeccompProfileRule {
  return { names, action: 'SCMP_ACT_ALLOW', ...(args.length > 0 && { args }) };
}
