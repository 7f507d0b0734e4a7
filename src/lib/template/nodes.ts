// The parsed form of a template: text, actions and control structures, each with its offset for error messages.

type Literal = string | number | boolean | null;

/** An operand. `text` is how Go writes it in messages (`<.Names>`), `offset` the byte offset it is blamed at. */
export type Expression =
  | { kind: 'literal'; value: Literal; text: string; offset: number }
  | { kind: 'dot'; text: string; offset: number }
  | { kind: 'field'; path: string[]; text: string; offset: number }
  | { kind: 'variable'; name: string; path: string[]; text: string; offset: number }
  | { kind: 'function'; name: string; text: string; offset: number }
  | { kind: 'chain'; base: Expression; path: string[]; text: string; offset: number }
  | { kind: 'pipeline'; pipeline: Pipeline; text: string; offset: number };

/** One command of a pipeline: a function, method or value with its arguments. */
export interface Command {
  operands: Expression[];
  offset: number;
}

/** Commands joined by `|`, with the variables it declares or assigns. */
export interface Pipeline {
  variables: string[];
  assign: boolean;
  commands: Command[];
  text: string;
  offset: number;
}

export type Node =
  | { kind: 'text'; text: string }
  | { kind: 'action'; pipeline: Pipeline }
  | { kind: 'if' | 'with' | 'range'; pipeline: Pipeline; body: Node[]; otherwise: Node[] }
  | { kind: 'template'; name: string; pipeline: Pipeline | undefined }
  | { kind: 'break' | 'continue' };
