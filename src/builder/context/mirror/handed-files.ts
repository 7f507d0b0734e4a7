// Files that clients of this machine hand over open, instead of sending what is in them.
import type { KeptFile } from '../../../images/index.ts';

/** Where such files come in. Disposing of it closes what nobody took. */
interface OpenFileInbox extends Disposable {
  /** Of the socket that they are sent to. */
  readonly name: string;
  /** The next message, with the descriptor of a plain file if it has one, which the caller closes; undefined for none. */
  take(): { readonly content: Buffer; readonly descriptor: number | undefined } | undefined;
}

export interface HandedFiles {
  /** Throws when there can be none. */
  openInbox(): OpenFileInbox;
  /** Makes a new file of what is read from a descriptor, off this thread; nothing is left of it when that fails. */
  keep(from: number, to: string, signal: AbortSignal): Promise<KeptFile>;
}
