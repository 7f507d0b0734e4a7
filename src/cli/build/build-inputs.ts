// Where the files of a build are: directories of this machine, what comes on standard input, or an address which the
// daemon fetches itself.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { errorCode } from '../../lib/errors.ts';
import type { Io } from '../io.ts';
import { isAddress } from './addresses.ts';
import type { BuildOptions } from './build-options.ts';
import { namedContexts } from './options/contexts.ts';
import { readAhead } from './read-ahead.ts';

/** Disposing of it removes what was put into files for the build. */
export interface BuildInputs extends Disposable {
  /** By the names the build has for them. */
  readonly directories: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
  readonly uploads: Readonly<Record<string, AsyncIterable<Uint8Array>>>;
  /** OCI layouts by the ids the build has for them. */
  readonly stores: Readonly<Record<string, string>>;
  /** The Dockerfile as its user finds it. */
  readonly dockerfile: string;
  /** What stays the same from build to build: what was sent of it need not be sent again. */
  readonly place: string;
}

type Found = Omit<BuildInputs, 'stores' | typeof Symbol.dispose>;

/** Throws a plain Error with buildx's wording for what is not there. */
export async function openBuildInputs(options: BuildOptions, io: Io): Promise<BuildInputs> {
  const made: string[] = [];
  /** A directory of one file. */
  const folderWith = (name: string, content: string | Uint8Array): string => {
    const folder = mkdtempSync(join(tmpdir(), 'berth-build-'));
    made.push(folder);
    writeFileSync(join(folder, name), content);
    return folder;
  };
  const dispose = () => {
    for (const folder of made) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const main = await mainInputs(options, { io, folderWith });
    const named = namedContexts(options.namedContexts, { directory: io.directory, isAddress, isDirectory });
    return {
      directories: { ...main.directories, ...named.directories },
      attributes: { ...main.attributes, ...named.attributes },
      uploads: main.uploads,
      stores: named.stores,
      dockerfile: main.dockerfile,
      place: main.place,
      [Symbol.dispose]: dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

interface Means {
  readonly io: Io;
  readonly folderWith: (name: string, content: string | Uint8Array) => string;
}

async function mainInputs(options: BuildOptions, means: Means): Promise<Found> {
  const { context, file } = options;
  const { io } = means;
  if (context === '') throw new Error('please specify build context (e.g. "." for the current directory)');
  if (context === '-') {
    if (file === '-') throw new Error("invalid argument: can't use stdin for both build context and dockerfile");
    return await fromStdin(options, means);
  }
  const own = await ownDockerfile(options, means);
  const path = resolve(io.directory, context);
  if (isDirectory(path)) {
    const dockerfile = own ?? localDockerfile(path, file, io);
    return {
      directories: { context: path, dockerfile: dockerfile.folder },
      attributes: { filename: dockerfile.name },
      uploads: {},
      dockerfile: own ? dockerfile.name : relative(io.directory, join(dockerfile.folder, dockerfile.name)),
      place: path,
    };
  }
  if (isAddress(context)) {
    const directories: Record<string, string> = own ? { dockerfile: own.folder } : {};
    const attributes: Record<string, string> & { filename: string } = {
      context,
      filename: own?.name ?? (file || 'Dockerfile'),
      ...(own && { dockerfilekey: 'dockerfile' }),
    };
    return { directories, attributes, uploads: {}, dockerfile: attributes.filename, place: context };
  }
  if (isFile(path)) throw new Error(`unable to prepare context: path ${JSON.stringify(context)} must be a directory`);
  throw new Error(`unable to prepare context: path ${JSON.stringify(context)} not found`);
}

/** An archive is uploaded as the context, anything else is a Dockerfile without one. */
async function fromStdin({ file }: BuildOptions, { io, folderWith }: Means): Promise<Found> {
  const { isArchive, stream, whole } = await readAhead(io.stdin.read());
  if (isArchive) {
    const id = randomBytes(12).toString('hex');
    return {
      directories: {},
      attributes: { context: `http://buildkit-session/${id}`, filename: file || 'Dockerfile' },
      uploads: { [id]: stream },
      dockerfile: file || 'Dockerfile',
      place: id,
    };
  }
  if (file !== '') throw new Error('ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles');
  const folder = folderWith('Dockerfile', await whole());
  const empty = folderWith('.dockerignore', '');
  return {
    directories: { context: empty, dockerfile: folder },
    attributes: { filename: 'Dockerfile' },
    uploads: {},
    dockerfile: 'Dockerfile',
    place: 'stdin',
  };
}

interface Dockerfile {
  readonly folder: string;
  readonly name: string;
}

/** A Dockerfile that does not come from a path of this machine; undefined for one that does. */
async function ownDockerfile({ file, inline }: BuildOptions, means: Means): Promise<Dockerfile | undefined> {
  const text =
    inline ??
    (file === '-' ? await (await readAhead(means.io.stdin.read())).whole() : undefined) ??
    (/^https?:\/\//.test(file) ? await download(file) : undefined);
  return text === undefined ? undefined : { folder: means.folderWith('Dockerfile', text), name: 'Dockerfile' };
}

/** A file from the web, whole. Throws a plain Error. */
export async function download(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`failed to download ${address}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Relative to the working directory; `Dockerfile` (or `dockerfile`) of the context where none is named. */
function localDockerfile(context: string, file: string, { directory }: Io): Dockerfile {
  if (file !== '') {
    const path = resolve(directory, file);
    return { folder: dirname(path), name: basename(path) };
  }
  const lower = !isFile(join(context, 'Dockerfile')) && isFile(join(context, 'dockerfile'));
  return { folder: context, name: lower ? 'dockerfile' : 'Dockerfile' };
}

const isDirectory = (path: string) => statsOf(path)?.isDirectory() === true;
const isFile = (path: string) => statsOf(path)?.isFile() === true;

/** Undefined where nothing is, below a file for instance. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}
