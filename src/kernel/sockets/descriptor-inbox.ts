// Where other processes of this machine leave open files for this one.
import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, statfsSync } from 'node:fs';
import { type Libc, openLibc } from '../libc/libc.ts';
import { abstractAddress, datagramSocket, receiveDescriptor, sendDescriptor } from './descriptor-message.ts';
import type { DescriptorInbox } from './sockets.ts';

/** Sends a message with an open file, which stays the caller's; false when it was not sent. */
export interface DescriptorSender extends Disposable {
  send(content: Buffer, descriptor: number): boolean;
}

/** Throws SystemCallError when there can be none. */
export function openInbox(libc: Libc): DescriptorInbox {
  const name = randomBytes(16).toString('hex');
  const socket = libc.check('socket', datagramSocket(libc));
  const address = abstractAddress(name);
  try {
    libc.check('bind', libc.call.bind(socket, address, address.length));
  } catch (error) {
    libc.call.close(socket);
    throw error;
  }
  let isOpen = true;
  return {
    name,
    take() {
      const message = isOpen ? receiveDescriptor(libc, socket) : undefined;
      if (message?.descriptor === undefined || isPlainLocalFile(message.descriptor)) return message;
      closeSync(message.descriptor);
      return { content: message.content, descriptor: undefined };
    },
    [Symbol.dispose]() {
      if (isOpen) libc.call.close(socket);
      isOpen = false;
    },
  };
}

/** To the inbox of that name, on this machine and in this network namespace; undefined when there is none. */
export function openDescriptorSender(name: string): DescriptorSender | undefined {
  const libc = openLibc();
  const socket = datagramSocket(libc);
  if (socket < 0) return undefined;
  const address = abstractAddress(name);
  if (libc.call.connect(socket, address, address.length) < 0) {
    libc.call.close(socket);
    return undefined;
  }
  let isOpen = true;
  return {
    send: (content, descriptor) => isOpen && sendDescriptor(libc, socket, content, descriptor),
    [Symbol.dispose]() {
      if (isOpen) libc.call.close(socket);
      isOpen = false;
    },
  };
}

/** Magic numbers of ext4, xfs, btrfs, f2fs and tmpfs: where a read waits for nobody but a disk. */
const localFileSystems: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x01021994]);

/** Anything else (a pipe, a file that a program or another machine answers for) could keep its reader waiting for ever. */
function isPlainLocalFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile() && localFileSystems.has(statfsSync(`/proc/self/fd/${descriptor}`).type);
  } catch {
    return false;
  }
}
