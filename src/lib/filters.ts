// `--filter key=value` as it travels in the Engine API.

import { ownEntry } from './own-entry.ts';

/** Every value asked for, by key. */
export type Filters = Record<string, string[]>;

/** The filters and one more `key=value`; '' adds nothing. Throws a plain Error with Docker's wording. */
export function addFilter(filters: Filters, text: string): Filters {
  if (text === '') return filters;
  const equals = text.indexOf('=');
  if (equals < 0) throw new Error('bad format of filter (expected name=value)');
  const key = text.slice(0, equals).trim().toLowerCase();
  const value = text.slice(equals + 1).trim();
  const values = ownEntry(filters, key) ?? [];
  return { ...filters, [key]: values.includes(value) ? values : [...values, value] };
}
