// Frames of a WebSocket (RFC 6455, 5.2): read from a client's bytes, written as a server does (without a mask).

type Opcode = 'continuation' | 'text' | 'binary' | 'close' | 'ping' | 'pong';

interface WebSocketFrame {
  opcode: Opcode;
  final: boolean;
  payload: Buffer;
}

const codes: Record<Opcode, number> = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };
const names = new Map(Object.entries(codes).map(([name, code]) => [code, name as Opcode]));

/** A frame with the whole message. */
export function encodeWebSocketFrame(opcode: Opcode, payload: Uint8Array): Buffer {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 65536 ? 2 : 8;
  const frame = Buffer.allocUnsafe(2 + extended + length);
  frame[0] = 0x80 | codes[opcode];
  frame[1] = extended === 0 ? length : extended === 2 ? 126 : 127;
  if (extended === 2) frame.writeUInt16BE(length, 2);
  if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.set(payload, 2 + extended);
  return frame;
}

/** Cuts a client's bytes into frames. Throws a plain Error for what the protocol forbids and for frames over `limit`. */
export class WebSocketFrameReader {
  readonly #limit: number;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(limit: number) {
    this.#limit = limit;
  }

  *push(data: Buffer): Generator<WebSocketFrame> {
    this.#bytes = this.#bytes.length > 0 ? Buffer.concat([this.#bytes, data]) : data;
    for (let frame = this.#next(); frame; frame = this.#next()) yield frame;
  }

  #next(): WebSocketFrame | undefined {
    const bytes = this.#bytes;
    if (bytes.length < 2) return undefined;
    const [first = 0, second = 0] = bytes;
    const opcode = names.get(first & 0x0f);
    if (opcode === undefined || (first & 0x70) !== 0) throw new Error('websocket: unknown kind of frame');
    if ((second & 0x80) === 0) throw new Error('websocket: a client must mask its frames');
    const short = second & 0x7f;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    if (bytes.length < 2 + extended) return undefined;
    const length = extended === 2 ? bytes.readUInt16BE(2) : extended === 8 ? Number(bytes.readBigUInt64BE(2)) : short;
    if (length > this.#limit) throw new Error(`websocket: a frame of ${length} bytes is too large`);
    if (codes[opcode] >= 8 && (length > 125 || (first & 0x80) === 0)) throw new Error('websocket: bad control frame');
    const start = 2 + extended + 4;
    if (bytes.length < start + length) return undefined;
    const mask = bytes.subarray(start - 4, start);
    const payload = Buffer.from(bytes.subarray(start, start + length));
    for (let index = 0; index < length; index++) payload[index]! ^= mask[index & 3]!;
    this.#bytes = bytes.subarray(start + length);
    return { opcode, final: (first & 0x80) !== 0, payload };
  }
}
