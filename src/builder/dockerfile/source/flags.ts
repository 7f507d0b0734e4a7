// The `--name=value` words between the keyword of an instruction and its arguments.

/**
 * Takes the flags off the front of an instruction's arguments, without their quotes and backslash escapes. A lone `--`
 * ends them.
 */
export function takeFlags(line: string): { flags: string[]; rest: string } {
  const flags: string[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && /\p{White_Space}/u.test(line[at]!)) at++;
    if (!line.startsWith('--', at)) return { flags, rest: line.slice(at) };
    const { word, end } = readFlag(line, at);
    at = end;
    if (word === '--') return { flags, rest: line.slice(at) };
    flags.push(word);
  }
}

function readFlag(line: string, start: number): { word: string; end: number } {
  let word = '';
  let quote = '';
  let at = start;
  for (; at < line.length; at++) {
    const char = line[at]!;
    if (char === '\\') {
      if (at + 1 < line.length) word += line[++at]!;
    } else if (quote !== '') {
      if (char === quote) quote = '';
      else word += char;
    } else if (/\p{White_Space}/u.test(char)) break;
    else if (char === '"' || char === "'") quote = char;
    else word += char;
  }
  return { word, end: at };
}
