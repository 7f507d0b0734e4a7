// What the comment before an instruction says of the thing it defines.

/**
 * The text of the comment line before `line` (counted from 1) that begins with `name`: `# NAME who is greeted` says
 * `who is greeted`. Empty when there is none.
 */
export function docComment(source: string, line: number, name: string): string {
  const lines = source.split('\n');
  for (let at = line - 2; at >= 0; at--) {
    const text = (lines[at] ?? '').trim();
    if (text === '') continue;
    if (!text.startsWith('#')) break;
    const comment = text.slice(1).trim();
    if (comment.startsWith(`${name} `)) return comment.slice(name.length + 1).trim();
  }
  return '';
}
