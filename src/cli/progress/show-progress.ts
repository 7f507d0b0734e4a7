// Progress of pulling, pushing and loading: rows that move on a terminal, plain lines elsewhere, as Docker shows them.

import type { Output } from '../io.ts';
import { formatProgress, type ProgressDetail } from './progress-bar.ts';

/** One message of a progress stream. */
export interface ProgressMessage {
  id?: string;
  status?: string;
  stream?: string;
  /** Where the message comes from, of a daemon that speaks for others. */
  from?: string;
  /** A bar as text, from daemons that know no `progressDetail`. */
  progress?: string;
  progressDetail?: ProgressDetail;
  aux?: unknown;
  error?: string;
  errorDetail?: { code?: number; message?: string };
}

interface ProgressOptions {
  /** Where it is shown; undefined: nothing is, errors still count. */
  output: Output | undefined;
  /** What a message carries for the program rather than for the user. */
  onAux?: (aux: unknown) => void;
}

// Docker draws for this width where it cannot know better.
const unknownWidth = 200;

/** Shows the messages as they come; one that carries an error ends it and is thrown as a plain Error. */
export async function showProgress(
  messages: AsyncIterable<ProgressMessage>,
  { output, onAux }: ProgressOptions,
): Promise<void> {
  const rows = new Rows();
  for await (const message of messages) {
    if (message.aux !== undefined && message.aux !== null) {
      onAux?.(message.aux);
      continue;
    }
    const failure = message.errorDetail?.message ?? message.error;
    if (failure !== undefined) throw new Error(failure);
    if (!output) continue;
    const text = output.isTerminal ? terminalText(message, rows, output) : plainText(message);
    if (!output.write(text)) await output.drained();
  }
}

/** The rows of what is on its way, from the top. A message without progress begins a new picture below. */
class Rows {
  #rows = new Map<string, number>();

  /** How many lines up the row of `id` is, and whether it has yet to be made. */
  find(id: string): { up: number; isNew: boolean } {
    const known = this.#rows.get(id);
    if (known === undefined) this.#rows.set(id, this.#rows.size);
    return { up: this.#rows.size - (known ?? this.#rows.size - 1), isNew: known === undefined };
  }

  forget(): void {
    if (this.#rows.size > 0) this.#rows = new Map();
  }
}

/** Away from a terminal, positions of a bar say nothing. */
function plainText(message: ProgressMessage): string {
  const { current = 0, total = 0 } = message.progressDetail ?? {};
  if (message.progressDetail && (current > 0 || total > 0)) return '';
  if (message.progress) return `${prefix(message)}${message.status ?? ''} ${message.progress}`;
  return `${prefix(message)}${message.stream || `${message.status ?? ''}\n`}`;
}

/** Goes to the row of the message's layer, writes it anew, and comes back. */
function terminalText(message: ProgressMessage, rows: Rows, output: Output): string {
  const { id, progressDetail, progress } = message;
  if (!id || !(progressDetail || progress)) {
    rows.forget();
    return line(message, output);
  }
  const { up, isNew } = rows.find(id);
  return `${isNew ? '\n' : ''}\x1b[${up}A${line(message, output)}\x1b[${up}B`;
}

function line(message: ProgressMessage, output: Output): string {
  const { status = '', stream, progressDetail, progress } = message;
  const head = prefix(message);
  if (!progressDetail) {
    if (progress) return `${head}${status} ${progress}`;
    return `${head}${stream || `${status}\n`}`;
  }
  const bar = formatProgress(progressDetail, { width: output.size()?.columns || unknownWidth, now: Date.now() });
  return stream ? `${head}${status} ${bar}` : `\x1b[2K\r${head}${status} ${bar}\r`;
}

function prefix({ id, from }: ProgressMessage): string {
  return `${id ? `${id}: ` : ''}${from ? `(from ${from}) ` : ''}`;
}
