// The options of `--security-opt` that can be understood.

import { invalid } from '../../../../lib/errors.ts';
import { parseGoBool } from '../../../../lib/text/go-values.ts';

const flags = ['no-new-privileges', 'writable-cgroups', 'disable'];
/** Flags that may have a value, too. */
const switches = ['no-new-privileges', 'writable-cgroups'];
const keys = ['label', 'apparmor', 'seccomp', 'no-new-privileges', 'systempaths', 'writable-cgroups', 'credentialspec'];

/** Throws `invalid` with Docker's wording for an option without a value, or of no known name. */
export function validateSecurityOptions(options: readonly string[]): void {
  for (const option of options) {
    if (flags.includes(option)) continue;
    const [, key = '', value = ''] = /^([^=:]+)[=:](.*)$/s.exec(option) ?? [];
    if (key === '') throw invalid(`invalid --security-opt 1: "${option}"`);
    const understood = keys.includes(key) && !(switches.includes(key) && parseGoBool(value) === undefined);
    if (!understood) throw invalid(`invalid --security-opt 2: "${option}"`);
  }
}
