// What ADD means by an address: a repository, or a file from the web.
import type { ContextSources } from '../context/context-sources.ts';
import { parseGitReference } from '../context/sources/git/git-reference.ts';
import { isWebAddress } from '../context/sources/web-address.ts';
import type { AddInstruction } from '../dockerfile/syntax.ts';
import type { RemoteSource } from '../graph/graph-inputs.ts';

/** Undefined for a path of the context. `own` disposes of the source when the build is over. */
export function remoteSource(
  url: string,
  instruction: AddInstruction,
  o: { sources: ContextSources; own: (source: AsyncDisposable) => void },
): RemoteSource | undefined {
  const { checksum, keepGitDir, unpack = false } = instruction;
  const repository = parseGitReference(url);
  if (repository) {
    const wanted = { ...repository, ...(checksum !== undefined && { checksum }) };
    const source = o.sources.git(wanted, { ...(keepGitDir !== undefined && { keepGitDir }) });
    o.own(source);
    return { source, path: '/', unpack: false };
  }
  if (!isWebAddress(url)) return undefined;
  const source = o.sources.webFile(url, { ...(checksum !== undefined && { checksum }) });
  o.own(source);
  return { source, path: `/${source.name}`, unpack };
}
