// Which commit of which repository the files of a build are of, as buildx tells it. Read from the repository's own files: asking
// git would take longer than many a build.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { withoutCredentials } from '../../lib/text/without-credentials.ts';

/** Where git keeps what it knows: of this work tree, and of all work trees of the repository. */
interface Repository {
  readonly root: string;
  readonly own: string;
  readonly common: string;
}

/**
 * Attributes `vcs:…` for directories by the names the build has for them; none outside of a work tree. What cannot be read (a
 * repository of another kind, one without a commit) is left out.
 */
export function gitAttributes(directories: Readonly<Record<string, string>>): Record<string, string> {
  const { context } = directories;
  const repository = context === undefined ? undefined : repositoryOf(context);
  if (!repository) return {};
  const revision = revisionOf(repository);
  const source = remoteOf(repository);
  const places = Object.entries(directories)
    .map(([name, directory]) => [name, relative(repository.root, directory) || '.'] as const)
    .filter(([, place]) => place !== '..' && !place.startsWith('../'));
  return {
    ...(revision !== undefined && { 'vcs:revision': revision }),
    ...(source !== undefined && { 'vcs:source': withoutCredentials(source) }),
    ...Object.fromEntries(places.map(([name, place]) => [`vcs:localdir:${name}`, place])),
  };
}

/** The nearest one upwards; a `.git` that is a file leads to where it is (work trees, submodules). */
function repositoryOf(directory: string): Repository | undefined {
  for (let root = directory; ; root = dirname(root)) {
    const place = join(root, '.git');
    const isFile = statSync(place, { throwIfNoEntry: false })?.isFile();
    const own = isFile ? resolve(root, /^gitdir: (.*)$/m.exec(text(place))?.[1] ?? '.git') : place;
    if (existsSync(join(own, 'HEAD'))) {
      return { root, own, common: resolve(own, text(join(own, 'commondir')).trim()) };
    }
    if (root === dirname(root)) return undefined;
  }
}

const commit = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

function revisionOf(repository: Repository): string | undefined {
  const head = text(join(repository.own, 'HEAD')).trim();
  const name = /^ref: (.*)$/.exec(head)?.[1];
  const found = name === undefined ? head : reference(repository, name);
  return commit.test(found) ? found : undefined;
}

function reference({ own, common }: Repository, name: string): string {
  const loose = text(join(own, name)) || text(join(common, name));
  if (loose !== '') return loose.trim();
  const packed = text(join(common, 'packed-refs')).split('\n');
  return packed.find(line => line.endsWith(` ${name}`))?.split(' ')[0] ?? '';
}

/** The address of what the branch follows, else of `upstream` or `origin`. */
function remoteOf(repository: Repository): string | undefined {
  const sections = sectionsOf(text(join(repository.common, 'config')));
  const branch = /^ref: refs\/heads\/(.*)$/m.exec(text(join(repository.own, 'HEAD')))?.[1];
  const followed = sections.get(`branch "${branch}"`)?.remote;
  const names = [followed, 'upstream', 'origin'].flatMap(name => name ?? []);
  return names.map(name => sections.get(`remote "${name}"`)?.url).find(url => url !== undefined);
}

function sectionsOf(config: string): Map<string, Record<string, string>> {
  const sections = new Map<string, Record<string, string>>();
  let current: Record<string, string> = {};
  for (const line of config.split('\n')) {
    const section = /^\s*\[(.*)\]\s*$/.exec(line)?.[1];
    const [, key, value] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (section !== undefined) {
      current = sections.get(section) ?? {};
      sections.set(section, current);
    } else if (key !== undefined && value !== undefined) current[key.toLowerCase()] = value;
  }
  return sections;
}

/** '' for what cannot be read. */
function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
