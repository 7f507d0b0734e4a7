// Sockets that node:net cannot make.
import type { Duplex } from 'node:stream';

export interface PortReservation extends Disposable {
  /** The port taken; the one the kernel chose when 0 was asked for. */
  readonly port: number;
}

/**
 * Where other processes of this machine leave open files. Who knows its name can send: what a message says has to tell who
 * sent it. Disposing of it closes what nobody took.
 */
export interface DescriptorInbox extends Disposable {
  /** In this network namespace; of no file, so that nothing outlives the process. */
  readonly name: string;
  /** The next message, with the descriptor of a plain file if it has one, which the caller closes; undefined for none. */
  take(): { readonly content: Buffer; readonly descriptor: number | undefined } | undefined;
}

export interface Sockets {
  /**
   * Connects to a SOCK_SEQPACKET unix socket, however long its path. Reading yields one Buffer per packet (also with
   * `for await`); what is written goes out in packets of at most 8 KiB and never merges. A reader that stops reading
   * holds the peer back. Throws SystemCallError ENOENT, ECONNREFUSED.
   */
  connectSeqpacket(path: string): Promise<Duplex>;
  /** Sends one datagram to a unix socket; `@name` is an abstract one. Throws SystemCallError ENOENT, ECONNREFUSED. */
  sendDatagram(path: string, text: string): void;
  /**
   * Holds a port of the host until disposed: binds (udp), binds and listens (tcp, sctp). `address` may be IPv4 or IPv6.
   * Throws SystemCallError EADDRINUSE, EADDRNOTAVAIL.
   */
  reserve(o: { protocol: 'tcp' | 'udp' | 'sctp'; address: string; port: number }): PortReservation;
  /** Throws SystemCallError EMFILE. */
  openInbox(): DescriptorInbox;
}
