// The text of a container's /etc/hosts, as Docker writes it.

import { isIP } from 'node:net';
import { invalid } from '../../lib/errors.ts';

const loopback = `127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::\tip6-localnet
ff00::\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
`;

/** Input of `hostsFile`. */
export interface HostsFileInput {
  hostname: string;
  domainname?: string;
  /** The container's own address; without one there is no line for its name. */
  address?: string;
  /** `name:address` or `name=address`; the address may be `host-gateway`. */
  extraHosts: string[];
  /** The container shares the machine's network: it sees the machine's own file unless extra hosts are asked for. */
  hostNetwork?: boolean;
}

/**
 * The whole file. `gateway` is what `host-gateway` stands for, `hostFile` the machine's own /etc/hosts. Throws
 * `invalid` for a malformed extra host.
 */
export function formatHostsFile(input: HostsFileInput, host: { gateway: string; hostFile: () => string }): string {
  if (input.hostNetwork && input.extraHosts.length === 0) return host.hostFile();
  const extra = input.extraHosts.map(text => `${extraHostLine(text, host.gateway)}\n`).join('');
  return `${loopback}${extra}${ownLine(input)}`;
}

function ownLine({ hostname, domainname, address }: HostsFileInput): string {
  if (!address) return '';
  // Somebody may have put the domain into the host name already.
  const full = domainname && !hostname.endsWith(`.${domainname}`) ? `${hostname}.${domainname}` : hostname;
  const short = full.includes('.') ? ` ${full.slice(0, full.indexOf('.'))}` : '';
  return `${address}\t${full}${short}\n`;
}

function extraHostLine(text: string, gateway: string): string {
  // `name=address` first: an IPv6 address has colons of its own.
  const separator = text.includes('=') ? '=' : ':';
  const at = text.indexOf(separator);
  const name = at < 0 ? '' : text.slice(0, at);
  if (name === '') throw invalid(`bad format for add-host: ${JSON.stringify(text)}`);
  const written = text.slice(at + 1).replace(/^\[(.*)\]$/, '$1');
  const address = written === 'host-gateway' ? gateway : written;
  if (address === '') throw invalid(`unable to derive the IP value for host-gateway`);
  if (isIP(address) === 0) throw invalid(`invalid IP address in add-host: ${JSON.stringify(written)}`);
  return `${address}\t${name}`;
}
