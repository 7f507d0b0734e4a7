// What a repository elsewhere has, and what of it is fetched into one of ours.
import { BerthError, invalid, notFound } from '../../../../lib/errors.ts';
import type { Git } from './git-program.ts';
import type { GitReference } from './git-reference.ts';

const commitPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const everything = ['--tags', '+refs/heads/*:refs/remotes/origin/*'];

/** A ref by its full name with the object it stands for now, or a commit; undefined may be the beginning of a commit. */
interface RemoteRef {
  readonly name: string;
  readonly id: string;
}

/**
 * Asks the remote what the ref is there, a branch before a tag; a whole commit needs no question. Throws `invalid` for a ref
 * that git would take for an option and with git's words, `unavailable` when there is no answer.
 */
export async function findRef(git: Git, { ref, remote }: GitReference): Promise<RemoteRef | undefined> {
  if (ref?.startsWith('-')) throw invalid(`invalid git ref ${JSON.stringify(ref)}`);
  if (ref === undefined) return await defaultBranch(git, remote);
  if (commitPattern.test(ref)) return { name: ref, id: ref };
  const listed = await git.run('ls-remote', remote, ref);
  const refs = new Map(listed.split('\n').map(line => line.split('\t').reverse() as [string, string]));
  const name = [ref, `refs/${ref}`, `refs/heads/${ref}`, `refs/tags/${ref}`].find(one => refs.has(one));
  return name === undefined ? undefined : { name, id: refs.get(name) as string };
}

/** The ref HEAD stands for. */
async function defaultBranch(git: Git, remote: string): Promise<RemoteRef> {
  const { code, stderr, stdout } = await git.try(['ls-remote', '--symref', remote, 'HEAD']);
  if (code !== 0) {
    const message = `error fetching default branch for repository ${remote}: git stderr:\n${stderr.trim()}`;
    throw new BerthError('unavailable', message);
  }
  const name = /^ref: (refs\/\S+)\tHEAD$/m.exec(stdout)?.[1] ?? 'HEAD';
  return { name, id: /^([0-9a-f]+)\tHEAD$/m.exec(stdout)?.[1] ?? '' };
}

/**
 * Brings it into the repository of `git`, unless that has it, and gives the commit. Only what is needed is fetched where the
 * server allows it. Throws `not-found` for a commit that is not there, `invalid` with git's words.
 */
export async function fetchRef(git: Git, found: RemoteRef | undefined, { ref, remote }: GitReference): Promise<string> {
  if (found === undefined) return await fetchAny(git, ref as string, remote);
  const here = found.id === '' ? undefined : await git.commit(found.id);
  if (here !== undefined) return here;
  const shallow = await git.try(['fetch', '--quiet', '--depth=1', '--no-tags', remote, found.name]);
  if (shallow.code !== 0) {
    // A server that knows no shallow copies, or gives out no commits alone.
    const { code } = await git.try(['fetch', '--quiet', ...(await unshallow(git)), remote, found.name, ...everything]);
    if (code !== 0) await fetchAll(git, remote, `failed to fetch remote: git stderr:\n${shallow.stderr.trim()}`);
  }
  const commit = await git.commit(commitPattern.test(found.name) ? found.name : 'FETCH_HEAD');
  if (commit === undefined) throw notFound(`repository does not contain ref ${ref}, output: ""`);
  return commit;
}

/** The beginning of a commit can only be found among all of them. */
async function fetchAny(git: Git, ref: string, remote: string): Promise<string> {
  await fetchAll(git, remote);
  const commit = await git.commit(ref);
  if (commit === undefined) throw notFound(`repository does not contain ref ${ref}, output: ""`);
  return commit;
}

async function fetchAll(git: Git, remote: string, complaint?: string): Promise<void> {
  const { code, stderr } = await git.try(['fetch', '--quiet', ...(await unshallow(git)), remote, ...everything]);
  if (code !== 0) throw invalid(complaint ?? `git fetch failed: git stderr:\n${stderr.trim()}`);
}

/** What was fetched without its history gets it. */
async function unshallow(git: Git): Promise<string[]> {
  return (await git.run('rev-parse', '--is-shallow-repository')).trim() === 'true' ? ['--unshallow'] : [];
}
