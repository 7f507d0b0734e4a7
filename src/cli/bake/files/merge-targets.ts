// One target on top of another: that of a later file, or of a child.
import { type BakeFile, type BakeTarget, type FieldName, fieldKinds } from './bake-file.ts';

/** Lists that grow instead of being replaced. */
const growing = new Set<FieldName>([
  'annotations',
  'cache-from',
  'no-cache-filter',
  'ulimits',
  'secret',
  'ssh',
  'entitlements',
]);

/** Of each type the last one counts. */
export function joinAttests(below: readonly string[], above: readonly string[]): readonly string[] {
  const typeOf = (text: string) => /\btype=(\w+)/.exec(text)?.[1];
  return above.reduce((all, one) => [...all.filter(other => typeOf(other) !== typeOf(one)), one], below);
}

/** Texts and most lists are replaced, records and some lists joined. */
export function mergeTargets(below: BakeTarget, above: BakeTarget): BakeTarget {
  const merged: Record<string, unknown> = { ...below, ...above };
  for (const [name, kind] of Object.entries(fieldKinds) as [FieldName, string][]) {
    const [lower, upper] = [below[name], above[name]];
    if (lower === undefined || upper === undefined) continue;
    if (name === 'attest') merged[name] = joinAttests(lower as string[], upper as string[]);
    else if (kind === 'record') merged[name] = { ...(lower as object), ...(upper as object) };
    else if (growing.has(name)) merged[name] = [...new Set([...(lower as string[]), ...(upper as string[])])];
  }
  return merged as BakeTarget;
}

/** One file on top of another. */
export function mergeBakeFiles(below: BakeFile, above: BakeFile): BakeFile {
  const targets: Record<string, BakeTarget> = { ...below.targets };
  for (const [name, target] of Object.entries(above.targets)) targets[name] = mergeTargets(targets[name] ?? {}, target);
  return {
    targets,
    groups: { ...below.groups, ...above.groups },
    variables: { ...below.variables, ...above.variables },
    warnings: [...below.warnings, ...above.warnings],
  };
}
