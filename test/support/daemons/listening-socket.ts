// A socket that listens and that nobody here accepts on: what systemd has in its hands before it starts a service.

import { openLibc } from '../../../src/kernel/libc/libc.ts';
import { AF_INET, AF_UNIX, internetAddress, portOf, unixAddress } from '../../../src/kernel/sockets/socket-address.ts';

const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;

export interface ListeningSocket extends Disposable {
  readonly descriptor: number;
  /** 0 for a unix socket. */
  readonly port: number;
}

/** On the unix path given, or on a free port of loopback. */
export function listeningSocket(path?: string): ListeningSocket {
  const { call, check } = openLibc();
  const address = path === undefined ? internetAddress('127.0.0.1', 0).bytes : unixAddress(path);
  const family = path === undefined ? AF_INET : AF_UNIX;
  const descriptor = check('socket', call.socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  check('bind', call.bind(descriptor, address, address.length));
  check('listen', call.listen(descriptor, 128));
  const size = Buffer.alloc(4);
  size.writeInt32LE(address.length);
  check('getsockname', call.getsockname(descriptor, address, size));
  return {
    descriptor,
    port: path === undefined ? portOf(address) : 0,
    [Symbol.dispose]: () => void call.close(descriptor),
  };
}
