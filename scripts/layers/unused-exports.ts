// Finds names that are exported and that no other file imports: whoever reads `export` looks for who relies on it.

import { dirname, normalize } from 'node:path/posix';
import type { Finding } from './rules.ts';
import type { SourceFile } from './source-file.ts';

/** By path: a source tree with all that may use it. A door that hands a name on uses it, and wants a user itself. */
export function findUnusedExports(tree: ReadonlyMap<string, Pick<SourceFile, 'imports' | 'exports'>>): Finding[] {
  const used = new Set<string>();
  for (const [path, { imports }] of tree) {
    for (const { specifier, names } of imports) {
      if (!specifier.startsWith('.')) continue;
      const target = normalize(`${dirname(path)}/${specifier}`);
      for (const name of names ?? tree.get(target)?.exports.map(exported => exported.name) ?? []) {
        if (target !== path) used.add(`${target} ${name}`);
      }
    }
  }
  return [...tree].flatMap(([path, { exports }]) =>
    exports
      .filter(({ name }) => !used.has(`${path} ${name}`))
      .map(({ name, line }) => ({
        path,
        line,
        message: `nobody else imports ${name}: take its export away, or the name out of the door`,
      })),
  );
}
