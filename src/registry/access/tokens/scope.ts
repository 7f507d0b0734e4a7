// What a token is asked for and grants, in the words of Docker's token protocol.
import { isRepositoryName } from '../../names.ts';
import type { Needs } from '../access-control.ts';
import type { Rules } from '../rules.ts';

/** One entry of a token's `access`. */
export interface Grant {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

const repositoryActions = ['pull', 'push', 'delete'] as const;

/** `repository:library/nginx:pull,push registry:catalog:*` as entries; what is malformed is left out. */
export function parseScopes(texts: readonly string[]): Grant[] {
  return texts
    .flatMap(text => text.split(' '))
    .flatMap(text => {
      const match = /^([a-z0-9]+)(?:\([^)]*\))?:([^\s]+):([^:\s]*)$/.exec(text);
      return match ? [{ type: match[1] ?? '', name: match[2] ?? '', actions: (match[3] ?? '').split(',') }] : [];
    });
}

/** The part of `wanted` that `rules` allow `user`. */
export function grant(rules: Rules, user: string, wanted: readonly Grant[]): Grant[] {
  return wanted.map(({ type, name, actions }) => {
    if (type === 'registry' && name === 'catalog') return { type, name, actions: actions.filter(one => one === '*') };
    // What is no name is nobody's, and patterns take long over what is longer than names are.
    if (type !== 'repository' || !isRepositoryName(name)) return { type, name, actions: [] };
    const allowed = repositoryActions.filter(
      action => (actions.includes(action) || actions.includes('*')) && rules.allow(user, action, name),
    );
    const everything = actions.includes('*') && allowed.length === repositoryActions.length;
    return { type, name, actions: everything ? [...allowed, '*'] : allowed };
  });
}

/** What a client has to ask a token for. */
export function formatScope(needs: Needs): string | undefined {
  if (needs === 'any' || needs === 'visible') return undefined;
  if (needs === 'catalog') return 'registry:catalog:*';
  return needs.map(({ repository, actions }) => `repository:${repository}:${actions.join(',')}`).join(' ');
}

/** Whether a token with these entries may do that. */
export function includes(grants: readonly Grant[], type: string, name: string, action: string): boolean {
  return grants.some(one => one.type === type && one.name === name && one.actions.includes(action));
}
