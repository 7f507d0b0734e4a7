// Bake files with what the real `docker buildx bake` says of them: `cases/*.txt`, each with several cases. `corpus.test.ts`
// asks us the same, `test/e2e/buildx/bake-corpus.test.ts` asks a real buildx whether it still says so.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { splitWords } from '../../testing/split-words.ts';

/**
 * `=== name`, `$ NAME=value words of bake`, `--- path` with a file (`-` for standard input), `>>> exit code` with what is
 * printed: on standard output, or on standard error where it fails.
 */
export interface BakeCase {
  readonly name: string;
  readonly line: string;
  readonly files: Readonly<Record<string, string>>;
  readonly answer: BakeAnswer;
}

export interface BakeAnswer {
  readonly code: number;
  readonly text: string;
}

const folder = join(import.meta.dir, 'cases');

/** By the names of the files they are in. */
export function readCorpus(): ReadonlyMap<string, readonly BakeCase[]> {
  const files = readdirSync(folder).sort();
  return new Map(files.map(file => [file, readCases(readFileSync(join(folder, file), 'utf8'))]));
}

/** Writes a file of the corpus anew. */
export function writeCorpus(file: string, cases: readonly BakeCase[]): void {
  const text = cases.map(({ name, line, files, answer }) => {
    const given = Object.entries(files).map(([path, content]) => `--- ${path}\n${content}`);
    return `=== ${name}\n$ ${line}\n${given.join('')}>>> ${answer.code}\n${answer.text}`;
  });
  writeFileSync(join(folder, file), text.join(''));
}

function readCases(text: string): BakeCase[] {
  return text
    .split(/^=== /m)
    .slice(1)
    .map(whole => {
      const [head = '', ...sections] = whole.split(/^(?=--- |>>> )/m);
      const [name = '', line = ''] = head.split('\n');
      const files: Record<string, string> = {};
      let answer: BakeAnswer = { code: 0, text: '' };
      for (const section of sections) {
        const end = section.indexOf('\n');
        const [title, content] = [section.slice(4, end), section.slice(end + 1)];
        if (section.startsWith('---')) files[title] = content;
        else answer = { code: Number(title), text: content };
      }
      return { name, line: line.replace(/^\$ /, ''), files, answer };
    });
}

/** A case as a command line in a folder that has its files. */
interface StagedCase {
  readonly environment: Readonly<Record<string, string>>;
  /** Behind `bake`. */
  readonly args: readonly string[];
  readonly stdin: string | undefined;
}

export function stageCase({ line, files }: BakeCase, directory: string): StagedCase {
  const words = splitWords(line);
  const first = words.findIndex(word => !/^\w+=/.test(word));
  const settings = words.slice(0, first < 0 ? words.length : first);
  const { '-': stdin, ...written } = files;
  mkdirSync(directory, { recursive: true });
  for (const [path, content] of Object.entries(written)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  return {
    environment: Object.fromEntries(settings.map(one => one.split(/=(.*)/s).slice(0, 2) as [string, string])),
    args: words.slice(settings.length),
    stdin,
  };
}

/**
 * What can be the same in both. Left out: how the files were read, how many more mistakes there are, what buildx guesses was
 * meant, and the order in which a matrix is gone through, which is another one each time.
 */
export function comparableAnswer(code: number, out: string, err: string): BakeAnswer {
  if (code === 0) return { code, text: inOrder(out) };
  const told = err
    .replace(/^#\d.*\n/gm, '')
    .replace(/^\n+/, '')
    .replace(/, and \d+ other diagnostic\(s\)$/m, '')
    .replace(/ Did you mean ".*"\?/g, '');
  return { code, text: told };
}

function inOrder(text: string): string {
  if (!text.startsWith('{\n  "group"')) return text;
  const document = JSON.parse(text) as { group: Record<string, { targets: string[] }> };
  for (const group of Object.values(document.group)) group.targets.sort();
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
