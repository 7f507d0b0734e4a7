// Paths with all that symbolic links on the way lead to, as BuildKit's fsutil follows them.
import { readdirSync, readlinkSync } from 'node:fs';
import { join, posix } from 'node:path';
import { errorCode } from '../../../lib/errors.ts';
import { matchPattern } from '../../../lib/patterns/path-match.ts';

/** Paths relative to `root`, none below another; empty when the root itself is among them. Links never lead outside. */
export function followLinks(root: string, paths: readonly string[]): string[] {
  const resolved = new Set<string>();
  for (const path of paths) follow(path);
  if (resolved.has('.')) return [];
  const sorted = [...resolved].sort();
  return sorted.filter(path => !sorted.some(other => path.startsWith(`${other}/`)));

  function follow(path: string): void {
    const parts = inside(path).split('/');
    let current = '.';
    for (let at = 0; at < parts.length; at++) {
      current = posix.join(current, parts[at]!);
      const rest = parts.slice(at + 1).join('/');
      const targets = linkTargets(current, true);
      if ((rest === '' || targets) && resolved.has(current)) return;
      if (targets) {
        resolved.add(current);
        for (const target of targets) follow(posix.join(target, rest));
        return;
      }
      if (rest === '') resolved.add(current);
    }
  }

  /** Undefined for what is no link; a last part with wildcards stands for all links it matches. */
  function linkTargets(path: string, wildcards: boolean): string[] | undefined {
    const base = posix.basename(path);
    const parent = posix.dirname(path);
    if (wildcards && /[*?[\\]/.test(base)) {
      const found = names(parent)
        .filter(name => matchPattern(base, name))
        .flatMap(name => linkTargets(posix.join(parent, name), false) ?? []);
      return found.length > 0 ? found : undefined;
    }
    const link = readLink(join(root, path));
    if (link === undefined) return undefined;
    return [inside(link.startsWith('/') ? link : posix.join(parent, link))];
  }

  function names(directory: string): string[] {
    try {
      return readdirSync(join(root, directory));
    } catch {
      return [];
    }
  }
}

/** Undefined for what is no link, or not there. */
function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (['EINVAL', 'ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

/** The path from the root, which `..` does not leave. */
function inside(path: string): string {
  return posix.join('.', posix.join('/', path));
}
