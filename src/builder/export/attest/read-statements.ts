// What an SBOM generator leaves: in-toto statements, one in each file of a directory.
import { readdirSync, readFileSync } from 'node:fs';
import { invalid } from '../../../lib/errors.ts';
import { resolveInRoot } from '../../context/copy/resolve-in-root.ts';
import type { Attestation, Subject } from './attestation-manifest.ts';
import { sbomType } from './sbom.ts';

/** A list nobody could read is longer than this, in bytes. */
const longest = 256 * 1024 * 1024;

/**
 * Statements of the directory `path` in a root file system that nobody trusts, by the names of their files. Throws `invalid`
 * for what is no statement, or one about something else than packages.
 */
export function readStatements(root: string, path: string): Attestation[] {
  const names = readdirSync(directoryIn(root, path));
  // That of the result itself stands first: it is what readers show who show one.
  const stem = (name: string) => name.replace(/\..*$/, '');
  names.sort((a, b) => (stem(a) < stem(b) ? -1 : 1));
  return names.map(name => readStatement(root, { path: `${path}/${name}`, name }));
}

function directoryIn(root: string, path: string): string {
  const place = resolveInRoot(root, path);
  if (!place?.stats.isDirectory()) throw invalid(`the sbom generator has made ${path} something else than a directory`);
  return `${root}/${place.path}`;
}

function readStatement(root: string, { path, name }: { path: string; name: string }): Attestation {
  const place = resolveInRoot(root, path);
  if (!place?.stats.isFile()) throw invalid(`cannot decode in-toto statement: ${name} is no file`);
  if (place.stats.size > longest) throw invalid(`cannot decode in-toto statement: ${name} is too large`);
  const { predicateType, predicate, subject } = parse(readFileSync(`${root}/${place.path}`, 'utf8'), name);
  if (predicateType !== sbomType) {
    throw invalid(`bundle entry ${String(predicateType)} does not match required predicate type ${sbomType}`);
  }
  const subjects = Array.isArray(subject) ? subject.filter(isSubject) : [];
  return { predicateType, predicate, file: name, ...(subjects.length > 0 && { subject: subjects }) };
}

function parse(text: string, name: string): Record<string, unknown> {
  try {
    const statement: unknown = JSON.parse(text);
    if (isObject(statement)) return statement;
  } catch {
    // Said below.
  }
  throw invalid(`cannot decode in-toto statement: ${name} is no JSON object`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isSubject(value: unknown): value is Subject {
  return isObject(value) && typeof value.name === 'string' && isObject(value.digest);
}
