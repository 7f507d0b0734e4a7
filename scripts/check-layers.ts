// Holds the room table over src/: `bun scripts/check-layers.ts [source root]` prints what breaks it, and fails if anything does.
// Without a root it also looks for import circles in the tests and scripts, which have no rooms, and for exports nobody uses.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { findCircles } from './layers/circles.ts';
import { checkFile, type Finding } from './layers/rules.ts';
import { readSourceFile, type SourceFile } from './layers/source-file.ts';
import { findUnusedExports } from './layers/unused-exports.ts';

/** Every broken rule in the tree at `root`, by path and line; empty when the house stands. */
export function checkLayers(root: string): Finding[] {
  const findings = sourceFiles(root).flatMap(path => checkFile(path, readFileSync(join(root, path), 'utf8')));
  return [...findings, ...findCircles(readTree(root))];
}

/** One line of a report: `src/a/b.ts:3: message`. */
function formatFinding(finding: Finding, root: string): string {
  return `${join(relative(process.cwd(), root), finding.path)}:${finding.line}: ${finding.message}`;
}

/** What is wrong anywhere in this repository, a line each. */
export function checkRepository(): string[] {
  const repository = join(import.meta.dir, '..');
  const source = join(repository, 'src');
  const everything = new Map(['src', 'test', 'scripts', 'bench'].flatMap(folder => [...readTree(repository, folder)]));
  const outside = new Map([...everything].filter(([path]) => !path.startsWith('src/')));
  return [
    ...checkLayers(source).map(finding => formatFinding(finding, source)),
    ...findCircles(outside).map(finding => formatFinding(finding, repository)),
    ...findUnusedExports(everything).map(finding => formatFinding(finding, repository)),
  ];
}

/** The files below `folder` of `root`, by their paths from `root`. */
function readTree(root: string, folder = '.'): Map<string, SourceFile> {
  const paths = sourceFiles(join(root, folder)).map(path => join(folder, path));
  return new Map(paths.map(path => [path, readSourceFile(readFileSync(join(root, path), 'utf8'))]));
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
