// The bake files of a command line, or those that lie in the working directory.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { errorMessage } from '../../../lib/errors.ts';
import { readAhead } from '../../build/read-ahead.ts';
import { systemMessage } from '../../container-config/env.ts';
import type { Io } from '../../io.ts';
import { type Declarations, joinDeclarations } from '../declarations/declarations.ts';
import { evaluateDeclarations } from '../declarations/evaluate-declarations.ts';
import { readHcl } from '../declarations/read-hcl.ts';
import { readJson } from '../declarations/read-json.ts';
import { type BakeFile, emptyBakeFile } from './bake-file.ts';
import { withoutHere } from './clean-path.ts';
import { mergeBakeFiles } from './merge-targets.ts';
import { readBakeCompose } from './read-compose.ts';

/** Looked for where no file is named; every one that is there counts, later ones on top. */
export const usualNames: readonly string[] = [
  ...['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'],
  ...['docker-bake.json', 'docker-bake.hcl', 'docker-bake.override.json', 'docker-bake.override.hcl'],
];

/** Nobody writes as much by hand. */
const largestFile = 16 * 1024 * 1024;

/** `-` is standard input. Throws an HclError, or a plain Error that names the file and the place in it. */
export async function loadBakeFiles(names: readonly string[], io: Io): Promise<BakeFile> {
  const named = names.length > 0 ? names : namedByEnvironment(io.environment);
  const found =
    named.length > 0 ? named.map(withoutHere) : usualNames.filter(name => existsSync(join(io.directory, name)));
  if (found.length === 0) throw noDefinition();
  const files: NamedText[] = [];
  for (const name of found) files.push({ name, text: await readText(name, io) });
  return understandBakeFiles(files, io);
}

/** Of a place where none of the usual files is. */
export function noDefinition(): Error {
  return new Error(`couldn't find a bake definition: looked for ${usualNames.join(', ')}`);
}

/** `BUILDX_BAKE_FILE` has names in a row, as PATH has. */
export function namedByEnvironment(environment: Io['environment']): readonly string[] {
  const { BUILDX_BAKE_FILE: files = '', BUILDX_BAKE_PATH_SEPARATOR: separator = ':' } = environment;
  return files.split(separator || ':').filter(name => name !== '');
}

/** A file that has been read. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** The same for texts that are read already. Compose files are below all others, as buildx has it. */
export function understandBakeFiles(
  files: readonly NamedText[],
  { environment, directory }: Pick<Io, 'environment' | 'directory'>,
): BakeFile {
  try {
    let below = emptyBakeFile;
    const declared: Declarations[] = [];
    for (const file of files) {
      const form = formOf(file);
      if (form === 'hcl') declared.push(readHcl(file.name, file.text));
      else if (form === 'json') declared.push(parsing(file, () => readJson(file.text)));
      else {
        const variables = { ...dotEnv(directory), ...environment };
        below = mergeBakeFiles(
          below,
          parsing(file, () => readBakeCompose(file.text, variables)),
        );
      }
    }
    return evaluateDeclarations(joinDeclarations(declared), environment, below);
  } catch (error) {
    // Too many of something, or too much inside of itself, in spite of the limits that say so.
    if (error instanceof RangeError) throw new Error('what the bake files say is too large', { cause: error });
    throw error;
  }
}

function parsing<T>({ name }: NamedText, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`failed to parse ${name}: ${errorMessage(error)}`, { cause: error });
  }
}

/** `-` is standard input. Throws a plain Error. */
export async function readText(name: string, io: Io): Promise<string> {
  const bytes = name === '-' ? await (await readAhead(io.stdin.read())).whole() : readFile(name, io);
  if (bytes.length > largestFile) throw new Error(`${name}: a bake file of more than 16 MiB is not read`);
  return Buffer.from(bytes).toString();
}

function readFile(name: string, { directory }: Io): Uint8Array {
  try {
    return readFileSync(resolve(directory, name));
  } catch (error) {
    throw new Error(`open ${name}: ${systemMessage(error)}`, { cause: error });
  }
}

/** By its name, else by what it begins with or understands as. */
function formOf({ name, text }: NamedText): 'hcl' | 'json' | 'compose' {
  if (name.endsWith('.hcl')) return 'hcl';
  if (name.endsWith('.json')) return 'json';
  if (/\.ya?ml$/.test(name)) return 'compose';
  if (text.trimStart().startsWith('{')) return 'json';
  return hasServices(text) ? 'compose' : 'hcl';
}

function hasServices(text: string): boolean {
  try {
    const document: unknown = parse(text, { logLevel: 'silent' });
    return typeof document === 'object' && document !== null && 'services' in document;
  } catch {
    return false;
  }
}

/** The `.env` beside a Compose file: lines of `NAME=value`. */
function dotEnv(directory: string): Record<string, string> {
  const path = join(directory, '.env');
  if (!existsSync(path)) return {};
  const lines = readFileSync(path, 'utf8').split('\n');
  return Object.fromEntries(
    lines.flatMap(line => {
      const match = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*?)\s*$/.exec(line);
      return match ? [[match[1], (match[2] ?? '').replace(/^(["'])(.*)\1$/, '$2')]] : [];
    }),
  );
}
