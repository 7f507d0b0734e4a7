// Berth's own addition to fsutil's synchronisation: of a long file a client of the same machine hands over the open file
// instead of its content. The engine offers that in a header of the call, which other clients do not know; the file goes by a
// datagram to a socket of the engine's, before the packet that says so. Where that cannot be, the engine asks again, and gets the content.
import { invalid } from '../../../lib/errors.ts';

/** Of the call that asks for a directory: see `formatOffer`. */
export const offerHeader = 'berth-open-files';

/** Shorter files, in bytes, are sent. */
export const handedFrom: number = 1024 * 1024;

interface Offer {
  /** Of the abstract unix socket that datagrams are sent to. */
  readonly socket: string;
  /** Nobody else knows it: it is in every datagram. */
  readonly secret: string;
}

export const formatOffer = ({ socket, secret }: Offer): string => `${socket} ${secret}`;

/** Throws `invalid` for what `formatOffer` does not make. */
export function parseOffer(text: string): Offer {
  const [, socket, secret] = /^([0-9a-f]{1,64}) ([0-9a-f]{1,64})$/.exec(text) ?? [];
  if (socket === undefined || secret === undefined) throw invalid(`malformed ${offerHeader}: ${JSON.stringify(text)}`);
  return { socket, secret };
}

/** What a datagram says of the file that it carries. */
export const handedMessage = (secret: string, id: number): Buffer => Buffer.from(`${secret} ${id}`);

/** The number of the file; undefined for a message of somebody who does not know the secret. */
export function handedId(secret: string, message: Buffer): number | undefined {
  const text = message.toString('latin1');
  const number = text.startsWith(`${secret} `) ? text.slice(secret.length + 1) : '';
  return /^\d{1,10}$/.test(number) ? Number(number) : undefined;
}
