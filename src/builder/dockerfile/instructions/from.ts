// FROM.
import { invalid } from '../../../lib/errors.ts';
import { quoteGo } from '../../../lib/template/quote.ts';
import type { Statement } from '../source/statement.ts';
import { parseFlags } from './flag-values.ts';

/** The words of FROM, unexpanded. */
interface FromWords {
  readonly base: string;
  readonly platform?: string;
  /** The keyword and the name as written: `as`, `Build`. */
  readonly as?: { readonly keyword: string; readonly name: string };
}

/** FROM; throws `invalid`. */
export function parseFrom({ flags, words }: Statement): FromWords {
  const [base, keyword, name] = words;
  const named = words.length === 3 && keyword?.toLowerCase() === 'as';
  if (named && !/^[a-z][a-z0-9-_.]*$/.test(name!.toLowerCase())) {
    const reason = "name can't start with a number or contain symbols";
    throw invalid(`invalid name for build stage: ${quoteGo(name!)}, ${reason}`);
  }
  if (!named && words.length !== 1) throw invalid('FROM requires either one or three arguments');
  const { platform } = parseFlags(flags, { platform: 'string' });
  return {
    base: base!,
    ...(platform ? { platform } : {}),
    ...(named ? { as: { keyword: keyword!, name: name! } } : {}),
  };
}
