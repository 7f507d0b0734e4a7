// Foreign values as fields of a target.
import { type BakeTarget, type FieldName, fieldKinds } from './bake-file.ts';

/** Throws a plain Error that names the key of what is of the wrong kind or not known. */
export function checkTarget(where: string, value: unknown): BakeTarget {
  const fields = asObject(where, value);
  const target: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (field === null) continue;
    const place = `${where}.${name}`;
    if (name === 'description') target[name] = asText(place, field);
    else if (name === 'inherits') target[name] = asList(place, field);
    else if (name in fieldKinds) target[name] = readers[fieldKinds[name as FieldName]](place, field);
    else if (name !== 'matrix' && name !== 'name')
      throw new Error(`${place}: unsupported attribute ${JSON.stringify(name)}`);
  }
  return target as BakeTarget;
}

/** Throws a plain Error that names `where`. */
export function asObject(where: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${where} must be an object`);
}

/** A text, or what has an obvious one. */
export function asText(where: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${where} must be a string`);
}

/** A list; objects in it (`{type: local, src: x}`) become `key=value` texts. */
export function asList(where: string, value: unknown): string[] {
  if (!Array.isArray(value)) throw new Error(`${where} must be a list`);
  return value
    .filter(item => item !== '' && item !== null)
    .map((item, at) => {
      if (typeof item !== 'object') return asText(`${where}[${at}]`, item);
      const { type, ...rest } = asObject(`${where}[${at}]`, item);
      // An agent by its id, with the keys it has.
      if (Array.isArray(rest.paths))
        return `${asText(`${where}[${at}].id`, rest.id)}=${asList(where, rest.paths).join(',')}`;
      const fields = Object.entries(type === undefined ? rest : { type, ...rest });
      return fields.map(([key, part]) => `${key}=${asText(`${where}[${at}].${key}`, part)}`).join(',');
    });
}

/** Keys without a value are left out. */
export function asRecord(where: string, value: unknown): Record<string, string> {
  const entries = Object.entries(asObject(where, value)).filter(([, item]) => item !== null);
  return Object.fromEntries(entries.map(([key, item]) => [key, asText(`${where}.${key}`, item)]));
}

function asSwitch(where: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw new Error(`${where} must be true or false`);
}

const readers = { text: asText, list: asList, record: asRecord, switch: asSwitch };
