// The Dockerfile instructions that `docker import --change` and `docker commit --change` accept.
import { constants } from 'node:os';
import { posix } from 'node:path';
import { invalid } from '../../lib/errors.ts';
import { ownEntry } from '../../lib/own-entry.ts';
import type { ImageRunConfig } from '../../oci/image-config.ts';
import { parseHealthcheck } from './healthcheck-change.ts';
import { parsePorts } from './ports-change.ts';
import { expandWord, expandWords, splitWords } from './shell-words.ts';

const defaultShell = ['/bin/sh', '-c'];

type Apply = (config: ImageRunConfig, rest: string, original: ChangeContext) => ImageRunConfig;
/** What the changes before this one have set. */
interface ChangeContext {
  cmdSet: boolean;
}

const instructions: Record<string, Apply> = {
  CMD: (config, rest) => ({ ...config, Cmd: command(rest, config), ArgsEscaped: undefined }),
  // A new entry point makes the inherited arguments meaningless, but not those given beside it.
  ENTRYPOINT: (config, rest, { cmdSet }) => ({
    ...config,
    Entrypoint: command(rest, config),
    ...(cmdSet ? {} : { Cmd: undefined }),
  }),
  ENV: (config, rest) => ({ ...config, Env: withVariables(config.Env ?? [], pairs('ENV', rest, config)) }),
  LABEL: (config, rest) => ({
    ...config,
    Labels: { ...config.Labels, ...Object.fromEntries(pairs('LABEL', rest, config)) },
  }),
  EXPOSE: (config, rest) => ({
    ...config,
    ExposedPorts: { ...config.ExposedPorts, ...keys(parsePorts(words(rest, config))) },
  }),
  VOLUME: (config, rest) => {
    const paths = (jsonList(rest) ?? words(rest, config)).map(path => expandWord(path, variables(config)).trim());
    if (paths.includes('')) throw invalid('VOLUME specified can not be an empty string');
    return { ...config, Volumes: { ...config.Volumes, ...keys(paths) } };
  },
  USER: (config, rest) => ({ ...config, User: single('USER', rest, config) }),
  WORKDIR: (config, rest) => ({
    ...config,
    WorkingDir: posix.resolve('/', config.WorkingDir ?? '', single('WORKDIR', rest, config)),
  }),
  ONBUILD: (config, rest) => ({ ...config, OnBuild: [...(config.OnBuild ?? []), trigger(rest)] }),
  STOPSIGNAL: (config, rest) => ({ ...config, StopSignal: signal(single('STOPSIGNAL', rest, config)) }),
  HEALTHCHECK: (config, rest) => ({
    ...config,
    Healthcheck: parseHealthcheck(rest, text => jsonList(text) ?? undefined),
  }),
};

/** One change on its own: what `CMD ["sh"]`, `ENV A=b`, `EXPOSE 80` … set. Throws `invalid` with Docker's wording. */
export function parseChange(change: string): Partial<ImageRunConfig> {
  return parseChanges([change]);
}

/** Several changes, one after the other, on top of `base` (the container's configuration for a commit). */
export function parseChanges(changes: readonly string[], base: ImageRunConfig = {}): ImageRunConfig {
  let config = base;
  let cmdSet = false;
  const lines = changes.flatMap(change => change.split('\n')).map(line => line.trim());
  const instructed = lines.filter(line => line !== '' && !line.startsWith('#'));
  if (changes.length > 0 && instructed.length === 0) throw invalid('file with no instructions');
  for (const text of instructed) {
    const [, name = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(text) ?? [];
    const apply = ownEntry(instructions, name.toUpperCase());
    if (!apply) throw invalid(`${name} is not a valid change command`);
    requireArgument(name.toUpperCase(), rest);
    config = apply(config, rest, { cmdSet });
    cmdSet ||= name.toUpperCase() === 'CMD';
  }
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

/** `["a", "b"]` as it is, anything else through the shell. */
function command(rest: string, config: ImageRunConfig): string[] {
  return jsonList(rest) ?? (rest === '' ? [] : [...(config.Shell ?? defaultShell), rest]);
}

function jsonList(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every(item => typeof item === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

function variables({ Env }: ImageRunConfig): Map<string, string> {
  return new Map((Env ?? []).map(pair => [pair.split('=', 1)[0] as string, pair.slice(pair.indexOf('=') + 1)]));
}

function words(rest: string, config: ImageRunConfig): string[] {
  return expandWords(rest, variables(config));
}

function single(name: string, rest: string, config: ImageRunConfig): string {
  const value = expandWord(rest, variables(config));
  if (splitWords(rest).length > 1 && name !== 'WORKDIR') throw invalid(`${name} requires exactly one argument`);
  return value;
}

/** `A=b C="d e"`, or the old form `A everything else`. */
function pairs(name: string, rest: string, config: ImageRunConfig): [string, string][] {
  const parts = splitWords(rest);
  const known = variables(config);
  if (!parts[0]?.includes('=')) {
    const [, key = '', value] = /^(\S+)\s+(.*)$/s.exec(rest) ?? [];
    if (value === undefined) throw invalid(`${name} must have two arguments`);
    return [[expandWord(key, known), expandWord(value, known)]];
  }
  return parts.map(part => {
    const equals = part.indexOf('=');
    if (equals === -1) {
      throw invalid(`Syntax error - can't find = in ${JSON.stringify(part)}. Must be of the form: name=value`);
    }
    const key = expandWord(part.slice(0, equals), known);
    if (key === '') throw invalid(`${name} names can not be blank`);
    return [key, expandWord(part.slice(equals + 1), known)];
  });
}

function requireArgument(name: string, rest: string): void {
  if (rest !== '' || name === 'CMD' || name === 'ENTRYPOINT') return;
  const one = ['USER', 'WORKDIR', 'STOPSIGNAL'].includes(name);
  throw invalid(`${name} requires ${one ? 'exactly' : 'at least'} one argument`);
}

/** A number, or a name with or without `SIG`; as it was written. */
function signal(text: string): string {
  const name = text.toUpperCase().replace(/^SIG/, '');
  const isRealTime = /^RTM(IN(\+\d+)?|AX(-\d+)?)$/.test(name);
  const isNumber = /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 64;
  if (!isNumber && !isRealTime && !(`SIG${name}` in constants.signals)) throw invalid(`invalid signal: ${text}`);
  return text;
}

function withVariables(env: readonly string[], added: [string, string][]): string[] {
  const result = [...env];
  for (const [key, value] of added) {
    const at = result.findIndex(pair => pair.startsWith(`${key}=`));
    if (at === -1) result.push(`${key}=${value}`);
    else result[at] = `${key}=${value}`;
  }
  return result;
}

function trigger(rest: string): string {
  const name = rest.split(/\s/, 1)[0]?.toUpperCase();
  if (name === 'ONBUILD') throw invalid("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (name === 'MAINTAINER' || name === 'FROM') throw invalid(`${name} isn't allowed as an ONBUILD trigger`);
  return rest;
}

function keys(names: readonly string[]): Record<string, object> {
  return Object.fromEntries(names.map(name => [name, {}]));
}
