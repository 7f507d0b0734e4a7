// Bake files in JSON.
import type { BakeFile, BakeGroup, BakeTarget } from './bake-file.ts';
import { asList, asObject, asText, checkTarget } from './check-target.ts';
import { interpolate } from './interpolate.ts';

/** Throws a plain Error that names the place of what is wrong. Variables take their values from `environment` first. */
export function readBakeJson(text: string, environment: Readonly<Record<string, string | undefined>>): BakeFile {
  const { target = {}, group = {}, variable = {}, ...others } = asObject('the file', JSON.parse(text));
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new Error(`unsupported block ${JSON.stringify(unknown)}: there are target, group and variable`);
  const variables = readVariables(variable, environment);
  const lookUp = (name: string) => variables[name] ?? environment[name];
  const targets: Record<string, BakeTarget> = {};
  const groups: Record<string, BakeGroup> = {};
  for (const [name, value] of Object.entries(asObject('group', group))) {
    const { targets: members = [], description } = asObject(
      `group.${name}`,
      interpolate(value, lookUp, `group.${name}`),
    );
    groups[name] = {
      targets: asList(`group.${name}.targets`, members),
      ...(description !== undefined && { description: asText(`group.${name}.description`, description) }),
    };
  }
  for (const [name, value] of Object.entries(asObject('target', target))) {
    const where = `target.${name}`;
    const { matrix, name: pattern, ...fields } = asObject(where, value);
    if (matrix === undefined) {
      targets[name] = checkTarget(where, interpolate(fields, lookUp, where));
      continue;
    }
    // A target with a matrix is a group of one target for each combination.
    const made = combinations(asObject(`${where}.matrix`, matrix), where).map(combination => {
      const own = (key: string) => combination[key] ?? lookUp(key);
      const called =
        pattern === undefined
          ? generatedName(name, combination)
          : interpolate(asText(`${where}.name`, pattern), own, where);
      targets[called] = checkTarget(`target.${called}`, interpolate(fields, own, `target.${called}`));
      return called;
    });
    groups[name] = { targets: made };
  }
  return { targets, groups, variables };
}

function readVariables(
  value: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, declared] of Object.entries(asObject('variable', value))) {
    const { default: initial } = asObject(`variable.${name}`, declared);
    const text = environment[name] ?? (initial == null ? '' : asText(`variable.${name}.default`, initial));
    found[name] = interpolate(text, other => found[other] ?? environment[other], `variable.${name}`);
  }
  return found;
}

/** Every choice of one value for each key; those of an object are `key.field`. */
function combinations(matrix: Readonly<Record<string, unknown>>, where: string): Record<string, string>[] {
  let all: Record<string, string>[] = [{}];
  for (const [key, values] of Object.entries(matrix)) {
    if (!Array.isArray(values)) throw new Error(`${where}.matrix.${key} must be a list`);
    all = all.flatMap(one => values.map(value => ({ ...one, ...flat(key, value, `${where}.matrix.${key}`) })));
  }
  return all;
}

function flat(key: string, value: unknown, where: string): Record<string, string> {
  if (typeof value !== 'object') return { [key]: asText(where, value) };
  const parts = Object.entries(asObject(where, value));
  return Object.fromEntries(parts.map(([name, part]) => [`${key}.${name}`, asText(`${where}.${name}`, part)]));
}

function generatedName(name: string, combination: Readonly<Record<string, string>>): string {
  return [name, ...Object.values(combination)].join('-').replace(/[^a-zA-Z0-9_-]/g, '-');
}
