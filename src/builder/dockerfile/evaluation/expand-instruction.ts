// Where in an instruction variables count: not everywhere, and not everywhere alike.
import { invalid } from '../../../lib/errors.ts';
import { parseSignal } from '../../../lib/signals.ts';
import { checkChecksum, checkCopySources } from '../../context/sources/add-source.ts';
import { parseChmod } from '../instructions/chmod.ts';
import { parseRunMount } from '../instructions/run-mount.ts';
import type { ArgInstruction, CopyBase, Instruction, KeyValue } from '../syntax.ts';

export interface Expanders {
  /** One word. */
  readonly word: (word: string) => string;
  /** A word of EXPOSE to the ports it means. */
  readonly ports: (word: string) => string[];
  /** The contents of a here-document: quotes mean nothing, the backslash always escapes. */
  readonly text: (text: string) => string;
}

/** The instruction with its words expanded and its values checked; throws `invalid`. ARG has an order of its own. */
export function expandInstruction(
  instruction: Exclude<Instruction, ArgInstruction>,
  { word, ports, text }: Expanders,
): Exclude<Instruction, ArgInstruction> {
  switch (instruction.kind) {
    case 'env':
    case 'label':
      return { ...instruction, pairs: instruction.pairs.map(pair => expandPair(pair, word)) };
    case 'copy': {
      checkFrom(instruction.from);
      const expanded = expandCopy(instruction, word, text);
      checkCopySources(expanded.sources);
      return { ...instruction, ...expanded };
    }
    case 'add': {
      const expanded = expandCopy(instruction, word, text);
      const checksum = instruction.checksum === undefined ? '' : word(instruction.checksum);
      if (checksum === '') return { ...instruction, ...expanded };
      checkChecksum(expanded.sources);
      return { ...instruction, ...expanded, checksum };
    }
    case 'run':
      return { ...instruction, mounts: instruction.mountFlags.map(flag => parseRunMount(flag, word)) };
    case 'workdir':
      return { ...instruction, path: word(instruction.path) };
    case 'user':
      return { ...instruction, user: word(instruction.user) };
    case 'volume':
      return { ...instruction, paths: instruction.paths.map(path => volumePath(word(path))) };
    case 'stopsignal':
      return { ...instruction, signal: stopSignal(word(instruction.signal)) };
    case 'expose':
      return { ...instruction, ports: instruction.ports.flatMap(ports) };
    case 'cmd':
    case 'entrypoint':
    case 'shell':
    case 'healthcheck':
    case 'onbuild':
    case 'maintainer':
      return instruction;
  }
}

function expandPair({ key, value, bare }: KeyValue, word: Expanders['word']): KeyValue {
  return { key: word(key), value: word(value), bare };
}

type Expandable = Pick<CopyBase, 'sources' | 'destination' | 'inlineFiles'> & {
  readonly chown: string | undefined;
  readonly chmod: string | undefined;
};

function expandCopy(copy: CopyBase, word: Expanders['word'], text: Expanders['text']): Expandable {
  const { chmod, chown, destination, inlineFiles, sources } = copy;
  const mode = chmod === undefined ? '' : word(chmod);
  if (mode !== '') parseChmod(mode);
  // What turns out to be empty was not given.
  return {
    chown: (chown !== undefined && word(chown)) || undefined,
    chmod: mode || undefined,
    sources: sources.map(word),
    destination: word(destination),
    inlineFiles: inlineFiles.map(file => (file.expand ? { ...file, content: text(file.content) } : file)),
  };
}

function checkFrom(from: string | undefined): void {
  if (from === undefined || !/\$./.test(from)) return;
  const instead = 'define a new stage with FROM using ARG from global scope as a workaround';
  throw invalid(`variable expansion is not supported for --from, ${instead}`);
}

function volumePath(path: string): string {
  if (path === '') throw invalid('VOLUME specified can not be an empty string');
  return path;
}

/** Any number but zero, or a name. */
function stopSignal(signal: string): string {
  const isNumber = /^[+-]?\d+$/.test(signal);
  if (!isNumber) parseSignal(signal);
  else if (Number(signal) === 0) throw invalid(`invalid signal: ${signal}`);
  return signal;
}
