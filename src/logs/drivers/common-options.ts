// Log options: those every driver takes, and the refusal of unknown ones.

import { errorMessage, invalid } from '../../lib/errors.ts';
import { parseRamBytes } from '../../lib/text/units.ts';

/**
 * Throws `invalid`, in Docker's words, unless every option is one of `own` or of the two common ones, and those two
 * make sense. `mode` is accepted for its meaning elsewhere: here output never waits for the daemon.
 */
export function validateCommonOptions(driver: string, options: Record<string, string>, own: readonly string[]): void {
  const { mode, 'max-buffer-size': bufferSize } = options;
  if (mode !== undefined && mode !== '' && mode !== 'blocking' && mode !== 'non-blocking') {
    throw invalid(`logger: logging mode not supported: ${mode}`);
  }
  if (bufferSize !== undefined) {
    if (mode !== 'non-blocking') {
      throw invalid("logger: max-buffer-size option is only supported with 'mode=non-blocking'");
    }
    try {
      parseRamBytes(bufferSize);
    } catch (error) {
      throw invalid(`error parsing option max-buffer-size: ${errorMessage(error)}`, error);
    }
  }
  for (const name of Object.keys(options)) {
    if (name === 'mode' || name === 'max-buffer-size' || own.includes(name)) continue;
    throw invalid(`unknown log opt '${name}' for ${driver} log driver`);
  }
}
