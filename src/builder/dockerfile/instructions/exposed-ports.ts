// What EXPOSE makes of its words.
import { isIP } from 'node:net';
import { invalid } from '../../../lib/errors.ts';
import { quoteGo } from '../../../lib/template/quote.ts';
import { parseUnsigned } from '../../../lib/text/go-values.ts';

/** The ports of `[[ip:]host:]port[-end][/protocol]` as the image keeps them: `8000/tcp`. Throws `invalid`. */
export function exposedPorts(word: string): string[] {
  const parts = word.split(':');
  const container = parts.pop()!;
  const hostPort = parts.pop() ?? '';
  checkAddress(parts.join(':'));
  const [port = '', protocol = ''] = splitAt(container, '/');
  if (port === '') throw invalid(`invalid port: ${quoteGo(word)}: no port specified`);
  const name = protocol.toLowerCase() || 'tcp';
  if (!['tcp', 'udp', 'sctp'].includes(name)) {
    throw invalid(`invalid port: ${quoteGo(word)}: invalid proto: ${name}`);
  }
  const range = portRange(port);
  if (range === undefined) throw invalid(`invalid containerPort: ${port}`);
  if (hostPort !== '') checkHostPorts(hostPort, port, range);
  const [first, last] = range;
  return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${name}`);
}

/** Whether a word says more than a port and its protocol. */
export const namesHost = (word: string) => word.includes(':');

/** Whether the protocol is written in capitals. */
export const hasUpperProtocol = (word: string) => /\/.*\p{Lu}/u.test(word);

function checkAddress(address: string): void {
  if (address === '') return;
  if (address.startsWith('[')) {
    const inner = /^\[([^\]]*)\]$/.exec(address)?.[1];
    if (inner === undefined) {
      throw invalid(`invalid IP address ${address}: address ${address}:: missing ']' in address`);
    }
    if (isIP(inner) === 0) throw invalid(`invalid IP address: ${inner}`);
  } else if (isIP(address) === 0) throw invalid(`invalid IP address: ${address}`);
}

function checkHostPorts(hostPort: string, port: string, [first, last]: readonly [number, number]): void {
  const host = portRange(hostPort);
  if (host === undefined) throw invalid(`invalid hostPort: ${hostPort}`);
  if (last !== first && host[1] - host[0] !== last - first) {
    throw invalid(`invalid ranges specified for container and host Ports: ${port} and ${hostPort}`);
  }
}

function portRange(text: string): readonly [number, number] | undefined {
  const [start = '', end = start] = text.split('-');
  const [first, last] = [start, end].map(port => parseUnsigned(port, 10, 65_536));
  if (text.split('-').length > 2 || first === undefined || last === undefined || last < first) return undefined;
  return [first, last];
}

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
