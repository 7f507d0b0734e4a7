// `userns-remap`: whose subordinate ids the users of all containers become.

import { invalid, systemError } from '../../lib/errors.ts';
import { type IdMap, type Owner, rootOutside } from '../../lib/id-map.ts';
import type { Account, Accounts } from './accounts.ts';
import { freeRange, mapOnto, rangesOf } from './subordinate-ids.ts';

/** The account Docker makes for `default`. */
const defaultName = 'dockremap';

export interface Remap {
  ids: IdMap;
  /** Who the root of a container is on the host. */
  root: Owner;
  /** `user:group`, for the log. */
  names: string;
}

/**
 * `setting` is `default` or `user[:group]`, each by name or number; undefined for root, who cannot be remapped to
 * himself. `default` makes its account and gives it ids where they are missing. Throws `invalid` in Docker's words for
 * an account that does not exist or has no ids, `system` when the account cannot be made.
 */
export function resolveRemap(setting: string, accounts: Accounts): Remap | undefined {
  const parts = setting.split(':');
  const [userPart = '', groupPart] = parts;
  if (parts.length > 2 || userPart === '' || groupPart === '') {
    throw invalid(`Invalid user/group specification in --userns-remap: ${JSON.stringify(setting)}`);
  }
  if (userPart === 'default') prepareDefault(accounts);
  const user = findUser(userPart === 'default' ? defaultName : userPart, accounts);
  const group = groupPart === undefined ? ownGroup(userPart, user, accounts) : findGroup(groupPart, accounts);
  if (user.name === 'root') return undefined;
  const ranges = (kind: 'subuid' | 'subgid') => {
    const found = rangesOf(accounts.subordinate(kind), { name: user.name, uid: user.id });
    if (found.length > 0) return mapOnto(found);
    throw invalid(`Can't create ID mappings: no ${kind} ranges found for user ${JSON.stringify(user.name)}`);
  };
  const ids = { uid: ranges('subuid'), gid: ranges('subgid') };
  // Every map begins with container id 0.
  return { ids, root: rootOutside(ids) as Owner, names: `${user.name}:${group.name}` };
}

function prepareDefault(accounts: Accounts): void {
  try {
    if (!accounts.find('passwd', defaultName)) accounts.add(defaultName);
    const uid = accounts.find('passwd', defaultName)?.id ?? -1;
    const texts = [accounts.subordinate('subuid'), accounts.subordinate('subgid')] as const;
    const missing = texts.map(text => rangesOf(text, { name: defaultName, uid }).length === 0);
    if (missing.every(Boolean)) accounts.addRanges(defaultName, freeRange(...texts));
  } catch (error) {
    throw systemError(`userns-remap: the account ${defaultName} cannot be prepared`, error);
  }
}

function findUser(key: string, accounts: Accounts) {
  const found = accounts.find('passwd', key);
  if (found) return found;
  throw invalid(
    isNumber(key) ? `Uid ${key} has no entry in /etc/passwd` : `Error during uid lookup for ${JSON.stringify(key)}`,
  );
}

/** The one of the same name, or of the same number where a number was given. */
function ownGroup(userPart: string, user: Account, accounts: Accounts): Account {
  if (isNumber(userPart)) return findGroup(userPart, accounts);
  const found = accounts.find('group', user.name);
  if (!found) throw invalid(`Error during gid lookup for ${JSON.stringify(user.name)}: use user:group`);
  return found;
}

function findGroup(key: string, accounts: Accounts) {
  const found = accounts.find('group', key);
  if (found) return found;
  throw invalid(
    isNumber(key)
      ? `Gid ${key} has no entry in /etc/group`
      : `Error during groupname lookup for ${JSON.stringify(key)}`,
  );
}

const isNumber = (text: string) => /^\d+$/.test(text);
