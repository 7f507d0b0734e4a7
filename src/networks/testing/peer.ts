// A program for the tests: one end of a conversation, run inside a network namespace.
//   peer.ts serve tcp|udp PORT GREETING          answers every call with GREETING and the caller's address; prints its port
//   peer.ts call  tcp|udp ADDRESS PORT PATIENCE  prints the answer; nothing when there is none within PATIENCE ms

import { createSocket } from 'node:dgram';
import { writeSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';

/** A datagram may be lost while a cable comes up; TCP tries again by itself. */
const repeatMs = 250;

const [, , role, protocol, first = '', second = '', patience = ''] = process.argv;
if (role === 'serve' && protocol === 'tcp') serveTcp(Number(first), second);
if (role === 'serve' && protocol === 'udp') serveUdp(Number(first), second);
if (role === 'call' && protocol === 'tcp') callTcp(first, Number(second));
if (role === 'call' && protocol === 'udp') callUdp(first, Number(second));

function serveTcp(port: number, greeting: string): void {
  const server = createServer(socket => {
    socket.on('error', () => {});
    socket.end(`${greeting} ${socket.remoteAddress}`);
  });
  server.listen(port, '0.0.0.0', () => writeSync(1, `${(server.address() as AddressInfo).port}\n`));
}

function serveUdp(port: number, greeting: string): void {
  const socket = createSocket('udp4');
  socket.on('message', (_, from) => socket.send(Buffer.from(`${greeting} ${from.address}`), from.port, from.address));
  socket.bind(port, '0.0.0.0', () => writeSync(1, `${socket.address().port}\n`));
}

function callTcp(address: string, port: number): void {
  const socket = connect({ host: address, port });
  socket.on('data', data => writeSync(1, String(data)));
  socket.on('error', () => process.exit(1));
  socket.on('close', () => process.exit(0));
  setTimeout(() => process.exit(1), Number(patience));
}

function callUdp(address: string, port: number): void {
  const socket = createSocket('udp4');
  const finish = (code: number) => process.exit(code);
  socket.on('error', () => finish(1));
  socket.connect(port, address, () => {
    socket.send('hello');
    setInterval(() => socket.send('hello'), repeatMs);
  });
  socket.on('message', data => {
    writeSync(1, data);
    finish(0);
  });
  setTimeout(() => finish(1), Number(patience));
}
