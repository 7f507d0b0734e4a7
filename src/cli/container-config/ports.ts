// `--publish` and `--expose`: what they say, in the words of docker/go-connections.

import { isIP } from 'node:net';
import type { PortMap } from '../../api/types/ports.ts';
import { parseInteger } from '../grammar/number-flags.ts';

interface Ports {
  exposed: Record<string, Record<string, unknown>>;
  bindings: PortMap;
}

/** Reads all `--publish` and `--expose` texts. Throws a plain Error with Docker's wording. */
export function parsePorts(publish: readonly string[], expose: readonly string[]): Ports {
  const ports: Ports = { exposed: {}, bindings: {} };
  for (const text of publish) {
    for (const { port, hostIp, hostPort } of parsePublish(standardNotation(text))) {
      ports.exposed[port] = {};
      ports.bindings[port] = [...(ports.bindings[port] ?? []), { HostIp: hostIp, HostPort: hostPort }];
    }
  }
  for (const text of expose) for (const port of parseExpose(text)) ports.exposed[port] = {};
  return ports;
}

/** `published=80,target=8080,protocol=tcp` as `80:8080/tcp`; anything else as it is. */
function standardNotation(text: string): string {
  if (!text.includes('=')) return text;
  const values: Record<string, string> = {};
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    if (equals <= 0) throw new Error(`invalid publish opts format (should be name=value but got '${part}')`);
    values[part.slice(0, equals)] = part.slice(equals + 1);
  }
  return `${values.published ?? ''}:${values.target ?? ''}/${values.protocol ?? ''}`;
}

interface Published {
  port: string;
  hostIp: string;
  hostPort: string;
}

function parsePublish(text: string): Published[] {
  const parts = text.split(':');
  const { protocol, port } = splitProtocol(parts.at(-1)!);
  const hostText = parts.at(-2) ?? '';
  const hostIp = parseAddress(parts.slice(0, -2).join(':'));
  if (port === '') throw new Error(`no port specified: ${text}<empty>`);
  const inside = parseRange(port, () => new Error(`invalid containerPort: ${port}`));
  const outside = hostText === '' ? undefined : parseRange(hostText, () => new Error(`invalid hostPort: ${hostText}`));
  const count = inside.end - inside.start;
  if (outside && count !== outside.end - outside.start && count !== 0) {
    throw new Error(`invalid ranges specified for container and host Ports: ${port} and ${hostText}`);
  }
  if (!['tcp', 'udp', 'sctp'].includes(protocol.toLowerCase())) throw new Error(`invalid proto: ${protocol}`);
  return Array.from({ length: count + 1 }, (_, index) => ({
    port: `${inside.start + index}/${protocol.toLowerCase()}`,
    hostIp,
    hostPort: hostPortText(outside, count, index),
  }));
}

/** A host range for a single container port stays a range: the daemon chooses within it. */
function hostPortText(outside: Range | undefined, count: number, index: number): string {
  if (!outside) return '';
  if (count === 0 && outside.start !== outside.end) return `${outside.start}-${outside.end}`;
  return String(outside.start + index);
}

function parseAddress(text: string): string {
  if (text === '') return '';
  const address = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (isIP(address.replace(/%.*$/, '')) === 0) throw new Error(`invalid IP address: ${address}`);
  return address;
}

function parseExpose(text: string): string[] {
  if (text.includes(':')) throw new Error(`invalid port format for --expose: ${text}`);
  const { protocol, port } = splitProtocol(text);
  const range = parseRange(port, reason => new Error(`invalid range format for --expose: ${text}, error: ${reason}`));
  return Array.from({ length: range.end - range.start + 1 }, (_, index) => `${range.start + index}/${protocol}`);
}

function splitProtocol(text: string): { protocol: string; port: string } {
  const [port = '', protocol = ''] = text.split('/');
  if (port === '') return { protocol: '', port: '' };
  return { protocol: protocol === '' ? 'tcp' : protocol, port };
}

interface Range {
  start: number;
  end: number;
}

function parseRange(text: string, problem: (reason: string) => Error): Range {
  if (text === '') throw problem('empty string specified for ports.');
  const dash = text.indexOf('-');
  try {
    const start = portNumber(dash < 0 ? text : text.slice(0, dash));
    const end = dash < 0 ? start : portNumber(text.slice(dash + 1));
    if (end < start) throw new Error(`invalid range specified for port: ${text}`);
    return { start, end };
  } catch (error) {
    throw problem((error as Error).message);
  }
}

function portNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
  return parseInteger(text.replace(/^0+(?=\d)/, ''), 'ParseUint', 0n, 65535n);
}
