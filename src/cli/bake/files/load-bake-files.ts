// The bake files of a command line, or those that lie in the working directory.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { errorMessage } from '../../../lib/errors.ts';
import { readAhead } from '../../build/read-ahead.ts';
import { systemMessage } from '../../container-config/env.ts';
import type { Io } from '../../io.ts';
import { type BakeFile, emptyBakeFile } from './bake-file.ts';
import { type Declarations, noDeclarations } from './bake-scope.ts';
import { mergeBakeFiles } from './merge-targets.ts';
import { readBakeCompose } from './read-compose.ts';
import { readBakeJson, readDeclarations } from './read-json.ts';

/** Looked for where no file is named; every one that is there counts, later ones on top. */
const usualNames = [
  ...['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'],
  ...['docker-bake.json', 'docker-bake.hcl', 'docker-bake.override.json', 'docker-bake.override.hcl'],
];

/** `-` is standard input. Throws a plain Error that names the file and the place in it. */
export async function loadBakeFiles(names: readonly string[], io: Io): Promise<BakeFile> {
  const found = names.length > 0 ? names : usualNames.filter(name => existsSync(join(io.directory, name)));
  if (found.length === 0) {
    const usual = usualNames.filter(name => !name.endsWith('.hcl'));
    throw new Error(`couldn't find a bake definition: looked for ${usual.join(', ')}`);
  }
  const files: { name: string; text: string }[] = [];
  for (const name of found) files.push({ name, text: await readText(name, io) });
  // Every file may use what any of them declares.
  let declared = noDeclarations;
  for (const file of files) {
    declared = parsing(file, () => (isJson(file) ? readDeclarations(file.text, declared) : declared));
  }
  let all = emptyBakeFile;
  for (const file of files) all = parsing(file, () => mergeBakeFiles(all, readBakeFile(file, declared, io)));
  return all;
}

interface NamedText {
  readonly name: string;
  readonly text: string;
}

function parsing<T>({ name }: NamedText, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`failed to parse ${name}: ${errorMessage(error)}`, { cause: error });
  }
}

async function readText(name: string, io: Io): Promise<string> {
  if (name === '-') return Buffer.from(await (await readAhead(io.stdin.read())).whole()).toString();
  const path = resolve(io.directory, name);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`open ${name}: ${systemMessage(error)}`, { cause: error });
  }
}

function readBakeFile(file: NamedText, declared: Declarations, { environment, directory }: Io): BakeFile {
  if (file.name.endsWith('.hcl')) throw new Error('HCL is not supported: write the same in JSON or as a Compose file');
  if (isJson(file)) return readBakeJson(file.text, environment, declared);
  return readBakeCompose(file.text, { ...dotEnv(directory), ...environment });
}

const isJson = ({ name, text }: NamedText) =>
  name.endsWith('.json') || (name === '-' && text.trimStart().startsWith('{'));

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
