// Runs a parsed template against data, by the rules of Go's text/template.

import { ownEntry } from '../own-entry.ts';
import type { TemplateFunction } from './functions.ts';
import type { Command, Expression, Node, Pipeline } from './nodes.ts';
import { isStruct, isTrue, printValue, sortedEntries, typeName } from './values.ts';

/** A template that failed while running: `at` is the expression, `offset` where it stands. */
export class TemplateExecutionError extends Error {
  readonly at: string;
  readonly offset: number;

  constructor(message: string, at: string, offset: number) {
    super(message);
    this.at = at;
    this.offset = offset;
  }
}

interface EvaluationOptions {
  functions: Readonly<Record<string, TemplateFunction>>;
  definitions: Map<string, Node[]>;
  /** A key that a map does not have is an error instead of `<no value>`. */
  missingKeyIsError: boolean;
}

/** What a map lookup without a result gives; printed `<no value>`. */
const noValue = Symbol('no value');

type Flow = 'next' | 'break' | 'continue';

/** The text `nodes` produce for `data`. Throws TemplateExecutionError. */
export function evaluateTemplate(nodes: Node[], data: unknown, options: EvaluationOptions): string {
  const evaluator = new Evaluator(data, options);
  evaluator.walk(nodes, data);
  return evaluator.output.join('');
}

class Evaluator {
  readonly output: string[] = [];
  readonly #options: EvaluationOptions;
  #variables: { name: string; value: unknown }[];

  constructor(data: unknown, options: EvaluationOptions) {
    this.#options = options;
    this.#variables = [{ name: '$', value: data }];
  }

  walk(nodes: Node[], dot: unknown): Flow {
    for (const node of nodes) {
      const flow = this.#node(node, dot);
      if (flow !== 'next') return flow;
    }
    return 'next';
  }

