// A commit of a repository as plain files.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { invalid } from '../../../../lib/errors.ts';
import { withoutCredentials } from '../../../../lib/text/without-credentials.ts';
import { resolveInRoot } from '../../copy/resolve-in-root.ts';
import type { Filled } from '../filled-source.ts';
import { Git, type GitOptions } from './git-program.ts';
import type { GitReference } from './git-reference.ts';
import { fetchRef, findRef } from './git-remote.ts';
import type { GitRepositories } from './git-repositories.ts';

export interface CheckoutOptions extends GitOptions {
  /** Keep `.git` of the repository and its submodules. */
  readonly keepGitDir?: boolean;
}

/**
 * Fills an empty directory with the files of a repository at its ref, submodules too. What was fetched before is not fetched
 * again, but for submodules. Throws `not-found` for a ref that is not there, `invalid` for a directory that is not, for a
 * commit that is not the expected one and with git's words for everything else, `cancelled`.
 */
export async function checkOut(
  reference: GitReference,
  directory: string,
  options: CheckoutOptions & { readonly repositories: GitRepositories },
): Promise<Filled> {
  const git = new Git(directory, options);
  const { remote } = reference;
  const found = await findRef(git, reference);
  const commit = await options.repositories.use(remote, options, async (kept, place) => {
    const fetched = await fetchRef(kept, found, reference);
    checkCommit(reference, fetched);
    const name = `refs/berth/${fetched}`;
    await kept.run('update-ref', name, fetched);
    await git.run('init', '--quiet', '--initial-branch=build');
    await copyCommit(git, place, name);
    return fetched;
  });
  await git.run('checkout', '--quiet', '--detach', commit);
  if (reference.submodules !== false && existsSync(join(directory, '.gitmodules'))) {
    // Their addresses may be relative to it.
    await git.run('config', 'remote.origin.url', remote);
    await git.run('submodule', 'update', '--init', '--recursive', '--depth=1');
  }
  if (reference.keepGitDir ?? options.keepGitDir) await describeOrigin(git, directory, remote);
  else removeGitDirectories(directory);
  const uri = `${withoutCredentials(remote)}${reference.ref === undefined ? '' : `#${reference.ref}`}`;
  const digest = { [commit.length === 40 ? 'sha1' : 'sha256']: commit };
  return { below: findSubdir(directory, reference.subdir ?? ''), origin: { uri, digest } };
}

/** Where it came from on this machine, and by whose password, is nobody's business. */
async function describeOrigin(git: Git, directory: string, remote: string): Promise<void> {
  rmSync(join(directory, '.git', 'FETCH_HEAD'), { force: true });
  await git.run('config', 'remote.origin.url', withoutCredentials(remote));
  await git.run('config', 'remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*');
}

async function copyCommit(git: Git, repository: string, name: string): Promise<void> {
  const words = ['fetch', '--quiet', '--depth=1', '--no-tags', `file://${repository}`, name];
  const { code, stderr } = await git.try(words, { local: true });
  if (code !== 0) throw invalid(`git fetch failed: git stderr:\n${stderr.trim()}`);
}

function checkCommit({ checksum }: GitReference, commit: string): void {
  if (checksum === undefined || commit.startsWith(checksum.toLowerCase())) return;
  throw invalid(`expected checksum to match ${checksum}, got ${commit}`);
}

function removeGitDirectories(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.name === '.git') rmSync(path, { recursive: true, force: true });
    else if (entry.isDirectory()) removeGitDirectories(path);
  }
}

/** The directory without links on its way; one that leads out of the repository is not there. */
function findSubdir(directory: string, subdir: string): string {
  const place = resolveInRoot(directory, subdir);
  if (!place?.stats.isDirectory()) throw invalid(`invalid subdir ${subdir}: no such directory`);
  return place.path;
}
