// Files that are handed over open to an engine on this machine, where it offers that.
import { closeSync, constants, openSync } from 'node:fs';
import { handedMessage, parseOffer } from '../../../api/buildkit/files/open-files.ts';
import { encodeName } from '../../../lib/tar/names.ts';

interface FileSender extends Disposable {
  send(message: Buffer, descriptor: number): boolean;
}

/** Opens what sends open files to a socket of that name on this machine; undefined where there is none. */
export type OpenSender = (socket: string) => Promise<FileSender | undefined>;

/** One for each call. */
export class Handover implements Disposable {
  readonly #offer: string;
  readonly #open: OpenSender;
  #sender: Promise<FileSender | undefined> | undefined;
  #opened: FileSender | undefined;
  #secret = '';

  /** `open` is called when the first file is to be handed over. */
  constructor(offer: string, open: OpenSender) {
    this.#offer = offer;
    this.#open = open;
  }

  /** False where the file has to be sent: the engine is elsewhere, or takes no more for now, or the file cannot be opened so. */
  async hand(id: number, path: string): Promise<boolean> {
    this.#sender ??= this.#begin().catch(() => undefined);
    const sender = await this.#sender;
    if (!sender) return false;
    try {
      // A link or a pipe that has taken the place of the file is for the sender of contents, who knows what to do with them.
      const file = openSync(encodeName(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        return sender.send(handedMessage(this.#secret, id), file);
      } finally {
        closeSync(file);
      }
    } catch {
      return false;
    }
  }

  async #begin(): Promise<FileSender | undefined> {
    const { socket, secret } = parseOffer(this.#offer);
    this.#secret = secret;
    this.#opened = await this.#open(socket);
    return this.#opened;
  }

  [Symbol.dispose](): void {
    this.#opened?.[Symbol.dispose]();
  }
}
