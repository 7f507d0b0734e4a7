// Types that stand in a text of their own, as in JSON.
import { parseAttributeValue } from './expression-parser.ts';
import { HclError } from './hcl-error.ts';
import type { Expression } from './nodes.ts';
import { Cursor } from './tokens.ts';

/** Throws an HclError for what is no expression. */
export function parseTypeText(text: string): Expression {
  const cursor = new Cursor({ name: '', text }, { newlines: false });
  const expression = parseAttributeValue(cursor);
  const end = cursor.peek;
  if (end.kind === 'end') return expression;
  throw new HclError(
    end.place,
    'Extra characters after expression',
    'An expression was successfully parsed, but extra characters were found after it.',
  );
}
