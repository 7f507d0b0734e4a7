// Options written as one line of comma separated values, as those of `--mount` and `--device` are.
import { errorMessage, invalid } from '../../../lib/errors.ts';
import { parseCsvLine } from '../../../lib/text/csv-line.ts';

/** The fields of the line. Throws `invalid` starting with `what`. */
export function csvFields(line: string, what: string): string[] {
  try {
    return parseCsvLine(line);
  } catch (error) {
    throw invalid(`${what}: ${errorMessage(error)}`, error);
  }
}
