// A remark beside the output, as Docker sets it: ` Info -> …`, in colours on a terminal.

import type { Output } from '../io.ts';

const bold = (text: string) => `\x1b[1m${text}\x1b[0m`;
const italic = (text: string) => `\x1b[3m${text}\x1b[0m`;

/** What a remark begins with, and how many columns that takes. */
export function infoHead(isTerminal: boolean): { text: string; width: number } {
  if (!isTerminal) return { text: ' Info -> ', width: ' Info -> '.length };
  // A black letter on light cyan, then light cyan.
  return { text: bold('\x1b[106m\x1b[30mi\x1b[0m\x1b[0m \x1b[96mInfo → \x1b[0m'), width: 'i Info → '.length };
}

/** The lines of a note for `output`; flags called `--platform` stand out on a terminal. */
export function noteText({ isTerminal }: Pick<Output, 'isTerminal'>, text: string): string {
  const head = infoHead(isTerminal);
  const shown = isTerminal ? text.replaceAll('--platform', bold('--platform')) : text;
  const lines = shown.split('\n').map(line => (isTerminal ? italic(line) : line));
  return `\n${head.text}${lines.join(`\n${' '.repeat(head.width)}`)}\n`;
}
