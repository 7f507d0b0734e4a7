// A seccomp profile with Docker's conditions, made into the plain list an OCI runtime takes.

import { invalid } from '../../lib/errors.ts';
import type { OciSeccomp, SeccompRule } from '../../oci/runtime-spec.ts';
import type { SeccompFilter, SeccompProfile, SeccompProfileRule } from '../spec/input.ts';
import { kernelAtLeast } from '../spec/kernel-version.ts';

interface SeccompConditions {
  /** The container's bounding set, full names. */
  capabilities: readonly string[];
  /** Go's name: amd64, arm64, ... */
  architecture: string;
  /** `6.18.44-…` */
  kernelVersion: string;
}

/** Throws `invalid`, in Docker's words, for a profile that contradicts itself. */
export function resolveProfile(profile: SeccompProfile, conditions: SeccompConditions): OciSeccomp {
  if (profile.architectures?.length && profile.archMap?.length) {
    throw invalid(
      "both 'architectures' and 'archMap' are specified in the seccomp profile, use either 'architectures' or 'archMap'",
    );
  }
  const architectures = profile.architectures ?? mappedArchitectures(profile, conditions.architecture);
  const rules = (profile.syscalls ?? []).filter(rule => applies(rule, conditions)).map(plainRule);
  return {
    defaultAction: profile.defaultAction,
    ...(profile.defaultErrnoRet !== undefined && { defaultErrnoRet: profile.defaultErrnoRet }),
    ...(architectures.length > 0 && { architectures }),
    ...(profile.flags?.length && { flags: profile.flags }),
    ...(profile.listenerPath && { listenerPath: profile.listenerPath }),
    ...(profile.listenerMetadata && { listenerMetadata: profile.listenerMetadata }),
    syscalls: rules,
  };
}

const seccompNames: Readonly<Record<string, string>> = {
  amd64: 'X86_64',
  arm64: 'AARCH64',
  386: 'X86',
  arm: 'ARM',
  mips64: 'MIPS64',
  mips64le: 'MIPSEL64',
  ppc64le: 'PPC64LE',
  s390x: 'S390X',
  riscv64: 'RISCV64',
  loong64: 'LOONGARCH64',
};

function mappedArchitectures(profile: SeccompProfile, architecture: string): string[] {
  const native = `SCMP_ARCH_${seccompNames[architecture] ?? architecture.toUpperCase()}`;
  const entry = profile.archMap?.find(item => item.architecture === native);
  return entry ? [native, ...(entry.subArchitectures ?? [])] : [];
}

function applies(rule: SeccompProfileRule, conditions: SeccompConditions): boolean {
  const { includes, excludes } = rule;
  if (excludes && excluded(excludes, conditions)) return false;
  if (!includes) return true;
  if (includes.arches?.length && !includes.arches.includes(conditions.architecture)) return false;
  if (includes.caps?.some(name => !conditions.capabilities.includes(name))) return false;
  return !includes.minKernel || kernelAtLeast(conditions.kernelVersion, includes.minKernel);
}

function excluded(filter: SeccompFilter, conditions: SeccompConditions): boolean {
  if (filter.arches?.includes(conditions.architecture)) return true;
  if (filter.caps?.some(name => conditions.capabilities.includes(name))) return true;
  return !!filter.minKernel && kernelAtLeast(conditions.kernelVersion, filter.minKernel);
}

function plainRule(rule: SeccompProfileRule): SeccompRule {
  if (rule.name && rule.names?.length) {
    throw invalid("both 'name' and 'names' are specified in the seccomp profile, use either 'name' or 'names'");
  }
  return {
    names: rule.name ? [rule.name] : (rule.names ?? []),
    action: rule.action,
    ...(rule.errnoRet !== undefined && { errnoRet: rule.errnoRet }),
    ...(rule.args?.length && { args: rule.args }),
  };
}
