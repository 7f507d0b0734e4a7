// Bake files in HCL's native syntax.
import { nearest } from '../../../lib/text/suggestion.ts';
import { evaluate } from '../expressions/evaluate.ts';
import { type Block, type Body, parseFile } from '../expressions/syntax/body-parser.ts';
import { HclError } from '../expressions/syntax/hcl-error.ts';
import { beginning, type Expression } from '../expressions/syntax/nodes.ts';
import { type Place, placeBetween } from '../expressions/syntax/source.ts';
import { parseType } from '../expressions/types.ts';
import { CircleError } from '../expressions/value.ts';
import type { Declarations, DeclaredBlock, DeclaredFunction, DeclaredVariable, Reject, Term } from './declarations.ts';

/** `name` is how messages call the file. Throws an HclError. */
export function readHcl(name: string, text: string): Declarations {
  const { attributes, blocks } = parseFile({ name, text });
  const named = (type: string) =>
    blocks.filter(block => block.type === type).map(block => [labelOf(block), block] as const);
  const variables = named('variable').map(([called, block]) => [called, variableOf(called, block)] as const);
  const functions = named('function').map(([called, block]) => [called, functionOf(called, block)] as const);
  return {
    variables: new Map(variables),
    globals: new Map([...attributes.values()].map(({ name: called, value }) => [called, term(value)])),
    functions: new Map(functions),
    targets: named('target').map(([called, block]) => blockOf(called, block)),
    groups: named('group').map(([called, block]) => blockOf(called, block)),
  };
}

const at =
  (place: Place): Reject =>
  (summary, detail) =>
    new HclError(place, summary, detail);

function term(expression: Expression): Term {
  return {
    evaluate: scope => {
      try {
        return evaluate(expression, scope);
      } catch (error) {
        if (!(error instanceof CircleError)) throw error;
        throw new HclError(expression.place, 'Invalid expression', error.message, { cause: error });
      }
    },
    reject: at(beginning(expression)),
  };
}

/** A condition is marked as a whole. */
function wholeTerm(expression: Expression): Term {
  return { ...term(expression), reject: at(expression.place) };
}

/** The one label that each kind of block has. */
function labelOf({ type, labels, open }: Block): string {
  const [label, extra] = labels;
  if (!label) {
    throw new HclError(open, `Missing name for ${type}`, `All ${type} blocks must have 1 labels (name).`);
  }
  if (!extra) return label.text;
  const detail = `Only 1 labels (name) are expected for ${type} blocks.`;
  throw new HclError(extra.place, `Extraneous label for ${type}`, detail);
}

function blockOf(name: string, { labels, body, open, start }: Block): DeclaredBlock {
  const fields = [...body.attributes.values()].map(({ name: field, value }) => [field, term(value)] as const);
  return {
    name,
    fields: new Map(fields),
    nested: body.blocks.map(block => ({ name: block.type, reject: at(block.open) })),
    rejectName: at(labels[0]?.place ?? open),
    rejectBody: at(start),
  };
}

function variableOf(name: string, { body, start }: Block): DeclaredVariable {
  const attribute = (field: string) => body.attributes.get(field)?.value;
  const [initial, type, description] = [attribute('default'), attribute('type'), attribute('description')];
  return {
    name,
    initial: initial && term(initial),
    type: type && parseType(type),
    description: description && term(description),
    validations: body.blocks.filter(block => block.type === 'validation').map(validationOf),
    reject: at(start),
  };
}

function validationOf({ body, start }: Block): DeclaredVariable['validations'][number] {
  onlyAttributes(body, ['condition', 'error_message']);
  const condition = required(body, 'condition', start);
  return { condition: wholeTerm(condition), message: term(required(body, 'error_message', start)) };
}

/** What else there is was meant to be one of these. */
function onlyAttributes({ attributes, blocks }: Body, names: readonly string[]): void {
  const [strange] = [...attributes.values()].filter(({ name }) => !names.includes(name));
  if (strange) {
    const near = nearest(strange.name, names);
    const meant = near === undefined ? '' : ` Did you mean ${JSON.stringify(near)}?`;
    const detail = `An argument named ${JSON.stringify(strange.name)} is not expected here.${meant}`;
    throw new HclError(strange.namePlace, 'Unsupported argument', detail);
  }
  const [block] = blocks;
  if (!block) return;
  const detail = `Blocks of type ${JSON.stringify(block.type)} are not expected here.`;
  throw new HclError(block.open, 'Unsupported block type', detail);
}

function required(body: Body, name: string, start: Place): Expression {
  const attribute = body.attributes.get(name);
  if (attribute) return attribute.value;
  const detail = `The argument ${JSON.stringify(name)} is required, but no definition was found.`;
  throw new HclError(start, 'Missing required argument', detail);
}

function functionOf(name: string, { labels, body, open }: Block): DeclaredFunction {
  onlyAttributes(body, ['params', 'variadic_params', 'result']);
  const [params, result] = [body.attributes.get('params'), body.attributes.get('result')];
  if (!params) throw emptyFunction('params', name, labels[0]?.place ?? open);
  if (!result) throw emptyFunction('result', name, placeBetween(params.namePlace, params.value.place));
  const rest = body.attributes.get('variadic_params')?.value;
  return {
    name,
    params: listed(params.value).map(parameter),
    rest: rest && parameter(rest),
    result: term(result.value),
  };
}

function emptyFunction(missing: string, name: string, place: Place): HclError {
  return new HclError(place, 'Invalid function', `empty ${missing} not allowed for ${name}`);
}

function listed(expression: Expression): readonly Expression[] {
  if (expression.kind === 'list') return expression.items;
  throw new HclError(beginning(expression), 'Invalid expression', 'A static list expression is required.');
}

function parameter(expression: Expression): string {
  if (expression.kind === 'variable') return expression.name;
  throw new HclError(expression.place, 'Invalid param element', 'Each parameter name must be an identifier.');
}
