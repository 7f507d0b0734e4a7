// Records that are asked by names from outside, which may be those of what every object has: `constructor`, `toString`.

/** The record's own entry of that name. */
export function ownEntry<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
