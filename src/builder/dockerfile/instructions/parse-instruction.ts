// From a statement to a typed instruction: each keyword's own rules.
import { invalid } from '../../../lib/errors.ts';
import { ownEntry } from '../../../lib/own-entry.ts';
import { suggestion } from '../../../lib/text/suggestion.ts';
import { keywords, type Statement } from '../source/statement.ts';
import type { ArgInstruction, CommandLine, Instruction, InstructionBase, KeyValue } from '../syntax.ts';
import { parseAdd, parseCopy } from './copy.ts';
import { parseFlags } from './flag-values.ts';
import { parseHealthcheck } from './healthcheck.ts';
import { parseRun } from './run.ts';

type Parser = (statement: Statement, base: InstructionBase) => Instruction;

const parsers: Readonly<Record<string, Parser>> = {
  add: parseAdd,
  arg: (statement, base) => ({ kind: 'arg', ...base, args: parseArgs(statement) }),
  cmd: (statement, base) => ({ kind: 'cmd', ...base, command: parseCommand(statement) }),
  copy: parseCopy,
  entrypoint: (statement, base) => ({ kind: 'entrypoint', ...base, command: parseCommand(statement) }),
  env: (statement, base) => ({ kind: 'env', ...base, pairs: parsePairs(statement, 'ENV') }),
  expose: (statement, base) => ({ kind: 'expose', ...base, ports: [...atLeastOne(statement, 'EXPOSE')].sort() }),
  healthcheck: parseHealthcheck,
  label: (statement, base) => ({ kind: 'label', ...base, pairs: parsePairs(statement, 'LABEL') }),
  maintainer: (statement, base) => ({ kind: 'maintainer', ...base, author: exactlyOne(statement, 'MAINTAINER') }),
  onbuild: (statement, base) => ({ kind: 'onbuild', ...base, trigger: parseTrigger(statement) }),
  run: parseRun,
  shell: (statement, base) => ({ kind: 'shell', ...base, shell: parseShell(statement) }),
  // Flags of STOPSIGNAL and ARG are passed over, as BuildKit does.
  stopsignal: ({ words }, base) => ({ kind: 'stopsignal', ...base, signal: one(words, 'STOPSIGNAL') }),
  user: (statement, base) => ({ kind: 'user', ...base, user: exactlyOne(statement, 'USER') }),
  volume: (statement, base) => ({ kind: 'volume', ...base, paths: parseVolumes(statement) }),
  workdir: (statement, base) => ({ kind: 'workdir', ...base, path: exactlyOne(statement, 'WORKDIR') }),
};

/** Any instruction but FROM. Throws `invalid`, an unknown keyword with a suggestion. */
export function parseInstruction(statement: Statement): Instruction {
  const { keyword, range, text } = statement;
  const parser = ownEntry(parsers, keyword.toLowerCase());
  if (parser === undefined) {
    const known = keywords.map(word => word.toUpperCase());
    throw invalid(`unknown instruction: ${keyword}${suggestion(keyword, known, false)}`);
  }
  return parser(statement, { keyword, range, text: text.trim() });
}

function one(words: readonly string[], name: string): string {
  if (words.length !== 1) throw invalid(`${name} requires exactly one argument`);
  return words[0]!;
}

function exactlyOne({ words, flags }: Statement, name: string): string {
  const word = one(words, name);
  parseFlags(flags, {});
  return word;
}

function atLeastOne({ words, flags }: Statement, name: string): readonly string[] {
  if (words.length === 0) throw invalid(`${name} requires at least one argument`);
  parseFlags(flags, {});
  return words;
}

function parsePairs({ pairs, flags }: Statement, name: string): readonly KeyValue[] {
  parseFlags(flags, {});
  if (pairs.length === 0) throw invalid(`${name} requires at least one argument`);
  if (pairs.some(pair => pair.key === '')) throw invalid(`${name} names can not be blank`);
  return pairs;
}

function parseArgs({ words }: Statement): ArgInstruction['args'] {
  if (words.length === 0) throw invalid('ARG requires at least one argument');
  return words.map(word => {
    const at = word.indexOf('=');
    if (at === 0) throw invalid('ARG names can not be blank');
    return at < 0 ? { name: word } : { name: word.slice(0, at), value: word.slice(at + 1) };
  });
}

function parseCommand({ flags, json, words }: Statement): CommandLine {
  parseFlags(flags, {});
  return { form: json ? 'exec' : 'shell', words, heredocs: [] };
}

function parseShell({ flags, json, words }: Statement): readonly string[] {
  parseFlags(flags, {});
  if (words.length === 0) throw invalid('SHELL requires at least one argument');
  if (!json) throw invalid('SHELL requires the arguments to be in JSON form');
  return words;
}

function parseVolumes(statement: Statement): string[] {
  return atLeastOne(statement, 'VOLUME').map(word => {
    const path = word.trim();
    if (path === '') throw invalid('VOLUME specified can not be an empty string');
    return path;
  });
}

function parseTrigger({ flags, heredocs, text, words }: Statement): string {
  if (words.length === 0) throw invalid('ONBUILD requires at least one argument');
  parseFlags(flags, {});
  const inner = words[0]!.trim().toUpperCase();
  if (inner === 'ONBUILD') throw invalid("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (inner === 'MAINTAINER' || inner === 'FROM') throw invalid(`${inner} isn't allowed as an ONBUILD trigger`);
  const bodies = heredocs.map(heredoc => `\n${heredoc.content}${heredoc.name}`);
  return text.replace(/^\s*ONBUILD\s*/i, '') + bodies.join('');
}
