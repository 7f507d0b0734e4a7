// The local driver's options: `type`, `device` and `o`, as for mount(8).

import { execFileSync } from 'node:child_process';
import { isIP } from 'node:net';
import { errorMessage, invalid, systemError } from '../../lib/errors.ts';
import { ownEntry } from '../../lib/own-entry.ts';

/** What to mount at the volume's path; the words of `options` as in mount(8). */
interface LocalMount {
  type: string;
  device: string;
  options: string;
}

/** Which other options each one needs. */
const needs: Record<string, string[]> = { type: ['device'], device: ['type'], o: ['device', 'type'], size: [] };

/** Longest a name server may take; the daemon stands still meanwhile. */
const lookupTimeoutMs = 3000;

/** Checks the options; undefined when there are none. Throws `invalid` in Docker's words. */
export function readLocalOptions(options: Record<string, string>): LocalMount | undefined {
  const given = Object.keys(options);
  for (const key of given) {
    if (ownEntry(needs, key) === undefined) throw invalid(`invalid option: ${JSON.stringify(key)}`);
  }
  if (options.size !== undefined) throw invalid('quota size requested but no quota support');
  for (const key of given) {
    const missing = needs[key]?.find(other => !options[other]);
    if (missing) throw invalid(`missing required option: ${JSON.stringify(missing)}`);
  }
  if (!options.type || !options.device) return undefined;
  return { type: options.type, device: options.device, options: options.o ?? '' };
}

/**
 * The options with the server's name in `addr=` resolved, for NFS and CIFS: the kernel takes only addresses there.
 * Throws `system` when the name has none.
 */
export function resolveServer(mount: LocalMount): LocalMount {
  if (!['nfs', 'nfs4', 'cifs'].includes(mount.type)) return mount;
  const words = mount.options.split(',').map(word => {
    const name = word.startsWith('addr=') ? word.slice('addr='.length) : '';
    return name === '' || isIP(name) ? word : `addr=${lookUp(name)}`;
  });
  return { ...mount, options: words.join(',') };
}

function lookUp(name: string): string {
  try {
    const answer = execFileSync('getent', ['ahosts', '--', name], { encoding: 'utf8', timeout: lookupTimeoutMs });
    const address = answer.split(/\s/)[0] ?? '';
    if (isIP(address)) return address;
  } catch (error) {
    throw systemError(`error resolving passed in network volume address: ${name}: ${errorMessage(error)}`, error);
  }
  throw systemError(`error resolving passed in network volume address: ${name}: no address`);
}
