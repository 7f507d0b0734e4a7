// Git repositories as builds name them: `https://host/repo.git#ref:subdir`, `git@host:repo`, `ssh://…`, `git://…`.
import { invalid } from '../../../../lib/errors.ts';
import { splitOnce } from '../../../../lib/text/split-once.ts';

export interface GitReference {
  /** Without fragment and query: what git is asked for. */
  readonly remote: string;
  /** `repo` of `…/repo.git`. */
  readonly name: string;
  /** A branch, a tag, `refs/…` or a commit; undefined is the repository's default branch. */
  readonly ref?: string;
  readonly subdir?: string;
  /** The commit it has to be, or the beginning of it. */
  readonly checksum?: string;
  readonly keepGitDir?: boolean;
  readonly submodules?: boolean;
}

const scp = /^(?:[a-zA-Z0-9_][a-zA-Z0-9_.~-]*)@([^:/]+):([^:].*)$/;

/**
 * The repository a text means; undefined when it means none. HTTP addresses are repositories only when their path ends
 * in `.git`, and `github.com/…` only for contexts (`asContext`). Throws `invalid` for a bad query.
 */
export function parseGitReference(text: string, options: { asContext?: boolean } = {}): GitReference | undefined {
  if (text.startsWith('./') || text.startsWith('../') || text.startsWith('/')) return undefined;
  if (options.asContext && text.startsWith('github.com/')) return fromUrl(`https://${text}`, true);
  if (/^(?:https?|ssh|git):\/\//i.test(text)) return fromUrl(text, false);
  const match = scp.exec(text);
  return match ? fromScp(text) : undefined;
}

function fromUrl(text: string, anyPath: boolean): GitReference | undefined {
  const [address = '', fragment = ''] = splitOnce(text, '#');
  const [remote = '', query = ''] = splitOnce(address, '?');
  if (!URL.canParse(remote)) return undefined;
  const url = new URL(remote);
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
  if (isHttp && !anyPath && !url.pathname.endsWith('.git')) return undefined;
  return build(remote, fragment, query);
}

function fromScp(text: string): GitReference {
  const [address = '', fragment = ''] = splitOnce(text, '#');
  const [remote = '', query = ''] = splitOnce(address, '?');
  return build(remote, fragment, query);
}

function build(remote: string, fragment: string, query: string): GitReference {
  const [ref = '', subdir = ''] = splitOnce(fragment, ':');
  const name = remote
    .replace(/\/+$/, '')
    .split(/[/:]/)
    .at(-1)!
    .replace(/\.git$/, '');
  const given = query === '' ? {} : fromQuery(query);
  if (query !== '' && fragment !== '') throw invalid('fragment conflicts with query of the git address');
  return { remote, name, ...(ref ? { ref } : {}), ...(subdir ? { subdir: cleanSubdir(subdir) } : {}), ...given };
}

/** `?branch=…&subdir=…`, BuildKit's other way to say it. */
function fromQuery(query: string): Partial<GitReference> {
  const result: { -readonly [K in keyof GitReference]?: GitReference[K] } = {};
  for (const [key, value] of new URLSearchParams(query)) {
    if (['ref', 'branch', 'tag'].includes(key) && result.ref !== undefined) {
      throw invalid(`${key} conflicts with ref ${result.ref} of the git address`);
    }
    if (key === 'ref') result.ref = value;
    else if (key === 'branch') result.ref = `refs/heads/${value}`;
    else if (key === 'tag') result.ref = `refs/tags/${value}`;
    else if (key === 'subdir') result.subdir = cleanSubdir(value);
    else if (key === 'checksum' || key === 'commit') result.checksum = value;
    else if (key === 'keep-git-dir') result.keepGitDir = flag(key, value);
    else if (key === 'submodules') result.submodules = flag(key, value);
    else throw invalid(`unexpected query ${JSON.stringify(key)} of the git address`);
  }
  return result;
}

function flag(key: string, value: string): boolean {
  if (value === '' || value === '1' || value === 'true') return true;
  if (value === '0' || value === 'false') return false;
  throw invalid(`invalid ${key} value: ${JSON.stringify(value)}`);
}

/** Relative and without `..`. */
function cleanSubdir(subdir: string): string {
  const parts: string[] = [];
  for (const part of subdir.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
