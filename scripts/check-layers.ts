// Holds the room table over src/: `bun scripts/check-layers.ts [source root]` prints what breaks it, and fails if anything does.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { checkFile, type Finding } from './layers/rules.ts';

/** Every broken rule in the tree at `root`, by path and line; empty when the house stands. */
export function checkLayers(root: string): Finding[] {
  return sourceFiles(root).flatMap(path => checkFile(path, readFileSync(join(root, path), 'utf8')));
}

/** One line of a report: `src/a/b.ts:3: message`. */
export function formatFinding(finding: Finding, root: string): string {
  return `${join(relative(process.cwd(), root) || root, finding.path)}:${finding.line}: ${finding.message}`;
}

function sourceFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(path => /\.tsx?$/.test(path) && !path.split('/').includes('node_modules'))
    .sort();
}

if (import.meta.main) {
  const root = process.argv[2] ?? join(import.meta.dir, '..', 'src');
  const findings = checkLayers(root);
  for (const finding of findings) console.log(formatFinding(finding, root));
  process.exit(findings.length === 0 ? 0 : 1);
}
