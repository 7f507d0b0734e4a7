// Network namespaces that live without a process, pinned by a bind mount.

export interface NetworkNamespaces {
  /**
   * Makes a network namespace with `lo` up and pins it at `path` (folders are made). A stale plain file is reused;
   * a namespace already pinned there is SystemCallError EEXIST.
   */
  create(path: string): void;
  /** Pins the namespace a process lives in at `path`, `lo` up; otherwise as `create`. */
  pin(path: string, pid: number): void;
  /** Drops the pin and its file; nothing to drop is fine. The kernel reaps links and addresses with the namespace. */
  remove(path: string): void;
  /** Whether a namespace is pinned at `path` (a plain file left by a reboot is not one). */
  exists(path: string): boolean;
  /**
   * Until `fn` returns, what the kernel object does acts in the namespace at `path`: links, firewall elements, `net.*`
   * sysctls, reserved ports. Calls of others (node:net, spawn) do not: the thread itself goes there only for single
   * system calls, because any thread the JavaScript engine starts meanwhile would be trapped there and keep the
   * namespace alive. `fn` must be synchronous: a promise is refused. If a way back fails the process aborts.
   */
  run<T>(path: string, fn: () => T): T;
}
