// The functions that expressions of bake files may call.
import { homedir } from 'node:os';
import type { Callable } from '../value.ts';
import { collections } from './collections.ts';
import { networks } from './networks.ts';
import { numbers } from './numbers.ts';
import { define } from './signature.ts';
import { texts } from './texts.ts';
import { times } from './times.ts';

const machine = { homedir: define('', () => homedir()) };

const functions: ReadonlyMap<string, Callable> = new Map(
  Object.entries({ ...texts, ...numbers, ...collections, ...times, ...networks, ...machine }),
);

/** Undefined for a function there is not. */
export function findFunction(name: string): Callable | undefined {
  return functions.get(name);
}

/** Of all functions. */
export function functionNames(): readonly string[] {
  return [...functions.keys(), 'try', 'can', 'convert'];
}
