// Checks that a real response has everything Docker sends.

import { loadSentProperties } from './facts.ts';

/** The property paths `body` lacks; below null and in an empty list nothing is missing. Throws for an operation without facts. */
export function missingProperties(operation: string, body: unknown): string[] {
  const paths = loadSentProperties().get(operation);
  if (!paths) throw new Error(`no facts about what ${operation} sends`);
  return paths.filter(path =>
    lacks(
      body,
      path.split(/\.|(?=\[\])/).filter(part => part !== ''),
    ),
  );
}

function lacks(value: unknown, path: string[]): boolean {
  const [step, ...rest] = path;
  if (step === undefined || value === null) return false;
  if (step === '[]') return Array.isArray(value) && value.some(item => lacks(item, rest));
  if (typeof value !== 'object' || !(step in (value as object))) return true;
  return lacks((value as Record<string, unknown>)[step], rest);
}
