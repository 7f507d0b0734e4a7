// Which findings a build tells of: what the rules found, less what a `check` directive or BUILDKIT_DOCKERFILE_CHECK skips.
import { parseCheckOptions } from '../source/directives.ts';
import type { CheckOptions, Dockerfile, Warning } from '../syntax.ts';
import { isExperimental } from './rules.ts';

/** The directive of the file, or the argument of the build in its place. Throws for an argument that makes no sense. */
export function checkOptionsOf(
  { directives }: Pick<Dockerfile, 'directives'>,
  { BUILDKIT_DOCKERFILE_CHECK: override }: Readonly<Record<string, string>>,
): CheckOptions {
  return override === undefined ? directives.check : parseCheckOptions(override);
}

/** Experimental rules are told of where they are asked for, all others where they are not skipped. */
export function isTold({ rule }: Warning, { experimental, skip }: CheckOptions): boolean {
  const names = (list: readonly string[]) => list.includes('all') || list.includes(rule);
  return isExperimental(rule) ? names(experimental) : !names(skip);
}

/** In the order of the lines they are about. */
export function byLine(warnings: readonly Warning[]): Warning[] {
  return warnings.toSorted((a, b) => a.ranges[0]!.start - b.ranges[0]!.start);
}
