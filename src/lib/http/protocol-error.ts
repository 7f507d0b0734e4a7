// What is wrong with a message that is not HTTP/1.1, or too much of it.

/** `status` is what a server answers before it closes the connection. */
export class ProtocolError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ProtocolError';
    this.status = status;
  }
}
