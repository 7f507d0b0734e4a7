// What a bake file from elsewhere may have of this machine: the working directory, and what its user allows beyond that.
import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { parseFields } from '../../build/options/fields.ts';
import { ExitError } from '../../failure.ts';
import type { BakeTarget } from '../files/bake-file.ts';
import { withoutHere } from '../files/clean-path.ts';
import type { ResolvedTargets } from '../resolve-targets.ts';
import { hasScheme } from './remote-targets.ts';

type Reach =
  | { readonly kind: 'fs.read' | 'fs.write'; readonly path: string }
  | { readonly kind: 'ssh' | 'network.host' | 'security.insecure' };

/**
 * `allowed`: values of `--allow` (`fs=PATH`, `fs.read=PATH`, `fs.write=PATH`, `fs=*`, `ssh`, `network.host`,
 * `security.insecure`). Throws an ExitError that lists, in buildx's words, what else is asked for.
 */
export function checkReach({ targets }: ResolvedTargets, o: { directory: string; allowed: readonly string[] }): void {
  const texts = o.allowed.flatMap(text => text.split(','));
  const missing = [...targets.values()].flatMap(target => reachOf(target, o.directory)).filter(one => !isAllowed(one));
  if (missing.length === 0) return;
  const flags = [...new Set(missing.map(one => `--allow=${one.kind}${'path' in one ? `=${one.path}` : ''}`))];
  const lines = [...new Set(missing.map(one => ` - ${wordsFor(one)}\n`))];
  throw new ExitError(
    1,
    `Your build is requesting privileges for following possibly insecure capabilities:\n\n${lines.join('')}\n` +
      `Pass ${JSON.stringify(flags.join(' '))} to grant requested privileges.\n\nERROR: additional privileges requested`,
  );

  function isAllowed(one: Reach): boolean {
    if (!('path' in one)) return texts.includes(one.kind);
    const granted = texts.flatMap(text => {
      const [kind, path = ''] = text.split('=', 2);
      return kind === 'fs' || kind === one.kind ? [path] : [];
    });
    return (
      granted.includes('*') || [o.directory, ...granted].some(root => isBelow(one.path, resolve(o.directory, root)))
    );
  }
}

function wordsFor(one: Reach): string {
  switch (one.kind) {
    case 'fs.read':
      return `Read access to path ${one.path}`;
    case 'fs.write':
      return `Write access to path ${one.path}`;
    case 'ssh':
      return 'Forwarding default SSH agent socket';
    case 'network.host':
      return 'Running build containers that can access host network';
    case 'security.insecure':
      return 'Running privileged containers that can make system changes';
  }
}

function reachOf(target: BakeTarget, directory: string): Reach[] {
  const {
    context = '',
    contexts = {},
    dockerfile = '',
    secret = [],
    ssh = [],
    output = [],
    entitlements = [],
  } = target;
  const layouts = Object.values(contexts).flatMap(one => /^oci-layout:\/\/([^@]*)/.exec(one)?.[1] ?? []);
  const read = [
    ...[context, ...Object.values(contexts)].map(withoutHere).filter(isPath),
    ...layouts,
    ...dockerfileOf(context, dockerfile),
    ...secret.flatMap(text => field(text, 'src') ?? field(text, 'source') ?? []),
    ...(target['cache-from'] ?? []).flatMap(text => field(text, 'src') ?? []),
  ];
  const write = [...output, ...(target['cache-to'] ?? [])].flatMap(destinationOf).filter(path => path !== '-');
  const files = (kind: 'fs.read' | 'fs.write', paths: readonly string[]) =>
    paths.map((path): Reach => ({ kind, path: resolve(directory, path) }));
  return [
    ...files('fs.read', read),
    ...files('fs.write', write),
    ...ssh.map((): Reach => ({ kind: 'ssh' })),
    ...entitlements.flatMap((kind): Reach[] =>
      kind === 'network.host' || kind === 'security.insecure' ? [{ kind }] : [],
    ),
  ];
}

/** Whether a context is a place on this machine. What is relative in a repository has its address by now. */
const isPath = (context: string) => context !== '' && context !== '-' && !hasScheme(context);

/** That of a context from elsewhere is there, too, unless it says that it is here. */
function dockerfileOf(context: string, dockerfile: string): string[] {
  const [place, here] = [withoutHere(context), withoutHere(dockerfile)];
  if (here === '') return [];
  if (here !== dockerfile) return [here];
  if (place !== '' && !isPath(place)) return [];
  return [isAbsolute(here) ? here : join(place, here)];
}

/** A text without fields is a destination. */
function destinationOf(text: string): string[] {
  if (!text.includes('=')) return [text];
  const path = field(text, 'dest');
  return path === undefined ? [] : [path];
}

/** A text may be a name instead of fields. */
const field = (text: string, name: string) => (text.includes('=') ? parseFields(text).get(name) : undefined);

/** By where links lead. */
function isBelow(path: string, root: string): boolean {
  const way = relative(real(root), real(path));
  return way !== '..' && !way.startsWith('../');
}

/** Of what is not there the directory it would be in counts. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : resolve(real(parent), relative(parent, path));
  }
}
