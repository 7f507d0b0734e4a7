// chmod's symbolic modes: `u=rwX,go-w`.
import { invalid } from '../../../lib/errors.ts';

const who: Readonly<Record<string, number>> = { u: 0o700, g: 0o070, o: 0o007, a: 0o777 };
const bits: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111 };

/** The mode after the rules. `X` is x for directories and where anybody has it. Throws `invalid` for a bad rule. */
export function applySymbolicMode(rules: string, mode: number, isDirectory: boolean): number {
  let result = mode;
  for (const rule of rules.split(',')) {
    const match = /^([ugoa]*)((?:[-+=][rwxXstugo]*)+)$/.exec(rule);
    if (!match) throw invalid(`invalid chmod parameter: '${rules}'`);
    const classes = match[1] || 'a';
    for (const [, operator = '', permissions = ''] of (match[2] ?? '').matchAll(/([-+=])([rwxXstugo]*)/g)) {
      result = change(result, { classes, operator, permissions, isDirectory });
    }
  }
  return result;
}

function change(
  mode: number,
  o: { classes: string; operator: string; permissions: string; isDirectory: boolean },
): number {
  const mask = [...o.classes].reduce((sum, name) => sum | (who[name] ?? 0), 0);
  let wanted = 0;
  let special = 0;
  for (const permission of o.permissions) {
    if (permission === 'X') wanted |= o.isDirectory || (mode & 0o111) !== 0 ? 0o111 : 0;
    else if (permission === 't') special |= 0o1000;
    else if (permission === 's')
      special |= (/[ua]/.test(o.classes) ? 0o4000 : 0) | (/[ga]/.test(o.classes) ? 0o2000 : 0);
    else if (permission in bits) wanted |= bits[permission] ?? 0;
    else wanted |= spread(mode, permission);
  }
  const chosen = (wanted & mask) | special;
  if (o.operator === '+') return mode | chosen;
  if (o.operator === '-') return mode & ~chosen;
  const ownSpecial = (/[ua]/.test(o.classes) ? 0o4000 : 0) | (/[ga]/.test(o.classes) ? 0o2000 : 0);
  return (mode & ~mask & ~ownSpecial) | chosen;
}

/** The permissions of one class for all three. */
function spread(mode: number, name: string): number {
  const own = name === 'u' ? mode >> 6 : name === 'g' ? mode >> 3 : mode;
  return (own & 7) * 0o111;
}
