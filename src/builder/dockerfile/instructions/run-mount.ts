// The options of `RUN --mount`.
import { posix } from 'node:path';
import { invalid } from '../../../lib/errors.ts';
import { quoteGo } from '../../../lib/template/quote.ts';
import { parseGoBool, parseUnsigned } from '../../../lib/text/go-values.ts';
import { suggestion } from '../../../lib/text/suggestion.ts';
import { parseRamBytes } from '../../../lib/text/units.ts';
import type { RunMount } from '../syntax.ts';
import { csvFields } from './csv.ts';

const types = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'] as const;
const sharings = ['shared', 'private', 'locked'] as const;

/** The keys as a suggestion offers them. */
const keys = [
  ...['type', 'from', 'source', 'target', 'readonly', 'id', 'sharing', 'required', 'size', 'mode', 'uid', 'gid'],
  ...['src', 'dst', 'destination', 'ro', 'rw', 'readwrite', 'env'],
];

/** The options before their defaults. */
interface Options {
  type: (typeof types)[number];
  from?: string;
  source?: string;
  target?: string;
  readonly?: boolean;
  id?: string;
  sharing?: (typeof sharings)[number];
  required?: boolean;
  size?: number;
  mode?: number;
  uid?: number;
  gid?: number;
  env?: string;
}

/** Checks what can be known before variables have values: the form, and that `from` has none. Throws `invalid`. */
export function checkMountFlag(flag: string): void {
  for (const field of csvFields(flag, 'failed to parse csv mounts')) {
    if (/^from=.*\$./i.test(field)) {
      throw invalid("'from' doesn't support variable expansion, define alias stage instead");
    }
  }
}

/** The stage, context or image a mount takes its files from; undefined when it names none. */
export function mountFrom(flag: string): string | undefined {
  const fields = csvFields(flag, 'failed to parse csv mounts');
  return fields.findLast(field => /^from=./i.test(field))?.slice('from='.length);
}

/** One mount; `expand` fills in the variables of its values. Throws `invalid` with BuildKit's words. */
export function parseRunMount(flag: string, expand: (word: string) => string): RunMount {
  const options: Options = { type: 'bind' };
  for (const field of csvFields(flag, 'failed to parse csv mounts')) readOption(options, field, expand);
  check(options);
  return withDefaults(options);
}

function readOption(options: Options, field: string, expand: (word: string) => string): void {
  const at = field.indexOf('=');
  const key = (at < 0 ? field : field.slice(0, at)).toLowerCase();
  if (at >= 0) setOption(options, key, expand(field.slice(at + 1)), field);
  else if (key === 'readonly' || key === 'ro') options.readonly = true;
  else if (key === 'readwrite' || key === 'rw') options.readonly = false;
  else if (key === 'required') setRequired(options, true);
  else throw invalid(`invalid field '${field}' must be a key=value pair`);
}

function setOption(options: Options, key: string, value: string, field: string): void {
  switch (key) {
    case 'type':
      options.type = oneOf(types, value) ?? fail(`unsupported mount type ${quoteGo(value)}${suggestion(value, types)}`);
      break;
    case 'from':
    case 'id':
    case 'env':
      options[key] = value;
      break;
    case 'source':
    case 'src':
      options.source = value;
      break;
    case 'target':
    case 'dst':
    case 'destination':
      options.target = value;
      break;
    case 'readonly':
    case 'ro':
      options.readonly = boolean(key, value);
      break;
    case 'readwrite':
    case 'rw':
      options.readonly = !boolean(key, value);
      break;
    case 'required':
      setRequired(options, boolean(key, value));
      break;
    case 'size':
      if (options.type !== 'tmpfs') fail(`unexpected key '${key}' for mount type '${options.type}'`);
      options.size = size(value);
      break;
    case 'sharing':
      options.sharing = oneOf(sharings, value) ?? fail(`unsupported sharing value ${quoteGo(value)}`);
      break;
    case 'mode':
    case 'uid':
    case 'gid':
      options[key] = parseUnsigned(value, key === 'mode' ? 8 : 10) ?? fail(`invalid value ${value} for ${key}`);
      break;
    default:
      fail(`unexpected key '${key}' in '${field}'${suggestion(key, keys)}`);
  }
}

function setRequired(options: Options, required: boolean): void {
  if (options.type !== 'secret' && options.type !== 'ssh') {
    fail(`unexpected key 'required' for mount type '${options.type}'`);
  }
  options.required = required;
}

function check(options: Options): void {
  const { type } = options;
  if (type === 'bind' || type === 'tmpfs') {
    for (const key of ['mode', 'uid', 'gid'] as const) {
      if (options[key] !== undefined) fail(`${key} not allowed for ${quoteGo(type)} type mounts`);
    }
  }
  if (options.sharing !== undefined && type !== 'cache') fail(`invalid cache sharing set for ${type} mount`);
  if (type !== 'secret') return;
  if (!options.source && !options.target && !options.id) {
    fail('invalid secret mount. one of source, target required');
  }
  if (options.source && options.id) fail("both source and id can't be set");
}

function withDefaults(options: Options): RunMount {
  const { type, from, source = '', target = '', mode, uid = 0, gid = 0, required = false, env } = options;
  const origin = from ? { from } : {};
  switch (type) {
    case 'bind':
      return { type, ...origin, source, target, readonly: options.readonly ?? true };
    case 'cache':
      return {
        type,
        ...origin,
        ...{ id: options.id || posix.normalize(target || '.'), source, target, readonly: options.readonly ?? false },
        sharing: options.sharing ?? 'shared',
        ...(mode === undefined ? {} : { mode }),
        ...(options.uid === undefined ? {} : { uid }),
        ...(options.gid === undefined ? {} : { gid }),
      };
    case 'tmpfs':
      return { type, target, ...(options.size === undefined ? {} : { size: options.size }) };
    case 'secret': {
      const id = source || options.id || posix.basename(target);
      const place = target || (env === undefined ? `/run/secrets/${posix.basename(id)}` : undefined);
      const where = place === undefined ? {} : { target: place };
      return { type, id, ...where, ...(env === undefined ? {} : { env }), required, mode: mode ?? 0o400, uid, gid };
    }
    case 'ssh': {
      const id = source || options.id || 'default';
      return { type, id, ...(target ? { target } : {}), required, mode: mode ?? 0o600, uid, gid };
    }
  }
}

function boolean(key: string, value: string): boolean {
  return parseGoBool(value) ?? fail(`invalid value for ${key}: ${value}`);
}

function size(value: string): number {
  try {
    const bytes = parseRamBytes(value);
    if (bytes >= 0) return bytes;
  } catch {
    // said below
  }
  return fail(`invalid value for size: ${value}`);
}

function oneOf<T extends string>(allowed: readonly T[], value: string): T | undefined {
  const lower = value.toLowerCase();
  return allowed.find(item => item === lower);
}

function fail(message: string): never {
  throw invalid(message);
}
