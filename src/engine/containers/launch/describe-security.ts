// `--security-opt` in the runtime's words.

import type { HostConfig } from '../../../api/types/container-config.ts';
import { invalid } from '../../../lib/errors.ts';
import { parseGoBool } from '../../../lib/text/go-values.ts';
import type { SpecInput } from '../../../runtime/index.ts';
import type { ContainerDefaults } from '../../engine.ts';

type SecurityInput = Pick<SpecInput, 'seccomp' | 'noNewPrivileges' | 'apparmorProfile' | 'writableCgroups'>;

/**
 * Clients send a seccomp profile's text, not its path. A profile of AppArmor counts only where the kernel has it, as
 * Docker does. Throws `invalid` naming the option.
 */
export function describeSecurity(
  host: HostConfig,
  defaults: Pick<ContainerDefaults, 'seccomp' | 'noNewPrivileges'>,
  apparmor: boolean,
): SecurityInput {
  const result: SecurityInput = {
    seccomp: host.Privileged ? 'unconfined' : defaults.seccomp.profile,
    noNewPrivileges: defaults.noNewPrivileges,
  };
  for (const option of host.SecurityOpt ?? []) {
    const separator = option.search(/[=:]/);
    const key = separator < 0 ? option : option.slice(0, separator);
    const value = separator < 0 ? '' : option.slice(separator + 1);
    switch (key) {
      case 'no-new-privileges':
        result.noNewPrivileges = parseGoBool(value) ?? true;
        break;
      case 'seccomp':
        result.seccomp = parseSeccomp(value);
        break;
      case 'apparmor':
        if (apparmor && value !== 'unconfined') result.apparmorProfile = value;
        break;
      case 'writable-cgroups':
        result.writableCgroups = parseGoBool(value) ?? true;
        break;
      // Those of SELinux mean nothing here; the paths are the host configuration's.
      case 'label':
      case 'disable':
      case 'systempaths':
        break;
      default:
        throw invalid(`invalid --security-opt 2: "${option}"`);
    }
  }
  return result;
}

function parseSeccomp(value: string): SpecInput['seccomp'] {
  if (value === 'unconfined') return 'unconfined';
  if (value === 'builtin' || value === '') return 'default';
  try {
    return JSON.parse(value) as SpecInput['seccomp'];
  } catch (error) {
    throw invalid('Decoding seccomp profile failed: not a JSON document', error);
  }
}
