// Wildcards in the sources of COPY: Go's filepath.Match part by part, and `**` with `--parents`.
import { lstatSync, readdirSync } from 'node:fs';
import { invalid, notFound } from '../../../lib/errors.ts';
import { compilePattern } from '../../../lib/patterns/path-match.ts';
import { decodeName } from '../../../lib/tar/names.ts';
import { joinPath, pathIn, resolveInRoot } from './resolve-in-root.ts';

/** Whether a part of the pattern is one. */
export const isWild = (text: string) => /[*?[]/.test(text);

/**
 * The paths a pattern matches inside `root`, in order. `from` is the directory (its path may have links) that the parts
 * are matched in, and that the results start with. `globstar` lets a part `**` stand for any number of directories.
 * A directory that matches is one result. Throws `invalid` for a malformed pattern, `not-found` when `from` is not there.
 */
export function expandWildcards(
  root: string,
  from: string,
  parts: readonly string[],
  options: { globstar?: boolean } = {},
): string[] {
  const start = resolveInRoot(root, from);
  if (start === undefined) throw notFound(`lstat /${from}: no such file or directory`);
  const steps = parts.map(part => (options.globstar && part === '**' ? part : compile(part)));
  const found: string[] = [];
  match({ root, found, steps }, start.path, '', 0);
  return [...new Set(found)].sort().map(path => joinPath(from, path));
}

interface Search {
  readonly root: string;
  readonly steps: readonly (RegExp | '**')[];
  readonly found: string[];
}

/** `real` is where the search stands, `path` the same as the pattern sees it. */
function match(search: Search, real: string, path: string, depth: number): void {
  const step = search.steps[depth];
  if (step === undefined) {
    search.found.push(path);
    return;
  }
  if (step === '**') match(search, real, path, depth + 1);
  if (!lstatSync(pathIn(search.root, real), { throwIfNoEntry: false })?.isDirectory()) return;
  for (const name of readdirSync(pathIn(search.root, real), { encoding: 'buffer' }).map(bytes => decodeName(bytes))) {
    if (step !== '**' && !step.test(name)) continue;
    const [childReal, childPath] = [joinPath(real, name), joinPath(path, name)];
    if (step !== '**') match(search, childReal, childPath, depth + 1);
    else if (lstatSync(pathIn(search.root, childReal)).isDirectory()) match(search, childReal, childPath, depth);
  }
}

function compile(part: string): RegExp {
  const regex = compilePattern(part);
  if (regex === undefined) throw invalid(`invalid includepatterns: [${part}]: syntax error in pattern`);
  return regex;
}
