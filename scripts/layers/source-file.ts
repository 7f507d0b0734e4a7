// Reads one TypeScript file as far as the layer rules need it: its imports, and its code without comments.

/** One `import`, `export … from`, `import()` or `import('…')` type. */
export interface ImportStatement {
  readonly specifier: string;
  readonly line: number;
  /** `export * from` or `import * as`: no explicit names. */
  readonly star: 'export' | 'import' | undefined;
}

interface SourceFile {
  readonly imports: readonly ImportStatement[];
  /** The text with comments blanked, so that line numbers stay. */
  readonly code: string;
  readonly lines: number;
  readonly startsWithComment: boolean;
}

const statement = /^[ \t]*(import|export)\b((?:(?!;|^[ \t]*(?:import|export)\b)[^'"`])*?)\bfrom\s*(['"])([^'"\n]+)\3/gm;
const sideEffect = /^[ \t]*import\s*(['"])([^'"\n]+)\1/gm;
const dynamic = /\bimport\(\s*(['"])([^'"\n]+)\1\s*\)/g;

/** Scans `text`. It trusts the formatter: statements begin on their own line. */
export function readSourceFile(text: string): SourceFile {
  const code = blankComments(text);
  const imports: ImportStatement[] = [];
  const lineOf = (offset: number) => code.slice(0, offset).split('\n').length;
  for (const match of code.matchAll(statement)) {
    const clause = match[2] ?? '';
    const star = /^\s*(type\s*)?\*/.test(clause) ? (match[1] as 'import' | 'export') : undefined;
    imports.push({ specifier: match[4] ?? '', line: lineOf(match.index), star });
  }
  for (const pattern of [sideEffect, dynamic]) {
    for (const match of code.matchAll(pattern)) {
      imports.push({ specifier: match[2] ?? '', line: lineOf(match.index), star: undefined });
    }
  }
  return {
    imports: imports.sort((a, b) => a.line - b.line),
    code,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    startsWithComment: /^\s*(\/\/|\/\*)/.test(text),
  };
}

/** Replaces comments by spaces; strings and template literals stay. A regular expression holding `//` or quotes may confuse it, harmlessly. */
function blankComments(text: string): string {
  const token =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[dgimsuvy]*(?=\s*[,;).\]]|$)/gm;
  return text.replace(token, found =>
    found.startsWith('//') || found.startsWith('/*') ? found.replace(/[^\n]/g, ' ') : found,
  );
}