  #node(node: Node, dot: unknown): Flow {
    switch (node.kind) {
      case 'text':
        this.output.push(node.text);
        return 'next';
      case 'action': {
        const text = plainText(node.pipeline, dot);
        if (text !== undefined) {
          this.output.push(text);
          return 'next';
        }
        const value = this.#pipeline(node.pipeline, dot);
        if (node.pipeline.variables.length === 0) this.#print(value);
        return 'next';
      }
      case 'template':
        this.#call(node.name, node.pipeline ? this.#pipeline(node.pipeline, dot) : null);
        return 'next';
      case 'break':
      case 'continue':
        return node.kind;
      case 'range':
        return this.#range(node, dot);
      default:
        return this.#branch(node, dot);
    }
  }

  #print(value: unknown): void {
    this.output.push(value === noValue || value === undefined ? '<no value>' : printValue(value));
  }

  #call(name: string, data: unknown): void {
    const nodes = this.#options.definitions.get(name);
    if (!nodes) throw new TemplateExecutionError(`template "${name}" not defined`, name, 0);
    const outer = this.#variables;
    this.#variables = [{ name: '$', value: data }];
    this.walk(nodes, data);
    this.#variables = outer;
  }

  #branch(node: Extract<Node, { kind: 'if' | 'with' | 'range' }>, dot: unknown): Flow {
    const mark = this.#variables.length;
    const value = this.#pipeline(node.pipeline, dot);
    const chosen = isTrue(value === noValue ? null : value);
    const inner = node.kind === 'with' && chosen ? value : dot;
    const flow = this.walk(chosen ? node.body : node.otherwise, inner);
    this.#variables.length = mark;
    return flow;
  }

  #range(node: Extract<Node, { kind: 'if' | 'with' | 'range' }>, dot: unknown): Flow {
    const mark = this.#variables.length;
    const { pipeline } = node;
    const value = this.#pipeline(pipeline, dot);
    const entries = this.#entries(value, pipeline);
    // The pipeline declared its variables with the whole value; each round sets them anew.
    const [first, second] = pipeline.variables;
    for (const [key, item] of entries) {
      if (first !== undefined) this.#assign(first, second === undefined ? item : key);
      if (second !== undefined) this.#assign(second, item);
      const inner = this.#variables.length;
      const flow = this.walk(node.body, item);
      this.#variables.length = inner;
      if (flow === 'break') break;
    }
    const flow = entries.length === 0 ? this.walk(node.otherwise, dot) : 'next';
    this.#variables.length = mark;
    return flow;
  }

  #entries(value: unknown, pipeline: Pipeline): [unknown, unknown][] {
    if (value === noValue || value === null || value === undefined) return [];
    if (Array.isArray(value)) return value.map((item, position) => [position, item]);
    if (value instanceof Map) return sortedEntries(value);
    if (typeof value === 'number')
      return Array.from({ length: Math.max(0, value) }, (_, position) => [position, position]);
    throw new TemplateExecutionError(`range can't iterate over ${printValue(value)}`, pipeline.text, pipeline.offset);
  }

  #assign(name: string, value: unknown): void {
    const variable = this.#variables.findLast(candidate => candidate.name === name);
    if (variable) variable.value = value;
  }

  #pipeline(pipeline: Pipeline, dot: unknown): unknown {
    let value: unknown = noValue;
    pipeline.commands.forEach((command, position) => {
      value = this.#command(command, dot, position === 0 ? [] : [value]);
    });
    for (const name of pipeline.variables) {
      if (pipeline.assign) this.#assign(name, value);
      else this.#variables.push({ name, value });
    }
    return value;
  }

  #command(command: Command, dot: unknown, final: unknown[]): unknown {
    const [head, ...args] = command.operands;
    const text = command.operands.map(operand => operand.text).join(' ');
    const operands = { dot, args, final, text };
    switch (head!.kind) {
      case 'function':
        return this.#function(head!, operands);
      case 'field':
        return this.#path(dot, head!, operands);
      case 'variable':
        return this.#path(this.#variable(head!.name), head!, operands);
      case 'chain':
        return this.#path(this.#operand(head!.base, dot), head!, operands);
      default: {
        if (args.length > 0 || final.length > 0) {
          throw new TemplateExecutionError(
            `can't give argument to non-function ${head!.text}`,
            head!.text,
            head!.offset,
          );
        }
        return this.#operand(head!, dot);
      }
    }
  }

  #variable(name: string): unknown {
    return this.#variables.findLast(candidate => candidate.name === name)?.value;
  }

  #operand(expression: Expression, dot: unknown): unknown {
    switch (expression.kind) {
      case 'literal':
        return expression.value;
      case 'dot':
        return dot;
      case 'pipeline':
        return this.#pipeline(expression.pipeline, dot);
      default:
        return this.#command({ operands: [expression], offset: expression.offset }, dot, []);
    }
  }

  #path(receiver: unknown, expression: Extract<Expression, { path: string[] }>, operands: Operands): unknown {
    const { path } = expression;
    let value = receiver;
    path.forEach((name, position) => {
      const last = position === path.length - 1;
      value = this.#field(value, {
        name,
        expression,
        operands: last ? operands : { ...operands, args: [], final: [] },
      });
    });
    if (path.length === 0 && operands.args.length + operands.final.length > 0) {
      throw new TemplateExecutionError(
        `can't give argument to non-function ${expression.text}`,
        expression.text,
        expression.offset,
      );
    }
    return value;
  }

  #field(receiver: unknown, access: { name: string; expression: Expression; operands: Operands }): unknown {
    const { name, expression, operands } = access;
    const fail = (message: string): never => {
      throw new TemplateExecutionError(message, expression.text, expression.offset);
    };
    if (receiver === noValue || receiver === null || receiver === undefined) {
      return fail(`nil pointer evaluating interface {}.${name}`);
    }
    if (receiver instanceof Map) {
      if (operands.args.length + operands.final.length > 0) fail(`${name} is not a method but has arguments`);
      if (receiver.has(name)) return receiver.get(name) ?? noValue;
      return this.#options.missingKeyIsError ? fail(`map has no entry for key ${JSON.stringify(name)}`) : noValue;
    }
    if (!isStruct(receiver) || !Object.hasOwn(receiver, name)) {
      return fail(`can't evaluate field ${name} in type ${typeName(receiver)}`);
    }
    const value = receiver[name];
    if (typeof value !== 'function') {
      if (operands.args.length + operands.final.length > 0)
        fail(`${name} has arguments but cannot be invoked as function`);
      return value;
    }
    const args = this.#arguments(operands);
    if (args.length !== value.length) fail(`wrong number of args for ${name}: want ${value.length} got ${args.length}`);
    return this.#guard(() => value(...args), { name, expression });
  }

  #arguments({ dot, args, final }: Operands): unknown[] {
    const values = [...args.map(arg => this.#operand(arg, dot)), ...final];
    return values.map(value => (value === noValue ? null : value));
  }

  #function(expression: Extract<Expression, { kind: 'function' }>, operands: Operands): unknown {
    const { name } = expression;
    const fn = this.#options.functions[name]!;
    const count = operands.args.length + operands.final.length;
    if (count < fn.min || (fn.max !== undefined && count > fn.max)) {
      const want = fn.max === fn.min ? String(fn.min) : `at least ${fn.min}`;
      throw new TemplateExecutionError(
        `wrong number of args for ${name}: want ${want} got ${count}`,
        operands.text,
        expression.offset,
      );
    }
    if (name === 'and' || name === 'or') return this.#shortCircuit(name, operands);
    const args = this.#arguments(operands);
    return this.#guard(() => fn.call(...(args as never[])), {
      name,
      expression: { ...expression, text: operands.text },
    });
  }

  #shortCircuit(name: 'and' | 'or', { dot, args, final }: Operands): unknown {
    let value: unknown = noValue;
    for (const arg of args) {
      value = this.#operand(arg, dot);
      if (isTrue(value === noValue ? null : value) === (name === 'or')) return value;
    }
    return final.length > 0 ? final[0] : value;
  }

  #guard<T>(action: () => T, { name, expression }: { name: string; expression: Expression }): T {
    try {
      return action();
    } catch (error) {
      if (error instanceof TemplateExecutionError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new TemplateExecutionError(`error calling ${name}: ${message}`, expression.text, expression.offset);
    }
  }
}

/**
 * What `{{.Name}}` gives where the field is a text or a method that returns one: nearly every action of a table.
 * Undefined for all else, which is evaluated by the rules; a method is then called again.
 */
function plainText({ commands, variables }: Pipeline, dot: unknown): string | undefined {
  const operands = commands[0]?.operands;
  const field = operands?.[0];
  if (commands.length !== 1 || variables.length > 0 || operands?.length !== 1) return undefined;
  if (field?.kind !== 'field' || field.path.length !== 1 || !isStruct(dot)) return undefined;
  const value = ownEntry(dot, field.path[0]!);
  if (typeof value === 'string') return value;
  if (typeof value !== 'function' || value.length > 0) return undefined;
  try {
    const result: unknown = value();
    return typeof result === 'string' ? result : undefined;
  } catch {
    return undefined;
  }
}

interface Operands {
  dot: unknown;
  args: Expression[];
  final: unknown[];
  /** The whole command, for messages. */
  text: string;
}
