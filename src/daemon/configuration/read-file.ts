// daemon.json: read and checked key by key.

import { readFileSync } from 'node:fs';
import { errorCode, errorMessage, invalid } from '../../lib/errors.ts';
import { parseRamBytes } from '../../lib/text/units.ts';
import { type DaemonOption, optionKey } from './options.ts';
import { allOptions, type OptionValues } from './parse-flags.ts';

/** Undefined when there is no such file; throws `invalid` naming file and key. */
export function readConfigFile(path: string): OptionValues | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw invalid(`unable to configure the daemon with file ${path}: ${errorMessage(error)}`);
  }
  return parseConfigFile(text, path);
}

/** `path` is only named in errors. An empty file says nothing, and a key that is `null` neither. */
function parseConfigFile(text: string, path: string): OptionValues {
  const refuse = (why: string) => invalid(`unable to configure the daemon with file ${path}: ${why}`);
  let parsed: unknown;
  try {
    parsed = text.trim() === '' ? {} : JSON.parse(text);
  } catch (error) {
    throw refuse(errorMessage(error));
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw refuse('expected a JSON object');
  parsed = flattenProxies(parsed as Record<string, unknown>);
  const known = new Map(allOptions.filter(option => !option.flagOnly).map(option => [optionKey(option), option]));
  const unknown = Object.keys(parsed as object).filter(key => !known.has(key));
  if (unknown.length > 0) {
    throw refuse(`the following directives don't match any configuration option: ${unknown.join(', ')}`);
  }
  const said = Object.entries(parsed as object).filter(([, value]) => value !== null);
  return Object.fromEntries(
    said.map(([key, value]) => [key, checkValue(known.get(key)!, value, why => refuse(`${key}: ${why}`))]),
  );
}

/** The file groups what the flags have one by one. */
function flattenProxies(file: Record<string, unknown>): Record<string, unknown> {
  const { proxies, ...rest } = file;
  return typeof proxies === 'object' ? { ...rest, ...proxies } : file;
}

function checkValue(option: DaemonOption, value: unknown, refuse: (why: string) => Error): unknown {
  const isStrings = (list: unknown): list is string[] =>
    Array.isArray(list) && list.every(item => typeof item === 'string');
  switch (option.kind) {
    case 'string':
      if (typeof value !== 'string') throw refuse('expected a string');
      return value;
    case 'bool':
      if (typeof value !== 'boolean') throw refuse('expected true or false');
      return value;
    case 'int':
      if (!Number.isInteger(value)) throw refuse('expected a whole number');
      return value;
    case 'size':
      if (typeof value === 'number') return value;
      if (typeof value !== 'string') throw refuse('expected a size such as "64m"');
      try {
        return parseRamBytes(value);
      } catch (error) {
        throw refuse(errorMessage(error));
      }
    case 'list':
      if (!isStrings(value)) throw refuse('expected a list of strings');
      return value;
    case 'map':
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse('expected an object');
      if (option.key === 'runtimes') return checkRuntimes(value, refuse);
      // The values of options that are only accepted may be anything.
      return option.key === 'log-opts' ? checkStrings(value, refuse) : value;
  }
}

function checkStrings(value: object, refuse: (why: string) => Error): object {
  const wrong = Object.entries(value).find(([, item]) => typeof item !== 'string');
  if (wrong) throw refuse(`"${wrong[0]}" must be a string`);
  return value;
}

function checkRuntimes(
  value: object,
  refuse: (why: string) => Error,
): Record<string, { path: string; args?: string[] }> {
  return Object.fromEntries(
    Object.entries(value).map(([name, runtime]) => {
      if (typeof runtime?.path !== 'string') throw refuse(`runtime "${name}" needs a path`);
      return [name, { path: runtime.path, args: runtime.runtimeArgs ?? undefined }];
    }),
  );
}
