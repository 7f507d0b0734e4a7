// Asking before something is removed.

import type { Context } from '../context.ts';
import { ExitError } from '../failure.ts';

/** Asks a question that ends in [y/N]; ends the command, silently and with exit code 0 as Docker does, when it is not answered with yes. */
export async function confirm(context: Context, question: string): Promise<void> {
  await context.print(`${question} [y/N] `);
  let answer = '';
  for await (const chunk of context.io.stdin.read()) {
    answer += chunk.toString();
    if (answer.includes('\n')) break;
  }
  if (answer.split('\n')[0]!.trim().toLowerCase() === 'y') return;
  throw new ExitError(0);
}
