// The last lines of a program's output as a small terminal would show them.

const rows = 6;

/** Knows line ends, carriage returns and how to leave colours out; no cursor that moves up. */
export class TerminalTail {
  #lines: string[] = [''];
  #returned = false;
  /** Bytes it has been given. */
  written = 0;

  write(text: string): void {
    this.written += text.length;
    for (const piece of text
      .replace(/\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '')
      .split(/(\r|\n)/)) {
      if (piece === '\n') {
        this.#lines.push('');
        this.#returned = false;
        this.#lines = this.#lines.slice(-rows);
      } else if (piece === '\r') this.#returned = true;
      else if (piece !== '') this.#append(piece.replaceAll('\t', '        '));
    }
  }

  /** Those with something on them, from the top. */
  lines(): readonly string[] {
    return this.#lines.filter(line => line.trim() !== '');
  }

  #append(text: string): void {
    const last = this.#lines.length - 1;
    const line = this.#lines[last] ?? '';
    this.#lines[last] = this.#returned ? text + line.slice(text.length) : line + text;
    this.#returned = false;
  }
}
