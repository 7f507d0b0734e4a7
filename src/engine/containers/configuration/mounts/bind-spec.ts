// `source:destination:mode`, the text form of a bind or volume mount (`-v`, HostConfig.Binds).

import { posix } from 'node:path';
import { invalid } from '../../../../lib/errors.ts';
import type { ContainerMount } from '../../state/container-mount.ts';

const propagations = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'] as const;
type Propagation = (typeof propagations)[number];

/** A mount whose volume, if it is one, has no source yet. Throws `invalid` with Docker's wording. */
export function parseBind(text: string): ContainerMount {
  const parts = text.split(':');
  const refuse = (why: string) => invalid(`invalid volume specification: '${text}'${why ? `: ${why}` : ''}`);
  if (parts.length > 3 || parts.some(part => part === '')) throw refuse('');
  const [first = '', second, third = ''] = parts;
  if (second === undefined) throw refuse('');
  const isBind = first.startsWith('/');
  const kind = isBind ? 'bind' : 'volume';
  if (!second.startsWith('/')) {
    throw refuse(
      `invalid mount config for type "${kind}": invalid mount path: '${second}' mount path must be absolute`,
    );
  }
  const destination = posix.normalize(second).replace(/(.)\/$/, '$1');
  if (destination === '/')
    throw refuse(`invalid mount config for type "${kind}": invalid specification: destination can't be '/'`);
  if (!isBind && third.split(',').some(word => propagations.some(name => name === word))) {
    throw refuse('invalid mount config for type "volume": field BindOptions must not be specified');
  }
  const mode = parseMode(third, isBind, () => invalid(`invalid mode: ${third}`));
  const common = { destination, mode: third, readWrite: mode.readWrite, hidden: false };
  if (isBind) {
    return {
      ...common,
      type: 'bind',
      source: posix.normalize(first).replace(/(.)\/$/, '$1'),
      propagation: mode.propagation ?? '',
      createSource: true,
    };
  }
  return {
    ...common,
    mode: third || 'z',
    type: 'volume',
    source: '',
    name: first,
    propagation: '',
    noCopy: mode.noCopy,
  };
}

function parseMode(
  text: string,
  isBind: boolean,
  refuse: () => Error,
): { readWrite: boolean; noCopy: boolean; propagation: Propagation | undefined } {
  let readWrite: boolean | undefined;
  let noCopy = false;
  let propagation: Propagation | undefined;
  for (const word of text === '' ? [] : text.split(',')) {
    const known = propagations.find(name => name === word);
    if ((word === 'ro' || word === 'rw') && readWrite === undefined) readWrite = word === 'rw';
    else if (known && isBind && propagation === undefined) propagation = known;
    else if (word === 'nocopy' && !isBind) noCopy = true;
    else if (!['z', 'Z', 'cached', 'delegated', 'consistent'].includes(word)) throw refuse();
  }
  return { readWrite: readWrite ?? true, noCopy, propagation };
}
