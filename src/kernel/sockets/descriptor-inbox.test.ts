// Open files that go from one socket to another, and what is not taken from anybody.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { closeSync, mkdtempSync, openSync, readdirSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLibc } from '../libc/libc.ts';
import { openDescriptorSender, openInbox } from './descriptor-inbox.ts';

const libc = openLibc();
/** In memory: a file system that files are taken from, wherever temporary ones are. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync('/dev/shm/berth-inbox-');
});
afterEach(() => rmSync(folder, { recursive: true }));

const message = Buffer.from('what it is');

/** Sends that file, and gives what was received, with the first bytes that can be read of it. */
function passed(path: string): { content: string; read: string | undefined } {
  using inbox = openInbox(libc);
  using sender = openDescriptorSender(inbox.name);
  const file = openSync(path, 'r');
  try {
    expect(sender?.send(message, file)).toBe(true);
  } finally {
    closeSync(file);
  }
  const { content, descriptor } = inbox.take() ?? {};
  expect(inbox.take()).toBeUndefined();
  if (descriptor === undefined) return { content: String(content), read: undefined };
  const bytes = Buffer.alloc(10);
  const length = readSync(descriptor, bytes, 0, bytes.length, 0);
  closeSync(descriptor);
  return { content: String(content), read: bytes.toString('utf8', 0, length) };
}

test('a file is read by who was sent it, when its sender has closed and removed it', () => {
  const path = join(folder, 'file');
  writeFileSync(path, 'its bytes');
  expect(passed(path)).toEqual({ content: 'what it is', read: 'its bytes' });
  using inbox = openInbox(libc);
  using sender = openDescriptorSender(inbox.name);
  const file = openSync(path, 'r');
  sender?.send(message, file);
  closeSync(file);
  rmSync(path);
  const descriptor = inbox.take()?.descriptor as number;
  expect(readSync(descriptor, Buffer.alloc(100), 0, 100, 0)).toBe(9);
  closeSync(descriptor);
});

test('what could keep a reader waiting is not taken', () => {
  for (const path of ['/dev/null', '/proc/self/status', '/dev/ptmx', folder])
    expect(passed(path)).toEqual({ content: 'what it is', read: undefined });
});

test('nobody is there, too much is there, or nobody is there any more', () => {
  const path = join(folder, 'file');
  writeFileSync(path, 'x');
  const file = openSync(path, 'r');
  try {
    expect(openDescriptorSender('nobody of that name')).toBeUndefined();
    const inbox = openInbox(libc);
    using sender = openDescriptorSender(inbox.name);
    let sent = 0;
    while (sent < 100_000 && sender?.send(message, file)) sent++;
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(100_000);
    inbox[Symbol.dispose]();
    expect(sender?.send(message, file)).toBe(false);
    expect(inbox.take()).toBeUndefined();
  } finally {
    closeSync(file);
  }
});

test('nothing stays open of what was sent, taken or not', () => {
  const path = join(folder, 'file');
  writeFileSync(path, 'x');
  const count = () => readdirSync('/proc/self/fd').length;
  passed(path);
  const before = count();
  for (let turn = 0; turn < 20; turn++) {
    passed(path);
    passed('/dev/null');
    using inbox = openInbox(libc);
    using sender = openDescriptorSender(inbox.name);
    const file = openSync(path, 'r');
    for (let at = 0; at < 5; at++) sender?.send(message, file);
    closeSync(file);
  }
  expect(count()).toBeLessThan(before + 20);
});
