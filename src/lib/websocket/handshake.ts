// The opening handshake of a WebSocket, the server's half (RFC 6455, 4.2).

import { createHash } from 'node:crypto';

const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/**
 * The header fields that accept the connection; the protocols a client offers are echoed by their first. Undefined when
 * the request asks for no WebSocket of version 13. `headers` have lower-case names.
 */
export function acceptWebSocket(headers: Readonly<Record<string, string>>): Record<string, string> | undefined {
  const key = headers['sec-websocket-key'];
  const wanted = headers.upgrade?.toLowerCase() === 'websocket' && headers['sec-websocket-version'] === '13';
  if (!wanted || key === undefined || Buffer.from(key, 'base64').length !== 16) return undefined;
  const protocol = headers['sec-websocket-protocol']?.split(',')[0]?.trim();
  return {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': createHash('sha1')
      .update(key + guid)
      .digest('base64'),
    ...(protocol ? { 'Sec-WebSocket-Protocol': protocol } : {}),
  };
}
