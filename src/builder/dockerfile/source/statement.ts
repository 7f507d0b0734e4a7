// One instruction as it stands in the file: keyword, flags and words, before anybody knows what they mean.

import { ownEntry } from '../../../lib/own-entry.ts';
import type { Heredoc, KeyValue, LineRange } from '../syntax.ts';
import { takeFlags } from './flags.ts';
import { parseJsonWords, parsePairs, splitQuoted, splitSpaces } from './words.ts';

/** A line of the Dockerfile, taken apart as its keyword asks for. */
interface StatementLine {
  readonly keyword: string;
  /** `--name=value` with quotes removed. */
  readonly flags: readonly string[];
  readonly words: readonly string[];
  /** The words came from a JSON list. */
  readonly json: boolean;
  /** Of ENV and LABEL. */
  readonly pairs: readonly KeyValue[];
  /** Of ONBUILD: its trigger. */
  readonly trigger?: StatementLine;
  /** The whole line, continuations joined. */
  readonly text: string;
}

export interface Statement extends StatementLine {
  readonly heredocs: readonly Heredoc[];
  readonly range: LineRange;
  /** The comment lines right before it. */
  readonly comments: readonly string[];
}

interface Arguments {
  readonly words: readonly string[];
  readonly json?: boolean;
  readonly pairs?: readonly KeyValue[];
  readonly trigger?: StatementLine;
}

type Reader = (rest: string, token: string) => Arguments;

const list = (words: readonly string[] | undefined): Arguments | undefined => words && { words, json: true };
const rest: Reader = text => ({ words: text === '' ? [] : [text] });
const spaced: Reader = text => ({ words: splitSpaces(text) });
const jsonOrRest: Reader = (text, token) => list(parseJsonWords(text)) ?? rest(text, token);
const jsonOrSpaced: Reader = (text, token) => list(parseJsonWords(text)) ?? spaced(text, token);
const pairsOf =
  (keyword: string): Reader =>
  (text, token) => ({ words: [], pairs: parsePairs(text, keyword, token) });

const readers: Readonly<Record<string, Reader>> = {
  add: jsonOrSpaced,
  arg: (text, token) => ({ words: splitQuoted(text, token) }),
  cmd: jsonOrRest,
  copy: jsonOrSpaced,
  entrypoint: jsonOrRest,
  env: pairsOf('ENV'),
  expose: spaced,
  from: spaced,
  healthcheck: readHealthcheck,
  label: pairsOf('LABEL'),
  maintainer: rest,
  onbuild: readTrigger,
  run: jsonOrRest,
  shell: jsonOrRest,
  stopsignal: rest,
  user: rest,
  volume: jsonOrSpaced,
  workdir: rest,
};

/** The keywords of Dockerfiles in lower case. */
export const keywords: readonly string[] = Object.keys(readers);

/** Takes a joined line apart. An unknown keyword is no error yet. Throws `invalid` where the words make no sense. */
export function parseStatementLine(text: string, token: string): StatementLine {
  const [, keyword = '', tail = ''] = /^(\S+)(?:[\t\v\f\r ]+([\s\S]*))?$/.exec(text.trim()) ?? [];
  const { flags, rest: words } = takeFlags(tail);
  const read = ownEntry(readers, keyword.toLowerCase()) ?? (() => ({ words: [] }));
  return { keyword, flags, text, json: false, pairs: [], ...read(words.trim(), token) };
}

/** Whether `<<EOF` means a here-document on this line. */
export function takesHeredocs(line: StatementLine): boolean {
  const inner = line.trigger ?? line;
  return ['run', 'copy', 'add'].includes(inner.keyword.toLowerCase()) && !inner.json;
}

function readTrigger(text: string, token: string): Arguments {
  if (text === '') return { words: [] };
  const trigger = parseStatementLine(text, token);
  return { words: [trigger.keyword, ...trigger.words], trigger };
}

/** `CMD` or `NONE`, then a command as RUN has it. */
function readHealthcheck(text: string, token: string): Arguments {
  const [, type = '', command = ''] = /^(\S*)\s*([\s\S]*)$/.exec(text)!;
  if (type === '') return { words: [] };
  const { words, json } = jsonOrRest(command, token);
  return { words: [type, ...words], json: json ?? false };
}
