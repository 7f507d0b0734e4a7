// Which network namespace this room's own calls act in, without the thread ever living there.
import { closeSync, openSync } from 'node:fs';
import { address, cstring, type Libc, nativeFunction } from '../libc/libc.ts';
import { fromNodeError, SystemCallError } from '../libc/system-call-error.ts';
import { MS } from '../mounts/mount-flags.ts';
import { NetlinkSocket, receiveSize } from '../netlink/netlink-socket.ts';

const CLONE_NEWNET = 0x40000000;
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const AT_FDCWD = -100;
/** The thread's, not the process's: unshare and setns change only the calling thread. */
const own = '/proc/thread-self/ns/net';

/**
 * A thread that is started while its parent is in another namespace stays there for life and keeps that namespace
 * alive, and JavaScriptCore starts compiler and collector threads whenever it likes. So a visit is nothing but
 * system calls: straight-line code that calls native functions with numbers, allocates nothing, calls no JavaScript
 * function and has no loop. Sockets and files opened there stay bound to that namespace, so everything else happens
 * from home.
 */
export class NetworkScope implements Disposable {
  readonly #libc: Libc;
  readonly #home = openSync(own, 'r');
  #there: { path: string; fd: number } | undefined;
  /** By protocol, those of the current namespace. */
  #sockets = new Map<number, NetlinkSocket>();
  readonly #buffer = Buffer.allocUnsafeSlow(receiveSize);
  /** Strings whose addresses are in use. */
  #kept: Uint8Array[] = [];

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /** Path of the namespace that calls act in now; undefined = home. */
  get path(): string | undefined {
    return this.#there?.path;
  }

  /** Until `fn` returns, sockets and files of this scope are those of the namespace at `path`. Nests. */
  run<T>(path: string, fn: () => T): T {
    const outer = { there: this.#there, sockets: this.#sockets };
    const fd = openNamespace(path);
    this.#there = { path, fd };
    this.#sockets = new Map();
    try {
      return fn();
    } finally {
      this.#closeSockets();
      this.#there = outer.there;
      this.#sockets = outer.sockets;
      closeSync(fd);
    }
  }

  /** A fresh namespace, pinned at the file `path` while the thread is in it. */
  create(path: string): void {
    const from = this.#keep(own);
    const to = this.#keep(path);
    const none = this.#keep('none');
    const { unshare, mount, setns } = this.#natives();
    const { BIND } = MS;
    const home = this.#home;
    const unshared = unshare(CLONE_NEWNET);
    const mounted = unshared < 0 ? -1 : mount(from, to, none, BIND, 0);
    const back = unshared < 0 ? 0 : setns(home, CLONE_NEWNET);
    if (back < 0) process.abort();
    this.#kept = [];
    // A setns that worked leaves errno alone: it still is that of the call that failed.
    if (mounted < 0) throw new SystemCallError(unshared < 0 ? 'unshare' : 'mount', this.#libc.errno(), path);
  }

  /** A socket of the current namespace, closed on exec; the caller closes it. */
  socket(domain: number, type: number, protocol: number): number {
    const { socket, setns } = this.#natives();
    const kind = type | SOCK_CLOEXEC;
    if (!this.#there) return this.#libc.check('socket', socket(domain, kind, protocol));
    const [home, there] = [this.#home, this.#there.fd];
    const entered = setns(there, CLONE_NEWNET);
    const fd = entered < 0 ? -1 : socket(domain, kind, protocol);
    const back = entered < 0 ? 0 : setns(home, CLONE_NEWNET);
    if (back < 0) process.abort();
    if (fd < 0) throw new SystemCallError(entered < 0 ? 'setns' : 'socket', this.#libc.errno(), this.#there.path);
    return fd;
  }

  /** Opens a file whose content depends on the namespace (/proc/sys/net); the caller closes it. */
  open(path: string, flags: number): number {
    this.#kept = [];
    const { openat, setns } = this.#natives();
    const how = flags | SOCK_CLOEXEC;
    const name = this.#keep(path);
    if (!this.#there) return this.#libc.check('open', openat(AT_FDCWD, name, how, 0), path);
    const [home, there] = [this.#home, this.#there.fd];
    const entered = setns(there, CLONE_NEWNET);
    const fd = entered < 0 ? -1 : openat(AT_FDCWD, name, how, 0);
    const back = entered < 0 ? 0 : setns(home, CLONE_NEWNET);
    if (back < 0) process.abort();
    if (fd < 0) throw new SystemCallError(entered < 0 ? 'setns' : 'open', this.#libc.errno(), path);
    return fd;
  }

  /**
   * The netlink socket of the current namespace, kept for the next call; the scope closes it. Closing one per call would
   * be dear: after a removal nf_tables makes the closer wait for an RCU grace period (10 ms).
   */
  netlink(protocol: number): NetlinkSocket {
    const open = this.#sockets.get(protocol);
    if (open) return open;
    const socket = new NetlinkSocket(this.#libc, this.socket(AF_NETLINK, SOCK_RAW, protocol), this.#buffer);
    this.#sockets.set(protocol, socket);
    return socket;
  }

  [Symbol.dispose](): void {
    this.#closeSockets();
    closeSync(this.#home);
  }

  #closeSockets(): void {
    for (const socket of this.#sockets.values()) socket[Symbol.dispose]();
    this.#sockets.clear();
  }

  /** The address of a C string that stays where it is until the next call. */
  #keep(text: string): number {
    const bytes = cstring(text);
    this.#kept.push(bytes);
    return Number(address(bytes));
  }

  #natives() {
    const { call } = this.#libc;
    return {
      mount: nativeFunction(call.mount),
      openat: nativeFunction(call.openat),
      setns: nativeFunction(call.setns),
      socket: nativeFunction(call.socket),
      unshare: nativeFunction(call.unshare),
    };
  }
}

/** The caller closes it. */
export function openNamespace(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw fromNodeError(error);
  }
}
