// `--why`: what is different from the last time this step was run.
import type { CacheStore } from '../cache/cache-store.ts';
import { definitionOf, type Node } from '../graph/node.ts';
import type { CacheReason } from '../progress.ts';
import type { ContentKey } from './content-key.ts';
import type { Resolution } from './resolution.ts';
import type { StepMemory } from './step-memory.ts';

/** As many files are named, the others counted. */
const named = 3;
const mostFiles = 20_000;

/** The reason of a run, which is then remembered for the next one. */
export function explainMiss(
  node: Node,
  o: { inputs: readonly Resolution[]; content: ContentKey | undefined; cache: CacheStore },
): CacheReason {
  const files = o.content?.files?.(mostFiles);
  const now: StepMemory = {
    at: Date.now(),
    definition: JSON.stringify(definitionOf(node.op)),
    inputs: o.inputs.map(({ id }) => id),
    ...(files && { files: Object.fromEntries(files) }),
  };
  const before = o.cache.memory(node.identity);
  o.cache.remember(node.identity, now);
  if (node.ignoreCache) return { kind: 'no-cache', detail: 'the cache was not to be used' };
  if (!before) return { kind: 'first', detail: 'never run before' };
  return compare(before, now, node);
}

function compare(before: StepMemory, now: StepMemory, node: Node): CacheReason {
  if (before.definition !== now.definition) return compareDefinitions(before.definition, now.definition);
  if (before.inputs[0] !== now.inputs[0]) {
    const isBase = node.inputs[0]?.op.kind === 'image';
    return isBase
      ? { kind: 'base', detail: 'the base image is another one' }
      : { kind: 'earlier-step', detail: `an earlier step was run again: ${node.inputs[0]?.vertex.name}` };
  }
  if (before.files && now.files) {
    const changed = changedFiles(before.files, now.files);
    if (changed.length > 0) return { kind: 'files', detail: describeFiles(changed) };
  }
  return { kind: 'gone', detail: 'its result was removed from the cache' };
}

/** Names the variable when the environment is all that differs. */
function compareDefinitions(before: string, now: string): CacheReason {
  const [old, current] = [before, now].map(text => JSON.parse(text) as { env?: string[] });
  const rest = (value: { env?: string[] } | undefined) => JSON.stringify({ ...value, env: [] });
  if (!old?.env || !current?.env || rest(old) !== rest(current)) {
    return { kind: 'instruction', detail: 'the instruction is another one' };
  }
  const split = (env: string[]) =>
    new Map(env.map(item => [item.slice(0, item.indexOf('=')), item.slice(item.indexOf('=') + 1)]));
  const [had, has] = [split(old.env), split(current.env)];
  const name = [...new Set([...had.keys(), ...has.keys()])].find(key => had.get(key) !== has.get(key)) ?? '';
  const show = (value: string | undefined) => (value === undefined ? 'not set' : JSON.stringify(value));
  return { kind: 'argument', detail: `${name} was ${show(had.get(name))}, is ${show(has.get(name))}` };
}

function changedFiles(before: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>): string[] {
  const changed: string[] = [];
  for (const [path, digest] of Object.entries(now)) {
    if (before[path] === undefined) changed.push(`${path} is new`);
    else if (before[path] !== digest) changed.push(`${path} changed`);
  }
  for (const path of Object.keys(before)) if (now[path] === undefined) changed.push(`${path} is gone`);
  return changed;
}

function describeFiles(changed: readonly string[]): string {
  const more = changed.length - named;
  return changed.slice(0, named).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
