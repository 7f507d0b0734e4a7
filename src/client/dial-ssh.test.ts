// Daemons on other machines, ssh being a script that stays on this one.

import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpServer } from '../lib/http/http-server.ts';
import { connect } from './connect.ts';
import { parseSshHost, sshArguments } from './dial-ssh.ts';

let folder: string;
const before = process.env.PATH;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-ssh-'));
  process.env.PATH = `${folder}:${before}`;
});
afterEach(() => {
  process.env.PATH = before;
  rmSync(folder, { recursive: true });
});
const asSsh = (script: string) => writeFileSync(join(folder, 'ssh'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

test('an address says who, where, on which port and which socket', () => {
  expect(parseSshHost('ssh://me@there:22')).toEqual({ user: 'me', host: 'there', port: '22' });
  expect(parseSshHost('ssh://[::1]/run/x.sock')).toEqual({ host: '::1', path: '/run/x.sock' });
  expect(parseSshHost('ssh://there/')).toEqual({ host: 'there' });
  for (const bad of ['ssh://', 'ssh://-oProxyCommand=x', 'ssh://u:p@h', 'ssh://h:x', 'ssh://-l@h']) {
    expect(() => parseSshHost(bad)).toThrow('invalid SSH URL');
  }
});

test('ssh is called as docker calls it', () => {
  const plain = ['-o', 'ConnectTimeout=30', '-T', '--', 'there'];
  const all = { user: 'me', host: 'there', port: '22', path: '/run/a b' };
  expect(sshArguments({ host: 'there' }, 'docker')).toEqual([...plain, 'docker system dial-stdio']);
  expect(sshArguments(all, 'docker')).toEqual([
    ...['-l', 'me', '-p', '22'],
    ...plain,
    "docker --host unix://'/run/a b' system dial-stdio",
  ]);
  expect(sshArguments({ host: 'there' }, 'berth').at(-1)).toBe(
    "sh -c 'command -v berth >/dev/null 2>&1 && exec berth system dial-stdio; exec docker system dial-stdio'",
  );
});

test('calls and connections taken over go through dial-stdio of the other machine', async () => {
  const server = new HttpServer(exchange => {
    if (exchange.method === 'GET') return exchange.send(200, {}, '{"Version":"7"}');
    const socket = exchange.hijack(101, { 'Content-Type': 'application/vnd.docker.multiplexed-stream' });
    socket.on('data', data => socket.write(data));
    socket.on('end', () => socket.end('end'));
    socket.resume();
  });
  await server.listen({ path: join(folder, 's') });
  const main = join(import.meta.dir, '../main.ts');
  asSsh(`echo "$@" >${folder}/log; exec ${process.execPath} ${main} -H unix://${folder}/s system dial-stdio`);
  const client = connect({ host: 'ssh://me@there', remoteProgram: 'docker' });
  expect((await client.call('SystemVersion')).Version).toBe('7');
  expect(readFileSync(join(folder, 'log'), 'utf8')).toEndWith('-- there docker system dial-stdio\n');
  const { socket } = await client.hijack('ContainerAttach', { path: { id: 'x' } });
  const input = Buffer.alloc(300_000, 'x');
  socket.end(input);
  let output = '';
  for await (const chunk of socket) output += chunk;
  expect(output).toBe(`${input}end`);
  await server.close();
});

test('what ssh says when it fails is told', async () => {
  asSsh('echo "Host key verification failed." >&2; exit 255');
  const failure = connect({ host: 'ssh://there' }).call('SystemVersion');
  await expect(failure).rejects.toThrow(/exited with exit status 255.*stderr=Host key verification failed\.$/s);
});
