// The `auth` mapping of the configuration file: who may do what.

import { invalid } from '../../../lib/errors.ts';
import type { AccessOptions, AccessRule, Action, TokenOptions } from '../../../registry/index.ts';
import { Section } from './checks.ts';

const actions: readonly Action[] = ['pull', 'push', 'delete', 'catalog'];
const everything: AccessRule = { repositories: ['**'], users: ['*'], actions };
const minute = 60_000;

/** Undefined when neither file nor flags ask anybody to sign in. Throws `invalid`. */
export function readAccess(
  file: Section,
  flags: { htpasswd: string | undefined; tokens: boolean | undefined; secure: boolean },
): AccessOptions | undefined {
  const auth = file.section('auth');
  const htpasswd = flags.htpasswd ?? auth.string('htpasswd');
  const realm = auth.string('realm') ?? 'berth registry';
  const groupSection = auth.section('groups');
  const groups = Object.fromEntries(groupSection.keys().map(name => [name, groupSection.strings(name) ?? []]));
  const rules = auth.sections('rules').map(readRule);
  const tokens = readTokens(auth, flags.tokens);
  auth.done();
  if (htpasswd === undefined) {
    if (rules.length > 0 || tokens) throw invalid('auth: rules and tokens need auth.htpasswd');
    return undefined;
  }
  checkGroups(rules, groups);
  return { htpasswd, realm, secure: flags.secure, tokens, groups, rules: rules.length > 0 ? rules : [everything] };
}

function readRule(section: Section): AccessRule {
  const rule: AccessRule = {
    repositories: section.required('repositories', section.strings('repositories')),
    users: section.required('users', section.strings('users')),
    actions: section
      .required('actions', section.words('actions', [...actions, 'all' as const]))
      .flatMap(word => (word === 'all' ? actions : [word])),
  };
  section.done();
  return rule;
}

function checkGroups(rules: readonly AccessRule[], groups: Readonly<Record<string, readonly string[]>>): void {
  for (const user of rules.flatMap(rule => rule.users)) {
    if (user.startsWith('@') && !Object.hasOwn(groups, user.slice(1))) {
      throw invalid(`auth.rules: no group "${user.slice(1)}" in auth.groups`);
    }
  }
}

/** `tokens: true`, or a mapping. */
function readTokens(auth: Section, flag: boolean | undefined): TokenOptions | undefined {
  const simple = isBool(auth) ? auth.bool('tokens') : undefined;
  if (flag === false || simple === false) return undefined;
  if (flag === undefined && simple === undefined && !auth.has('tokens')) return undefined;
  const section = simple === undefined ? auth.section('tokens') : new Section({}, '');
  const options: TokenOptions = {
    issuer: section.string('issuer') ?? 'berth-registry',
    service: section.string('service') ?? 'berth-registry',
    realm: section.string('realm'),
    lifetime: lifetime(section, 'lifetime') ?? 5 * minute,
    refreshLifetime: lifetime(section, 'refresh-lifetime') ?? 30 * 24 * 60 * minute,
  };
  section.done();
  return options;
}

/** They count in seconds. */
function lifetime(section: Section, key: string): number | undefined {
  const value = section.duration(key);
  if (value !== undefined && value < 1000) section.refuse(key, 'at least one second');
  return value;
}

function isBool(auth: Section): boolean {
  try {
    return auth.bool('tokens') !== undefined;
  } catch {
    return false;
  }
}
