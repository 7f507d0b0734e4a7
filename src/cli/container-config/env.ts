// `--env`, `--env-file`, `--label` and `--label-file`.

import { readFileSync } from 'node:fs';
import { errorCode } from '../../lib/errors.ts';
import { ownEntry } from '../../lib/own-entry.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** `--env NAME[=VALUE]`, checked. */
export function checkEnv(text: string): string {
  if (text === '' || text.startsWith('=')) throw new Error(`invalid environment variable: ${text}`);
  return text;
}

/** `--label NAME[=VALUE]`, checked. */
export function checkLabel(text: string): string {
  if (text === '' || text.trimStart().startsWith('=')) throw new Error(`invalid label '${text}': empty name`);
  return text;
}

/**
 * Variables of the files, then of the flags. A bare name takes its value from `environment`; in a file it is left out
 * when it has none there. Throws a plain Error with Docker's wording.
 */
export function collectEnv(files: readonly string[], texts: readonly string[], environment: Environment): string[] {
  const fromFlags = texts.map(text => {
    const value = ownEntry(environment, text);
    return text.includes('=') || value === undefined ? text : `${text}=${value}`;
  });
  return [...files.flatMap(file => readLines(file, environment)), ...fromFlags];
}

/** Labels of the files, then of the flags; the last one of a name counts. */
export function collectLabels(files: readonly string[], texts: readonly string[]): Record<string, string> {
  const lines = [...files.flatMap(file => readLines(file, undefined)), ...texts];
  return Object.fromEntries(
    lines.map(line => {
      const equals = line.indexOf('=');
      return equals < 0 ? [line, ''] : [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
}

/** Without `environment`, bare names stay as they are (labels). */
function readLines(file: string, environment: Environment | undefined): string[] {
  const lines: string[] = [];
  for (const raw of readText(file).split('\n')) {
    const line = raw.replace(/\r$/, '').trimStart();
    if (line === '' || line.startsWith('#')) continue;
    const name = line.split('=')[0]!;
    if (/\s/.test(name)) throw new Error(`invalid env file (${file}): variable '${name}' contains whitespaces`);
    if (name === '') throw new Error(`invalid env file (${file}): no variable name on line '${line}'`);
    if (line.includes('=') || environment === undefined) lines.push(line);
    else {
      const value = ownEntry(environment, line);
      if (value !== undefined) lines.push(`${line}=${value}`);
    }
  }
  return lines;
}

function readText(file: string): string {
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch (error) {
    const message = systemMessage(error);
    // A directory can be opened; only reading it fails.
    if (errorCode(error) === 'EISDIR') throw new Error(`invalid env file (${file}): read ${file}: ${message}`);
    throw new Error(`open ${file}: ${message}`, { cause: error });
  }
  const text = content.toString().replace(/^\ufeff/, '');
  if (!Buffer.from(text).equals(content) && text.includes('\ufffd')) {
    throw new Error(`invalid env file (${file}): contains invalid utf8 bytes at line 1`);
  }
  return text;
}

/** The kernel's sentence for a failed file operation, as Go prints it. */
export function systemMessage(error: unknown): string {
  const sentences: Record<string, string> = {
    ENOENT: 'no such file or directory',
    EACCES: 'permission denied',
    EEXIST: 'file exists',
    EISDIR: 'is a directory',
    ENOTDIR: 'not a directory',
  };
  return sentences[errorCode(error) ?? ''] ?? (error instanceof Error ? error.message : String(error));
}
