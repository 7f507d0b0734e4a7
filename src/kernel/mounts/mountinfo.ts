// Reads the kernel's table of mounts.
import type { MountEntry } from './mounts.ts';

/** The lines of /proc/<pid>/mountinfo (proc_pid_mountinfo(5)); a line that makes no sense is left out. */
export function parseMountinfo(text: string): MountEntry[] {
  return text.split('\n').flatMap(line => {
    const fields = line.split(' ');
    const separator = fields.indexOf('-', 6);
    if (separator < 0) return [];
    const [id, parent, , root, target, options] = fields;
    const [type, source, superOptions] = fields.slice(separator + 1);
    return [
      {
        id: Number(id),
        parent: Number(parent),
        root: decode(root!),
        target: decode(target!),
        options: options!,
        propagation: fields.slice(6, separator),
        type: decode(type ?? ''),
        source: decode(source ?? ''),
        superOptions: decode(superOptions ?? ''),
      },
    ];
  });
}

/** The text of mountinfo has space, tab, newline and backslash as `\040`. */
function decode(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
