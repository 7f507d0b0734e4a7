// A password from standard input: asked for without showing it where somebody types, else whatever comes.

import { writeSync } from 'node:fs';
import { BerthError } from '../../lib/errors.ts';

const enter = ['\r', '\n'];
const giveUp = ['\x03', '\x04'];
const rubOut = ['\x7f', '\b'];

/** Without the line end. Throws `cancelled` for Ctrl-C and Ctrl-D. */
export async function readSecret(question: string): Promise<string> {
  const { stdin } = process;
  if (!stdin.isTTY) return (await Bun.stdin.text()).replace(/\r?\n$/, '');
  stdin.setRawMode(true);
  writeSync(2, question);
  try {
    let typed: string[] = [];
    for await (const chunk of stdin as AsyncIterable<Buffer>) {
      for (const key of chunk.toString('utf8')) {
        if (enter.includes(key)) return typed.join('');
        if (giveUp.includes(key)) throw new BerthError('cancelled', 'no password was given');
        if (rubOut.includes(key)) typed = typed.slice(0, -1);
        else if (key >= ' ') typed.push(key);
      }
    }
    return typed.join('');
  } finally {
    stdin.setRawMode(false);
    writeSync(2, '\n');
  }
}
