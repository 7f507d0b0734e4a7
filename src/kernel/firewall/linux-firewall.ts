// nf_tables: rule sets through nft(8), elements and tables in process.
import { SystemCallError } from '../libc/system-call-error.ts';
import { answerErrno, type NetlinkSocket, NLM_F } from '../netlink/netlink-socket.ts';
import type { NetworkScope } from '../network/network-scope.ts';
import type { Firewall, SetElement } from './firewall.ts';
import {
  batchMark,
  elementMessages,
  NFT,
  readElements,
  readTableName,
  setMessage,
  tableMessage,
} from './nft-messages.ts';
import { runNft } from './run-nft.ts';

const NETLINK_NETFILTER = 12;
/** Thousands of elements in one transaction, and their acknowledgements. */
const socketBuffer = 8 << 20;

interface Change {
  type: number;
  flags: number;
  body: Buffer;
}

/** Acts in the network namespace of the scope. */
export class LinuxFirewall implements Firewall {
  readonly #scope: NetworkScope;

  constructor(scope: NetworkScope) {
    this.#scope = scope;
  }

  async apply(ruleset: string): Promise<void> {
    await runNft(ruleset, this.#scope.path);
  }

  addElements(table: string, elements: SetElement[]): void {
    const socket = this.#open();
    const bodies = elementMessages(table, elements);
    commit(
      socket,
      'add elements',
      table,
      bodies.map(body => ({ type: NFT.NEWSETELEM, flags: NLM_F.CREATE, body })),
    );
  }

  removeElements(table: string, elements: { set: string; key: Buffer }[]): void {
    const socket = this.#open();
    const remove = (some: SetElement[]) => {
      const bodies = elementMessages(
        table,
        some.map(({ set, key }) => ({ set, key })),
      );
      return ignoreMissing(() =>
        commit(
          socket,
          'remove elements',
          table,
          bodies.map(body => ({ type: NFT.DELSETELEM, flags: 0, body })),
        ),
      );
    };
    // One missing element undoes the whole transaction; those that are there then go one by one.
    if (!remove(elements) && elements.length > 1) for (const element of elements) remove([element]);
  }

  listElements(table: string, set: string): { key: Buffer; data?: Buffer }[] {
    const socket = this.#open();
    const found: { key: Buffer; data?: Buffer }[] = [];
    ignoreMissing(() => {
      const answers = socket.dump('list elements', NFT.GETSETELEM, setMessage(table, set), `${table} ${set}`);
      for (const answer of answers) found.push(...readElements(answer.body));
    });
    return found;
  }

  async tables(): Promise<string[]> {
    const socket = this.#open();
    return socket.dump('list tables', NFT.GETTABLE, tableMessage()).map(answer => readTableName(answer.body));
  }

  async removeTable(name: string): Promise<void> {
    const socket = this.#open();
    ignoreMissing(() =>
      commit(socket, 'remove table', name, [{ type: NFT.DELTABLE, flags: 0, body: tableMessage(name) }]),
    );
  }

  #open(): NetlinkSocket {
    const socket = this.#scope.netlink(NETLINK_NETFILTER);
    socket.allowLarge(socketBuffer);
    return socket;
  }
}

/** One transaction: the kernel takes all changes or none, and has answered when the send returns. */
function commit(socket: NetlinkSocket, what: string, subject: string, changes: Change[]): void {
  if (changes.length === 0) return;
  const begin = socket.message(NFT.BATCH_BEGIN, 0, batchMark());
  const first = begin.readUInt32LE(8);
  const messages = changes.map(({ type, flags, body }) => socket.message(type, flags | NLM_F.ACK, body));
  const end = socket.message(NFT.BATCH_END, 0, batchMark());
  socket.send(Buffer.concat([begin, ...messages, end]));
  for (const answer of socket.pending()) {
    const errno = answerErrno(answer);
    if (errno && answer.sequence >= first) throw new SystemCallError(what, errno, subject);
  }
}

/** false if the kernel said that something named is not there. */
function ignoreMissing(fn: () => void): boolean {
  try {
    fn();
    return true;
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'ENOENT') return false;
    throw error;
  }
}
