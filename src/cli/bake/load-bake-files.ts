// The bake files of a command line, or those that lie in the working directory.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { errorMessage } from '../../lib/errors.ts';
import { readAhead } from '../build/read-ahead.ts';
import { systemMessage } from '../container-config/env.ts';
import type { Io } from '../io.ts';
import { type BakeFile, emptyBakeFile } from './bake-file.ts';
import { mergeBakeFiles } from './merge-targets.ts';
import { readBakeCompose } from './read-compose.ts';
import { readBakeJson } from './read-json.ts';

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
  let all = emptyBakeFile;
  for (const name of found) {
    const text = await readText(name, io);
    try {
      all = mergeBakeFiles(all, readBakeFile(name, text, io));
    } catch (error) {
      throw new Error(`failed to parse ${name}: ${errorMessage(error)}`, { cause: error });
    }
  }
  return all;
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

function readBakeFile(name: string, text: string, { environment, directory }: Io): BakeFile {
  if (name.endsWith('.hcl')) throw new Error('HCL is not supported: write the same in JSON or as a Compose file');
  const isJson = name.endsWith('.json') || (name === '-' && text.trimStart().startsWith('{'));
  return isJson ? readBakeJson(text, environment) : readBakeCompose(text, { ...dotEnv(directory), ...environment });
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
