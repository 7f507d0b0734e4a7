// Reaching a daemon on another machine through the ssh program, which there runs the command line's `system dial-stdio`.

import type { Duplex } from 'node:stream';
import { BerthError, invalid } from '../lib/errors.ts';

interface SshHost {
  user?: string;
  host: string;
  port?: string;
  /** Of the daemon's socket there, when the address names one. */
  path?: string;
}

/** Parses `ssh://[user@]host[:port][/path]`. Throws `invalid`; a password has no place in it. */
export function parseSshHost(address: string): SshHost {
  const match = /^ssh:\/\/(?:([^@/]*)@)?(?:\[([0-9a-fA-F:.]+)\]|([^:/?#[\]]+))(?::(\d+))?(\/[^?#]*)?$/.exec(address);
  if (!match) throw invalid(`invalid SSH URL: ${address}`);
  const [, user, literal, name, port, path] = match;
  if (user?.includes(':')) throw invalid('invalid SSH URL: plain-text password is not supported');
  const host = literal ?? name ?? '';
  // ssh would take it for an option.
  if (host.startsWith('-') || user?.startsWith('-')) throw invalid(`invalid SSH URL: ${address}`);
  return { host, ...(user ? { user } : {}), ...(port ? { port } : {}), ...(path && path !== '/' ? { path } : {}) };
}

/** The arguments of ssh. `program` is what is called on the other machine. */
export function sshArguments({ user, host, port, path }: SshHost, program: 'berth' | 'docker'): string[] {
  const socket = path === undefined ? [] : ['--host', `unix://${quote(path)}`];
  const docker = ['docker', ...socket, 'system', 'dial-stdio'].join(' ');
  const berth = ['berth', ...socket, 'system', 'dial-stdio'].join(' ');
  // The other machine may have only one of the two.
  const either = `sh -c ${quote(`command -v berth >/dev/null 2>&1 && exec ${berth}; exec ${docker}`)}`;
  return [
    ...(user ? ['-l', user] : []),
    ...(port ? ['-p', port] : []),
    ...['-o', 'ConnectTimeout=30', '-T', '--', host, program === 'docker' ? docker : either],
  ];
}

/** Opens a connection; how it fails is known when it is first read: an error that tells what ssh said. */
export function dialSsh(address: string, program: 'berth' | 'docker', signal?: AbortSignal): Promise<Duplex> {
  const args = sshArguments(parseSshHost(address), program);
  // Loaded here: command lines with a local daemon start sooner without them.
  const { spawn } = process.getBuiltinModule('node:child_process');
  const { Duplex } = process.getBuiltinModule('node:stream');
  const child = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'], ...(signal ? { signal } : {}) });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-4096);
  });
  const connection = new Duplex({
    allowHalfOpen: true,
    write: (chunk, encoding, callback) => void child.stdin.write(chunk, encoding, callback),
    final: callback => void child.stdin.end(callback),
    read: () => void child.stdout.resume(),
    destroy: (error, callback) => {
      child.kill();
      // A pipe that stays referenced would keep the process.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      callback(error);
    },
  });
  // The reason is that of the exit, below.
  child.stdin.on('error', () => {});
  child.stdout.on('data', (chunk: Buffer) => {
    if (!connection.push(chunk)) child.stdout.pause();
  });
  return new Promise((resolve, reject) => {
    child.once('error', error => {
      reject(error);
      connection.destroy(error);
    });
    child.once('close', code => {
      if (code === 0) return void connection.push(null);
      const command = ['ssh', ...args].join(' ');
      connection.destroy(
        new BerthError(
          'unavailable',
          `error during connect: command [${command}] has exited with exit status ${code}, make sure the URL is valid, and Docker 18.09 or later is installed on the remote host: stderr=${said.trim()}`,
        ),
      );
    });
    child.once('spawn', () => resolve(connection));
  });
}

const quote = (text: string) => (/^[\w./:=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
