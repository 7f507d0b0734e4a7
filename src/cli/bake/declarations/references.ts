// Targets and groups as values: `target.app.tags` in the expressions of another.
import { CircleError, type Scope, type Value } from '../expressions/value.ts';
import type { Declarations, DeclaredBlock } from './declarations.ts';
import { evaluateField, knownFields } from './evaluate-field.ts';

/**
 * Objects whose parts are evaluated when they are asked for, each with the scope of then. Asking throws an Error for a circle.
 * Of several blocks of one name the last one counts; what a target inherits is not part of it.
 */
export function referable(declared: Declarations, scope: () => Scope): Readonly<Record<string, Value>> {
  const { targets, groups } = declared;
  return {
    ...(targets.length > 0 && { target: blocksAsValue('target', targets, scope) }),
    ...(groups.length > 0 && { group: blocksAsValue('group', groups, scope) }),
  };
}

function blocksAsValue(kind: string, blocks: readonly DeclaredBlock[], scope: () => Scope): Value {
  const byName = new Map(blocks.map(block => [block.name, block]));
  return lazyObject([...byName].map(([name, block]) => [name, () => blockAsValue(kind, block, scope)]));
}

/** What a field is that nobody gave. */
const missing: Readonly<Record<string, Value>> = {
  description: '',
  ...{ attest: [], 'cache-from': [], 'cache-to': [], secret: [], ssh: [], output: [] },
};

function blockAsValue(kind: string, block: DeclaredBlock, scope: () => Scope): Value {
  const names = kind === 'target' ? knownFields : ['description', 'targets'];
  const pending = new Set<string>();
  const fieldOf = (name: string): Value => {
    const term = block.fields.get(name);
    if (pending.has(name)) throw new CircleError(`reference cycle not allowed for ${kind}.${block.name}.${name}`);
    pending.add(name);
    try {
      const value = term && evaluateField(name, term, scope());
      return value ?? missing[name] ?? null;
    } finally {
      pending.delete(name);
    }
  };
  const fields = [...names].map((name): [string, () => Value] => [name, () => fieldOf(name)]);
  return lazyObject([['name', () => block.name], ...fields]);
}

function lazyObject(parts: readonly (readonly [string, () => Value])[]): Value {
  const object: Record<string, Value> = {};
  for (const [name, get] of parts) {
    let made: { readonly value: Value } | undefined;
    Object.defineProperty(object, name, {
      enumerable: true,
      get: () => {
        made ??= { value: get() };
        return made.value;
      },
    });
  }
  return object;
}
