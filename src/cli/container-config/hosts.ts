// `--add-host`, `--dns`, `--dns-search`, `--link`, `--attach`, `--mac-address`: texts that are checked where they stand.

import { isIP } from 'node:net';

/** `NAME:ADDRESS`, from `NAME=ADDRESS`, `NAME:ADDRESS` or `NAME:[ADDRESS]`. */
export function parseExtraHost(text: string): string {
  const at = text.includes('=') ? text.indexOf('=') : text.indexOf(':');
  const name = text.slice(0, at);
  const value = text.slice(at + 1);
  if (at <= 0 || value === '') throw new Error(`bad format for add-host: ${JSON.stringify(text)}`);
  const address = /^\[(.*)\]$/.exec(value)?.[1] ?? value;
  if (address !== 'host-gateway' && isIP(address) === 0)
    throw new Error(`invalid IP address in add-host: ${JSON.stringify(value)}`);
  return `${name}:${address}`;
}

/** An address of a name server. */
export function checkAddress(text: string): string {
  if (isIP(text.trim()) === 0) throw new Error(`IP address is not correctly formatted: ${text}`);
  return text.trim();
}

/** A search domain; `.` means none. */
export function checkSearchDomain(text: string): string {
  const domain = text.trim();
  if (domain === '.') return domain;
  if (!/[a-zA-Z]/.test(domain) || !/^[\w-]+(\.[\w-]+)*\.?$/.test(domain))
    throw new Error(`${text} is not a valid domain`);
  return domain;
}

/** `--link NAME[:ALIAS]`, checked. */
export function checkLink(text: string): string {
  if (text === '') throw new Error('empty string specified for links');
  const parts = text.split(':');
  if (parts.length > 2) throw new Error(`bad format for links: ${text}`);
  return text;
}

/** A name of a standard stream, in lower case. */
export function parseStream(text: string): string {
  const stream = text.toLowerCase();
  if (!['stdin', 'stdout', 'stderr'].includes(stream)) throw new Error('valid streams are STDIN, STDOUT and STDERR');
  return stream;
}

/** Whether a text is a hardware address as Go reads it: 6, 8 or 20 bytes, parted by `:` or `-`, or dotted quads. */
export function isMacAddress(text: string): boolean {
  if (/^[\da-f]{4}(\.[\da-f]{4})+$/i.test(text)) return [14, 19, 49].includes(text.length);
  return /^[\da-f]{2}([:-])[\da-f]{2}(\1[\da-f]{2})+$/i.test(text) && [17, 23, 59].includes(text.length);
}
