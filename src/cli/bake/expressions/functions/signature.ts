// Functions with what they take written as `str: text, ...more: number`.
import type { Callable, Parameter, ParameterKind, Value } from '../value.ts';

/** Arguments of these kinds, as `call` gets them. */
interface Kinds {
  readonly text: string;
  readonly number: number;
  readonly whole: number;
  readonly truth: boolean;
  readonly texts: readonly string[];
  readonly any: Exclude<Value, null>;
  readonly anything: Value;
}

type Parsed<Text extends string> = Text extends `${string}: ${infer Kind extends ParameterKind}` ? Kinds[Kind] : never;

/** The arguments of a signature, one parameter after the other. */
type Arguments<Signature extends string> = Signature extends ''
  ? []
  : Signature extends `...${infer Rest}`
    ? Parsed<Rest>[]
    : Signature extends `${infer First}, ${infer Others}`
      ? [Parsed<First>, ...Arguments<Others>]
      : [Parsed<Signature>];

/** A function by its signature; parameters have the names that buildx gives them in messages. */
export function define<const Signature extends string>(
  signature: Signature,
  call: (...args: Arguments<Signature>) => Value,
): Callable {
  const all = signature === '' ? [] : signature.split(', ');
  const parameters = all.map((one): Parameter => {
    const [name = '', kind] = one.replace('...', '').split(': ');
    return { name, kind: kind as ParameterKind };
  });
  const last = signature.includes('...') ? parameters.pop() : undefined;
  // Whoever calls it has converted the arguments to what the signature says.
  const converted = call as (...args: Value[]) => Value;
  return { params: parameters, ...(last && { rest: last }), call: converted };
}
