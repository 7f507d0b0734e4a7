// COPY and ADD.
import { invalid } from '../../../lib/errors.ts';
import { heredocText, parseHeredoc } from '../source/heredoc.ts';
import type { Statement } from '../source/statement.ts';
import type { AddInstruction, CopyBase, CopyInstruction, InlineFile, InstructionBase } from '../syntax.ts';
import { type FlagValues, parseFlags } from './flag-values.ts';

const sharedFlags = {
  chown: 'string',
  chmod: 'string',
  link: 'boolean',
  parents: 'boolean',
  exclude: 'strings',
} as const;
const copyFlags = { ...sharedFlags, from: 'string' } as const;
const addFlags = { ...sharedFlags, 'keep-git-dir': 'boolean', checksum: 'string', unpack: 'boolean' } as const;

/** COPY; throws `invalid`. */
export function parseCopy(statement: Statement, base: InstructionBase): CopyInstruction {
  checkWords(statement, 'COPY');
  const flags = parseFlags(statement.flags, copyFlags);
  const from = flags.from ? { from: flags.from } : {};
  return { kind: 'copy', ...base, ...from, ...common(statement, flags, 'COPY') };
}

/** ADD; throws `invalid`. */
export function parseAdd(statement: Statement, base: InstructionBase): AddInstruction {
  checkWords(statement, 'ADD');
  const flags = parseFlags(statement.flags, addFlags);
  return {
    kind: 'add',
    ...base,
    ...common(statement, flags, 'ADD'),
    ...(flags['keep-git-dir'] === undefined ? {} : { keepGitDir: flags['keep-git-dir'] }),
    ...(flags.checksum ? { checksum: flags.checksum } : {}),
    ...(flags.unpack === undefined ? {} : { unpack: flags.unpack }),
  };
}

function checkWords({ words }: Statement, name: string): void {
  if (words.length >= 2) return;
  const reason = 'but only one was provided. Destination could not be determined';
  throw invalid(`${name} requires at least two arguments, ${reason}`);
}

type Common = Omit<CopyBase, keyof InstructionBase>;

function common(statement: Statement, flags: FlagValues<typeof sharedFlags>, name: string): Common {
  const words = statement.words.slice(0, -1);
  const destination = statement.words.at(-1)!;
  if (parseHeredoc(destination)) throw invalid(`${name} cannot accept a heredoc as a destination`);
  return {
    sources: words.filter(word => parseHeredoc(word) === undefined),
    inlineFiles: words.flatMap(word => inlineFile(statement, word)),
    destination,
    ...(flags.chown ? { chown: flags.chown } : {}),
    ...(flags.chmod ? { chmod: flags.chmod } : {}),
    link: flags.link ?? false,
    parents: flags.parents ?? false,
    exclude: flags.exclude ?? [],
  };
}

/** Of two here-documents with one name the last counts for both. */
function inlineFile({ heredocs }: Statement, word: string): InlineFile[] {
  const opened = parseHeredoc(word);
  if (opened === undefined) return [];
  const body = heredocs.findLast(heredoc => heredoc.name === opened.name);
  const { name, expand, stripTabs } = opened;
  return [{ name, expand, content: heredocText({ content: body?.content ?? '', stripTabs }) }];
}
