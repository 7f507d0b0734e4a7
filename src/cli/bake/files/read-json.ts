// Bake files in JSON.

import { evaluateTemplate } from '../expressions/evaluate.ts';
import { type Scope, textOf, truthOf, type Value, within } from '../expressions/value.ts';
import type { BakeFile, BakeGroup, BakeTarget } from './bake-file.ts';
import { type Declarations, type Environment, fill, noDeclarations, openScope } from './bake-scope.ts';
import { asList, asObject, asText, checkTarget } from './check-target.ts';

/** What a file declares for expressions, on top of what earlier ones did. Throws a plain Error naming the place. */
export function readDeclarations(text: string, below: Declarations = noDeclarations): Declarations {
  const { target: _, group: __, variable = {}, function: own = {}, ...globals } = parseFile(text);
  const declared = Object.entries(asObject('variable', variable)).map(([name, value]) => {
    return [name, (asObject(`variable.${name}`, value).default ?? '') as Value] as const;
  });
  const functions = Object.entries(asObject('function', own)).map(([name, value]) => {
    const { params = [], result = null } = asObject(`function.${name}`, value);
    return [name, { params: asList(`function.${name}.params`, params), result: result as Value }] as const;
  });
  return {
    variables: { ...below.variables, ...(globals as Record<string, Value>), ...Object.fromEntries(declared) },
    overridable: new Set([...below.overridable, ...declared.map(([name]) => name)]),
    functions: { ...below.functions, ...Object.fromEntries(functions) },
  };
}

/** Throws a plain Error that names the place of what is wrong. */
export function readBakeJson(
  text: string,
  environment: Environment,
  declared: Declarations = readDeclarations(text),
): BakeFile {
  const { target = {}, group = {}, variable = {} } = parseFile(text);
  const scope = openScope(declared, environment, names);
  checkVariables(asObject('variable', variable), scope);
  const targets: Record<string, BakeTarget> = {};
  const groups: Record<string, BakeGroup> = {};
  for (const [name, value] of Object.entries(asObject('group', group))) {
    const where = `group.${name}`;
    const { targets: members = [], description } = asObject(where, filled(value as Value, scope, where));
    groups[name] = {
      targets: asList(`${where}.targets`, members),
      ...(description !== undefined && { description: asText(`${where}.description`, description) }),
    };
  }
  for (const [name, value] of Object.entries(asObject('target', target))) {
    const { matrix, ...fields } = asObject(`target.${name}`, value);
    if (matrix === undefined) targets[name] = readTarget(name, fields, scope);
    else {
      // A target with a matrix is a group of one target for each combination.
      const made = readMatrix(name, { matrix, fields, scope });
      Object.assign(targets, made);
      if (!Object.hasOwn(made, name)) groups[name] = { targets: Object.keys(made) };
    }
  }
  return { targets, groups, variables: describeVariables(asObject('variable', variable), scope) };
}

/** What buildx tells files of where they are read. */
const names = {
  BAKE_CMD_CONTEXT: 'cwd://',
  BAKE_LOCAL_PLATFORM: `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`,
};

function parseFile(text: string): Readonly<Record<string, unknown>> {
  return asObject('the file', JSON.parse(text));
}

function readTarget(name: string, { name: _, ...fields }: Readonly<Record<string, unknown>>, scope: Scope): BakeTarget {
  const where = `target.${name}`;
  return checkTarget(where, filled(fields as Value, scope, where));
}

/** Evaluated part by part, so that an error says where it is. */
function filled(value: Value, scope: Scope, where: string): Value {
  if (Array.isArray(value)) return value.map((item, at) => filled(item, scope, `${where}[${at}]`));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        placed(where, () => textOf(evaluateTemplate(key, scope))),
        filled(item, scope, `${where}.${key}`),
      ]),
    );
  }
  return placed(where, () => fill(value, scope));
}

function placed<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Of a variable that has conditions, each has to hold. */
function checkVariables(variables: Readonly<Record<string, unknown>>, scope: Scope): void {
  for (const [name, declared] of Object.entries(variables)) {
    const { validation } = asObject(`variable.${name}`, declared);
    const where = `variable.${name}.validation`;
    for (const rule of validation === undefined ? [] : Array.isArray(validation) ? validation : [validation]) {
      const { condition = true, error_message = '' } = asObject(where, rule);
      const holds = placed(where, () => truthOf(fill(condition as Value, scope)));
      if (!holds) throw new Error(`invalid value for ${name}: ${asText(where, error_message)}`);
    }
  }
}

function describeVariables(declared: Readonly<Record<string, unknown>>, scope: Scope): BakeFile['variables'] {
  const described = Object.entries(declared).map(([name, value]) => {
    const { type, description } = asObject(`variable.${name}`, value);
    const known = {
      ...(type != null && { type: asText(`variable.${name}.type`, type) }),
      ...(description != null && { description: asText(`variable.${name}.description`, description) }),
    };
    return [name, { value: placed(`variable.${name}`, () => scope.variable(name) ?? ''), ...known }];
  });
  return Object.fromEntries(described);
}

function readMatrix(
  name: string,
  o: { matrix: unknown; fields: Readonly<Record<string, unknown>>; scope: Scope },
): Record<string, BakeTarget> {
  const where = `target.${name}`;
  const matrix = asObject(`${where}.matrix`, filled(o.matrix as Value, o.scope, `${where}.matrix`));
  const made: Record<string, BakeTarget> = {};
  for (const combination of combinations(matrix, where)) {
    const scope = within(combination, o.scope);
    const pattern = o.fields.name;
    const called =
      pattern === undefined
        ? name
        : placed(`${where}.name`, () => textOf(evaluateTemplate(asText(`${where}.name`, pattern), scope)));
    if (Object.hasOwn(made, called)) throw new Error(`${where}: duplicate name ${JSON.stringify(called)}`);
    made[called] = readTarget(called, o.fields, scope);
  }
  return made;
}

/** Every choice of one value for each key; those of the first key change fastest. */
function combinations(matrix: Readonly<Record<string, unknown>>, where: string): Record<string, Value>[] {
  let all: Record<string, Value>[] = [{}];
  for (const [key, values] of Object.entries(matrix)) {
    if (!Array.isArray(values)) throw new Error(`${where}.matrix.${key} must be a list`);
    all = values.flatMap((value: Value) => all.map(one => ({ ...one, [key]: value })));
  }
  return all;
}
