// Holds the room table over src/: `bun scripts/check-layers.ts [source root]` prints what breaks it, and fails if anything does.
// Without a root it also looks for import circles in the tests and scripts, which have no rooms.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { findCircles } from './layers/circles.ts';
import { checkFile, type Finding } from './layers/rules.ts';
import { readSourceFile } from './layers/source-file.ts';

/** Every broken rule in the tree at `root`, by path and line; empty when the house stands. */
export function checkLayers(root: string): Finding[] {
  const findings = sourceFiles(root).flatMap(path => checkFile(path, readFileSync(join(root, path), 'utf8')));
  return [...findings, ...checkCircles(root)];
}

/** Import circles in the tree at `root`, whatever it is a tree of. */
function checkCircles(root: string): Finding[] {
  const importsOf = (path: string) => readSourceFile(readFileSync(join(root, path), 'utf8')).imports;
  return findCircles(new Map(sourceFiles(root).map(path => [path, importsOf(path)])));
}

/** One line of a report: `src/a/b.ts:3: message`. */
function formatFinding(finding: Finding, root: string): string {
  return `${join(relative(process.cwd(), root) || root, finding.path)}:${finding.line}: ${finding.message}`;
}

/** The trees of this repository, `src/` first. */
export function checkRepository(): string[] {
  const repository = join(import.meta.dir, '..');
  const check = (folder: string, findings: (root: string) => Finding[]) => {
    const root = join(repository, folder);
    return findings(root).map(finding => formatFinding(finding, root));
  };
  return [...check('src', checkLayers), ...['test', 'scripts', 'bench'].flatMap(folder => check(folder, checkCircles))];
}

function sourceFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(path => /\.tsx?$/.test(path) && !path.split('/').includes('node_modules'))
    .sort();
}

if (import.meta.main) {
  const root = process.argv[2];
  const lines = root ? checkLayers(root).map(finding => formatFinding(finding, root)) : checkRepository();
  for (const line of lines) console.log(line);
  process.exit(lines.length === 0 ? 0 : 1);
}
