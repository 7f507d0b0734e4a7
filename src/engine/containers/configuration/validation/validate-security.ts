// The options of `--security-opt` that can be understood.

import { invalid } from '../../../../lib/errors.ts';

const flags = ['no-new-privileges', 'disable'];
const keys = ['label', 'apparmor', 'seccomp', 'no-new-privileges', 'systempaths', 'writable-cgroups', 'credentialspec'];

/** Throws `invalid` with Docker's wording for an option without a value, or of no known name. */
export function validateSecurityOptions(options: readonly string[]): void {
  for (const option of options) {
    if (flags.includes(option)) continue;
    const [, key = ''] = /^([^=:]+)[=:]/.exec(option) ?? [];
    if (key === '') throw invalid(`invalid --security-opt 1: "${option}"`);
    if (!keys.includes(key)) throw invalid(`invalid --security-opt 2: "${option}"`);
  }
}
