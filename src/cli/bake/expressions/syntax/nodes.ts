// Expressions of HCL as trees. What they mean is in `evaluate`.
import type { Value } from '../value.ts';
import { type Place, placeBetween } from './source.ts';

interface Node<Kind extends string> {
  readonly kind: Kind;
  readonly place: Place;
}

export interface Call extends Node<'call'> {
  readonly name: string;
  readonly namePlace: Place;
  readonly openPlace: Place;
  readonly closePlace: Place;
  readonly args: readonly Expression[];
  /** `f(list...)`: the last argument is a list of the last arguments. */
  readonly expands: boolean;
}

/** `[for value in over : value if condition]`, `{for key, value in over : key => value}`. */
export interface Loop extends Node<'loop'> {
  readonly keyName: string | undefined;
  readonly valueName: string;
  readonly over: Expression;
  /** Of an object. */
  readonly key: Expression | undefined;
  readonly value: Expression;
  readonly condition: Expression | undefined;
  /** `value...`: values with the same key become a list. */
  readonly groups: boolean;
}

export type Expression =
  | (Node<'literal'> & { readonly value: Value })
  /** Joined as texts. */
  | (Node<'template'> & { readonly parts: readonly Expression[] })
  /** `"${inner}"`, which is the value itself, and `(inner)`. */
  | (Node<'wrapped' | 'parentheses'> & { readonly inner: Expression })
  | (Node<'variable'> & { readonly name: string })
  /** `of.name`; `keyPlace` is `.name`. */
  | (Node<'attribute'> & { readonly of: Expression; readonly name: string; readonly keyPlace: Place })
  /** `of[key]`; `keyPlace` is `[key]`. */
  | (Node<'index'> & { readonly of: Expression; readonly key: Expression; readonly keyPlace: Place })
  /** `of[*].each`, `each` standing on `item`. */
  | (Node<'splat'> & { readonly of: Expression; readonly each: Expression })
  /** What the splat around it is at. */
  | Node<'item'>
  | Call
  | (Node<'list'> & { readonly items: readonly Expression[] })
  | (Node<'object'> & { readonly entries: readonly ObjectEntry[] })
  | Loop
  /** `%{for}`: what the loop makes, joined as texts. */
  | (Node<'repeated'> & { readonly loop: Loop })
  | (Node<'condition'> & {
      readonly condition: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    })
  | (Node<'binary'> & { readonly operator: string; readonly left: Expression; readonly right: Expression })
  | (Node<'unary'> & { readonly operator: '!' | '-'; readonly operand: Expression });

export interface ObjectEntry {
  readonly key: Expression;
  readonly value: Expression;
}

/**
 * Where it begins, as HCL says it in messages about a whole value: the first piece of what it is made of, for a text what is
 * behind its quote.
 */
export function beginning(expression: Expression): Place {
  switch (expression.kind) {
    case 'template':
      return expression.parts[0] ? beginning(expression.parts[0]) : expression.place;
    case 'wrapped':
      return beginning(expression.inner);
    case 'attribute':
    case 'index':
    case 'splat':
      return beginning(expression.of);
    case 'condition':
      return beginning(expression.condition);
    case 'binary':
      return beginning(expression.left);
    case 'call':
      return expression.namePlace;
    case 'list':
    case 'object':
    case 'loop':
    case 'parentheses':
    case 'unary':
      return { ...expression.place, end: expression.place.start + 1 };
    default:
      return expression.place;
  }
}

/** What a node is made of. */
function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'template':
      return expression.parts;
    case 'wrapped':
    case 'parentheses':
      return [expression.inner];
    case 'attribute':
      return [expression.of];
    case 'index':
      return [expression.of, expression.key];
    case 'splat':
      return [expression.of, expression.each];
    case 'call':
      return expression.args;
    case 'list':
      return expression.items;
    case 'object':
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case 'loop':
      return [expression.over, expression.key, expression.value, expression.condition].filter(
        part => part !== undefined,
      );
    case 'repeated':
      return [expression.loop];
    case 'condition':
      return [expression.condition, expression.then, expression.otherwise];
    case 'binary':
      return [expression.left, expression.right];
    case 'unary':
      return [expression.operand];
    default:
      return [];
  }
}

/** The first node more than `limit` levels down; undefined where all are above. Not recursive: trees may be deep. */
export function tooDeep(root: Expression, limit: number): Expression | undefined {
  let level: readonly Expression[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return level[0];
    level = level.flatMap(partsOf);
  }
  return undefined;
}

/** A text that has nothing to be evaluated in it; undefined for other expressions. */
export function plainText(expression: Expression): string | undefined {
  if (expression.kind === 'literal' && typeof expression.value === 'string') return expression.value;
  if (expression.kind !== 'template') return undefined;
  const texts = expression.parts.map(plainText);
  return texts.every(text => text !== undefined) ? texts.join('') : undefined;
}

/** Both together in one place. */
export const around = (first: Expression, last: Expression): Place => placeBetween(first.place, last.place);
