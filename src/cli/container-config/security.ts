// `--security-opt`: profiles are read here and travel inline; system paths become fields of their own.

import { readFileSync } from 'node:fs';
import { systemMessage } from './env.ts';

interface SecurityOptions {
  options: string[] | null;
  /** Empty lists: nothing is masked or read-only; null: the daemon's defaults. */
  maskedPaths: string[] | null;
  readonlyPaths: string[] | null;
}

/** Reads all `--security-opt`. Throws a plain Error with Docker's wording. */
export function parseSecurityOptions(texts: readonly string[]): SecurityOptions {
  const read = texts.map(readOption);
  const options = read.filter(text => text !== 'systempaths=unconfined');
  const unconfined = options.length < read.length;
  return {
    options: options.length > 0 ? options : null,
    maskedPaths: unconfined ? [] : null,
    readonlyPaths: unconfined ? [] : null,
  };
}

function readOption(text: string): string {
  const separator = text.includes('=') ? '=' : ':';
  const at = text.indexOf(separator);
  if (at < 0) {
    if (text !== 'no-new-privileges') throw new Error(`Invalid --security-opt: ${JSON.stringify(text)}`);
    return text;
  }
  const value = text.slice(at + 1);
  if (text.slice(0, at) !== 'seccomp' || value === 'unconfined' || value === 'builtin') return text;
  return `seccomp=${readProfile(value)}`;
}

function readProfile(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`opening seccomp profile (${file}) failed: open ${file}: ${systemMessage(error)}`, {
      cause: error,
    });
  }
  try {
    return JSON.stringify(JSON.parse(text));
  } catch (error) {
    throw new Error(`compacting json for seccomp profile (${file}) failed: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
