// What declarations come to in this run: targets, groups, variables.

import { nearest } from '../../../lib/text/suggestion.ts';
import { typeName } from '../expressions/types.ts';
import { reasonOf, type Scope, textOf, truthOf, type Value } from '../expressions/value.ts';
import type { BakeFile, BakeGroup, BakeTarget } from '../files/bake-file.ts';
import { mergeTargets } from '../files/merge-targets.ts';
import { type Environment, openScope } from './bake-scope.ts';
import type { Declarations, DeclaredBlock, DeclaredVariable, Term } from './declarations.ts';
import { evaluateField, knownFields, suitable } from './evaluate-field.ts';
import { combinationsOf } from './matrix.ts';
import { referable } from './references.ts';

/** What buildx tells files of where they are read. */
const builtins = {
  BAKE_CMD_CONTEXT: 'cwd://',
  BAKE_LOCAL_PLATFORM: `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`,
};

/** On top of what other files say. Throws an Error that says where what is wrong is. */
export function evaluateDeclarations(declared: Declarations, environment: Environment, below: BakeFile): BakeFile {
  const references = referable(declared, () => scope);
  const given = { ...builtins, ...references };
  const scope = openScope(declared, { environment, given: () => given });
  for (const name of declared.globals.keys()) scope.variable(name);
  const variables = Object.fromEntries(
    [...declared.variables.values()].map(variable => [variable.name, describeVariable(variable, scope)]),
  );
  for (const variable of declared.variables.values()) checkVariable(variable, scope);
  const groups = new Map<string, BakeGroup>(Object.entries(below.groups));
  const targets = new Map<string, BakeTarget>(Object.entries(below.targets));
  for (const block of declared.groups) groups.set(block.name, groupOf(block, scope));
  for (const block of declared.targets) {
    const made = targetsOf(block, scope);
    for (const [name, target] of made) targets.set(name, mergeTargets(targets.get(name) ?? {}, target));
    // A target with a matrix is a group of one target for each combination.
    if (!made.has(block.name)) groups.set(block.name, { targets: [...made.keys()] });
  }
  return {
    groups: Object.fromEntries(groups),
    targets: Object.fromEntries(targets),
    variables,
    warnings: [...below.warnings, ...declared.targets.flatMap(strangeParts)],
  };
}

function describeVariable({ name, type, description }: DeclaredVariable, scope: Scope): BakeFile['variables'][string] {
  return {
    value: scope.variable(name) ?? null,
    ...(type && { type: typeName(type) }),
    ...(description && { description: textTerm(description, scope) }),
  };
}

function textTerm(term: Term, scope: Scope): string {
  const value = term.evaluate(scope);
  return suitable(term, () => textOf(value));
}

/** Of a variable that has conditions, each has to hold. */
function checkVariable({ validations }: DeclaredVariable, scope: Scope): void {
  for (const { condition, message } of validations) {
    const value = condition.evaluate(scope);
    if (!holds(value, condition)) throw condition.reject('Validation failed', textTerm(message, scope));
  }
}

function holds(value: Value, condition: Term): boolean {
  try {
    return truthOf(value);
  } catch (error) {
    throw condition.reject('Invalid condition result', `Invalid condition result value: ${reasonOf(error)}`);
  }
}

function checkName(name: string, { rejectName }: DeclaredBlock): string {
  if (/^[a-zA-Z0-9_-]+$/.test(name)) return name;
  throw rejectName('Invalid name', 'only "[a-zA-Z0-9_-]+" are allowed');
}

function groupOf(block: DeclaredBlock, scope: Scope): BakeGroup {
  checkName(block.name, block);
  for (const field of ['matrix', 'name']) {
    if (block.fields.has(field)) throw block.rejectName('Invalid name', `${field} is not supported for groups`);
  }
  const members = block.fields.get('targets');
  if (!members) {
    throw block.rejectBody(
      'Missing required argument',
      'The argument "targets" is required, but no definition was found.',
    );
  }
  const description = block.fields.get('description');
  const about = description && (evaluateField('description', description, scope) as string | undefined);
  return {
    targets: [...new Set(evaluateField('targets', members, scope) as readonly string[] | undefined)],
    ...(about !== undefined && { description: about }),
  };
}

/** One target, or those that a matrix makes of it, by their names. */
function targetsOf(block: DeclaredBlock, scope: Scope): Map<string, BakeTarget> {
  checkName(block.name, block);
  const name = block.fields.get('name');
  const matrix = block.fields.get('matrix');
  if (name && !matrix) throw block.rejectName('Invalid name', 'name requires matrix');
  const made = new Map<string, BakeTarget>();
  for (const inner of matrix ? combinationsOf(matrix, block, scope) : [scope]) {
    const called = name ? checkName(textTerm(name, inner), block) : block.name;
    if (made.has(called)) throw block.rejectName('Invalid name', `duplicate name ${JSON.stringify(called)}`);
    made.set(called, targetOf(block, inner));
  }
  return made;
}

/** What is in a target and means nothing: buildx says nothing of it, and a mistyped name is hard to find. */
function strangeParts({ fields, nested }: DeclaredBlock): string[] {
  const attributes = [...fields].filter(([name]) => !knownFields.has(name) && name !== 'matrix' && name !== 'name');
  const strange = [
    ...attributes.map(([name, { reject }]) => {
      const near = nearest(name, knownFields);
      const meant = near === undefined ? '' : ` Did you mean ${JSON.stringify(near)}?`;
      return reject('Unsupported attribute', `Targets have no ${JSON.stringify(name)}: it does not count.${meant}`);
    }),
    ...nested.map(({ name, reject }) => {
      const meant = knownFields.has(name) ? ` Did you mean ${name} = {…}?` : '';
      return reject('Unsupported block', `Targets have no blocks: ${name} does not count.${meant}`);
    }),
  ];
  return strange.map(({ message }) => message);
}

function targetOf({ fields }: DeclaredBlock, scope: Scope): BakeTarget {
  const target = [...fields].flatMap(([name, term]) => {
    if (!knownFields.has(name)) return [];
    const value = evaluateField(name, term, scope);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(target) as BakeTarget;
}
