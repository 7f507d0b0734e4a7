// Progress of loading and pulling: a line for each layer on a terminal, plain lines elsewhere.

import { humanSize } from '../../lib/units.ts';
import type { Context } from '../context.ts';

/** One message of a progress stream. */
export interface ProgressMessage {
  id?: string;
  status?: string;
  stream?: string;
  progressDetail?: { current?: number; total?: number };
  error?: string;
  errorDetail?: { message?: string };
}

/** Shows the messages as they come; one that carries an error is thrown as a plain Error. */
export async function showProgress(context: Context, messages: AsyncIterable<ProgressMessage>): Promise<void> {
  const { stdout } = context.io;
  const rows = new Map<string, number>();
  for await (const message of messages) {
    if (message.error) throw new Error(message.errorDetail?.message ?? message.error);
    if (message.stream !== undefined) await context.print(message.stream);
    else if (!stdout.isTerminal) await printPlain(context, message);
    else await context.print(terminalLine(message, rows));
  }
}

/** Away from a terminal, positions of a bar say nothing. */
async function printPlain(context: Context, { id, status, progressDetail }: ProgressMessage): Promise<void> {
  if (!status || progressDetail?.current) return;
  await context.print(id ? `${id}: ${status}\n` : `${status}\n`);
}

/** Moves to the row of the message's layer, writes it anew, and comes back. */
function terminalLine(message: ProgressMessage, rows: Map<string, number>): string {
  const text = `${message.id ? `${message.id}: ` : ''}${message.status ?? ''}${bar(message)}`;
  if (!message.id) return `${text}\n`;
  const known = rows.get(message.id);
  if (known === undefined) {
    rows.set(message.id, rows.size);
    return `${text}\n`;
  }
  const up = rows.size - known;
  return `\x1b[${up}A\r\x1b[2K${text}\r\x1b[${up}B`;
}

function bar({ progressDetail }: ProgressMessage): string {
  const { current = 0, total = 0 } = progressDetail ?? {};
  if (current <= 0) return '';
  if (total <= 0) return ` ${humanSize(current)}`;
  const filled = Math.min(50, Math.floor((current / total) * 50));
  const arrow = filled < 50 ? '>' : '';
  return ` [${'='.repeat(filled)}${arrow}${' '.repeat(Math.max(0, 50 - filled - arrow.length))}] ${humanSize(current)}/${humanSize(total)}`;
}
