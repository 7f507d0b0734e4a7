// How a command ends that does not succeed: what is printed and with which exit code.

/** Ends the command with `code`; an empty message prints nothing. */
export class ExitError extends Error {
  readonly code: number;

  constructor(code: number, message = '', options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
