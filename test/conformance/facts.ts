// Facts of the Engine API's reference (1.51): what each operation is called, takes and answers with.
// `operations.jsonl` and `definitions.jsonl` hold them, one fact a line, without any of its prose;
// `sent-properties.jsonl` says which properties a Docker 28.5 really sends for an ordinary running container.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A schema of the reference, reduced to what can be checked. */
export interface Schema {
  ref?: string;
  type?: string;
  enum?: unknown[];
  required?: string[];
  nullable?: boolean;
  allOf?: Schema[];
  items?: Schema;
  /** Of a map. */
  values?: Schema;
  properties?: Record<string, Schema>;
}

interface OperationFacts {
  operation: string;
  method: string;
  path: string;
  /** Success. */
  statuses: number[];
  query: string[];
  requiredQuery: string[];
  body: boolean;
  response?: Schema;
}

/** Every operation of the reference, by its id. */
export function loadOperations(): Map<string, OperationFacts> {
  return new Map(readLines<OperationFacts>('operations.jsonl').map(facts => [facts.operation, facts]));
}

/** Every definition of the reference, by its name. */
export function loadDefinitions(): Map<string, Schema> {
  return new Map(readLines<Schema & { name: string }>('definitions.jsonl').map(schema => [schema.name, schema]));
}

/** Property paths (`State.Status`, `[].Id`) Docker always sends, by operation; only of the most used operations. */
export function loadSentProperties(): Map<string, string[]> {
  const lines = readLines<{ operation: string; properties: string[] }>('sent-properties.jsonl');
  return new Map(lines.map(({ operation, properties }) => [operation, properties]));
}

function readLines<T>(name: string): T[] {
  const text = readFileSync(join(import.meta.dirname, name), 'utf8');
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as T);
}
