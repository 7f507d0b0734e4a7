// `--ulimit`, `--sysctl`, `--cap-add` and `--cap-drop`, `--restart`.

import type { RestartPolicy } from '../../api/types/container-config.ts';

interface Ulimit {
  Name: string;
  Hard: number;
  Soft: number;
}

const ulimitNames = new Set(
  'core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(' '),
);

/** `--ulimit NAME=SOFT[:HARD]`; -1 is unlimited. */
export function parseUlimit(text: string): Ulimit {
  const equals = text.indexOf('=');
  if (equals < 0) throw new Error(`invalid ulimit argument: ${text}`);
  const name = text.slice(0, equals);
  if (!ulimitNames.has(name)) throw new Error(`invalid ulimit type: ${name}`);
  const values = text.slice(equals + 1).split(':');
  if (values.length > 2)
    throw new Error(`too many limit value arguments - ${values.join(':')}, can only have up to two, \`soft[:hard]\``);
  const [soft, hard = soft] = values.map(ulimitValue);
  if (hard !== -1 && (soft! > hard! || soft === -1)) {
    throw new Error(
      soft === -1
        ? `ulimit soft limit must be less than or equal to hard limit: soft: -1 (unlimited), hard: ${hard}`
        : `ulimit soft limit must be less than or equal to hard limit: ${soft} > ${hard}`,
    );
  }
  return { Name: name, Hard: hard!, Soft: soft! };
}

function ulimitValue(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new Error(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

const sysctls = new Set(
  'kernel.msgmax kernel.msgmnb kernel.msgmni kernel.sem kernel.shmall kernel.shmmax kernel.shmmni kernel.shm_rmid_forced'.split(
    ' ',
  ),
);

/** `--sysctl NAME=VALUE`, only what a container has for itself. */
export function checkSysctl(text: string): string {
  const name = text.split('=')[0]!;
  const own = sysctls.has(name) || name.startsWith('net.') || name.startsWith('fs.mqueue.');
  if (!text.includes('=') || !own) throw new Error(`sysctl '${text}' is not allowed`);
  return text;
}

/** Capabilities as the daemon wants them: upper case with CAP_, sorted. */
export function resolveCapabilityFlags(
  add: readonly string[],
  drop: readonly string[],
): { add: string[] | null; drop: string[] | null } {
  return { add: orNull(normalize(add)), drop: orNull(normalize(drop)) };
}

function normalize(names: readonly string[]): string[] {
  const full = names.map(name => {
    const upper = name.trim().toUpperCase();
    return upper === 'ALL' || upper === 'RESET' || upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
  });
  return full.includes('ALL') ? ['ALL'] : [...new Set(full)].sort();
}

const orNull = (names: string[]) => (names.length > 0 ? names : null);

/** `--restart NAME[:COUNT]`; the daemon knows which names there are. */
export function parseRestartPolicy(text: string): RestartPolicy {
  const colon = text.indexOf(':');
  const name = (colon < 0 ? text : text.slice(0, colon)) as RestartPolicy['Name'];
  if (text !== '' && !name) throw new Error('invalid restart policy format: no policy provided before colon');
  if (colon < 0) return { Name: name, MaximumRetryCount: 0 };
  const count = text.slice(colon + 1);
  if (!/^[+-]?\d+$/.test(count))
    throw new Error('invalid restart policy format: maximum retry count must be an integer');
  return { Name: name, MaximumRetryCount: Number(count) };
}
