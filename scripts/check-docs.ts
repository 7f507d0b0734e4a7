// Holds the documents to what is there: `bun scripts/check-docs.ts` prints links and paths that lead nowhere, and whether
// docs/coverage.md is behind the tables it is made from.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { repository } from './steps/step.ts';
import { coveragePath, formatCoverage } from './write-coverage.ts';

/** Every document's stale places, as `path:line: message`; empty when a reader gets everywhere. */
export function checkDocs(root: string = repository): string[] {
  const documents = ['*.md', 'docs/**/*.md', 'examples/**/*.md'];
  const paths = documents.flatMap(pattern => [...new Bun.Glob(pattern).scanSync({ cwd: root })].sort());
  return paths.flatMap(path => {
    const lines = readFileSync(join(root, path), 'utf8').split('\n');
    return lines.flatMap((line, index) => stalePlaces(root, path, line).map(what => `${path}:${index + 1}: ${what}`));
  });
}

function stalePlaces(root: string, path: string, line: string): string[] {
  const links = [...line.matchAll(/\]\(([^)\s]+)\)/g)].map(match => match[1] as string);
  const broken = links.filter(link => !/^\w+:/.test(link) && !leadsSomewhere(join(root, dirname(path)), link));
  // Decisions and the history of changes tell of their day.
  const isHistory = path.startsWith('docs/decisions/') || path === 'CHANGELOG.md';
  const named = isHistory ? [] : [...line.matchAll(/`([\w.-]+(?:\/[\w.-]+)*\/?)`/g)].map(match => match[1] as string);
  const missing = named.filter(name => isPath(root, name) && !isThere(root, name));
  return [...broken.map(link => `${link} leads nowhere`), ...missing.map(name => `${name} is not there`)];
}

function leadsSomewhere(folder: string, link: string): boolean {
  const [target = '', anchor] = link.split('#');
  const file = normalize(join(folder, target));
  if (target !== '' && !existsSync(file)) return false;
  if (anchor === undefined || !target.endsWith('.md')) return true;
  return readFileSync(file, 'utf8')
    .split('\n')
    .some(line => /^#+ /.test(line) && anchorOf(line) === anchor);
}

/** As forges make them of a heading. */
const anchorOf = (heading: string) =>
  heading
    .replace(/^#+ /, '')
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

/** Whether a word in code type means a file or folder of this repository. */
function isPath(root: string, name: string): boolean {
  if (/\.tsx?$/.test(name)) return true;
  const [first = '', second] = name.split('/');
  return second !== undefined && /^[a-z]+$/.test(first) && (isTree(root, first) || isTree(root, `src/${first}`));
}

const isTree = (root: string, name: string) =>
  existsSync(join(root, name)) && name !== 'dist' && name !== 'node_modules';

/** From the root, from `src/`, or below it: documents name a file as a reader looks for it. */
function isThere(root: string, name: string): boolean {
  if (existsSync(join(root, name)) || existsSync(join(root, 'src', name))) return true;
  const below = (tree: string) =>
    new Bun.Glob(`${tree}/**/${name.replace(/\/$/, '')}`).scanSync({ cwd: root, onlyFiles: false });
  return ['src', 'test', 'scripts'].some(tree => existsSync(join(root, tree)) && !below(tree).next().done);
}

if (import.meta.main) {
  const findings = checkDocs();
  const current = readFileSync(join(repository, coveragePath), 'utf8') === formatCoverage();
  if (!current) findings.push(`${coveragePath}: behind the tables: npm run coverage`);
  for (const finding of findings) console.log(finding);
  process.exit(findings.length === 0 ? 0 : 1);
}
