// What bake files declare, whatever they are written in, before anything of it is evaluated.
import type { Type } from '../expressions/types.ts';
import type { Scope, Value } from '../expressions/value.ts';

/** A value that a file gives, evaluated when it is asked for. */
export interface Term {
  /** Throws an Error that says where. */
  readonly evaluate: (scope: Scope) => Value;
  /** Why what it came to cannot be used, said at its place. */
  readonly reject: Reject;
}

export type Reject = (summary: string, detail: string) => Error;

export interface DeclaredVariable {
  readonly name: string;
  readonly initial: Term | undefined;
  readonly type: Type | undefined;
  readonly description: Term | undefined;
  readonly validations: readonly { readonly condition: Term; readonly message: Term }[];
  readonly reject: Reject;
}

export interface DeclaredFunction {
  readonly name: string;
  readonly params: readonly string[];
  /** Gets all further arguments. */
  readonly rest: string | undefined;
  readonly result: Term;
}

/** A target or a group. */
export interface DeclaredBlock {
  readonly name: string;
  readonly fields: ReadonlyMap<string, Term>;
  /** Blocks in it, which mean nothing. */
  readonly nested: readonly { readonly name: string; readonly reject: Reject }[];
  /** Something is wrong with its name. */
  readonly rejectName: Reject;
  /** Something is missing in it. */
  readonly rejectBody: Reject;
}

/** Later files come later in the lists, and on top in the maps. */
export interface Declarations {
  readonly variables: ReadonlyMap<string, DeclaredVariable>;
  /** Attributes outside of blocks: variables that the environment does not change. */
  readonly globals: ReadonlyMap<string, Term>;
  readonly functions: ReadonlyMap<string, DeclaredFunction>;
  readonly targets: readonly DeclaredBlock[];
  readonly groups: readonly DeclaredBlock[];
}

/** All of several files together. */
export function joinDeclarations(all: readonly Declarations[]): Declarations {
  return {
    variables: new Map(all.flatMap(({ variables }) => [...variables])),
    globals: new Map(all.flatMap(({ globals }) => [...globals])),
    functions: new Map(all.flatMap(({ functions }) => [...functions])),
    targets: all.flatMap(({ targets }) => targets),
    groups: all.flatMap(({ groups }) => groups),
  };
}
