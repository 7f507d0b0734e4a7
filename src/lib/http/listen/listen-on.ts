// Listening on a unix socket, a TCP port, or a socket that somebody else opened.

import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { BerthError, conflict, errorCode, errorMessage, invalid, systemError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { HttpServer } from '../http-server.ts';
import type { TlsIdentity } from '../tls-listener.ts';

/**
 * `mode` is 0o660 and `group` root unless said; a group is a name or a number. One that does not exist is an error,
 * unless it is `ifPresent` (the default group need not exist). `fd` is a socket that listens already; its file, if it has
 * one, stays where it is. With `tls`, only encrypted connections are served there.
 */
export type ListenAddress =
  | { kind: 'unix'; path: string; mode?: number; group?: { name: string; ifPresent: boolean } }
  | { kind: 'tcp'; host: string; port: number; tls?: TlsIdentity }
  | { kind: 'fd'; fd: number; tls?: TlsIdentity };

/** Where it listens: with the real port where 0 was asked for. */
export type BoundAddress =
  | { kind: 'unix'; path: string }
  | { kind: 'tcp'; host: string; port: number }
  | { kind: 'fd'; fd: number };

/** Starts to listen; `cleanup` removes what closing leaves behind. */
export async function listenOn(
  server: HttpServer,
  address: ListenAddress,
  logger: Logger,
): Promise<{ bound: BoundAddress; cleanup: () => void }> {
  switch (address.kind) {
    case 'unix':
      return listenUnix(server, address, logger);
    case 'tcp':
      return listenTcp(server, address);
    case 'fd':
      return listenFd(server, address);
  }
}

/**
 * Parses `unix:///path`, `tcp://host:port` (all addresses and `defaultPort` unless said); without a scheme it is TCP, as for
 * dockerd. Throws `invalid`.
 */
export function parseListenAddress(text: string, defaultPort = 2375): Extract<ListenAddress, { kind: 'unix' | 'tcp' }> {
  if (text.startsWith('unix://')) return { kind: 'unix', path: text.slice('unix://'.length) || '/var/run/docker.sock' };
  const url = text === '' || text.includes('://') ? text : `tcp://${text}`;
  const tcp = /^tcp:\/\/(?:\[([0-9a-fA-F:.]+)\]|([^:/[\]]*))(?::(\d{1,5}))?\/?$/.exec(url);
  if (!tcp || Number(tcp[3] ?? 0) > 65535)
    throw invalid(`invalid bind address (${text}): expected unix://PATH or tcp://HOST:PORT`);
  return { kind: 'tcp', host: tcp[1] ?? (tcp[2] || '0.0.0.0'), port: Number(tcp[3] ?? defaultPort) };
}

async function listenFd(server: HttpServer, address: { fd: number; tls?: TlsIdentity }) {
  try {
    await server.listen({ fd: address.fd }, address.tls);
    return { bound: { kind: 'fd', fd: address.fd } as const, cleanup: () => {} };
  } catch (error) {
    throw listenError(`fd ${address.fd}`, error);
  }
}

async function listenTcp(server: HttpServer, address: { host: string; port: number; tls?: TlsIdentity }) {
  try {
    const bound = await server.listen({ host: address.host, port: address.port }, address.tls);
    const port = typeof bound === 'object' && bound ? bound.port : address.port;
    return { bound: { kind: 'tcp', host: address.host, port } as const, cleanup: () => {} };
  } catch (error) {
    throw listenError(`tcp ${address.host}:${address.port}`, error);
  }
}

async function listenUnix(
  server: HttpServer,
  address: { path: string; mode?: number; group?: { name: string; ifPresent: boolean } },
  logger: Logger,
) {
  const { path } = address;
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (existsSync(path)) await removeStale(path);
    // Nobody but root may connect before owner and mode are set.
    const umask = process.umask(0o177);
    const listening = server.listen({ path });
    process.umask(umask);
    await listening;
    if (address.group !== undefined) giveToGroup(path, address.group, logger);
    chmodSync(path, address.mode ?? 0o660);
  } catch (error) {
    throw listenError(`unix ${path}`, error);
  }
  return { bound: { kind: 'unix', path } as const, cleanup: () => removeQuietly(path) };
}

/** Removes the socket of a process that is gone. Throws `conflict` for other files, and when somebody answers there. */
async function removeStale(path: string): Promise<void> {
  if (!lstatSync(path).isSocket()) throw conflict(`${path} is there already, and no socket`);
  const answered = await new Promise<boolean>(resolve => {
    const probe = connect({ path });
    const done = (answer: boolean) => {
      probe.destroy();
      resolve(answer);
    };
    probe.once('connect', () => done(true));
    probe.once('error', () => done(false));
  });
  if (answered) throw conflict(`another process listens on unix://${path}`);
  removeQuietly(path);
}

function giveToGroup(path: string, group: { name: string; ifPresent: boolean }, logger: Logger): void {
  const id = /^\d+$/.test(group.name) ? Number(group.name) : groupId(group.name);
  if (id !== undefined) chownSync(path, 0, id);
  else if (group.ifPresent) logger.debug(`the socket stays with root: no group ${group.name}`, { path });
  else throw invalid(`group ${group.name} not found`);
}

function groupId(name: string): number | undefined {
  for (const line of readFileSync('/etc/group', 'utf8').split('\n')) {
    const fields = line.split(':');
    if (fields[0] === name) return Number(fields[2]);
  }
  return undefined;
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone already.
  }
}

function listenError(what: string, error: unknown): BerthError {
  if (error instanceof BerthError) return error;
  if (errorCode(error) === 'EADDRINUSE') return conflict(`listen ${what}: bind: address already in use`, error);
  return systemError(`listen ${what}: ${errorMessage(error)}`, error);
}
