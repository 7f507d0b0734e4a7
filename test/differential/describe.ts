// What of an answer must be the same on two engines: shapes of JSON, and text without what differs from run to run.

/** Text with ids, times, addresses, process ids and the program's name replaced by what they are. */
export function stableText(text: string, prefix: string): string {
  return (
    text
      .replaceAll(prefix, 'NAME')
      // Where an engine keeps what it has.
      .replace(/(\/var\/lib\/docker|\/tmp\/bt-\w+\/data)\b/g, 'ROOT')
      .replace(/\bsha256:[0-9a-f]{64}\b/g, 'DIGEST')
      .replace(/\b[0-9a-f]{64}\b/g, 'ID')
      .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{12}\b/g, 'SHORT')
      .replace(/(?<!\d)\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?Z| ?[+-]\d\d:?\d\d( UTC)?)?/g, 'TIME')
      .replace(/\b\d+\.\d+\.\d+\.\d+\b/g, 'ADDRESS')
      .replace(/\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b/g, 'MAC')
      .replace(/\b(About a|About an|Less than a|\d+) (second|minute|hour)s?\b/g, 'WHILE')
      .replace(/\bpid \d+/g, 'pid PID')
      .replace(/\bberth\b/g, 'docker')
      .replace(/\bBerth\b/g, 'Docker')
  );
}

/** The keys and types of a JSON value; a list is described by its different items. */
export function shapeOf(value: unknown, prefix: string): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) {
    const items = new Map(value.map(item => [JSON.stringify(shapeOf(item, prefix)), shapeOf(item, prefix)]));
    return [...items.keys()].sort().map(key => items.get(key));
  }
  if (typeof value !== 'object') return typeof value;
  return mapObject(value, (item, key) => [
    stableText(key, prefix),
    // Whether a container had to read from a disk depends on what was in memory.
    key.endsWith('_recursive') && Array.isArray(item) ? 'list' : shapeOf(item, prefix),
  ]);
}

/** A JSON value with its texts made stable and its numbers kept. */
export function stableValue(value: unknown, prefix: string): unknown {
  if (typeof value === 'string') return stableText(value, prefix);
  if (Array.isArray(value)) return inOrder(value).map(item => stableValue(item, prefix));
  if (typeof value !== 'object' || value === null) return value;
  return mapObject(value, (item, key) => [stableText(key, prefix), stableValue(item, prefix)]);
}

/** Docker lists mounts in the order of a Go map: none. */
function inOrder(list: readonly unknown[]): unknown[] {
  const destination = (item: unknown) => (item as { Destination?: string } | null)?.Destination ?? '';
  return list.toSorted((a, b) => (destination(a) < destination(b) ? -1 : destination(a) > destination(b) ? 1 : 0));
}

function mapObject(value: object, map: (item: unknown, key: string) => [string, unknown]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => map(item, key))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The JSON documents of a body, one or one after another by line; undefined where it is not JSON. */
export function parseDocuments(text: string): unknown[] | undefined {
  try {
    return [JSON.parse(text)];
  } catch {
    try {
      return text
        .trim()
        .split(/\r?\n/)
        .map(line => JSON.parse(line) as unknown);
    } catch {
      return undefined;
    }
  }
}
