// Bake files from elsewhere (`bake URL`): those of a git repository, or one file on the web.
import { basename } from 'node:path';
import { isRepository } from '../../build/addresses.ts';
import { download } from '../../build/build-inputs.ts';
import { readRepositoryFiles } from '../../build/run-build.ts';
import type { Watch } from '../../build/watched-build.ts';
import type { Io } from '../../io.ts';
import type { BakeFile } from '../files/bake-file.ts';
import { withoutHere } from '../files/clean-path.ts';
import {
  type NamedText,
  namedByEnvironment,
  noDefinition,
  readText,
  understandBakeFiles,
  usualNames,
} from '../files/load-bake-files.ts';
import { tellApart } from './remote-targets.ts';

/**
 * `names`: as `--file` has them, in the repository but for those of `cwd://`. Paths in targets of a repository are told apart
 * (see `tellApart`); targets of a file on the web are about the working directory, as with buildx. Throws as for local files.
 */
export async function loadRemoteBake(address: string, names: readonly string[], watch: Watch): Promise<BakeFile> {
  const { io } = watch.context;
  if (!isRepository(address)) {
    const bytes = await download(address);
    const { pathname } = new URL(address);
    return understandBakeFiles([{ name: basename(pathname), text: Buffer.from(bytes).toString() }], io);
  }
  const named = names.length > 0 ? names : namedByEnvironment(io.environment);
  const files = await readNamed(address, named, watch);
  if (files.length === 0) throw noDefinition();
  return tellApart(understandBakeFiles(files, io), io.directory);
}

/** Those that are named, or all there are of the usual ones. */
async function readNamed(address: string, named: readonly string[], watch: Watch): Promise<NamedText[]> {
  const { io } = watch.context;
  const isLocal = (name: string) => name === '-' || withoutHere(name) !== name;
  const wanted = named.length > 0 ? named.filter(name => !isLocal(name)) : usualNames;
  const secret = async (id: string) => signsIn(id, io);
  const found =
    wanted.length > 0
      ? await readRepositoryFiles({ address, names: wanted, secret }, watch)
      : new Map<string, Uint8Array>();
  const files: NamedText[] = [];
  for (const name of named.length > 0 ? named : usualNames) {
    const bytes = found.get(name);
    if (isLocal(name)) files.push({ name: withoutHere(name), text: await readText(withoutHere(name), io) });
    else if (bytes) files.push({ name, text: Buffer.from(bytes).toString() });
    else if (named.length > 0) throw new Error(`lstat ${name}: no such file or directory`);
  }
  return files;
}

/** BUILDX_BAKE_GIT_AUTH_TOKEN and BUILDX_BAKE_GIT_AUTH_HEADER, by the names that builds have for them. */
function signsIn(id: string, { environment }: Pick<Io, 'environment'>): Uint8Array | undefined {
  if (id !== 'GIT_AUTH_TOKEN' && id !== 'GIT_AUTH_HEADER') return undefined;
  const value = environment[`BUILDX_BAKE_${id}`];
  return value === undefined ? undefined : Buffer.from(value);
}
