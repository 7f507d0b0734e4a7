// Every kind of place that files of a build come from, as sources the solver can open.
import { createReadStream } from 'node:fs';
import { chmod, rm, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { invalid } from '../../lib/errors.ts';
import { PatternMatcher } from '../../lib/patterns/pattern-matcher.ts';
import { withoutCredentials } from '../../lib/text/without-credentials.ts';
import { type Digest, digestParts, parseDigest } from '../../oci/digest.ts';
import type { BuildSource, SourceOrigin, SourceTree } from '../source.ts';
import type { HandedFiles } from './mirror/handed-files.ts';
import { Mirrors } from './mirror/mirrors.ts';
import type { ContextFiles } from './sources/context-files.ts';
import { Downloads } from './sources/download.ts';
import { FilledSource, type OwnedSource } from './sources/filled-source.ts';
import { type CheckoutOptions, checkOut } from './sources/git/git-checkout.ts';
import { type GitReference, parseGitReference } from './sources/git/git-reference.ts';
import { GitRepositories } from './sources/git/git-repositories.ts';
import { type Folder, SourceFolders } from './sources/source-folder.ts';
import { unpackContext } from './sources/tar-source.ts';
import { downloadName, isWebAddress } from './sources/web-address.ts';

/** Who shall own the files of an archive; undefined leaves them to whom the archive says. */
interface ArchiveOptions {
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/** Lives as long as the builder. Every source it gives is the caller's to dispose of when the build is over. */
export class ContextSources {
  readonly #folders: SourceFolders;
  readonly #downloads: Downloads;
  readonly #files: ContextFiles;
  /** Directories of clients that build here again and again. */
  readonly mirrors: Mirrors;
  /** How clients of this machine hand over files, if that can be. */
  readonly handed: HandedFiles | undefined;
  /** Repositories that builds came from. */
  readonly repositories: GitRepositories;

  /** `root` belongs to it alone and lies on the file system of the layers. Call `restore` before the first source. */
  constructor(options: { root: string }, deps: { files: ContextFiles; handed?: HandedFiles }) {
    this.#folders = new SourceFolders(join(options.root, 'open'));
    this.#downloads = new Downloads(join(options.root, 'downloads'));
    this.#files = deps.files;
    this.handed = deps.handed;
    this.repositories = new GitRepositories(join(options.root, 'repositories'));
    this.mirrors = new Mirrors(join(options.root, 'mirrors'), deps.files);
  }

  /** Removes the files of builds that a crash ended. */
  async restore(): Promise<void> {
    this.mirrors.restore();
    await Promise.all([this.#folders.restore(), this.#downloads.restore(), this.repositories.restore()]);
  }

  /** An empty directory, for files on their way to a client. */
  folder(): Promise<Folder> {
    return this.#folders.create();
  }

  /** An uploaded context, read once: an archive (plain or compressed), or a Dockerfile, which is then named so. */
  upload(stream: AsyncIterable<Uint8Array>, options: ArchiveOptions = {}): OwnedSource {
    return this.#source('upload', 'upload context', (directory, { report, signal }) =>
      unpackContext(stream, directory, this.#files, {
        ...{ ...options, report, signal, single: 'Dockerfile', what: 'transferring context:' },
      }),
    );
  }

  /** A context from the web: an archive, or a Dockerfile, which is then named so. */
  webContext(address: string, options: ArchiveOptions = {}): OwnedSource {
    return this.#source(address, address, async (directory, { report, signal }) => {
      const file = `${directory}.download`;
      try {
        const { digest } = await this.#downloads.fetch(address, file, { report, signal });
        const filled = await unpackContext(createReadStream(file), directory, this.#files, {
          ...{ ...options, report: () => {}, signal, single: 'Dockerfile', what: 'unpacking:' },
        });
        return { ...filled, origin: originOf(address, digest) };
      } finally {
        await rm(file, { force: true });
      }
    });
  }

  /** One file from the web as ADD wants it: named after the address, if nothing else is said, mode 0600, the server's time. */
  webFile(
    address: string,
    options: { checksum?: string; name?: string | undefined } = {},
  ): OwnedSource & { readonly name: string } {
    const name = options.name === undefined ? downloadName(address) : basename(options.name);
    const checksum = options.checksum === undefined ? undefined : webChecksum(options.checksum);
    const source = this.#source(address, address, async (directory, { report, signal }) => {
      const target = join(directory, name);
      const wanted = { report, signal, ...(checksum === undefined ? {} : { checksum }) };
      const { digest, mtime } = await this.#downloads.fetch(address, target, wanted);
      await chmod(target, 0o600);
      await utimes(target, mtime, mtime);
      return { digests: new Map([[name, digest]]), origin: originOf(address, digest) };
    });
    return Object.assign(source, { name });
  }

  /** A commit of a repository. */
  git(reference: GitReference, options: Omit<CheckoutOptions, 'signal'> = {}): OwnedSource {
    const { ref, remote, subdir } = reference;
    const key = `${remote}#${ref ?? ''}:${subdir ?? ''}${options.keepGitDir ? ' with .git' : ''}`;
    return this.#source(key, `git#${ref ?? remote}`, (directory, { signal }) =>
      checkOut(reference, directory, { ...options, signal, repositories: this.repositories }),
    );
  }

  /** What an address names: a repository, or a context from the web. Throws `invalid` for anything else. */
  remote(address: string, options: Pick<CheckoutOptions, 'keepGitDir'> = {}): OwnedSource {
    const repository = parseGitReference(address, { asContext: true });
    if (repository) return this.git(repository, options);
    if (isWebAddress(address)) return this.webContext(address);
    throw invalid(`unable to prepare context: ${JSON.stringify(address)} is neither a URL nor a repository`);
  }

  #source(key: string, label: string, fill: ConstructorParameters<typeof FilledSource>[0]['fill']): FilledSource {
    return new FilledSource({ key, label, fill }, this.#folders);
  }
}

/** A directory that somebody else owns and does not change meanwhile. It can leave out nothing of what is in it. */
export function directorySource(directory: string, options: { immutable?: boolean } = {}): BuildSource {
  const tree: SourceTree = {
    directory,
    immutable: options.immutable ?? false,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return {
    key: directory,
    label: 'local source',
    async open({ exclude = [] }) {
      if (!new PatternMatcher(exclude).isEmpty) throw invalid('a directory cannot be opened without a part of it');
      return tree;
    },
  };
}

function originOf(address: string, digest: Digest): SourceOrigin {
  const { algorithm, hex } = digestParts(digest);
  return { uri: withoutCredentials(address), digest: { [algorithm]: hex } };
}

/** ADD of files from the web takes only sha256; throws `invalid`. */
function webChecksum(text: string): Digest {
  const digest = parseDigest(text);
  if (!digest.startsWith('sha256:')) throw invalid('unsupported digest algorithm');
  return digest;
}
