// Checks a real response against the reference's schema.

import { loadDefinitions, loadOperations, type Schema } from './facts.ts';

/**
 * What in `body` (the parsed JSON of a successful answer, or one line of a stream) contradicts the reference; empty
 * when nothing does. Unknown properties are allowed, as the reference says. Docker sends null for an empty list or
 * map, so null is only wrong in place of a scalar. Throws on an operation the reference does not have.
 */
export function validateResponse(operation: string, body: unknown): string[] {
  const facts = loadOperations().get(operation);
  if (!facts) throw new Error(`no such operation: ${operation}`);
  if (!facts.response) return [];
  const problems: string[] = [];
  check({ definitions: loadDefinitions(), problems }, facts.response, { value: body, path: operation });
  return problems;
}

// Docker's own answers have null here, against its reference.
const sentAsNull = /\.(MemorySwappiness|OomKillDisable|ExitCode)$/;

interface Context {
  definitions: Map<string, Schema>;
  problems: string[];
}

function check(context: Context, schema: Schema, at: { value: unknown; path: string }): void {
  const { value, path } = at;
  if (schema.ref !== undefined) {
    const definition = context.definitions.get(schema.ref);
    if (!definition) throw new Error(`no such definition: ${schema.ref}`);
    // A reference to an object may be null in Go.
    if (value !== null || isScalar(definition)) check(context, definition, at);
    return;
  }
  for (const part of schema.allOf ?? []) check(context, part, at);
  if (value === null) {
    if (isScalar(schema) && !schema.nullable && !sentAsNull.test(path))
      context.problems.push(`${path}: null instead of ${schema.type}`);
    return;
  }
  const actual = typeOf(value);
  if (schema.type !== undefined && actual !== schema.type && !(schema.type === 'number' && actual === 'integer')) {
    context.problems.push(`${path}: ${actual} instead of ${schema.type}`);
    return;
  }
  // The reference also lists objects: `{}` is the only value of a set's member.
  if (schema.enum && !schema.enum.some(known => Bun.deepEquals(known, value)) && value !== '') {
    context.problems.push(`${path}: ${JSON.stringify(value)} is none of ${schema.enum.join(', ')}`);
  }
  checkParts(context, schema, at);
}

function checkParts(context: Context, schema: Schema, at: { value: unknown; path: string }): void {
  const { value, path } = at;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (schema.items) check(context, schema.items, { value: item, path: `${path}[${index}]` });
    }
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const key of schema.required ?? []) {
    if (!(key in value)) context.problems.push(`${path}.${key}: missing`);
  }
  for (const [key, item] of Object.entries(value)) {
    const part = schema.properties?.[key] ?? schema.values;
    if (part) check(context, part, { value: item, path: `${path}.${key}` });
  }
}

function isScalar(schema: Schema): boolean {
  return schema.type === 'string' || schema.type === 'integer' || schema.type === 'number' || schema.type === 'boolean';
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
