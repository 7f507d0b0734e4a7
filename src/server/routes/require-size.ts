// The size that a request to resize a terminal has to name.

import { invalid } from '../../lib/errors.ts';

/** Both numbers. Throws `invalid` in Docker's words for one that is left out. */
export function requireSize(query: { h?: number; w?: number }): { rows: number; columns: number } {
  if (query.h === undefined) throw invalid('invalid resize height "": invalid syntax');
  if (query.w === undefined) throw invalid('invalid resize width "": invalid syntax');
  return { rows: query.h, columns: query.w };
}
