// The detach keys of a request.
import { invalid } from '../../../lib/errors.ts';
import { parseDetachKeys } from '../../../lib/text/detach-keys.ts';

/** Throws `invalid` in Docker's words for an `as`. */
export function readDetachKeys(text: string | undefined, as: 'detach' | 'escape'): Buffer {
  try {
    return parseDetachKeys(text);
  } catch (error) {
    throw invalid(`Invalid ${as} keys (${text}) provided`, error);
  }
}
