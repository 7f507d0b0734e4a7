// Finds files that import one another in a circle, types included: none of them can be read, tested or moved without the others.

import { dirname, normalize } from 'node:path/posix';
import type { Finding } from './rules.ts';
import type { SourceFile } from './source-file.ts';

/** By path: what each file of a tree imports. */
type ImportsByPath = ReadonlyMap<string, Pick<SourceFile, 'imports'>>;

/** One finding a circle, the shortest through its first file; empty when imports only ever lead away. */
export function findCircles(tree: ImportsByPath): Finding[] {
  const graph = leadingOn(tree);
  const reported = new Set<string>();
  const findings: Finding[] = [];
  for (const path of [...graph.keys()].sort()) {
    if (reported.has(path)) continue;
    const circle = wayBack(path, graph);
    if (!circle) continue;
    for (const member of circle) reported.add(member);
    const line = graph.get(path)?.get(circle[0] as string) ?? 1;
    const message = `imports itself in a circle, ${[path, ...circle].join(' → ')}: move what they share into a file of its own`;
    findings.push({ path, line, message });
  }
  return findings;
}

/** Per file the line on which it imports which other one. */
type Graph = Map<string, Map<string, number>>;

/** The imports within the tree, without files that lead to no circle: nearly all of them. */
function leadingOn(tree: ImportsByPath): Graph {
  const graph: Graph = new Map();
  const importers = new Map<string, string[]>();
  for (const [path, { imports }] of tree) {
    const targets = new Map<string, number>();
    for (const { specifier, line } of imports) {
      const target = normalize(`${dirname(path)}/${specifier}`);
      if (!specifier.startsWith('.') || !tree.has(target) || targets.has(target)) continue;
      targets.set(target, line);
      importers.set(target, [...(importers.get(target) ?? []), path]);
    }
    graph.set(path, targets);
  }
  const ends = [...graph.keys()].filter(path => graph.get(path)?.size === 0);
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
    graph.delete(end);
    for (const importer of importers.get(end) ?? []) {
      const targets = graph.get(importer);
      if (targets?.delete(end) && targets.size === 0) ends.push(importer);
    }
  }
  return graph;
}

/** The shortest way from `start` to itself, ending with it; undefined when there is none. */
function wayBack(start: string, graph: Graph): string[] | undefined {
  const ways: string[][] = [...(graph.get(start)?.keys() ?? [])].map(target => [target]);
  const seen = new Set<string>();
  for (const way of ways) {
    const last = way.at(-1) as string;
    if (last === start) return way;
    if (seen.has(last)) continue;
    seen.add(last);
    for (const target of graph.get(last)?.keys() ?? []) ways.push([...way, target]);
  }
  return undefined;
}
