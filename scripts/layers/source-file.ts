// Reads one TypeScript file as far as the layer rules need it: its imports, its exports, and its code without comments.

/** One `import`, `export … from`, `import()` or `import('…')` type. */
export interface ImportStatement {
  readonly specifier: string;
  readonly line: number;
  /** `export * from` or `import * as`: no explicit names. */
  readonly star: 'export' | 'import' | undefined;
  /** The names that are taken, as the other file calls them; undefined where that may be any. */
  readonly names: readonly string[] | undefined;
}

/** A name a file exports, its own or another one's. */
interface ExportedName {
  readonly name: string;
  readonly line: number;
}

export interface SourceFile {
  readonly imports: readonly ImportStatement[];
  readonly exports: readonly ExportedName[];
  /** The text with comments blanked, so that line numbers stay. */
  readonly code: string;
  readonly lines: number;
  readonly startsWithComment: boolean;
}

const statement = /^[ \t]*(import|export)\b((?:(?!;|^[ \t]*(?:import|export)\b)[^'"`])*?)\bfrom\s*(['"])([^'"\n]+)\3/gm;
const sideEffect = /^[ \t]*import\s*(['"])([^'"\n]+)\1/gm;
const declaration = /^export (?:async |abstract )?(?:function\*?|const|class|interface|type) ([\w$]+)/gm;
const exportList = /^export (?:type )?\{([^}]*)\}/gm;
const dynamic = /\bimport\(\s*(['"])([^'"\n]+)\1\s*\)/g;

/** Scans `text`. It trusts the formatter: statements begin on their own line. */
export function readSourceFile(text: string): SourceFile {
  const code = blankComments(text);
  const imports: ImportStatement[] = [];
  const lineOf = (offset: number) => code.slice(0, offset).split('\n').length;
  for (const match of code.matchAll(statement)) {
    const clause = match[2] ?? '';
    const star = /^\s*(type\s*)?\*/.test(clause) ? (match[1] as 'import' | 'export') : undefined;
    const names = star ? undefined : namesIn(clause).map(({ from }) => from);
    imports.push({ specifier: match[4] ?? '', line: lineOf(match.index), star, names });
  }
  for (const pattern of [sideEffect, dynamic]) {
    for (const match of code.matchAll(pattern)) {
      imports.push({ specifier: match[2] ?? '', line: lineOf(match.index), star: undefined, names: undefined });
    }
  }
  const exports: ExportedName[] = [...code.matchAll(declaration)].map(match => ({
    name: match[1] ?? '',
    line: lineOf(match.index),
  }));
  for (const match of code.matchAll(exportList)) {
    for (const { to } of namesIn(match[1] ?? '')) exports.push({ name: to, line: lineOf(match.index) });
  }
  return {
    imports: imports.sort((a, b) => a.line - b.line),
    exports,
    code,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    startsWithComment: /^\s*(\/\/|\/\*)/.test(text),
  };
}

/** `{ a, type b as c }` as what each is called there and here. */
function namesIn(clause: string): { from: string; to: string }[] {
  const list = clause.replace(/^[^{]*\{|\}[^}]*$/g, '');
  const words = list.split(',').map(text => text.trim().replace(/^type\s+/, ''));
  return words.filter(Boolean).map(text => {
    const [from = '', to = from] = text.split(/\s+as\s+/);
    return { from, to };
  });
}

/** Replaces comments by spaces; strings and template literals stay. A regular expression holding `//` or quotes may confuse it, harmlessly. */
function blankComments(text: string): string {
  const token =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[dgimsuvy]*(?=\s*[,;).\]]|$)/gm;
  return text.replace(token, found =>
    found.startsWith('//') || found.startsWith('/*') ? found.replace(/[^\n]/g, ' ') : found,
  );
}
